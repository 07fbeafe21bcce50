// How a refusal is judged round the platform's error table; the table itself is refusal-table.test.ts.
import { describe, expect, it } from "vitest"
import { classAfter, judgeError, judgeSilence, judgeStrangeAnswer } from "../../../src/messenger/refusal.ts"

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

const none = undefined

describe("judgeError()", () => {
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
