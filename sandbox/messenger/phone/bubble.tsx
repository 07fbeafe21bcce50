// One thing said, as a row of the chat: a bubble, a picture or a card, with who said it for those who cannot see
// sides and colours, and what became of it since. The time mark above it belongs to the row that follows a pause.

import type { FC } from "hono/jsx"
import type { JsonObject } from "../json.ts"
import { isObject, objectsOf, textOf } from "../json.ts"
import { isEditable } from "../people/changing.ts"
import type { Said } from "../people/thread-store.ts"
import { actWordsFor } from "./act-words.ts"
import { signOf } from "./acts.tsx"
import { Attachment } from "./attachment.tsx"
import type { Drawing } from "./buttons.tsx"
import { UtilityCard } from "./cards.tsx"
import { Icon } from "./icons.tsx"
import { SpeakerFace } from "./speaker.tsx"

/** A pause as long as this puts a time mark between two rows. */
const PAUSE_MS = 15 * 60_000

/** A row, with a time mark where it follows a pause.
 * @param before the row above, if there is one */
export const Row: FC<{ said: Said; before: Said | undefined; pageName: string; drawing: Drawing }> = ({
  said,
  before,
  pageName,
  drawing,
}) => (
  <>
    {before !== undefined && said.at - before.at < PAUSE_MS ? null : <TimeMark at={said.at} />}
    {said.from === "system" ? (
      <Line said={said} drawing={drawing} />
    ) : (
      <Message said={said} before={before} pageName={pageName} drawing={drawing} />
    )}
  </>
)

/** What the app itself says: somebody took over, somebody left. */
const Line: FC<{ said: Said; drawing: Drawing }> = ({ said, drawing }) => {
  const words = actWordsFor(drawing.locale)
  return (
    <p class="row system" data-seq={said.seq} data-mid={said.mid}>
      {said.body.line === "handed" ? words.handed : words.returned}
    </p>
  )
}

const Message: FC<{ said: Said; before: Said | undefined; pageName: string; drawing: Drawing }> = ({
  said,
  before,
  pageName,
  drawing,
}) => {
  const words = actWordsFor(drawing.locale)
  const persona = said.personaId === undefined ? undefined : drawing.findPersona(said.personaId)
  // A new speaker on the same side begins a group of their own, with a face at its end.
  const isFresh = before?.from === "page" && before.personaId !== said.personaId
  const speaker = said.from === "page" ? (persona?.name ?? pageName) : drawing.words.you
  return (
    <div
      class={`row ${said.from}${isFresh ? " fresh" : ""}`}
      data-seq={said.seq}
      data-mid={said.mid}
      {...(isEditable(said, drawing.now) ? { "data-editable": "" } : {})}
      {...(said.reaction === undefined ? {} : { "data-reaction": said.reaction })}
    >
      {said.from === "page" ? <SpeakerFace persona={persona} /> : null}
      <div class="what">
        <span class="hidden extra">
          {speaker} {drawing.words.said}:{" "}
        </span>
        {persona !== undefined && (isFresh || before?.from !== "page") ? (
          <p class="speaker extra" aria-hidden="true" dir="auto">
            {persona.name}
          </p>
        ) : null}
        <Quote said={said} drawing={drawing} />
        {said.isDeleted ? (
          <p class="bubble unsent">{words.unsent}</p>
        ) : (
          <Content said={said} drawing={drawing} />
        )}
        <Marks said={said} drawing={drawing} />
      </div>
      {said.isDeleted ? null : (
        <button type="button" class="more" data-more aria-haspopup="menu" aria-label={words.more}>
          <Icon name="more" />
        </button>
      )}
    </div>
  )
}

/** The words of the message this one answers. */
const Quote: FC<{ said: Said; drawing: Drawing }> = ({ said, drawing }) => {
  const quoted = said.replyTo === undefined ? undefined : drawing.findSaid(said.replyTo)
  if (quoted === undefined) return null
  return (
    <p class="quote extra" dir="auto">
      {wordsOf(quoted) ?? "…"}
    </p>
  )
}

/** What became of it: edited, and who reacted how. */
const Marks: FC<{ said: Said; drawing: Drawing }> = ({ said, drawing }) => {
  const words = actWordsFor(drawing.locale)
  const signs = [said.reaction, said.pageReaction].filter((one) => one !== undefined)
  if (said.isDeleted || (said.edits === 0 && signs.length === 0)) return null
  return (
    <p class="marks extra">
      {signs.length === 0 ? null : (
        <span
          class="signs"
          role="img"
          aria-label={`${words.reacted}: ${signs.map((one) => signNameOf(one, words.reactions)).join(", ")}`}
        >
          {signs.map(signOf).join("")}
        </span>
      )}
      {said.edits === 0 ? null : <span class="edited">{words.edited}</span>}
    </p>
  )
}

const signNameOf = (reaction: string, names: Readonly<Record<string, string>>): string =>
  names[reaction] ?? reaction

/** The script prints the time in the reader's zone; without it, in UTC. */
const TimeMark: FC<{ at: number }> = ({ at }) => {
  const iso = new Date(at).toISOString()
  return (
    <p class="when">
      <time datetime={iso}>{iso.slice(11, 16)}</time>
    </p>
  )
}

const Content: FC<{ said: Said; drawing: Drawing }> = ({ said, drawing }) => {
  const { body, rendered } = said
  if (rendered !== undefined) return <UtilityCard rendered={rendered} drawing={drawing} />
  const text = textOf(body, "text")
  const attachments = attachmentsOf(body)
  return (
    <>
      {attachments.map((attachment) => (
        <Attachment attachment={attachment} media={said.media} drawing={drawing} />
      ))}
      {text === undefined ? null : (
        <p class={isEmojiOnly(text) ? "bubble big" : "bubble"} dir="auto">
          {text}
        </p>
      )}
      {text === undefined && attachments.length === 0 ? <p class="bubble note">…</p> : null}
    </>
  )
}

function attachmentsOf(body: JsonObject): readonly JsonObject[] {
  if (body.sticker_id !== undefined) return [{ type: "sticker", payload: { sticker_id: body.sticker_id } }]
  return isObject(body.attachment) ? [body.attachment] : objectsOf(body, "attachments")
}

function wordsOf({ body, rendered, isDeleted }: Said): string | undefined {
  if (isDeleted) return undefined
  const payload = isObject(body.attachment) ? body.attachment.payload : undefined
  return textOf(body, "text") ?? rendered?.body ?? (isObject(payload) ? textOf(payload, "text") : undefined)
}

function isEmojiOnly(text: string): boolean {
  return (
    text.length <= 12 &&
    /^(?:\p{Extended_Pictographic}|\p{Emoji_Component})+$/u.test(text) &&
    !/\d/.test(text)
  )
}
