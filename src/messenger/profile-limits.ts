// What a Page can show before anything is said: its shape, and the platform's limits. Its texts are our own catalogue's, so that
// breaking one is a fault: it throws, and a test finds it.
// Composed by profile.ts. @see messenger-platform.md 6

import { PAYLOAD_CHARS_MAX } from "./message-limits.ts"

/** One line of the menu: it answers, or opens a page. */
export type MenuItem =
  | { readonly kind: "postback"; readonly title: string; readonly payload: string }
  | { readonly kind: "url"; readonly title: string; readonly url: string }

/** A menu by Meta locale (`default`, `ar_AR`): at most 20 items of 30 characters. `default` must be there: it stands in for the others. */
export type Menu = Readonly<Record<string, readonly MenuItem[]>>

/** A question to tap in an empty chat. Tapping sends `payload`, as a postback. */
export interface IceBreaker {
  readonly question: string
  readonly payload: string
}

/** What a Page shows. The locale `default` must be there: it stands in for every other. There are no slash commands: they hide the
 * menu, and are taken away where a Page has some. */
export interface PageProfile {
  /** What tapping Get Started sends, as a postback. */
  readonly getStarted: string
  /** By Meta locale (`default`, `ar_AR`): at most 160 characters. */
  readonly greeting: Readonly<Record<string, string>>
  readonly menu: Menu
  /** By Meta locale: at most 4, shown in place of Get Started. What the Page has stays where left out. */
  readonly iceBreakers?: Readonly<Record<string, readonly IceBreaker[]>>
  /** https: where Log In leads. Without it the platform does not show the button's page. */
  readonly accountLinkingUrl?: string
}

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
