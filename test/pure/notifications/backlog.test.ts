// When a queue is too far behind: both sides of each line, how often it is asked, and that not knowing takes everything.
import { describe, expect, it } from "vitest"
import type { BankRecord } from "../../../src/banks/bank.ts"
import type { BankEvent } from "../../../src/banks/event.ts"
import type { BankId } from "../../../src/foundation/id.ts"
import { ok } from "../../../src/foundation/result.ts"
import { acceptEvents, type AcceptanceWorld } from "../../../src/notifications/acceptance.ts"
import {
  createBacklog,
  decideShut,
  decideState,
  type QueueNumbers,
} from "../../../src/notifications/backlog.ts"
import { bankRecord, recordingLog } from "../../support/bank.ts"

const NOW = 1_800_000_000_000
const [FLOOD, CALM] = ["flood", "calm"] as unknown as readonly [BankId, BankId]
const numbers = (changes: Partial<QueueNumbers> = {}): QueueNumbers => ({
  backlogCount: 100,
  backlogBytes: 0,
  oldestMessageTimestamp: new Date(NOW),
  ...changes,
})
const aged = (ms: number) => ({ oldestMessageTimestamp: new Date(NOW - ms) })

describe("decideState()", () => {
  it.each([
    ["updates", numbers(), "clear"],
    ["updates", numbers(aged(300_000)), "clear"],
    ["updates", numbers(aged(300_001)), "late"],
    ["updates", numbers({ ...aged(300_001), backlogCount: 99 }), "clear"],
    ["updates", { backlogCount: 500, backlogBytes: 0 }, "clear"],
    ["updates", numbers({ backlogBytes: 4_999_999_999 }), "clear"],
    ["updates", numbers({ backlogBytes: 5_000_000_000 }), "large"],
    ["updates", numbers({ ...aged(300_001), backlogBytes: 5_000_000_000 }), "late"],
    ["updates", numbers({ backlogBytes: 9_999_999_999 }), "large"],
    ["updates", numbers({ ...aged(300_001), backlogBytes: 10_000_000_000 }), "full"],
    ["alerts", numbers(aged(3_600_000)), "clear"],
    ["alerts", numbers({ backlogBytes: 9_999_999_999 }), "clear"],
    ["alerts", numbers({ backlogBytes: 10_000_000_000 }), "large"],
    ["alerts", numbers({ backlogBytes: 20_000_000_000 }), "full"],
  ] as const)("%s %j: %s", (lane, given, state) => {
    expect(decideState(lane, given, NOW)).toBe(state)
  })
})

describe("decideShut()", () => {
  const none: ReadonlySet<BankId> = new Set()
  const some = (bank: BankId) => new Set([bank])
  it.each([
    ["who fills it, while it is late", "late", some(FLOOD), none, some(FLOOD)],
    ["who fills it, while it is large", "large", some(FLOOD), some(CALM), some(FLOOD)],
    ["everybody once it is full", "full", some(FLOOD), none, "everybody"],
    ["everybody where it is late and nothing is handed out", "late", none, some(FLOOD), "everybody"],
    ["nobody where it is large and nothing was handed out yet", "large", none, none, none],
    ["whom it was shut to, where that cannot be read now", "late", undefined, some(FLOOD), some(FLOOD)],
    ["everybody, where it is late and that was never read", "late", undefined, none, "everybody"],
    ["nobody, where it is large and that was never read", "large", undefined, "everybody", none],
  ] as const)("%s", (_, state, filling, before, shut) => {
    expect(decideShut(state, filling, before)).toEqual(shut)
  })
})

function standing(
  answer: () => Promise<QueueNumbers>,
  waits: () => Promise<ReadonlyMap<BankId, number>> = async () => new Map(),
) {
  const state = { now: NOW, asked: 0, counted: [] as number[] }
  const find = createBacklog({
    numbers: () => {
      state.asked += 1
      return answer()
    },
    waits: (_, from) => {
      state.counted.push(from)
      return waits()
    },
    wait: () => new Promise(() => undefined),
    realNow: () => state.now,
    log: recordingLog().log,
  })
  return { state, find }
}

describe("createBacklog()", () => {
  it("asks once in ten seconds and says when to come again", async () => {
    let behind = true
    const { state, find } = standing(async () => numbers(behind ? { backlogBytes: 1e11 } : {}))
    expect(await find("updates", CALM)).toEqual({ reason: "throttled", retry: { afterMs: 30_000 } })
    behind = false
    state.now += 9_999
    expect(await find("updates", CALM)).toBeDefined()
    expect(state.asked).toBe(1)
    state.now += 1
    expect(await find("updates", CALM)).toBeUndefined()
    expect(state.asked).toBe(2)
  })

  it("takes everything where the numbers cannot be read, or not in time", async () => {
    expect(await standing(() => Promise.reject(new Error("gone"))).find("alerts", CALM)).toBeUndefined()
    const late = createBacklog({
      numbers: () => new Promise(() => undefined),
      waits: async () => new Map(),
      wait: async () => undefined,
      realNow: () => NOW,
      log: recordingLog().log,
    })
    expect(await late("updates", CALM)).toBeUndefined()
  })

  it("P13: is shut to the bank whose events fill it and to nobody else, until it is full", async () => {
    let bytes = 0
    const waits = async () =>
      new Map([
        [FLOOD, 900_000],
        [CALM, 40],
      ])
    const { state, find } = standing(async () => numbers({ ...aged(400_000), backlogBytes: bytes }), waits)
    expect(await find("updates", FLOOD)).toMatchObject({ reason: "throttled" })
    expect(await find("updates", CALM)).toBeUndefined()
    expect(await find("updates", "never-heard-of" as BankId)).toBeUndefined()
    // A quarter of an hour is counted, this minute included.
    expect(state.counted).toEqual([Math.floor(NOW / 60_000) - 14])
    bytes = 10_000_000_000
    state.now += 10_000
    expect(await find("updates", CALM)).toMatchObject({ reason: "throttled" })
  })

  it("asks nobody whose events wait while nothing is behind: it costs D1 nothing", async () => {
    const { state, find } = standing(async () => numbers())
    expect(await find("updates", FLOOD)).toBeUndefined()
    expect(state.counted).toEqual([])
  })
})

describe("acceptEvents()", () => {
  it("P7: takes the alerts of a request whose updates it cannot take, and says to send again", async () => {
    const posted: string[] = []
    const world: AcceptanceWorld = {
      receiveNotice: () => Promise.resolve(),
      packKeys: {
        forSealing: async () => ({ seal: async (text: string) => text }),
      } as unknown as AcceptanceWorld["packKeys"],
      post: async (queue) => {
        posted.push(queue)
        return ok(undefined)
      },
      findBacklog: async (lane) =>
        lane === "updates" ? { reason: "throttled", retry: { afterMs: 30_000 } } : undefined,
      shards: 1,
      now: () => NOW,
      random: (bytes) => new Uint8Array(bytes),
      log: recordingLog().log,
    }
    const event = (type: string) => ({ type, id: type }) as unknown as BankEvent
    const bank: BankRecord = bankRecord()
    const both = [event("bank.transaction.posted.v1"), event("bank.fraud.suspected.v1")]
    expect(await acceptEvents(world, bank, both)).toEqual({
      ok: false,
      error: { reason: "throttled", retry: { afterMs: 30_000 } },
    })
    expect(posted).toEqual(["alerts"])
    expect(await acceptEvents(world, bank, [event("bank.fraud.suspected.v1")])).toEqual({ ok: true })
  })
})
