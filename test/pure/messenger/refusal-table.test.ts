// Every row of the platform's error table, as messenger-platform.md 8.3 and 7.2 print it: code, subcode, its class there, what it means,
// what it is to us. Written from there, not from the code; what the gateway then does stands in DOES and in each test's name.
import { describe, expect, it } from "vitest"
import { judgeError, REFUSALS, type RefusalClass } from "../../../src/messenger/refusal.ts"

/** What the gateway does with a message, or a call, that met such a refusal. */
const DOES: Readonly<Record<RefusalClass, string>> = {
  retry: "sends it again later, a counted number of times",
  throttled: "waits as long as the platform says; costs no attempt",
  gone: "reports it undeliverable to this person; others are not concerned",
  window: "uses another form or another channel, and reports which could not be used",
  region: "sends plain text once, where the window is open, and remembers the region for 30 days",
  our_fault: "keeps it in the dead letters for a person to see, and alerts",
  page_stopped: "pauses the Page, keeps everything, alerts",
  unknown_outcome: "waits for the echo and never sends blindly again (P2)",
}

/** The sheet's letters: R retry, T throttled, P permanent for this recipient, W window or policy, C our bug, A authentication. */
const LETTERS: Readonly<Record<string, readonly RefusalClass[]>> = {
  R: ["retry"],
  T: ["throttled"],
  P: ["gone"],
  W: ["window"],
  region: ["region"],
  C: ["our_fault"],
  A: ["page_stopped"],
  "A/C": ["page_stopped"],
  unknown: ["unknown_outcome"],
}

type Row = readonly [
  code: number,
  subcode: number | undefined,
  letter: string,
  meaning: string,
  reason: RefusalClass,
]
const none = undefined
const ROWS: readonly Row[] = [
  [1, none, "R", "unknown API error", "retry"],
  [1, 99, "R", "unknown; may be a missing permission", "retry"],
  [1, 1357046, "unknown", "answered with an error although messages were delivered", "unknown_outcome"],
  [2, none, "R", "temporary error; also where the person blocked the Page", "retry"],
  [2, 2018344, "C", "the Page has not accepted the contact terms", "our_fault"],
  [3, none, "C", "unknown method or capability", "our_fault"],
  [4, none, "T", "app request limit", "throttled"],
  [4, 2018022, "T", "too many sends to phone numbers", "throttled"],
  [4, 2018354, "P", "marketing: too soon after the last", "gone"],
  [9, 2018352, "P", "the person's limit of marketing messages", "gone"],
  [10, none, "A/C", "permission missing", "page_stopped"],
  [10, 2018278, "W", "outside the allowed window", "window"],
  [10, 2018065, "W", "outside the window, old form", "window"],
  [10, 2534022, "W", "outside the window, the Instagram form", "window"],
  [10, 2018108, "P", "this person cannot receive messages now", "gone"],
  [10, 1893063, "A", "Page temporarily restricted", "page_stopped"],
  [10, 2018336, "region", "template refused in this region", "region"],
  [10, 1893015, "C", "listed without a meaning", "our_fault"],
  [10, 1404170, "C", "listed without a meaning", "our_fault"],
  [17, none, "T", "user request limit", "throttled"],
  [32, none, "T", "Page limit with a user token", "throttled"],
  [33, none, "C", "object missing or no access", "our_fault"],
  [100, 33, "C", "object missing or no access", "our_fault"],
  [100, none, "C", "invalid parameter; also the removed tags", "our_fault"],
  [100, 2018001, "P", "no matching user", "gone"],
  [100, 2018109, "C", "attachment too large", "our_fault"],
  [100, 2018008, "R", "attachment could not be fetched", "retry"],
  [100, 2018294, "R", "video timed out", "retry"],
  [100, 2018047, "C", "upload failed or type mismatch", "our_fault"],
  [100, 2018074, "C", "attachment id invalid or not owned", "our_fault"],
  [100, 2018014, "C", "sender action combined with a message", "our_fault"],
  [100, 2018164, "C", "incorrect app id as target of a thread", "our_fault"],
  [100, 2534037, "C", "thread control refused in this state", "our_fault"],
  [100, 1893029, "C", "utility: too few button parameters", "our_fault"],
  [100, 2018173, "C", "media template, first of the range", "our_fault"],
  [100, 2018188, "C", "media template, last of the range", "our_fault"],
  [100, 2018320, "C", "product template: bad product id", "our_fault"],
  [100, 2018328, "C", "product template: API version below 8", "our_fault"],
  [100, 2018416, "C", "utility template creation refused", "our_fault"],
  [100, 2388051, "C", "utility template creation refused", "our_fault"],
  [7, 2018416, "C", "the same under another code", "our_fault"],
  [7, 2388051, "C", "the same under another code", "our_fault"],
  [102, none, "A", "session or API key expired", "page_stopped"],
  [190, none, "A", "token invalid", "page_stopped"],
  [190, 458, "A", "app removed", "page_stopped"],
  [190, 459, "A", "checkpoint", "page_stopped"],
  [190, 460, "A", "password changed", "page_stopped"],
  [190, 463, "A", "expired", "page_stopped"],
  [190, 464, "A", "unconfirmed", "page_stopped"],
  [190, 467, "A", "invalidated", "page_stopped"],
  [190, 1234567, "A", "any other", "page_stopped"],
  [200, none, "A/C", "permission error", "page_stopped"],
  [200, 1545041, "P", "person unavailable", "gone"],
  [200, 2018028, "C", "Standard Access: the recipient holds no role on the app", "our_fault"],
  [200, 2018027, "C", "messaging permission missing", "our_fault"],
  [200, 2018021, "C", "messaging permission missing", "our_fault"],
  [230, none, "A", "token lacks pages_messaging", "page_stopped"],
  [341, none, "T", "app limit reached", "throttled"],
  [368, none, "A", "temporarily blocked for policy", "page_stopped"],
  [506, none, "P", "duplicate post", "gone"],
  [551, none, "P", "person not available", "gone"],
  [551, 1545041, "P", "person not available", "gone"],
  [551, 1893047, "P", "person not available", "gone"],
  [613, none, "T", "custom rate limit", "throttled"],
  // The sheet's A means "slow down and alert" here: the Page goes on, a quarter of an hour later.
  [613, 2018338, "T", "sending felt as bothersome", "throttled"],
  [613, 2534040, "T", "rate, no detail recorded", "throttled"],
  [613, 1893016, "T", "rate, no detail recorded", "throttled"],
  [1200, none, "R", "temporary send failure", "retry"],
  [2018218, none, "P", "no profile for this account", "gone"],
  [2018247, none, "C", "not enough permission for a profile", "our_fault"],
  [2018300, none, "W", "another app controls the thread", "window"],
  [10, 2018300, "W", "another app controls the thread, as a subcode", "window"],
  [2018321, none, "W", "thread control, no detail recorded", "window"],
  [100, 2018321, "W", "the same as a subcode", "window"],
  [2018171, none, "W", "thread control, no detail recorded", "window"],
  [100, 2018171, "W", "the same as a subcode", "window"],
  [2018234, none, "W", "thread control, no detail recorded", "window"],
  [100, 2018234, "W", "the same as a subcode", "window"],
  [2022, none, "A", "commerce messages switched off after a violation", "page_stopped"],
  [10303, none, "P", "invalid account_linking_token", "gone"],
  [2071010, none, "C", "Messenger Extensions, first of the range", "our_fault"],
  [2071025, none, "C", "Messenger Extensions, last of the range", "our_fault"],
  [2500, none, "A", "no or empty token", "page_stopped"],
  [80001, none, "T", "too many calls of the Page", "throttled"],
  [80006, none, "T", "Messenger limit", "throttled"],
  [9000001, none, "P", "message deleted", "gone"],
]

/** Refusals that suspend the person until they write again. */
const UNAVAILABLE = ["2/none", "10/2018108", "100/2018001", "200/1545041"].concat(
  "551/none",
  "551/1545041",
  "551/1893047",
)
const THREAD = [2018300, 2018321, 2018171, 2018234]

const judge = (code: number, subcode?: number) =>
  judgeError(
    { message: "m", type: "OAuthException", code, ...(subcode ? { error_subcode: subcode } : {}) },
    { status: 400, headers: new Headers() },
    false,
  )

describe("met with", () => {
  it.each(ROWS.map((row) => [row[0], row[1] ?? "none", row[3], DOES[row[4]], row] as const))(
    "%s/%s, %s, the gateway %s",
    (_code, _subcode, _meaning, _does, [code, subcode, letter, , reason]) => {
      const refusal = judge(code, subcode)
      expect(refusal).toMatchObject({ reason, code, ...(subcode ? { subcode } : {}), status: 400 })
      expect(LETTERS[letter]).toContain(reason)
      expect(refusal.unavailable === true).toBe(UNAVAILABLE.includes(`${code}/${subcode ?? "none"}`))
      expect(refusal.thread === true).toBe(THREAD.includes(code) || THREAD.includes(subcode ?? 0))
    },
  )

  it("has every row of the code's table above", () => {
    const tested = ROWS.map(([code, subcode]) => `${code}/${subcode ?? "none"}`)
    const untested = REFUSALS.filter(({ code, subcode }) => {
      const own = subcode === "any" ? "none" : subcode
      return !tested.some((row) => row === `${code}/${own}` || (code === "any" && row.endsWith(`/${own}`)))
    })
    expect(untested).toEqual([])
  })
})
