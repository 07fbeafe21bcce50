// When a queue is too far behind: both sides of each line, how often it is asked, and that not knowing takes everything.
import { describe, expect, it } from "vitest"
import type { BankRecord } from "../../../src/banks/bank.ts"
import type { BankEvent } from "../../../src/banks/event.ts"
import { ok } from "../../../src/foundation/result.ts"
import { acceptEvents, type AcceptanceWorld } from "../../../src/notifications/acceptance.ts"
import { createBacklog, decideBehind, type QueueNumbers } from "../../../src/notifications/backlog.ts"
import { bankRecord, recordingLog } from "../../support/bank.ts"

const NOW = 1_800_000_000_000
const numbers = (changes: Partial<QueueNumbers> = {}): QueueNumbers => ({
  backlogCount: 100,
  backlogBytes: 0,
  oldestMessageTimestamp: new Date(NOW),
  ...changes,
})
const aged = (ms: number) => ({ oldestMessageTimestamp: new Date(NOW - ms) })

describe("decideBehind()", () => {
  it.each([
    ["updates", numbers(), false],
    ["updates", numbers(aged(300_000)), false],
    ["updates", numbers(aged(300_001)), true],
    ["updates", numbers({ ...aged(300_001), backlogCount: 99 }), false],
    ["updates", { backlogCount: 500, backlogBytes: 0 }, false],
    ["updates", numbers({ backlogBytes: 9_999_999_999 }), false],
    ["updates", numbers({ backlogBytes: 10_000_000_000 }), true],
    ["alerts", numbers(aged(3_600_000)), false],
    ["alerts", numbers({ backlogBytes: 19_999_999_999 }), false],
    ["alerts", numbers({ backlogBytes: 20_000_000_000 }), true],
  ] as const)("%s %j: %s", (lane, given, behind) => {
    expect(decideBehind(lane, given, NOW)).toBe(behind)
  })
})

function standing(answer: () => Promise<QueueNumbers>) {
  const state = { now: NOW, asked: 0 }
  const find = createBacklog({
    numbers: () => {
      state.asked += 1
      return answer()
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
    expect(await find("updates")).toEqual({ reason: "throttled", retry: { afterMs: 30_000 } })
    behind = false
    state.now += 9_999
    expect(await find("updates")).toBeDefined()
    expect(state.asked).toBe(1)
    state.now += 1
    expect(await find("updates")).toBeUndefined()
    expect(state.asked).toBe(2)
  })

  it("takes everything where the numbers cannot be read, or not in time", async () => {
    expect(await standing(() => Promise.reject(new Error("gone"))).find("alerts")).toBeUndefined()
    const late = createBacklog({
      numbers: () => new Promise(() => undefined),
      wait: async () => undefined,
      realNow: () => NOW,
      log: recordingLog().log,
    })
    expect(await late("updates")).toBeUndefined()
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
