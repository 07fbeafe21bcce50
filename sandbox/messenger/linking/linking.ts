// Account linking at Messenger's side: what tapping Log In opens, and what happens when the bank's page comes back.
// Source: reference/messenger-platform.md 3.3. The pages around it are routes.tsx.

import type { Emulator } from "../emulator.ts"
import { isOpenableUrl } from "../graph/limits.ts"
import type { Person } from "../people/person-store.ts"
import { randomLinkingToken } from "../random.ts"
import { announce } from "../webhooks/announce.ts"
import { linkedEvent } from "../webhooks/event.ts"

const PATH = "/messenger_platform/account_linking"
/** How long coming back waits for the gateway to take the event; its own deadline is shorter. */
const ACKNOWLEDGED_MS = 8_000

/** True where the platform offers account linking: not in Europe and Japan, be it the Page or the person.
 * @see reference/messenger-platform.md 3.6 */
export const hasLinking = (emulator: Emulator, person: Person): boolean =>
  (person.region ?? emulator.standings.of(person.pageId).region) === null

/** What Log In opens: the button's URL with both parameters appended, its own query kept.
 * @returns undefined for a URL that no Log In button can hold, and where there is no linking */
export function openLogin(emulator: Emulator, person: Person, buttonUrl: string): string | undefined {
  if (!isOpenableUrl(buttonUrl) || !hasLinking(emulator, person)) return undefined
  const token = randomLinkingToken()
  emulator.linking.add(token, person.psid, person.pageId, emulator.clock.now())
  const location = new URL(buttonUrl)
  const redirectUri = new URL(PATH, emulator.env.ORIGIN)
  redirectUri.searchParams.set("account_linking_token", token)
  location.searchParams.append("account_linking_token", token)
  location.searchParams.append("redirect_uri", redirectUri.href)
  return location.href
}

/** How coming back ended. */
export type Return =
  | { readonly kind: "linked" | "cancelled"; readonly psid: string }
  /** expired: the five minutes are over; used: came back before; refused: the gateway did not take the event */
  | { readonly kind: "expired" | "used" | "refused"; readonly psid: string | undefined }

/** The bank's page came back.
 * @param code the `authorization_code`, passed on untouched; without one linking was given up */
export async function comeBack(emulator: Emulator, token: string, code: string | undefined): Promise<Return> {
  const now = emulator.clock.now()
  const bound = emulator.linking.find(token, now)
  if (bound === undefined) return { kind: "expired", psid: emulator.linking.findOwner(token) }
  const { psid, pageId } = bound
  if (bound.used) return { kind: "used", psid }
  emulator.linking.spend(token)
  if (code === undefined || code === "") return { kind: "cancelled", psid }
  const between = { psid, pageId, at: now }
  const row = announce(emulator, "messaging_account_linking", between, linkedEvent(between, code), {
    once: true,
  })
  if (row === undefined) return { kind: "refused", psid }
  const timer = new Promise<boolean>((resolve) => setTimeout(() => resolve(true), ACKNOWLEDGED_MS))
  const taken = await Promise.race([emulator.courier.whenSettled(row), timer])
  if (!taken) return { kind: "refused", psid }
  emulator.people.change(psid, { linked: true })
  emulator.live.peopleChanged()
  return { kind: "linked", psid }
}
