// One thing said, as a row of the chat: a bubble, a picture or a card, with who said it for those who cannot see
// sides and colours. The time mark above it belongs to the row that follows a pause.

import type { FC } from "hono/jsx"
import type { JsonObject } from "../json.ts"
import { isObject, objectsOf, textOf } from "../json.ts"
import type { Said } from "../people/thread-store.ts"
import type { Drawing } from "./buttons.tsx"
import { UtilityCard, cardFor } from "./cards.tsx"

/** A pause as long as this puts a time mark between two rows. */
const PAUSE_MS = 15 * 60_000

/** A row, with a time mark where it follows a pause.
 * @param before the row above, if there is one */
export const Row: FC<{ said: Said; before: Said | undefined; pageName: string; drawing: Drawing }> = ({
  said,
  before,
  pageName,
  drawing,
}) => {
  const speaker = said.from === "page" ? pageName : drawing.words.you
  return (
    <>
      {before !== undefined && said.at - before.at < PAUSE_MS ? null : <TimeMark at={said.at} />}
      <div class={`row ${said.from}`} data-seq={said.seq} data-mid={said.mid}>
        {said.from === "page" ? <span class="face" aria-hidden="true" /> : null}
        <div class="what">
          <span class="hidden">
            {speaker} {drawing.words.said}:{" "}
          </span>
          <Content said={said} drawing={drawing} />
        </div>
      </div>
    </>
  )
}

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
  if (text !== undefined) {
    return (
      <p class={isEmojiOnly(text) ? "bubble big" : "bubble"} dir="auto">
        {text}
      </p>
    )
  }
  const attachments = isObject(body.attachment) ? [body.attachment] : objectsOf(body, "attachments")
  return (
    <>
      {attachments.map((attachment) => (
        <Attachment attachment={attachment} drawing={drawing} />
      ))}
    </>
  )
}

const Attachment: FC<{ attachment: JsonObject; drawing: Drawing }> = ({ attachment, drawing }) => {
  const payload = isObject(attachment.payload) ? attachment.payload : {}
  const url = textOf(payload, "url")
  const Card = attachment.type === "template" ? cardFor(payload) : undefined
  if (Card !== undefined) return <Card payload={payload} drawing={drawing} />
  if (attachment.type === "image" && url !== undefined)
    return <img class="photo" src={url} alt="" loading="lazy" />
  const name = `${String(attachment.type)}${payload.template_type === undefined ? "" : `: ${String(payload.template_type)}`}`
  return url === undefined ? (
    <p class="bubble note">{name}</p>
  ) : (
    <p class="bubble note">
      <a href={url} target="_blank" rel="noopener noreferrer">
        {name}
      </a>
    </p>
  )
}

function isEmojiOnly(text: string): boolean {
  return (
    text.length <= 12 &&
    /^(?:\p{Extended_Pictographic}|\p{Emoji_Component})+$/u.test(text) &&
    !/\d/.test(text)
  )
}
