// The platform's limits of a profile. Its texts are our own catalogue's, so that breaking one is a fault: it throws, and a test finds it.
// Composed by profile.ts. @see messenger-platform.md 6

import { PAYLOAD_CHARS_MAX } from "./message-limits.ts"
import type { Menu, PageProfile } from "./profile.ts"

const GREETING_CHARS_MAX = 160
const MENU_ITEMS_MAX = 20
const MENU_TITLE_CHARS_MAX = 30
const ICE_BREAKERS_MAX = 4
/** Not documented; what the platform's own pages let one type. */
const QUESTION_CHARS_MAX = 80

/** @throws RangeError naming the property that breaks a limit */
export function assertProfile(profile: PageProfile): void {
  const { getStarted, greeting, menu, iceBreakers, accountLinkingUrl } = profile
  refuse(!isPayload(getStarted), "getStarted")
  refuse(!("default" in greeting), "greeting without a default")
  refuse(
    Object.values(greeting).some((text) => !isTitle(text, GREETING_CHARS_MAX)),
    "greeting",
  )
  assertMenu(menu)
  if (iceBreakers !== undefined) {
    const lists = Object.values(iceBreakers)
    refuse(!("default" in iceBreakers), "ice breakers without a default")
    refuse(
      lists.some((list) => list.length === 0 || list.length > ICE_BREAKERS_MAX),
      "ice breakers",
    )
    refuse(
      lists.flat().some((each) => !isTitle(each.question, QUESTION_CHARS_MAX) || !isPayload(each.payload)),
      "ice breaker",
    )
  }
  refuse(accountLinkingUrl !== undefined && URL.parse(accountLinkingUrl) === null, "accountLinkingUrl")
}

/** @throws RangeError naming what breaks a limit */
export function assertMenu(menu: Menu): void {
  const lists = Object.values(menu)
  refuse(!("default" in menu), "menu without a default")
  refuse(
    lists.some((items) => items.length === 0 || items.length > MENU_ITEMS_MAX),
    "menu items",
  )
  refuse(
    lists.flat().some((item) => !isTitle(item.title, MENU_TITLE_CHARS_MAX)),
    "menu title",
  )
  refuse(
    lists.flat().some((item) => item.kind === "postback" && !isPayload(item.payload)),
    "menu payload",
  )
}

function isTitle(text: string, max: number): boolean {
  return text.trim() !== "" && text.length <= max
}

function isPayload(payload: string): boolean {
  return payload !== "" && payload.length <= PAYLOAD_CHARS_MAX
}

function refuse(holds: boolean, fault: string): void {
  if (holds) throw new RangeError(`Cannot set a profile: ${fault}`)
}
