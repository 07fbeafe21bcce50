// What the platform's refusals, an outage of the directory and time itself make of what waits; rows written, rows forgotten.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/foundation/clock.ts"
import type { LinkId } from "../../../src/foundation/id.ts"
import { judgeRefusal } from "../../../src/conversations/refused.ts"
import { parseState } from "../../../src/conversations/state.ts"
import { isOutage } from "../../../src/conversations/unready.ts"
import type { SendRefusal } from "../../../src/messenger/refusal.ts"
import { fraud, offer, payment, tap, text, PSID, WHOM } from "../../support/person-builders.ts"
import { Simulation } from "../../support/person-world.ts"

let sim: Simulation
beforeEach(() => {
  sim = new Simulation()
})
afterEach(() => sim.close())

const PASSING: SendRefusal = { reason: "retry", retry: "later", attemptsMax: 3, afterwards: "gone" }
const THROTTLED: SendRefusal = { reason: "throttled", retry: { afterMs: 20_000 } }
const STOPPED: SendRefusal = { reason: "page_stopped", retry: "never" }
const refuse = (...refusals: readonly SendRefusal[]) =>
  sim.messenger.fates.push(...refusals.map((refusal) => ({ kind: "refuse" as const, refusal })))
const ledger = (where = "1") =>
  sim.storage.sql.exec<{ state: string; reason: string; sends: number; sealed: string }>(
    `SELECT state, reason, sends, sealed FROM ledger WHERE ${where}`,
  ).rows

describe("judgeRefusal()", () => {
  test.each([
    [
      { reason: "gone", retry: "never" },
      1,
      { kind: "settled", state: "undeliverable", reason: "person_unavailable" },
    ],
    [
      { reason: "window", retry: "never" },
      1,
      { kind: "settled", state: "undeliverable", reason: "window_closed_no_template" },
    ],
    [
      { reason: "region", retry: "never" },
      6,
      { kind: "settled", state: "undeliverable", reason: "utility_unavailable" },
    ],
    [{ reason: "our_fault", retry: "never" }, 1, { kind: "settled", state: "failed", reason: "refused" }],
    [{ reason: "unknown_outcome", retry: "never" }, 1, { kind: "unknown" }],
    [PASSING, 1, { kind: "again", afterMs: 2_000, counts: true }],
    [PASSING, 2, { kind: "again", afterMs: 4_000, counts: true }],
    [PASSING, 3, { kind: "settled", state: "undeliverable", reason: "person_unavailable" }],
    [{ reason: "retry", retry: "later" }, 5, { kind: "again", afterMs: 32_000, counts: true }],
    [{ reason: "retry", retry: "later" }, 6, { kind: "settled", state: "failed", reason: "refused" }],
    [THROTTLED, 50, { kind: "again", afterMs: 20_000, counts: false }],
    [STOPPED, 50, { kind: "again", afterMs: 10_000, counts: false }],
  ] as const)("%j at attempt %i", (refusal, attempts, verdict) => {
    expect(judgeRefusal(refusal, attempts)).toEqual(verdict)
  })
})

describe("a refused update", () => {
  test("is sent again as often as its class allows, counted across evictions, and no more", async () => {
    await sim.link()
    refuse(PASSING, PASSING, PASSING, PASSING)
    const told = await sim.tell(payment("a", sim.now))
    sim.evict()
    await sim.advance(HOUR_MS)
    expect(sim.messenger.calls).toHaveLength(3)
    expect(told.outcome).toEqual({ kind: "settled", state: "undeliverable", reason: "person_unavailable" })
    expect(told.faults).toBe(0)
  })

  test("that was throttled or met a stopped Page waits as long as it takes, and is told once", async () => {
    await sim.link()
    refuse(THROTTLED, STOPPED, THROTTLED, STOPPED, THROTTLED, STOPPED, STOPPED, STOPPED)
    const told = await sim.tell(payment("a", sim.now))
    expect(told.answers[0]).toEqual({ kind: "pending", afterMs: 20_000 })
    await sim.advance(10 * MINUTE_MS)
    expect(told.outcome?.state).toBe("accepted")
    expect(sim.messenger.texts).toHaveLength(1)
    expect(ledger("lane = 2")[0]?.sends).toBe(1)
  })

  test("is settled as stale when its time is over meanwhile", async () => {
    await sim.link()
    refuse(...Array.from({ length: 40 }, () => STOPPED))
    const told = await sim.tell(payment("a", sim.now, { staleAt: sim.now + 3 * MINUTE_MS }))
    await sim.advance(5 * MINUTE_MS)
    expect(told.outcome).toEqual({ kind: "settled", state: "suppressed", reason: "stale" })
    expect(ledger("lane = 2").map(({ state }) => state)).toEqual(["suppressed"])
  })
})

describe("a refused reply or alert", () => {
  test("is sent again by the alarm, in its order, without a message from anybody", async () => {
    await sim.link()
    refuse(PASSING, THROTTLED, STOPPED)
    await sim.say("help")
    await sim.say("hello")
    await sim.advance(5 * MINUTE_MS)
    expect(sim.messenger.texts.map((each) => each.slice(0, 8))).toEqual(["I can sh", "Hi, this"])
  })

  test("goes again after two seconds, not when its alarm would have rung", async () => {
    await sim.link()
    refuse(PASSING)
    await sim.tell(fraud("x", sim.now))
    await sim.advance(2_500)
    expect(sim.messenger.texts).toHaveLength(1)
    refuse(PASSING)
    await sim.say("help")
    await sim.advance(2_500)
    expect(sim.messenger.texts).toHaveLength(2)
  })

  test("an alert that was refused before still gets its one reminder", async () => {
    await sim.link()
    refuse(PASSING)
    sim.messenger.fates.push({ kind: "lost" })
    await sim.tell(fraud("x", sim.now))
    await sim.advance(MINUTE_MS)
    expect(sim.messenger.texts.map((each) => each.slice(0, 9))).toEqual(["Reminder."])
  })

  test("P2: a reminder that is refused leaves its first send what it was: unknown", async () => {
    await sim.link()
    sim.echoes = false
    sim.messenger.fates.push({ kind: "taken" })
    refuse({ reason: "gone", retry: "never", unavailable: true })
    const told = await sim.tell(fraud("a", sim.now))
    await sim.advance(MINUTE_MS)
    expect(told.outcome).toMatchObject({ state: "unknown", reason: "no_answer" })
    expect(sim.messenger.shown).toHaveLength(1)
  })

  test("an answer that could not be sent for an hour answers nothing any more", async () => {
    await sim.link()
    refuse(...Array.from({ length: 500 }, () => STOPPED))
    await sim.say("help")
    await sim.advance(HOUR_MS + 2 * MINUTE_MS)
    expect(ledger("state = 'suppressed' AND reason = 'stale'")).toHaveLength(1)
    expect(ledger("state = 'queued'")).toEqual([])
  })

  test("that is given up leaves a line with the platform's numbers and nobody's data", async () => {
    const refusal = { reason: "our_fault", retry: "never", code: 100, subcode: 2018109 } as const
    sim.messenger.fates.push({ kind: "refuse", refusal })
    await sim.say("help")
    expect(sim.logged.filter((line) => line.includes("message_refused"))).toEqual([
      'error message_refused {"reason":"refused","refusal":"our_fault","code":100,"subcode":2018109}',
    ])
  })

  test("a person who is gone stops nothing that comes later", async () => {
    await sim.link()
    refuse({ reason: "gone", retry: "never" })
    await sim.say("help")
    await sim.say("hello")
    expect(sim.messenger.texts).toHaveLength(1)
  })
})

describe("an outage of the directory", () => {
  test("costs an event no attempt, and it is told when the directory is back", async () => {
    await sim.link()
    sim.evict()
    sim.directory.failing = true
    const told = [await sim.tell(payment("a", sim.now)), await sim.tell(fraud("x", sim.now))]
    await sim.advance(2 * MINUTE_MS)
    expect(told.map(({ outcome, faults }) => [outcome, faults])).toEqual([
      [undefined, 0],
      [undefined, 0],
    ])
    sim.directory.failing = false
    await sim.advance(MINUTE_MS)
    expect(told.map(({ outcome }) => outcome?.state)).toEqual([
      "accepted",
      expect.stringMatching(/accepted|delivered/),
    ])
    expect(sim.messenger.texts).toHaveLength(2)
  })

  test("does not keep a cold object from telling what fan-out brings the key for", async () => {
    await sim.link()
    sim.evict()
    sim.watch()
    await sim.tell(payment("a", sim.now))
    expect(sim.trace).not.toContain("loadWrappedKey")
    expect(sim.messenger.texts).toHaveLength(1)
  })

  test("keeps a code that was right, and an ending, until the directory takes them", async () => {
    await sim.say("hello")
    const offered = offer({ givenAt: sim.now, offeredUntil: sim.now + 10 * MINUTE_MS })
    await sim.offer(offered)
    sim.directory.failing = true
    await sim.say("123456")
    await sim.advance(MINUTE_MS)
    expect(sim.directory.live).toBeUndefined()
    sim.directory.failing = false
    await sim.advance(MINUTE_MS)
    expect(sim.directory.live?.link).toBe(offered.link)
    sim.directory.failing = true
    await sim.webhook(tap("v1.STOP_NOW", sim.now))
    await sim.advance(MINUTE_MS)
    sim.directory.failing = false
    await sim.advance(MINUTE_MS)
    expect(sim.directory.live).toBeUndefined()
    expect(sim.messenger.texts.at(-1)).toMatch(/^Disconnected/)
  })

  test("a second login that comes to nothing leaves Messenger's mark of the first link alone; the last link's end takes it off", async () => {
    await sim.link()
    await sim.offer(offer({ link: "link_two" as LinkId, offeredUntil: sim.now + 10 * MINUTE_MS }))
    await sim.advance(11 * MINUTE_MS)
    expect(sim.directory.links.get("link_two" as LinkId)).toMatchObject({
      state: "ended",
      reason: "not_confirmed",
    })
    expect(sim.directory.unlinked).toEqual([])
    expect(sim.directory.live?.link).toBe("link_one")
    await sim.webhook(tap("v1.STOP_NOW", sim.now))
    expect(sim.directory.unlinked).toEqual([PSID])
  })

  test("a link is closed although another thing went on when it ended", async () => {
    await sim.link()
    await Promise.all([sim.say("balance"), sim.webhook(tap("v1.STOP_NOW", sim.now)), sim.say("help")])
    expect(sim.directory.live).toBeUndefined()
  })
})

describe("a state of a newer release", () => {
  test("is read later: what it concerns is an outage, not a fault", () => {
    let fault: unknown
    try {
      parseState('{"v":2}')
    } catch (thrown) {
      fault = thrown
    }
    expect(isOutage(fault)).toBe(true)
  })
})

describe("the alarm", () => {
  test("is armed again after a fault, later and later, and a row that does not open keeps nothing else back", async () => {
    await sim.link()
    sim.storage.sql.exec("UPDATE inbox SET sealed = 'v1.x.y' WHERE 1")
    sim.storage.sql.exec(
      "INSERT INTO inbox (key, seq, at, sealed) VALUES ('broken', ?, ?, 'v1.k1~inbox~1.AAAA')",
      sim.now + 1,
      sim.now,
    )
    sim.evict()
    await sim.say("help")
    expect(sim.messenger.texts).toHaveLength(1)
    expect(sim.logged.join()).toContain("inbox_row_unreadable")
  })

  test("P8: a message whose turn always fails keeps stop waiting for three tries, not for ever", async () => {
    await sim.link()
    await sim.webhook(text("", sim.now, { attachments: null as never }), text("stop", sim.now))
    await sim.advance(MINUTE_MS)
    expect(sim.messenger.texts).toEqual([expect.stringMatching(/All messages from Demo Bank are off/)])
    const skipped = sim.logged.filter((line) => line.includes("inbox_row_skipped"))
    expect(skipped).toEqual([expect.stringContaining('"kind":"message"')])
  })

  test("is set while anything waits, and for retention where nothing does", async () => {
    await sim.link()
    await sim.advance(MINUTE_MS)
    expect((sim.storage.alarmAt ?? 0) - sim.now).toBeGreaterThan(29 * DAY_MS)
    sim.directory.failing = true
    sim.evict()
    await sim.say("help")
    for (let waited = 0; waited < 30; waited += 1) {
      await sim.advance(MINUTE_MS)
      expect(sim.storage.alarmAt, `after ${waited} minutes`).not.toBeNull()
      expect((sim.storage.alarmAt ?? 0) - sim.now).toBeLessThanOrEqual(15 * MINUTE_MS)
    }
    sim.directory.failing = false
    await sim.advance(16 * MINUTE_MS)
    expect(sim.messenger.texts).toHaveLength(1)
  })
})

describe("rows", () => {
  async function written(act: () => Promise<unknown>): Promise<number> {
    const before = sim.storage.rowsWritten
    await act()
    return sim.storage.rowsWritten - before
  }

  test("a chat turn writes 6, one more when its alarm finds nothing left to do", async () => {
    await sim.link()
    await sim.advance(MINUTE_MS)
    expect(await written(() => sim.say("help"))).toBe(6)
    expect(await written(() => sim.advance(MINUTE_MS))).toBe(1)
  })

  test("an update writes 2 and an alert 5, its delivery included; echoes and deliveries write nothing else", async () => {
    await sim.link()
    await sim.advance(MINUTE_MS)
    expect(await written(() => sim.tell(payment("a", sim.now)))).toBe(2)
    expect(await written(() => sim.advance(5_000))).toBe(0)
    expect(
      await written(async () => {
        await sim.tell(fraud("x", sim.now))
        await sim.advance(5_000)
      }),
    ).toBe(5)
    expect(ledger("lane = 0").map(({ state }) => state)).toEqual(["delivered"])
  })

  test("a copy of a webhook, an event that is not wanted and a replayed one write nothing", async () => {
    await sim.link({ purposes: ["transaction_alerts"] })
    const help = text("help", sim.now)
    await sim.webhook(help)
    await sim.tell(payment("a", sim.now))
    await sim.advance(MINUTE_MS)
    expect(await written(() => sim.webhook(help))).toBe(0)
    expect(await written(() => sim.tell(fraud("x", sim.now)))).toBe(0)
    expect(await written(() => sim.tell(payment("a", sim.now)))).toBe(0)
  })

  test("a delivery reaches the alerts handed over before it, not those after", async () => {
    await sim.link()
    const before = sim.now
    await sim.advance(1_000)
    sim.echoes = false
    await sim.tell(fraud("x", sim.now))
    const head = { v: 1, kind: "delivery", page: WHOM.page, psid: "1", mids: [] } as const
    await sim.webhook({ ...head, at: before, key: "d1", watermark: before })
    expect(ledger("lane = 0")[0]?.state).toBe("accepted")
    await sim.webhook({ ...head, at: sim.now, key: "d2", watermark: sim.now })
    expect(ledger("lane = 0")[0]?.state).toBe("delivered")
  })

  test("what was said goes after 30 days, events of webhooks after 8, receipts after 90", async () => {
    await sim.link()
    await sim.tell(payment("a", sim.now))
    await sim.tell(fraud("x", sim.now))
    await sim.advance(MINUTE_MS)
    const alertLength = ledger("lane = 0")[0]?.sealed.length ?? 0
    const longestReply = () => Math.max(...ledger("lane = 1").map(({ sealed }) => sealed.length))
    const replyLength = longestReply()
    await sim.advance(61 * DAY_MS)
    expect(longestReply()).toBeLessThan(replyLength / 1.5)
    expect(sim.storage.sql.exec("SELECT key FROM inbox").rows).toEqual([])
    expect(ledger("lane = 0")[0]?.sealed.length).toBeLessThan(alertLength / 1.5)
    expect(ledger("lane <> 1")).toHaveLength(2)
    const told = ledger().length
    await sim.advance(60 * DAY_MS)
    expect(ledger()).toEqual([])
    expect(sim.storage.sql.exec("SELECT sum(count) AS told FROM days").rows).toEqual([{ told }])
    // Three reminders and the end of the consent, each on a day of its own, are younger than 13 months.
    await sim.advance(396 * DAY_MS)
    expect(sim.storage.sql.exec("SELECT count(*) AS days FROM days").rows).toEqual([{ days: 4 }])
  })

  test("P5: nothing of anybody stands in the object's own storage in clear", async () => {
    await sim.link({
      accounts: [
        { id: "acc-1", kind: "checking", label: "Everyday money of Ana", last4: "4821", currency: "EUR" },
      ],
    })
    await sim.say("a text that only I know, balance")
    await sim.tell(payment("a", sim.now))
    await sim.tell(fraud("known-to-the-bank", sim.now))
    await sim.offer(offer({ link: "link_two" as LinkId, code: "864209" }))
    const stored = sim.storage.dump()
    for (const clear of [
      "only I know",
      "Everyday",
      "4821",
      "27.40",
      "1,204.50",
      "249.99",
      "Bakery",
      "Electro",
      "24011100000000001",
      "customer-reference",
      "864209",
      "F-known-to-the-bank",
    ])
      expect(stored).not.toContain(clear)
    expect(stored.length).toBeGreaterThan(5_000)
  })
})
