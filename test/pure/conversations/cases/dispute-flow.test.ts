// A dispute in the chat, from words to the bank's case: tapped or typed, in any script, dropped at any point, carried while the bank is down.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { HOUR_MS, MINUTE_MS } from "../../../../src/foundation/clock.ts"
import { err, ok } from "../../../../src/foundation/result.ts"
import { tap, text } from "../../../support/person-builders.ts"
import { Simulation } from "../../../support/person-world.ts"

const DOWN = err({ reason: "outage", outage: { reason: "timeout", retry: "later" } } as const)

let sim: Simulation
beforeEach(async () => {
  sim = new Simulation()
  await sim.link()
  const payment = (id: string, minor: bigint, description: string, direction: "in" | "out" = "out") => ({
    id,
    account: "acc-1",
    amount: { minor, currency: "EUR" },
    direction,
    status: "posted" as const,
    occurredAt: sim.now,
    description,
  })
  sim.bank.transactions = ok({
    transactions: [
      payment("txn_1", 2_740n, "Coffee House"),
      payment("txn_in", 100_000n, "Payroll", "in"),
      payment("txn_2", 24_999n, "ELECTRO MART https://evil.example"),
    ],
  })
})
afterEach(() => sim.close())

const last = () => sim.messenger.texts.at(-1)
function choices(): readonly (readonly [title: string, carries: string])[] {
  const message = sim.messenger.calls.at(-1)?.message as {
    readonly attachment?: { readonly payload: { readonly buttons: readonly Record<string, string>[] } }
    readonly quick_replies?: readonly Record<string, string>[]
  }
  const all = [...(message.attachment?.payload.buttons ?? []), ...(message.quick_replies ?? [])]
  return all.map(({ title, payload }) => [title ?? "", payload ?? ""])
}
async function press(title: string): Promise<void> {
  const carries = choices().find(([each]) => each === title)?.[1]
  if (!carries)
    throw new Error(
      `No such choice: ${title}, but ${choices()
        .map(([each]) => each)
        .join(", ")}`,
    )
  await sim.webhook(text(title, sim.now, { payload: carries }))
}

describe("a dispute", () => {
  test("asks which payment, what is wrong, how much and what goes along, then says what the bank opened", async () => {
    await sim.say("I want to dispute a charge")
    expect(last()?.split("\n")).toEqual([
      "Which payment is it? Type its number.",
      expect.stringMatching(/^1\. 27\.40 EUR, Coffee House, /),
      expect.stringMatching(/^2\. 249\.99 EUR, ELECTRO MART/),
    ])
    expect(last()).not.toMatch(/https|Payroll/)
    await press("1")
    expect(last()).toBe("What is wrong with it?")
    await press("Wrong amount")
    expect(last()).toBe("How much of it? Type an amount, or choose all of it.")
    await press("All of it")
    await sim.webhook(text("", sim.now, { mid: "m_photo", attachments: ["image", "file"] }))
    expect(last()).toBe("2 files go along. Send more, or send the dispute.")
    expect(sim.bank.disputes).toEqual([])
    const sentAt = sim.now
    await press("Send the dispute")
    expect(last()).toBe("Demo Bank has your dispute, case D-1, and you will hear of it by 29 Nov 2026.")
    expect(sim.bank.disputes).toMatchObject([
      {
        transactionId: "txn_1",
        reason: "wrong_amount",
        amount: { value: "27.40", currency: "EUR" },
        evidence: ["messenger:m_photo:0", "messenger:m_photo:1"],
      },
    ])
    expect(sim.bank.disputes[0]?.receivedAt).toBeGreaterThanOrEqual(sentAt)
  })

  test.each([
    ["7,40", "7.40"],
    ["€ 7.40", "7.40"],
    ["٧٫٤٠", "7.40"],
    ["27.40", "27.40"],
  ])("takes an amount typed as “%s”", async (typed, value) => {
    await reachAmount()
    await sim.say(typed)
    expect(last()).toMatch(/^Send photos or files/)
    await press("Send the dispute")
    expect(sim.bank.disputes).toMatchObject([{ amount: { value, currency: "EUR" } }])
  })

  test.each(["27.41", "0", "-3", "7.401", "lots", "1e3"])(
    "does not take “%s” for an amount",
    async (typed) => {
      await reachAmount()
      await sim.say(typed)
      expect(last()).not.toMatch(/^Send photos or files/)
    },
  )

  test("P8: a cry for help is heard though a file comes with it", async () => {
    await reachAmount()
    await press("All of it")
    await sim.webhook(text("my card was stolen", sim.now, { attachments: ["image"] }))
    expect(last()).toMatch(/freeze your cards/)
  })

  test("is dropped by a tap or by its title, and nothing was sent", async () => {
    await reachAmount()
    await sim.say("drop it")
    expect(last()).toBe("Dropped. Nothing was sent to Demo Bank.")
    await sim.advance(HOUR_MS)
    expect(sim.bank.disputes).toEqual([])
  })

  test("leaves room for everything else: a balance in the middle, and help that cannot wait", async () => {
    await reachAmount()
    await sim.say("balance")
    expect(last()).toMatch(/available, as of/)
    await sim.say("I lost my card")
    expect(last()).toMatch(/freeze your cards/)
    await sim.say("all of it")
    expect(last()).toMatch(/^Send photos or files/)
  })

  test("that is not finished runs out; its old buttons begin anew", async () => {
    await sim.say("dispute")
    const carries = choices()[0]?.[1] ?? ""
    await sim.advance(31 * MINUTE_MS)
    await sim.webhook(tap(carries, sim.now))
    expect(last()).toMatch(/^Which payment is it/)
  })

  test("sent off while the bank is down is carried, once, with the time it was sent off", async () => {
    sim.bank.dispute = DOWN
    await reachAmount()
    await press("All of it")
    await press("Send the dispute")
    expect(last()).toBe(
      "I could not reach Demo Bank, so your dispute is not there yet. I keep trying and will tell you.",
    )
    sim.forgetChat()
    await sim.advance(2 * MINUTE_MS)
    expect(sim.messenger.texts).toEqual([])
    sim.bank.dispute = ok({ caseId: "D-9" })
    await sim.advance(10 * MINUTE_MS)
    expect(sim.messenger.texts).toEqual(["Demo Bank has your dispute, case D-9."])
    expect(new Set(sim.bank.disputes.map(({ receivedAt }) => receivedAt)).size).toBe(1)
    expect(new Set(sim.bank.disputes.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1)
  })

  test("“I didn't make it” offers the freeze as well", async () => {
    await sim.say("dispute")
    await press("2")
    await press("I didn't make it")
    await press("All of it")
    await press("Send the dispute")
    expect(choices().map(([title]) => title)).toEqual(["Freeze a card", "Talk to a person"])
  })

  test("without the purpose it reads nothing: it is offered first", async () => {
    const other = new Simulation()
    await other.link({ purposes: ["fraud_alerts"] })
    await other.say("dispute a payment")
    expect(other.bank.ranges).toEqual([])
    expect(other.messenger.texts.at(-1)).not.toMatch(/Which payment/)
    other.close()
  })

  async function reachAmount(): Promise<void> {
    await sim.say("dispute")
    await press("1")
    await press("Charged twice")
  }
})

test.each([
  ["I didn't make it", "not_mine"],
  ["wrong amount", "wrong_amount"],
  ["NOT RECEIVED", "not_received"],
  ["خُصمت مرتين", "charged_twice"],
  ["شيء آخر", "other"],
])("each choice can be typed by its title: %s is %s", async (typed, reason) => {
  await sim.say("dispute")
  await sim.say("٢")
  await sim.say(typed)
  await sim.say("المبلغ كله")
  await sim.say("send the dispute")
  expect(sim.bank.disputes).toMatchObject([{ transactionId: "txn_2", reason }])
})
