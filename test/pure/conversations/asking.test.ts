// Asking: balances and payments with exact figures, and the bank's refusals in words.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { Balance, BankRefusal, Transaction } from "../../../src/banks/bank.ts"
import type { LinkId } from "../../../src/foundation/id.ts"
import { HOUR_MS } from "../../../src/foundation/clock.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import { account, tap } from "../../support/person-builders.ts"
import { choicesOf, type Sent } from "../../support/person-far-side.ts"
import { Simulation } from "../../support/person-world.ts"

let sim: Simulation
beforeEach(() => {
  sim = new Simulation()
})
afterEach(() => sim.close())

const AT = Date.UTC(2026, 10, 22, 13, 5)
const last = () => sim.messenger.shown.at(-1)?.sent as Sent
const spoken = () => sim.messenger.texts.join("\n")

describe("balances", () => {
  test.each<[string, Partial<Balance>, Parameters<typeof account>[0], string]>([
    [
      "two decimals",
      { available: { minor: 120_450n, currency: "EUR" } },
      {},
      "Checking ••4821: 1,204.50 EUR available, as of 14:05 (Berlin).",
    ],
    [
      "no decimals",
      { available: { minor: 1_204_500n, currency: "JPY" } },
      {},
      "Checking ••4821: 1,204,500 JPY available, as of 14:05 (Berlin).",
    ],
    [
      "three decimals",
      { available: { minor: 5n, currency: "KWD" } },
      {},
      "Checking ••4821: 0.005 KWD available, as of 14:05 (Berlin).",
    ],
    [
      "a debt",
      { available: { minor: -5_001n, currency: "EUR" } },
      {},
      "Checking ••4821: overdrawn by 50.01 EUR, as of 14:05 (Berlin).",
    ],
    [
      "a booked debt",
      { booked: { minor: -5_001n, currency: "EUR" } },
      {},
      "Checking ••4821: overdrawn by 50.01 EUR, as of 14:05 (Berlin).",
    ],
    [
      "a card in credit",
      { booked: { minor: -31_000n, currency: "USD" } },
      { kind: "card" },
      "Card ••4821: 310.00 USD in credit, as of 14:05 (Berlin).",
    ],
    [
      "more than a double holds",
      { available: { minor: 90_071_992_547_409_93n, currency: "EUR" } },
      {},
      "Checking ••4821: 90,071,992,547,409.93 EUR available, as of 14:05 (Berlin).",
    ],
    [
      "booked alone",
      { booked: { minor: 0n, currency: "EUR" } },
      {},
      "Checking ••4821: 0.00 EUR booked, as of 14:05 (Berlin).",
    ],
    [
      "a card",
      { booked: { minor: 31_000n, currency: "USD" }, available: { minor: 1n, currency: "USD" } },
      { kind: "card" },
      "Card ••4821: 310.00 USD owed, as of 14:05 (Berlin).",
    ],
    ["none", {}, {}, "Checking ••4821: Demo Bank gave no balance."],
  ])("with %s are told exactly", async (_, held, about, line) => {
    await sim.link({ accounts: [account(about)] })
    sim.bank.balances = ok([{ account: "acc-1", at: AT, ...held }])
    await sim.say("what's my balance?")
    expect(spoken()).toBe(line)
    expect(last().messaging_type).toBe("RESPONSE")
  })

  test("of twelve accounts stand in six lines, with the whole figures", async () => {
    const accounts = Array.from({ length: 12 }, (_, index) =>
      account({ id: `acc-${index}`, last4: String(1000 + index) }),
    )
    await sim.link({ accounts })
    await sim.say("balance")
    expect(spoken().split("\n")).toHaveLength(6)
  })

  test("need the purpose, the account and a link", async () => {
    await sim.say("balance")
    expect(spoken()).toMatch(/That needs your account/)
    await sim.link({ purposes: ["fraud_alerts"] })
    await sim.say("balance")
    expect(spoken()).toMatch(/That is off for this chat: questions here/)
    expect(sim.bank.asked).toBe(0)
  })
})

describe("what the bank refuses", () => {
  const outage: BankRefusal = { reason: "outage", outage: { reason: "unavailable", retry: "later" } }
  test.each<[BankRefusal, RegExp, string]>([
    [outage, /Demo Bank is not answering right now\. Your connection is fine\./, "Try again"],
    [{ reason: "forbidden" }, /did not give that/, "Balance"],
    [{ reason: "not_found" }, /did not give that/, "Balance"],
    [
      { reason: "step_up_required", url: "https://bank.example/step" },
      /wants to see you first/,
      "Open the bank",
    ],
    [{ reason: "step_up_required" }, /wants to see you first/, "Balance"],
    [{ reason: "link_ended" }, /no longer accepts this connection/, "account_link"],
  ])("is said in its own words: %j", async (refusal, words, choice) => {
    await sim.link()
    sim.bank.balances = err(refusal)
    await sim.say("balance")
    expect(spoken()).toMatch(words)
    expect(choicesOf(last()).map(([title]) => title)).toContain(choice)
    expect(sim.directory.live === undefined).toBe(refusal.reason === "link_ended")
  })

  test("can be asked again by button, and by typing the button's title", async () => {
    await sim.link()
    sim.bank.balances = err(outage)
    await sim.say("balance")
    const payload = choicesOf(last())[0]?.[1] ?? ""
    sim.bank.balances = ok([{ account: "acc-1", available: { minor: 1n, currency: "EUR" }, at: AT }])
    await sim.webhook(tap(payload, sim.now, "Try again"))
    await sim.say("try again")
    expect(sim.messenger.texts.slice(1)).toEqual(
      Array.from({ length: 2 }, () => expect.stringMatching(/0\.01 EUR/)),
    )
  })

  test("an answer whose grant ended meanwhile is dropped", async () => {
    await sim.link()
    sim.bank.afterMs = 1_000
    await sim.say("balance")
    await sim.webhook(tap("v1.STOP_NOW", sim.now))
    await sim.advance(10_000)
    expect(spoken()).not.toContain("EUR")
  })

  test.each([
    ["said here", (each: Simulation) => each.webhook(tap("v1.STOP_NOW", each.now))],
    ["told from elsewhere", (each: Simulation) => each.endLink("link_one" as LinkId)],
  ])("P4: no bank call starts after an ending %s was answered", async (_, end) => {
    await sim.link()
    sim.bank.readyAfterMs = 1_000
    await sim.say("balance")
    await sim.say("payments")
    expect(sim.bank.asked).toBe(2)
    await end(sim)
    await sim.advance(10_000)
    expect(sim.bank.started).toBe(0)
    sim.forgetChat()
    await sim.link({ link: "link_two" as LinkId, recordHash: "two" })
    await sim.say("balance")
    await sim.advance(2_000)
    expect(spoken()).toContain("1,204.50 EUR")
  })

  test("two questions run at once and five may wait; one more is answered with a minute", async () => {
    await sim.link()
    sim.bank.afterMs = 1_000
    for (let asked = 0; asked < 6; asked += 1) await sim.say("balance")
    expect(sim.bank.asked).toBe(2)
    await sim.advance(10_000)
    expect(sim.bank.asked).toBe(5)
    expect(sim.messenger.texts.at(-1)).toMatch(/That is a lot at once/)
    expect(sim.messenger.texts).toHaveLength(6)
  })
})

describe("payments", () => {
  const some = (count: number, more: Partial<Transaction> = {}): readonly Transaction[] =>
    Array.from({ length: count }, (_, index) => ({
      id: `t${index}`,
      account: "acc-1",
      amount: { minor: 2_740n + BigInt(index), currency: "EUR" },
      direction: index % 2 === 0 ? ("out" as const) : ("in" as const),
      status: index === 0 ? ("pending" as const) : ("posted" as const),
      occurredAt: AT - index * 24 * HOUR_MS,
      description: `Shop ${index}`,
      ...more,
    }))

  test("stand ten at a time, with earlier ones behind a button", async () => {
    await sim.link()
    sim.bank.transactions = ok({ transactions: some(10), next: "cursor-2" })
    await sim.say("payments")
    const [title, first, second, ...others] = spoken().split("\n")
    expect(title).toBe("Checking ••4821, latest first:")
    expect(first).toBe("22 Nov: paid 27.40 EUR, Shop 0 (pending)")
    expect(second).toBe("21 Nov: received 27.41 EUR, Shop 1")
    expect(others).toHaveLength(8)
    sim.forgetChat()
    sim.bank.transactions = ok({ transactions: some(1) })
    await sim.say("Earlier payments")
    expect(sim.bank.ranges).toEqual([
      { account: "acc-1", cursor: undefined },
      { account: "acc-1", cursor: "cursor-2" },
    ])
    expect(spoken()).toMatch(/^Checking ••4821, earlier:\n/)
  })

  test("of one of several accounts are asked for by button or by its title, and an index that means nothing asks again", async () => {
    await sim.link({ accounts: [account(), account({ id: "acc-2", kind: "savings", last4: "7710" })] })
    await sim.say("payments")
    expect(choicesOf(last()).map(([title]) => title)).toEqual(["Checking ••4821", "Savings ••7710"])
    await sim.webhook(tap(choicesOf(last())[1]?.[1] ?? "", sim.now))
    await sim.say("checking 4821")
    expect(sim.bank.ranges.map((each) => each.account)).toEqual(["acc-2", "acc-1"])
    for (const index of ["7", "-1", "0x1", "1e0"]) await sim.webhook(tap(`v1.ACCOUNT.${index}`, sim.now))
    expect(sim.bank.ranges).toHaveLength(2)
  })

  test("with the longest descriptions there are go in two messages, no line cut", async () => {
    await sim.link()
    const description = "👩‍👩‍👧‍👦".repeat(40)
    sim.bank.transactions = ok({
      transactions: some(10, {
        description: `A${description}`,
        amount: { minor: 999_999_999_999_999n, currency: "CLF" },
      }),
    })
    await sim.say("payments")
    expect(sim.messenger.shown.length).toBeGreaterThanOrEqual(1)
    for (const text of sim.messenger.texts) expect(text.length).toBeLessThanOrEqual(2_000)
    expect(spoken().split("\n")).toHaveLength(11)
    expect(choicesOf(last()).length).toBeGreaterThan(0)
  })

  test("are none, or no earlier ones", async () => {
    await sim.link()
    await sim.say("payments")
    expect(spoken()).toBe("Checking ••4821: no payments to show.")
  })

  test("P6: what outsiders wrote is shown without links and numbers to call", async () => {
    await sim.link()
    sim.bank.transactions = ok({
      transactions: some(1, { description: "PayPal https://evil.example/x call +49 30 1234567\u202e" }),
    })
    await sim.say("payments")
    expect(spoken()).not.toMatch(/evil|https|1234567|\u202e/)
  })
})
