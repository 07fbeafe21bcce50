// What nobody reads: both sides of each line, one incident while it lasts and none afterwards, and that not knowing changes nothing.
import { describe, expect, it } from "vitest"
import { HOUR_MS, MINUTE_MS } from "../../../src/foundation/clock.ts"
import type { BankId } from "../../../src/foundation/id.ts"
import type { Incident, IncidentAbout, IncidentKind } from "../../../src/notifications/incident.ts"
import { isUnread, watchUnread, type UnreadWorld } from "../../../src/notifications/unread.ts"
import { recordingLog } from "../../support/bank.ts"

const NOW = 1_800_000_000_000
/** Our own clock may be elsewhere. */
const OURS = NOW + 3 * 24 * HOUR_MS
const DEMO = "demo" as BankId

describe("isUnread()", () => {
  it.each([
    ["a dead-letter queue up to half an hour", true, 30 * MINUTE_MS, undefined, false],
    ["one from then on, whatever was handed out", true, 30 * MINUTE_MS + 1, OURS, true],
    ["a queue up to two hours", false, 2 * HOUR_MS, undefined, false],
    ["one from then on where nothing was handed out", false, 2 * HOUR_MS + 1, undefined, true],
    ["nor for two hours", false, 72 * HOUR_MS, OURS - 2 * HOUR_MS - 1, true],
    ["one whose message comes again and again for days", false, 72 * HOUR_MS, OURS - 2 * HOUR_MS, false],
    ["one on which nothing waits", false, undefined, undefined, false],
    ["a dead-letter queue on which nothing waits", true, undefined, undefined, false],
  ] as const)("%s", (_, dead, oldestMs, lastReadAt, unread) => {
    expect(isUnread(dead, oldestMs, lastReadAt, OURS)).toBe(unread)
  })
})

function standing() {
  const open: Incident[] = []
  const state = {
    unread: [] as { bank: BankId | "*" }[],
    before: 0,
    metrics: {} as Record<string, { backlogCount: number; ageMs: number } | Error | "late">,
  }
  const incidents: UnreadWorld["incidents"] = {
    async open(about: IncidentAbout) {
      if (
        !open.some(
          ({ kind, bank, detail }) => kind === about.kind && bank === about.bank && detail === about.detail,
        )
      )
        open.push({ ...about, id: `incident_${open.length}`, openedAt: NOW })
    },
    async settle({ kind, bank }, details) {
      for (const each of open.filter((one) => one.kind === kind && one.bank === bank))
        if (!details.includes(each.detail)) open.splice(open.indexOf(each), 1)
      for (const detail of details) await incidents.open({ kind, bank, detail })
    },
    listOpen: async (kind: IncidentKind) => open.filter((each) => each.kind === kind),
  }
  const names = ["alerts", "updates-2", "alerts-dlq"]
  const world: UnreadWorld = {
    incidents,
    listUnread: async (before) => {
      state.before = before
      return state.unread
    },
    queues: names.map((name) => ({
      name,
      dead: name.endsWith("-dlq"),
      numbers: async () => {
        const metrics = state.metrics[name] ?? { backlogCount: 0, ageMs: NOW }
        if (metrics instanceof Error) throw metrics
        if (metrics === "late") return new Promise(() => undefined)
        const { backlogCount, ageMs } = metrics
        return { backlogCount, backlogBytes: 0, oldestMessageTimestamp: new Date(NOW - ageMs) }
      },
    })),
    lastRead: async () => new Map([["alerts", OURS]]),
    wait: async () => undefined,
    now: () => OURS,
    realNow: () => NOW,
    log: recordingLog().log,
  }
  const round = async () => {
    // What is slow answers after the numbers do.
    await watchUnread({ ...world, wait: () => new Promise((resolve) => setTimeout(resolve, 5)) })
    return open.map(({ kind, bank, detail }) => `${kind} ${bank} ${detail}`.trim()).toSorted()
  }
  return { state, round }
}

describe("watchUnread()", () => {
  it("tells of letters nobody replayed for a day, once a bank, until they are gone", async () => {
    const { state, round } = standing()
    state.unread = [{ bank: DEMO }, { bank: "*" }]
    expect(await round()).toEqual(["dead_letters_unread *", "dead_letters_unread demo"])
    expect(state.before).toBe(OURS - 24 * HOUR_MS)
    state.unread = [{ bank: "*" }]
    expect(await round()).toEqual(["dead_letters_unread *"])
    state.unread = []
    expect(await round()).toEqual([])
  })

  it("tells of a queue and of a dead-letter queue nobody reads, until somebody does", async () => {
    const { state, round } = standing()
    state.metrics = {
      alerts: { backlogCount: 1, ageMs: 3 * HOUR_MS },
      "updates-2": { backlogCount: 1, ageMs: 3 * HOUR_MS },
      "alerts-dlq": { backlogCount: 7, ageMs: HOUR_MS },
    }
    // Something of `alerts` was handed out a moment ago.
    expect(await round()).toEqual(["queue_unread * alerts-dlq", "queue_unread * updates-2"])
    state.metrics = { "alerts-dlq": { backlogCount: 7, ageMs: HOUR_MS } }
    expect(await round()).toEqual(["queue_unread * alerts-dlq"])
    state.metrics = {}
    expect(await round()).toEqual([])
  })

  it("leaves a queue as it was where it does not say how it stands", async () => {
    const { state, round } = standing()
    state.metrics = { "alerts-dlq": { backlogCount: 7, ageMs: HOUR_MS } }
    await round()
    for (const silent of [new Error("gone"), "late"] as const) {
      state.metrics = { "alerts-dlq": silent, "updates-2": silent }
      expect(await round()).toEqual(["queue_unread * alerts-dlq"])
    }
  })
})
