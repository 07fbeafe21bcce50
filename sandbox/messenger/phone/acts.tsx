// The menu of one message: react, reply, and with an own one edit and take back. Drawn once; the script opens it at a
// message and says which of its items hold. Opened by the button beside a message, by holding it, or by a right click.

import type { FC } from "hono/jsx"
import { REACTIONS } from "../webhooks/event.ts"
import type { ActWords } from "./act-words.ts"

/** The sign of a reaction, in colour: the heart alone is a text sign by itself. */
export const signOf = (reaction: string): string =>
  reaction === "love" ? `${REACTIONS.love}\uFE0F` : (REACTIONS[reaction] ?? reaction)

const OFFERED = ["love", "smile", "wow", "sad", "angry", "like"] as const

/** The menu. */
export const ActsMenu: FC<{ words: ActWords }> = ({ words }) => (
  <div id="acts" class="acts" popover="manual" role="menu" aria-label={words.more}>
    <div class="acts-signs" role="group" aria-label={words.react}>
      {OFFERED.map((name) => (
        <button
          type="button"
          role="menuitemradio"
          aria-checked="false"
          data-react={name}
          aria-label={words.reactions[name]}
          title={words.reactions[name]}
        >
          {signOf(name)}
        </button>
      ))}
    </div>
    <button type="button" class="menu-item" role="menuitem" data-do="reply">
      {words.reply}
    </button>
    <button type="button" class="menu-item" role="menuitem" data-do="edit">
      {words.edit}
    </button>
    <button type="button" class="menu-item" role="menuitem" data-do="delete">
      {words.unsend}
    </button>
  </div>
)

/** What stands over the composer while a message is edited or answered. */
export const Purpose: FC<{ words: ActWords }> = ({ words }) => (
  <p id="purpose" class="purpose" data-edit={words.editing} data-reply={words.replying} hidden>
    <span id="purpose-text" role="status" />
    <button type="button" id="purpose-cancel" class="quiet">
      {words.cancel}
    </button>
  </p>
)
