// What Meta's answers mean for a Page: which travel to its object, and how often.
import { describe, expect, it } from "vitest"
import type { PageId } from "../../../src/foundation/id.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import { createPageReports, stopReasonOf } from "../../../src/messenger/page-report.ts"
import { parsePageRecord } from "../../../src/messenger/page-record.ts"
import { REFUSALS, type GraphRefusal } from "../../../src/messenger/refusal.ts"
import { recordingLog } from "../../support/bank.ts"

const T = 1_763_800_000_000
const PAGE = "100" as PageId
const parsed = parsePageRecord({ v: 1, id: PAGE, bank: "demo", name: "Harbourline Bank" })
if (!parsed.ok) throw new Error("Cannot read the Page of the tests")
const record = parsed.value

function createWorld(broken = false) {
  const told: [string, unknown][] = []
  const forgotten: PageId[] = []
  const state = { now: T }
  const note = (call: string) => (request: object) => {
    const { v: _, now: _1, ...rest } = request as Record<string, unknown>
    if (broken) return Promise.reject(new Error("No such object"))
    told.push([call, rest])
    return Promise.resolve()
  }
  const { log, lines } = recordingLog()
  const reports = createPageReports({
    pages: { findRecord: () => Promise.resolve(ok(record)), forget: (page) => void forgotten.push(page) },
    pageObject: () => ({ pause: note("pause"), report: note("report"), usage: note("usage") }) as never,
    now: () => state.now,
    log,
  })
  return { reports, told, forgotten, state, lines }
}

const refusal = (reason: GraphRefusal["reason"], more: Partial<GraphRefusal> = {}): GraphRefusal => ({
  reason,
  retry: "never",
  ...more,
})

describe("reportSend()", () => {
  it("says nothing of sends that go well: a Page hears of the first one after a failure", async () => {
    const { reports, told } = createWorld()
    await reports.reportSend(PAGE)
    await reports.reportSend(PAGE, refusal("gone"))
    expect(told).toEqual([])
    await reports.reportSend(PAGE, refusal("unknown_outcome"))
    await reports.reportSend(PAGE, refusal("retry"))
    await reports.reportSend(PAGE)
    await reports.reportSend(PAGE)
    expect(told).toEqual([
      ["report", { sent: { kind: "failed" } }],
      ["report", { sent: { kind: "failed" } }],
      ["report", { sent: { kind: "well" } }],
    ])
  })

  it("takes what concerns one person or one message for an answer: Meta is there", async () => {
    for (const reason of ["gone", "window", "region", "our_fault"] as const) {
      const { reports, told } = createWorld()
      await reports.reportSend(PAGE, refusal("retry"))
      await reports.reportSend(PAGE, refusal(reason))
      expect(told.at(-1)).toEqual(["report", { sent: { kind: "well" } }])
    }
  })

  it("tells of a throttle with its wait, of a storm of them once in five seconds", async () => {
    const { reports, told, state } = createWorld()
    for (let each = 0; each < 50; each += 1)
      await reports.reportSend(PAGE, refusal("throttled", { retry: { afterMs: 60_000 } }))
    expect(told).toEqual([["report", { sent: { kind: "throttled", afterMs: 60_000 } }]])
    state.now = T + 5_000
    await reports.reportSend(PAGE, refusal("throttled"))
    expect(told.at(-1)).toEqual(["report", { sent: { kind: "throttled", afterMs: 30_000 } }])
  })

  it("stops a Page that may send nothing, names whose it is, and forgets a token that was refused", async () => {
    const { reports, told, forgotten } = createWorld()
    await reports.reportSend(PAGE, refusal("page_stopped", { code: 190, subcode: 460 }))
    await reports.reportSend(PAGE, refusal("page_stopped", { code: 190, subcode: 460 }))
    expect(told).toEqual([
      ["pause", { reason: "token_refused", token: true, of: { bank: "demo", page: PAGE } }],
    ])
    expect(forgotten).toEqual([PAGE, PAGE])
    const other = createWorld()
    await other.reports.reportSend(PAGE, refusal("page_stopped", { code: 368 }))
    expect(other.told).toMatchObject([["pause", { reason: "restricted", token: false }]])
    expect(other.forgotten).toEqual([])
  })

  it("never rejects: an object that cannot be reached, a Page nobody knows", async () => {
    const { reports, lines } = createWorld(true)
    await expect(reports.reportSend(PAGE, refusal("retry"))).resolves.toBeUndefined()
    expect(lines.join()).toContain("page_not_told")
    const lost = createPageReports({
      pages: { findRecord: () => Promise.resolve(err({ reason: "page_unknown" })), forget: () => undefined },
      pageObject: () => {
        throw new Error("No Page to tell")
      },
      now: () => T,
      log: recordingLog().log,
    })
    await expect(lost.reportSend(PAGE, refusal("page_stopped"))).resolves.toBeUndefined()
  })

  it("has a word for every code that stops a Page", () => {
    for (const { code, subcode } of REFUSALS.filter(({ reason }) => reason === "page_stopped"))
      expect(
        stopReasonOf({
          ...(typeof code === "number" ? { code } : {}),
          ...(typeof subcode === "number" ? { subcode } : {}),
        }),
      ).not.toBe("refused")
  })
})

describe("noteUsage()", () => {
  const used = (pagePercent: number, appPercent = 0) => ({ pagePercent, appPercent })

  it("is told with the next send, from 75 % on: the higher of app and Page, with Meta's estimate", async () => {
    const { reports, told } = createWorld()
    reports.noteUsage(PAGE, used(74.9))
    await reports.reportSend(PAGE)
    expect(told).toEqual([])
    reports.noteUsage(PAGE, { ...used(10, 96), regainAfterMs: 60_000 })
    await reports.reportSend(PAGE)
    await reports.reportSend(PAGE)
    expect(told).toEqual([["usage", { usage: { percent: 96, regainAfterMs: 60_000 } }]])
  })

  it("is told again where it changed by a percent, or five seconds later, and once when all is calm again", async () => {
    const { reports, told, state } = createWorld()
    const send = async (percent: number) => {
      reports.noteUsage(PAGE, used(percent))
      await reports.reportSend(PAGE)
    }
    await send(80)
    await send(80.4)
    expect(told).toHaveLength(1)
    await send(81)
    expect(told).toHaveLength(2)
    state.now = T + 5_000
    await send(81)
    expect(told).toHaveLength(3)
    await send(20)
    await send(20)
    expect(told.slice(3)).toEqual([["usage", { usage: { percent: 20 } }]])
  })
})
