// The platform's error table, row by row as messenger-platform.md 8.3 prints it; written from there, not from the code.
import { describe, expect, it } from "vitest"
import {
  classAfter,
  judgeError,
  judgeSilence,
  judgeStrangeAnswer,
  REFUSALS,
  type RefusalClass,
} from "../../../src/messenger/refusal.ts"

const head = (status = 400, headers: Record<string, string> = {}) => ({
  status,
  headers: new Headers(headers),
})
const judge = (code: number, subcode?: number, more: object = {}, headers: Record<string, string> = {}) =>
  judgeError(
    { message: "m", type: "OAuthException", code, ...(subcode ? { error_subcode: subcode } : {}), ...more },
    head(400, headers),
    false,
  )

type Row = readonly [code: number, subcode: number | undefined, reason: RefusalClass]
const none = undefined
const ROWS: readonly Row[] = [
  [1, none, "retry"],
  [1, 99, "retry"],
  [1, 1357046, "unknown_outcome"],
  [2, none, "retry"],
  [2, 2018344, "our_fault"],
  [3, none, "our_fault"],
  [4, none, "throttled"],
  [4, 2018022, "throttled"],
  [4, 2018354, "gone"],
  [9, 2018352, "gone"],
  [10, none, "page_stopped"],
  [10, 2018278, "window"],
  [10, 2018065, "window"],
  [10, 2534022, "window"],
  [10, 2018108, "gone"],
  [10, 1893063, "page_stopped"],
  [10, 2018336, "region"],
  [10, 1893015, "our_fault"],
  [10, 1404170, "our_fault"],
  [17, none, "throttled"],
  [32, none, "throttled"],
  [33, none, "our_fault"],
  [100, none, "our_fault"],
  [100, 33, "our_fault"],
  [100, 2018001, "gone"],
  [100, 2018109, "our_fault"],
  [100, 2018008, "retry"],
  [100, 2018294, "retry"],
  [100, 2018047, "our_fault"],
  [100, 2018074, "our_fault"],
  [100, 2018014, "our_fault"],
  [100, 2018164, "our_fault"],
  [100, 2534037, "our_fault"],
  [100, 1893029, "our_fault"],
  [100, 2018173, "our_fault"],
  [100, 2018188, "our_fault"],
  [100, 2018320, "our_fault"],
  [100, 2018328, "our_fault"],
  [100, 2018416, "our_fault"],
  [100, 2388051, "our_fault"],
  [7, 2018416, "our_fault"],
  [7, 2388051, "our_fault"],
  [102, none, "page_stopped"],
  [190, none, "page_stopped"],
  [190, 458, "page_stopped"],
  [190, 459, "page_stopped"],
  [190, 460, "page_stopped"],
  [190, 463, "page_stopped"],
  [190, 464, "page_stopped"],
  [190, 467, "page_stopped"],
  [190, 1234567, "page_stopped"],
  [200, none, "page_stopped"],
  [200, 1545041, "gone"],
  [200, 2018028, "our_fault"],
  [200, 2018027, "our_fault"],
  [200, 2018021, "our_fault"],
  [230, none, "page_stopped"],
  [341, none, "throttled"],
  [368, none, "page_stopped"],
  [506, none, "gone"],
  [551, none, "gone"],
  [551, 1545041, "gone"],
  [551, 1893047, "gone"],
  [613, none, "throttled"],
  [613, 2018338, "throttled"],
  [613, 2534040, "throttled"],
  [613, 1893016, "throttled"],
  [1200, none, "retry"],
  [2018218, none, "gone"],
  [2018247, none, "our_fault"],
  [2018300, none, "window"],
  [2022, none, "page_stopped"],
  [10303, none, "gone"],
  [2071010, none, "our_fault"],
  [2071025, none, "our_fault"],
  [2500, none, "page_stopped"],
  [80001, none, "throttled"],
  [80006, none, "throttled"],
  [9000001, none, "gone"],
]

describe("judgeError()", () => {
  it.each(ROWS)("takes %i/%s for %s", (code, subcode, reason) => {
    expect(judge(code, subcode)).toMatchObject({ reason, code, ...(subcode ? { subcode } : {}), status: 400 })
  })

  it("has every row of the table tested above", () => {
    const tested = ROWS.map(([code, subcode]) => `${code}/${subcode ?? "none"}`)
    const untested = REFUSALS.filter(({ code, subcode }) => {
      const own = subcode === "any" ? "none" : subcode
      return !tested.some((row) => row === `${code}/${own}` || (code === "any" && row.endsWith(`/${own}`)))
    })
    expect(untested).toEqual([])
  })

  it.each([
    [1, none, 3, "our_fault"],
    [1, 99, 2, "our_fault"],
    [2, none, 4, "gone"],
    [100, 2018008, 2, "our_fault"],
    [100, 2018294, 2, "our_fault"],
  ] as const)("tries %i/%s only so often: %i times, then %s", (code, subcode, attempts, afterwards) => {
    const refusal = judge(code, subcode)
    expect(refusal.retry).toBe("later")
    expect(classAfter(refusal, attempts - 1)).toBe("retry")
    expect(classAfter(refusal, attempts)).toBe(afterwards)
  })

  it("does not stop a Page for a subcode nobody has heard of", () => {
    expect(judge(10, 99999).reason).toBe("our_fault")
    expect(judge(200, 99999).reason).toBe("our_fault")
  })

  it("gives an unknown code another try where the platform says it will pass, else keeps it for a person", () => {
    expect(judge(424242, none, { is_transient: true })).toMatchObject({
      reason: "retry",
      retry: "later",
      attemptsMax: 3,
    })
    expect(judge(424242, none, { is_transient: false })).toMatchObject({
      reason: "our_fault",
      retry: "never",
    })
    expect(judge(424242).reason).toBe("our_fault")
  })

  it("honours is_transient where the table sees our mistake, and nowhere else", () => {
    expect(judge(100, none, { is_transient: true }).reason).toBe("retry")
    expect(judge(551, none, { is_transient: true }).reason).toBe("gone")
    expect(judge(10, 2018278, { is_transient: true }).reason).toBe("window")
    expect(judge(190, none, { is_transient: true }).reason).toBe("page_stopped")
    expect(judge(1, 1357046, { is_transient: true }).reason).toBe("unknown_outcome")
    expect(judge(2, none, { is_transient: false }).reason).toBe("retry")
  })

  it.each([
    ["no header", {}, 30_000],
    ["Retry-After in seconds", { "retry-after": "7" }, 7_000],
    [
      "the platform's estimate in minutes",
      { "x-business-use-case-usage": '{"1":[{"type":"messenger","estimated_time_to_regain_access":19}]}' },
      19 * 60_000,
    ],
    [
      "an estimate of nothing",
      { "x-business-use-case-usage": '{"1":[{"estimated_time_to_regain_access":0}]}' },
      30_000,
    ],
    [
      "an estimate without an end",
      { "x-business-use-case-usage": '{"1":[{"estimated_time_to_regain_access":999999}]}' },
      3_600_000,
    ],
    ["a date", { "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" }, 30_000],
  ])("waits on a throttle: %s", (_name, headers, afterMs) => {
    expect(judge(80006, none, {}, headers).retry).toEqual({ afterMs })
  })

  it("slows down for long where sending was felt as a nuisance", () => {
    expect(judge(613, 2018338).retry).toEqual({ afterMs: 15 * 60_000 })
  })

  it("reads codes given as text, and takes a missing one for our fault", () => {
    expect(judgeError({ code: "551" }, head(), false).reason).toBe("gone")
    expect(judgeError({}, head(), false).reason).toBe("our_fault")
    expect(judgeError({ code: { a: 1 }, error_subcode: [] }, head(), false).reason).toBe("our_fault")
  })

  it("P5: keeps the trace id and nothing the platform wrote", () => {
    const refusal = judge(100, none, {
      message: "Param text must not be 1,204.50 EUR",
      fbtrace_id: "BLBz/WZt8dN",
      error_data: "secret",
    })
    expect(refusal).toEqual({
      reason: "our_fault",
      retry: "never",
      code: 100,
      status: 400,
      trace: "BLBz/WZt8dN",
    })
    expect(judge(100, none, { fbtrace_id: "a sentence with 1,204.50 EUR" })).not.toHaveProperty("trace")
  })
})

describe("judgeStrangeAnswer()", () => {
  it.each([
    [200, "unknown_outcome"],
    [302, "our_fault"],
    [401, "our_fault"],
    [408, "unknown_outcome"],
    [429, "throttled"],
    [500, "unknown_outcome"],
    [502, "unknown_outcome"],
    [503, "unknown_outcome"],
  ] as const)("takes %i without an error object for %s", (status, reason) => {
    expect(judgeStrangeAnswer(head(status), false)).toMatchObject({ reason, status })
  })
})

it("P2: a send of unknown outcome is never repeated blindly, a harmless call may be", () => {
  expect(judgeSilence(false)).toEqual({ reason: "unknown_outcome", retry: "never" })
  expect(judgeSilence(true)).toEqual({ reason: "unknown_outcome", retry: "later" })
})
