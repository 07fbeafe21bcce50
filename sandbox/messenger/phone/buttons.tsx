// Buttons inside a message, as the app draws them. A tap is one of: a postback, a page to open, a call, Log In, Log Out.

import type { FC } from "hono/jsx"
import { isOpenableUrl } from "../graph/limits.ts"
import type { Persona } from "../graph/persona-store.ts"
import type { JsonObject } from "../json.ts"
import { textOf } from "../json.ts"
import type { Said } from "../people/thread-store.ts"
import type { Words } from "./words.ts"

/** What a message is drawn with. */
export type Drawing = {
  readonly words: Words
  readonly locale: string
  readonly psid: string
  /** The sandbox's clock: what can still be edited depends on it */
  readonly now: number
  readonly findPersona: (id: string) => Persona | undefined
  readonly findSaid: (mid: string) => Said | undefined
}

/** The buttons of one template, one under the other. */
export const Buttons: FC<{ buttons: readonly JsonObject[]; drawing: Drawing }> = ({ buttons, drawing }) =>
  buttons.length === 0 ? null : (
    <div class="taps">
      {buttons.map((button) => (
        <Button button={button} drawing={drawing} />
      ))}
    </div>
  )

const Button: FC<{ button: JsonObject; drawing: Drawing }> = ({ button, drawing }) => {
  const { words, psid } = drawing
  const title = textOf(button, "title") ?? ""
  switch (button.type) {
    case "account_link": {
      const open = new URLSearchParams({ person: psid, url: textOf(button, "url") ?? "" })
      return (
        <a class="tap primary" href={`/messenger_platform/open?${open.toString()}`} rel="nofollow">
          {words.logIn}
        </a>
      )
    }
    case "account_unlink":
      return (
        <button type="button" class="tap" data-tap="unlink">
          {words.logOut}
        </button>
      )
    case "web_url": {
      const url = textOf(button, "url") ?? ""
      return isOpenableUrl(url) ? (
        <a class="tap" href={url} target="_blank" rel="noopener noreferrer" dir="auto">
          {title}
        </a>
      ) : (
        <span class="tap dead" dir="auto">
          {title}
        </span>
      )
    }
    case "phone_number":
      return (
        <a class="tap" href={`tel:${textOf(button, "payload") ?? ""}`} dir="auto">
          {title}
        </a>
      )
    default:
      return (
        <button
          type="button"
          class="tap"
          data-tap="postback"
          data-payload={textOf(button, "payload") ?? ""}
          dir="auto"
        >
          {title}
        </button>
      )
  }
}
