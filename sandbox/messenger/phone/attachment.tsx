// One attachment as the chat shows it: a picture, a player, a file, a sticker, a place, or a card.

import type { FC } from "hono/jsx"
import { isOpenableUrl } from "../graph/limits.ts"
import type { JsonObject } from "../json.ts"
import { isObject, textOf } from "../json.ts"
import type { ActWords } from "./act-words.ts"
import { actWordsFor } from "./act-words.ts"
import type { Drawing } from "./buttons.tsx"
import { cardFor } from "./cards.tsx"

/** @param media where the file of an `attachment_id` lies */
export const Attachment: FC<{ attachment: JsonObject; media: string | undefined; drawing: Drawing }> = ({
  attachment,
  media,
  drawing,
}) => {
  const words = actWordsFor(drawing.locale)
  const payload = isObject(attachment.payload) ? attachment.payload : {}
  const Card = attachment.type === "template" ? cardFor(payload) : undefined
  if (Card !== undefined) return <Card payload={payload} media={media} drawing={drawing} />
  const given = media ?? textOf(payload, "url")
  const url = given !== undefined && isOpenableUrl(given) ? given : undefined
  switch (attachment.type) {
    case "image":
      return url === undefined ? (
        <Note text={words.photo} />
      ) : (
        <img class="photo" src={url} alt={words.photo} loading="lazy" />
      )
    case "sticker":
      return <Sticker id={payload.sticker_id} url={url} words={words} />
    case "audio":
      return url === undefined ? (
        <Note text={words.audio} />
      ) : (
        <audio class="player" controls preload="none" src={url} aria-label={words.audio} />
      )
    case "video":
      return url === undefined ? (
        <Note text={words.video} />
      ) : (
        <video class="photo" controls preload="none" src={url} aria-label={words.video} />
      )
    case "location":
      return <Note text={`${words.place} ${placeOf(payload)}`} />
    case "file":
      return <Note text={fileNameOf(url) ?? words.file} url={url} />
    default:
      return <Note text={textOf(payload, "title") ?? nameOf(attachment, payload)} url={url} />
  }
}

const Note: FC<{ text: string; url?: string | undefined }> = ({ text, url }) => (
  <p class="bubble note" dir="auto">
    {url === undefined ? (
      text
    ) : (
      <a href={url} target="_blank" rel="noopener noreferrer">
        {text}
      </a>
    )}
  </p>
)

/** The thumbs in three sizes are the app's own; other stickers are pictures from the network. */
const THUMBS = ["369239263222822", "369239343222814", "369239383222810"]

const Sticker: FC<{ id: unknown; url: string | undefined; words: ActWords }> = ({ id, url, words }) =>
  THUMBS.includes(String(id)) || url === undefined ? (
    <p class="bubble big" role="img" aria-label={words.sticker}>
      {"\u{1F44D}"}
    </p>
  ) : (
    <img class="photo sticker" src={url} alt={words.sticker} loading="lazy" />
  )

function placeOf(payload: JsonObject): string {
  const { lat, long } = isObject(payload.coordinates) ? payload.coordinates : {}
  // Isolated, so that the two numbers keep their order in a line that reads from right to left.
  return `\u2066${[lat, long].filter((one) => typeof one === "number").join(", ")}\u2069`
}

function fileNameOf(url: string | undefined): string | undefined {
  const last = URL.parse(url ?? "")
    ?.pathname.split("/")
    .at(-1)
  return last === undefined || last === "" ? undefined : last
}

const nameOf = (attachment: JsonObject, payload: JsonObject): string =>
  [attachment.type, payload.template_type]
    .filter((part) => part !== undefined)
    .map(String)
    .join(": ")
