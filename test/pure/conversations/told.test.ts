// Being told: once, in order, under the link and switches of this instant.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/foundation/clock.ts"
import type { LinkId } from "../../../src/foundation/id.ts"
import { balance, echo, fraud, offer, payment, tap, text } from "../../support/person-builders.ts"
import { Simulation } from "../../support/person-world.ts"

let sim: Simulation
beforeEach(() => {
  sim = new Simulation()
})
afterEach(() => sim.close())

const rows = () =>
  sim.storage.sql.exec<{ state: string; reason: string; lane: number }>(
    "SELECT state, reason, lane FROM ledger WHERE lane <> 1",
  ).rows

describe("once", () => {
  test("P2: a replayed event reaches the person once", async () => {
    await sim.link()
    const event = payment("a", sim.now)
    await Promise.all(Array.from({ length: 5 }, () => sim.tell(event)))
    sim.evict()
    await sim.tell(event)
    await sim.advance(HOUR_MS)
    expect(sim.messenger.calls).toHaveLength(1)
    expect(sim.queue.map(({ outcome }) => outcome?.state)).toEqual(
      Array.from({ length: 6 }, () => "accepted"),
    )
  })

  test("updates that wait together are one message; one thread takes ten messages at once, then one a second; an alert does not wait for that (P7)", async () => {
    await sim.link()
    const burst = Array.from({ length: 12 }, (_, index) => payment(`burst_${index}`, sim.now))
    await Promise.all(burst.map((event) => sim.tell(event)))
    // One that was on its way already, ten that waited behind it, and one that was too many.
    expect(sim.messenger.calls).toHaveLength(3)
    for (let n = 0; n < 9; n += 1) await sim.tell(payment(`single_${n}`, sim.now))
    expect(sim.messenger.calls).toHaveLength(10)
    expect(sim.queue.filter(({ answers }) => answers.at(-1)?.kind === "no_permit")).toHaveLength(2)
    await sim.tell(fraud("behind the burst", sim.now))
    expect(sim.messenger.calls).toHaveLength(11)
    await sim.advance(MINUTE_MS)
    expect(sim.queue.map(({ outcome }) => outcome?.state)).toEqual(
      sim.queue.map(() => expect.stringMatching(/accepted|delivered/) as unknown),
    )
  })

  test("P2: one id of two sources is two events", async () => {
    await sim.link()
    await sim.tell(payment("a", sim.now))
    const { transaction } = payment("b", sim.now)
    await sim.tell(payment("a", sim.now, { source: "https://other.example", transaction }))
    expect(sim.messenger.texts).toHaveLength(2)
  })

  test("P2: ten copies of every webhook, shuffled: each answer stands once, in the order the first copies came", async () => {
    await sim.link()
    const said = ["hello", "help", "balance", "payments", "talk to a person"].map((each) =>
      text(each, sim.now),
    )
    const copies = said.flatMap((event, index) =>
      Array.from({ length: 10 }, (_, copy) => ({ event, at: (copy * 7 + index * 3) % 11 })),
    )
    for (const { event } of [
      ...said.map((each) => ({ event: each })),
      ...copies.toSorted((left, right) => left.at - right.at),
    ])
      await sim.webhook(event)
    await sim.advance(MINUTE_MS)
    expect(sim.messenger.texts.map((each) => each.slice(0, 8))).toEqual([
      "Hi, this",
      "I can sh",
      "Checking",
      "Checking",
      "For a pe",
    ])
  })

  test("P2: an update without an answer is settled by its echo, and is not sent again", async () => {
    await sim.link()
    sim.messenger.fates.push({ kind: "taken" })
    const told = await sim.tell(payment("a", sim.now))
    await sim.advance(40_000)
    expect(told.outcome?.state).toBe("accepted")
    expect(sim.messenger.calls).toHaveLength(1)
  })

  test("P2: an update without answer and echo is reported unknown after ten minutes, not before, and not sent again", async () => {
    await sim.link()
    sim.messenger.fates.push({ kind: "lost" })
    const told = await sim.tell(payment("a", sim.now))
    await sim.advance(10 * MINUTE_MS - 1)
    expect(told.outcome).toBeUndefined()
    await sim.advance(MINUTE_MS)
    expect(told.outcome).toEqual({ kind: "settled", state: "unknown", reason: "no_answer" })
    expect(sim.messenger.calls).toHaveLength(1)
  })

  test("P2: a fraud alert without an answer goes once more after 15 s, marked as a reminder, and never a third time", async () => {
    await sim.link()
    sim.messenger.fates.push({ kind: "lost" }, { kind: "lost" })
    const told = await sim.tell(fraud("x", sim.now))
    await sim.advance(14_000)
    expect(sim.messenger.calls).toHaveLength(1)
    await sim.advance(5_000)
    expect(sim.messenger.calls).toHaveLength(2)
    expect(sim.messenger.calls[1]?.message.attachment?.payload.text).toMatch(/^Reminder\. Fraud check/)
    await sim.advance(HOUR_MS)
    expect(sim.messenger.calls).toHaveLength(2)
    expect(told.outcome?.state).toBe("unknown")
  })

  test("P2: an echo that comes while the reminder waits takes its place", async () => {
    await sim.link()
    sim.messenger.fates.push({ kind: "taken" })
    const told = await sim.tell(fraud("x", sim.now))
    // Less than after which silence alone leads to a reminder.
    await sim.advance(HOUR_MS / 3)
    expect(sim.messenger.calls).toHaveLength(1)
    expect(told.outcome?.state).toMatch(/accepted|delivered/)
  })

  test.each([
    ["is being written", "key.seal(ledger)"],
    ["is about to go", "loadVoice"],
    ["is sealed for its echo", "vault.sealForDays(metadata)"],
  ])("P2: an echo that comes while the reminder %s keeps it back", async (_, call) => {
    await sim.link()
    sim.echoes = false
    sim.messenger.fates.push({ kind: "taken" })
    const told = await sim.tell(fraud("x", sim.now))
    await sim.advance(14_000)
    sim.meanwhile(call, echo(sim.messenger.calls[0]?.message.metadata, sim.now))
    await sim.advance(HOUR_MS / 3)
    expect(sim.messenger.calls).toHaveLength(1)
    expect(told.outcome?.state).toBe("accepted")
  })

  test("P2: an echo proves a message taken that had been refused or given up", async () => {
    await sim.link()
    sim.echoes = false
    sim.messenger.fates.push({
      kind: "refuse",
      refusal: { reason: "retry", retry: "later", attemptsMax: 2, afterwards: "gone" },
    })
    const retried = await sim.tell(payment("a", sim.now))
    await sim.webhook(echo(sim.messenger.calls[0]?.message.metadata, sim.now))
    sim.messenger.fates.push({ kind: "lost" })
    const lost = await sim.tell(payment("b", sim.now))
    await sim.advance(HOUR_MS)
    expect([retried.outcome?.state, lost.outcome?.state]).toEqual(["accepted", "unknown"])
    await sim.webhook(echo(sim.messenger.calls[1]?.message.metadata, sim.now))
    expect(rows().map(({ state }) => state)).toEqual(["accepted", "accepted"])
    expect(sim.messenger.calls).toHaveLength(2)
  })

  test("P2: an echo of somebody else's key, or of none of ours, changes nothing", async () => {
    await sim.link()
    sim.messenger.fates.push({ kind: "lost" })
    await sim.tell(payment("a", sim.now))
    await sim.advance(11_000)
    for (const metadata of [undefined, "", "v1.k1~metadata~0.AAAA", "anything"])
      await sim.webhook(echo(metadata, sim.now))
    expect(rows().map(({ state }) => state)).toEqual(["sending"])
  })

  test("P2: nothing is told twice within 90 days; receipts stay that long and go then", async () => {
    await sim.link()
    const event = payment("a", sim.now, { staleAt: sim.now + 200 * DAY_MS })
    await sim.tell(event)
    await sim.advance(89 * DAY_MS)
    await sim.tell(event)
    expect(sim.messenger.calls).toHaveLength(1)
    await sim.advance(62 * DAY_MS)
    expect(rows()).toEqual([])
  })
})

describe("in order", () => {
  test("P3: an older balance never follows a newer one of its account, by sequence or by time", async () => {
    await sim.link({
      accounts: [{ id: "acc-1", kind: "checking", label: "", last4: "4821", currency: "EUR" }],
    })
    await sim.tell(balance("b2", sim.now, "20.00", { sequence: 2 }))
    const older = await sim.tell(balance("b1", sim.now, "10.00", { sequence: 1 }))
    const newer = await sim.tell(balance("b3", sim.now, "30.00", { sequence: 3 }))
    expect(older.outcome).toEqual({ kind: "settled", state: "superseded", reason: "newer_told" })
    expect(newer.outcome?.state).toBe("accepted")
    const before = await sim.tell(balance("b4", sim.now - 60_000, "5.00"))
    expect(before.outcome?.state).toBe("superseded")
    expect(sim.messenger.texts.map((each) => /\d+\.00/.exec(each)?.[0])).toEqual(["20.00", "30.00"])
  })

  test("P3: payments that wait together go in the order they happened", async () => {
    await sim.link()
    sim.messenger.fates.push({ kind: "accept", afterMs: 900 })
    await sim.tell(payment("first", sim.now))
    await sim.tell(payment("late", sim.now + 30))
    await sim.tell(payment("early", sim.now + 10))
    await sim.tell(payment("middle", sim.now + 20))
    await sim.advance(2_000)
    expect(
      sim.messenger.texts.map((each) => Array.from(each.matchAll(/Bakery (\w+)/g), ([, name]) => name)),
    ).toEqual([["first"], ["early", "middle", "late"]])
    expect(sim.messenger.texts.at(-1)).toMatch(/\n3 updates in all, 82\.20 EUR paid\.$/)
  })

  test("P7: an alert goes before every update and reply that waits", async () => {
    await sim.link()
    sim.messenger.fates.push({ kind: "accept", afterMs: 900 })
    await sim.tell(payment("first", sim.now))
    await sim.tell(payment("second", sim.now))
    await sim.say("help")
    await sim.tell(fraud("x", sim.now))
    await sim.advance(2_000)
    expect(sim.messenger.texts.map((each) => each.slice(0, 11))).toEqual([
      "Checking ••",
      "Fraud check",
      "I can show ",
      "Checking ••",
    ])
  })

  test("P3, P7: a slow bank delays no alert, no payment and no stop; the person hears within five seconds, and in order", async () => {
    await sim.link()
    sim.bank.afterMs = 10_000
    await sim.say("balance")
    await sim.say("help")
    await sim.tell(payment("a", sim.now))
    await sim.tell(fraud("x", sim.now))
    await sim.say("stop")
    expect(sim.messenger.texts.map((each) => each.slice(0, 5))).toEqual(["Check", "Fraud", "All m"])
    await sim.advance(4_499)
    expect(sim.messenger.texts).toHaveLength(3)
    await sim.advance(501)
    expect(sim.messenger.texts.slice(3).map((each) => each.slice(0, 20))).toEqual([
      "Demo Bank is not ans",
      "I can show balances ",
    ])
  })
})

test.each([
  ["undo", /Undone/],
  ["keep fraud alerts", /Everything is off except fraud alerts/],
  ["disconnect now", /Disconnected/],
])("P8: %s is answered while a question before it hangs at the bank", async (said, words) => {
  await sim.link()
  await sim.say("stop")
  sim.bank.afterMs = 4_000
  await sim.say("balance")
  sim.forgetChat()
  await sim.say(said)
  expect(sim.messenger.texts).toEqual([expect.stringMatching(words)])
})

describe("under the link of this instant", () => {
  test("P4: where the directory speaks of another link than the object, nobody is told", async () => {
    await sim.link()
    await sim.advance(MINUTE_MS)
    const shelf = { ...sim.shelf, link: "link_other" as LinkId }
    const told = await sim.tell(payment("a", sim.now), { shelf })
    expect(told.outcome).toEqual({ kind: "settled", state: "suppressed", reason: "not_linked" })
    expect(rows()).toEqual([])
  })

  test.each([
    ["another epoch", { epoch: 3 }],
    ["another record", { recordHash: "hash-2" }],
  ])(
    "P4: where the directory speaks of %s than the object, nobody is told until they agree",
    async (_, differs) => {
      await sim.link()
      await sim.advance(MINUTE_MS)
      const told = await sim.tell(payment("a", sim.now), { shelf: { ...sim.shelf, ...differs } })
      expect(told.answers).toEqual([{ kind: "pending", afterMs: 2_000 }])
      expect(sim.messenger.texts).toEqual([])
      expect(rows()).toEqual([])
      expect((await sim.tell(payment("a", sim.now))).outcome?.state).toBe("accepted")
    },
  )

  test("P4: an event of a link that goes live this moment waits for it", async () => {
    await sim.say("hello")
    const offered = offer({ givenAt: sim.now, offeredUntil: sim.now + 10 * MINUTE_MS })
    await sim.offer(offered)
    sim.directory.failing = true
    await sim.say(offered.code)
    const told = await sim.tell(payment("a", sim.now))
    expect(told.answers[0]?.kind).toBe("pending")
    sim.directory.failing = false
    await sim.advance(MINUTE_MS)
    expect(told.outcome?.state).toBe("accepted")
    expect(told.faults).toBe(0)
  })

  test("P4: a link replaced a moment ago does not lose what fan-out had in hand", async () => {
    await sim.link()
    const before = sim.shelf
    await sim.link({ link: "link_two" as LinkId, recordHash: "hash-two" })
    const told = await sim.tell(payment("a", sim.now), { shelf: before })
    expect(told.answers).toEqual([{ kind: "pending", afterMs: 2_000 }])
    expect((await sim.tell(payment("a", sim.now))).outcome?.state).toBe("accepted")
  })

  test.each([
    ["stop", "purpose_off", (now: number) => text("stop", now)],
    ["disconnect", "not_linked", (now: number) => tap("v1.STOP_NOW", now)],
  ])(
    "P4: an update that waits behind another when the person says %s is refused when its turn comes",
    async (_, reason, event) => {
      await sim.link()
      sim.messenger.fates.push({ kind: "accept", afterMs: 1_000 })
      await sim.tell(payment("a", sim.now))
      const waiting = await sim.tell(payment("b", sim.now))
      await sim.webhook(event(sim.now))
      await sim.advance(5_000)
      expect(waiting.outcome).toEqual({ kind: "settled", state: "suppressed", reason })
      expect(rows()).toHaveLength(1)
    },
  )

  test("P4: what was queued under one link does not go under the next one", async () => {
    await sim.link()
    sim.messenger.fates.push({ kind: "refuse", refusal: { reason: "throttled", retry: { afterMs: 20_000 } } })
    const alert = await sim.tell(fraud("x", sim.now))
    await sim.webhook(tap("v1.STOP_NOW", sim.now))
    await sim.link({ link: "link_two" as LinkId, recordHash: "hash-two" })
    await sim.advance(5 * MINUTE_MS)
    expect(alert.outcome).toMatchObject({ state: "suppressed", reason: "not_linked" })
    expect(sim.messenger.texts.join()).not.toContain("Fraud")
  })

  test.each([
    [
      "an update",
      "waits beside it",
      payment,
      { transaction: { ...payment("a", 0).transaction, id: "other" } },
    ],
    ["an alert", "is told beside it", fraud, { caseId: "another" }],
  ] as const)(
    "P2: another event under the id of %s that %s is not told, and the bank hears why",
    async (...told) => {
      const [, , make, other] = told
      await sim.link()
      sim.messenger.fates.push({ kind: "accept", afterMs: 1_000 })
      await sim.tell(payment("first", sim.now))
      sim.forgetChat()
      const pair = [make("a", sim.now), { ...make("a", sim.now), ...other }] as const
      await Promise.all(pair.map((each) => sim.tell(each)))
      await sim.advance(5_000)
      expect(sim.queue.slice(1).map(({ outcome }) => outcome?.reason)).toEqual(["sent", "conflict"])
      expect(sim.messenger.calls).toHaveLength(1)
    },
  )

  test("a permit that ran out while an update waited costs nothing and stores nothing", async () => {
    await sim.link()
    sim.messenger.fates.push({ kind: "accept", afterMs: 3_000 })
    await sim.tell(payment("a", sim.now))
    const waiting = await sim.tell(payment("b", sim.now), { permitMs: 2_000 })
    await sim.advance(3_100)
    expect(waiting.answers).toEqual([{ kind: "no_permit" }])
    expect(rows()).toHaveLength(1)
    await sim.advance(5_000)
    expect(waiting.outcome?.state).toBe("accepted")
  })

  test.each([
    ["stale", payment("a", 0, { staleAt: 1 }), "stale"],
    [
      "older than the consent",
      payment("a", Date.UTC(2026, 10, 22, 10, 58, 59), { staleAt: Infinity }),
      "stale",
    ],
    [
      "of an account not covered",
      payment("a", Date.UTC(2026, 10, 22, 11), { account: "acc-9" }),
      "account_not_covered",
    ],
  ])("an event %s is settled without being told", async (_, event, reason) => {
    await sim.link()
    expect((await sim.tell(event)).outcome).toEqual({ kind: "settled", state: "suppressed", reason })
    expect(rows()).toEqual([])
  })

  test("a purpose that is off is not told, and the consent's last instant is the last one told in", async () => {
    await sim.link({ purposes: ["fraud_alerts", "transaction_alerts"], until: sim.now + 2 * DAY_MS })
    expect((await sim.tell(balance("b", sim.now, "1.00"))).outcome?.reason).toBe("purpose_off")
    await sim.advance(2 * DAY_MS - 1_001)
    sim.messenger.templates = new Map([["payment_notice_v1 en", "approved"]])
    expect((await sim.tell(payment("a", sim.now))).outcome?.state).toBe("accepted")
    const shelf = sim.shelf
    await sim.advance(1)
    expect((await sim.tell(payment("b", sim.now), { shelf })).outcome?.state).toBe("suppressed")
    expect(sim.directory.links.get("link_one" as LinkId)).toMatchObject({
      state: "ended",
      reason: "consent_expired",
    })
  })

  test("stop, but fraud alerts are kept: payments are held back and alerts are not", async () => {
    await sim.link()
    await sim.webhook(tap("v1.STOP", sim.now), tap("v1.STOP_KEEP_FRAUD", sim.now))
    sim.forgetChat()
    expect((await sim.tell(payment("a", sim.now))).outcome?.reason).toBe("purpose_off")
    expect((await sim.tell(fraud("x", sim.now))).outcome?.state).toBe("accepted")
  })
})
