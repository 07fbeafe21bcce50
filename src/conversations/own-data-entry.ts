// The one-time link to the person's own pages: `/me#` and a token. The fragment never reaches a server or its logs by itself; the page's
// button posts it. The token is sealed under a day key (place `me|entry|token`) and names whose pages it opens; that it is good once is
// the Conversation's to say, whose state holds its id until it was used. Made by person.ts, opened by privacy/me/routes.tsx.

import { err, ok, type Result } from "../foundation/result.ts"
import { isLanguage, type Language } from "../phrases/catalogue.ts"
import type { Vault } from "../vault/vault.ts"
import type { Utterance } from "./leave.ts"
import type { Whom } from "./person-world.ts"
import type { State } from "./state.ts"

/** What a token says. */
export interface OwnDataEntry {
  readonly v: 1
  readonly whom: Whom
  /** The state holds the same until it was used. */
  readonly id: string
  readonly until: number
  /** The chat's. */
  readonly language: Language
}

/** Longer than any token of ours. */
const TOKEN_CHARS_MAX = 1_000

/** Complete the buttons of what a turn says that lead to the person's own pages with the token it made good.
 * @param url where such a button leads before it is completed */
export async function withEntry(
  vault: Pick<Vault, "sealForDays">,
  whom: Whom,
  state: State,
  url: string,
  say: readonly Utterance[],
): Promise<readonly Utterance[]> {
  if (!state.entry) return say
  const entry: OwnDataEntry = { v: 1, whom, ...state.entry, language: state.language }
  const token = await vault.sealForDays("me", "entry", "token", JSON.stringify(entry))
  return say.map(({ message, need }) =>
    message.kind === "buttons"
      ? {
          need,
          message: {
            ...message,
            buttons: message.buttons.map((button) =>
              button.kind === "url" && button.url === url ? { ...button, url: `${url}#${token}` } : button,
            ),
          },
        }
      : { message, need },
  )
}

/** Open a token. Whether it is good still is the Conversation's to say.
 * @returns refusal `entry_unreadable` for what is no token of ours, `entry_expired` past its five minutes */
export async function openEntry(
  vault: Pick<Vault, "openForDays">,
  token: string,
  now: number,
): Promise<Result<OwnDataEntry, { readonly reason: "entry_unreadable" | "entry_expired" }>> {
  if (token.length > TOKEN_CHARS_MAX) return err({ reason: "entry_unreadable" })
  const opened = await vault.openForDays("me", "entry", "token", token)
  if (!opened.ok) return err({ reason: "entry_unreadable" })
  const entry = JSON.parse(opened.value) as OwnDataEntry
  if (entry.v !== 1 || !isLanguage(entry.language)) return err({ reason: "entry_unreadable" })
  return now < entry.until ? ok(entry) : err({ reason: "entry_expired" })
}
