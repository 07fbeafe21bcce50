// What a Page shows before anything is said: Get Started, the greeting, ice breakers, the menu; and the menu one person sees instead once
// they are linked. Read first and written only where it differs, because the platform takes ten profile calls in ten minutes
// (profile-budget.ts). The texts are given. Composed by scheduled work, onboarding and the Conversation.

import type { PageId } from "../foundation/id.ts"
import { ok, type Result } from "../foundation/result.ts"
import type { Secret } from "../foundation/secret.ts"
import type { Graph } from "./client.ts"
import { objectOf, objectsOf, type JsonObject } from "./json.ts"
import type { ProfileBudget } from "./profile-budget.ts"
import { assertMenu, assertProfile, type Menu, type MenuItem, type PageProfile } from "./profile-limits.ts"
import type { GraphRefusal } from "./refusal.ts"

/** Documents list `greeting`, the platform's own library does not: where it is refused the rest still counts. */
const INVALID_PARAMETER = 100
const FIELDS = [
  "get_started",
  "persistent_menu",
  "greeting",
  "ice_breakers",
  "account_linking_url",
  "commands",
] as const

/** Make the Page show `wanted`. Repeating it writes nothing; it takes four calls at most.
 * @param graph without `deleteProfile` commands stay
 * @param budget the Page's, where it is counted
 * @returns the properties that were written
 * @throws RangeError where `wanted` breaks a limit of the platform: its texts are ours */
export async function syncProfile(
  graph: Pick<Graph, "getProfile" | "setProfile"> & Partial<Pick<Graph, "deleteProfile">>,
  page: PageId,
  token: Secret,
  wanted: PageProfile,
  signal?: AbortSignal,
  budget?: ProfileBudget,
): Promise<Result<{ readonly written: readonly string[] }, GraphRefusal>> {
  assertProfile(wanted)
  const spend = () => budget?.take() ?? ok(undefined)
  const asked = spend()
  const present = asked.ok ? await graph.getProfile(page, token, FIELDS, signal) : asked
  if (!present.ok) return present
  const { greeting, ...needed } = differences(present.value, renderProfile(wanted))
  const written: string[] = []
  if (graph.deleteProfile && objectsOf(present.value["commands"]).length > 0) {
    const spent = spend()
    const answer = spent.ok ? await graph.deleteProfile(page, token, ["commands"], signal) : spent
    if (!answer.ok) return answer
    written.push("commands")
  }
  if (Object.keys(needed).length > 0) {
    const spent = spend()
    const answer = spent.ok ? await graph.setProfile(page, token, needed, signal) : spent
    if (!answer.ok) return answer
    written.push(...Object.keys(needed))
  }
  if (greeting !== undefined) {
    const spent = spend()
    const answer = spent.ok ? await graph.setProfile(page, token, { greeting }, signal) : spent
    if (answer.ok) written.push("greeting")
    else if (answer.error.code !== INVALID_PARAMETER) return answer
  }
  return ok({ written })
}

/** Show one person a menu of their own, or with `null` the Page's again: what is personal stands there only while they are linked.
 * @param budget that person's, where it is counted
 * @throws RangeError where the menu breaks a limit of the platform */
export async function showPersonalMenu(
  graph: Pick<Graph, "setPersonalMenu" | "deletePersonalMenu">,
  page: PageId,
  token: Secret,
  psid: string,
  menu: Menu | null,
  signal?: AbortSignal,
  budget?: ProfileBudget,
): Promise<Result<void, GraphRefusal>> {
  if (menu) assertMenu(menu)
  const spent = budget?.take() ?? ok(undefined)
  if (!spent.ok) return spent
  return menu
    ? graph.setPersonalMenu(page, token, psid, renderMenu(menu), signal)
    : graph.deletePersonalMenu(page, token, psid, signal)
}

/** The profile as the platform's properties. */
export function renderProfile(profile: PageProfile): JsonObject {
  const { iceBreakers, accountLinkingUrl } = profile
  return {
    get_started: { payload: profile.getStarted },
    greeting: Object.entries(profile.greeting).map(([locale, text]) => ({ locale, text })),
    persistent_menu: renderMenu(profile.menu),
    ...(iceBreakers === undefined
      ? {}
      : {
          ice_breakers: Object.entries(iceBreakers).map(([locale, questions]) => ({
            locale,
            call_to_actions: questions.map(({ question, payload }) => ({ question, payload })),
          })),
        }),
    ...(accountLinkingUrl === undefined ? {} : { account_linking_url: accountLinkingUrl }),
  }
}

function renderMenu(menu: Menu): readonly JsonObject[] {
  return Object.entries(menu).map(([locale, items]) => ({ locale, call_to_actions: items.map(renderItem) }))
}

function renderItem(item: MenuItem): JsonObject {
  return item.kind === "postback"
    ? { type: "postback", title: item.title, payload: item.payload }
    : { type: "web_url", title: item.title, url: item.url, webview_share_button: "hide" }
}

/** Properties of `wanted` that the Page does not show yet. */
function differences(present: JsonObject, wanted: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(wanted).filter(([name, value]) => !shows(present[name], value)))
}

/** Whether `present` has all of `wanted`. The platform adds members of its own and may give locales in another order; an item too many
 * is a difference. */
function shows(present: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(present) || present.length !== wanted.length) return false
    const byLocale = new Map(objectsOf(present).map((each) => [each["locale"], each]))
    return wanted.every((each: unknown, index) => {
      const locale = objectOf(each)?.["locale"]
      return shows(locale === undefined ? present[index] : byLocale.get(locale), each)
    })
  }
  const object = objectOf(wanted)
  if (!object) return present === wanted
  return Object.entries(object).every(([name, value]) => shows(objectOf(present)?.[name], value))
}
