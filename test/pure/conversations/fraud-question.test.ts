// A fraud question in the chat: what is said of it, what its answers do, and when it is closed.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { LinkId } from "../../../src/foundation/id.ts"
import { HOUR_MS } from "../../../src/foundation/clock.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import { fraud, tap } from "../../support/person-builders.ts"
import { choicesOf, type Sent } from "../../support/person-far-side.ts"
import { Simulation } from "../../support/person-world.ts"

let sim: Simulation
beforeEach(() => {
  sim = new Simulation()
})
afterEach(() => sim.close())

const last = () => sim.messenger.shown.at(-1)?.sent as Sent
const spoken = () => sim.messenger.texts.join("\n")

describe("a fraud question", () => {
  async function ask(id = "x"): Promise<readonly (readonly [string, string])[]> {
    await sim.tell(fraud(id, sim.now))
    return choicesOf(last())
  }
  const press = async (choice: readonly [string, string] | undefined) => {
    await sim.webhook(tap(choice?.[1] ?? "", sim.now, choice?.[0]))
  }

  test("names amount, merchant, time and card, and what the bank has done; its two buttons are the message's own", async () => {
    await sim.link()
    const choices = await ask()
    expect(spoken()).toBe(
      "Fraud check from Demo Bank: 249.99 USD at Electro Mart, today 12:00 (Berlin), card ••4821. We have paused the card. Was this you?",
    )
    expect(choices.map(([title]) => title)).toEqual(["Yes, it was me", "No, not me"])
    expect(last().message.quick_replies).toBeUndefined()
  })

  test("without amounts where the person keeps them off the lock screen", async () => {
    await sim.link({ showAmounts: false })
    await ask()
    expect(spoken()).not.toContain("249.99")
  })

  test("No: the card is frozen, then the bank has the answer, and each is said once it is so", async () => {
    await sim.link()
    const choices = await ask()
    sim.forgetChat()
    sim.bank.fraudAnswer = ok({ nextDate: "2026-11-24" })
    await press(choices[1])
    expect(sim.bank.acts).toMatchObject([{ act: "freeze", about: "crd_19" }])
    expect(sim.bank.answers).toMatchObject([{ caseId: "F-x", answer: "deny", link: "link_one" }])
    expect(sim.messenger.texts).toEqual([
      "Card ••4821 is frozen. Demo Bank has your report from 12:00 (Berlin), case F-x, and will contact you by 24 Nov 2026.",
    ])
    expect(choicesOf(last()).map(([title]) => title)).toEqual([
      "Talk to a person",
      "Call the bank",
      "Tapped by mistake",
    ])
    // Tapped again it is said again, and neither done nor told twice; a Yes after it takes nothing back.
    await press(choices[1])
    await press(choices[0])
    expect(sim.bank.acts).toHaveLength(1)
    expect(sim.bank.answers).toHaveLength(1)
    expect(sim.messenger.texts.slice(1)).toEqual([
      expect.stringMatching(/is frozen/),
      expect.stringMatching(/Your No stands, and Demo Bank hears of it/),
    ])
  })

  test("Yes: the bank has the answer, and nothing is said to be released", async () => {
    await sim.link()
    const choices = await ask()
    sim.forgetChat()
    await press(choices[0])
    expect(sim.bank.answers).toMatchObject([{ caseId: "F-x", answer: "confirm", link: "link_one" }])
    expect(sim.bank.acts).toEqual([])
    expect(sim.messenger.texts).toEqual(["Thank you, Demo Bank has your answer."])
  })

  test("a No after a Yes still freezes the card, and says so where the bank keeps the Yes", async () => {
    await sim.link()
    const choices = await ask()
    await press(choices[0])
    sim.bank.fraudAnswer = err({ reason: "already_answered" })
    await press(choices[1])
    expect(sim.bank.acts).toHaveLength(1)
    expect(sim.bank.answers.map(({ answer }) => answer)).toEqual(["confirm", "deny"])
    expect(sim.messenger.texts.at(-1)).toMatch(/^Card ••4821 is frozen\. Demo Bank had another answer/)
  })

  test("both buttons in one breath: the No counts, in whichever order", async () => {
    await sim.link()
    const choices = await ask()
    sim.bank.afterMs = 1_000
    await sim.webhook(...[0, 1, 0].map((index) => tap(choices[index]?.[1] ?? "", sim.now)))
    await sim.advance(10_000)
    expect(sim.bank.acts).toHaveLength(1)
    expect(sim.bank.answers.at(-1)).toMatchObject({ answer: "deny" })
    expect(sim.messenger.texts.at(-1)).toMatch(/is frozen/)
  })

  test("[Tapped by mistake] leads to the bank's own page, and after ten minutes nothing was changed", async () => {
    await sim.link()
    await press((await ask())[1])
    await press(choicesOf(last())[2])
    expect(sim.bank.acts.at(-1)).toMatchObject({ act: "answer_fraud_case", about: "F-x" })
    expect(choicesOf(last())[0]).toEqual(["Open the bank", "https://bank.example/step"])
    sim.forgetChat()
    await sim.advance(10 * 60_000 - 1_000)
    expect(sim.messenger.texts).toEqual([])
    await sim.advance(3_000)
    expect(sim.messenger.texts).toEqual(["Nothing was changed at Demo Bank."])
  })

  test("a bank that does not answer: the person can call, hears that it is tried on, and what came of it", async () => {
    await sim.link()
    const choices = await ask()
    const down = err({ reason: "outage", outage: { reason: "timeout", retry: "later" } } as const)
    sim.bank.fraudAnswer = down
    sim.bank.frozen = down
    await press(choices[1])
    expect(sim.messenger.texts.at(-1)).toBe(
      "I could not reach Demo Bank; the card is not frozen yet. Please call now. I keep trying and will tell you.",
    )
    expect(choicesOf(last()).map(([title]) => title)).toEqual(["Call the bank", "Talk to a person"])
    sim.forgetChat()
    await sim.advance(60_000)
    expect(sim.messenger.texts).toEqual([])
    expect(sim.bank.acts.length).toBeGreaterThan(2)
    sim.bank.frozen = ok({ state: "frozen" })
    await sim.advance(120_000)
    expect(sim.messenger.texts).toEqual([
      "Card ••4821 is frozen. Your report has not reached Demo Bank yet: I keep trying and will tell you. You can also call.",
    ])
    sim.bank.fraudAnswer = ok({})
    await sim.advance(20 * 60_000)
    expect(sim.messenger.texts.at(-1)).toBe(
      "Card ••4821 is frozen. Demo Bank has your report from 12:00 (Berlin), case F-x.",
    )
    expect(sim.messenger.texts).toHaveLength(2)
    expect(new Set(sim.bank.answers.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1)
    expect(new Set(sim.bank.acts.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1)
  })

  test("what the bank still owes when the link ends is not lost without a word", async () => {
    await sim.link()
    const choices = await ask()
    const down = err({ reason: "outage", outage: { reason: "timeout", retry: "later" } } as const)
    sim.bank.fraudAnswer = down
    sim.bank.frozen = down
    await press(choices[1])
    sim.forgetChat()
    await sim.webhook(tap("v1.STOP_NOW", sim.now))
    expect(sim.messenger.texts).toEqual([
      expect.stringMatching(/^Disconnected/),
      "I could not bring your report to Demo Bank. Please call now.",
    ])
    expect(choicesOf(last()).map(([title]) => title)).toEqual(["Call the bank", "Talk to a person"])
  })

  test("counts to the last millisecond it is open, not one longer", async () => {
    await sim.link()
    const choices = await ask()
    await sim.advance(HOUR_MS)
    await press(choices[1])
    expect(sim.bank.answers).toEqual([])
    expect(sim.messenger.texts.at(-1)).toMatch(/This question has closed\. Not your payment\?/)
    const later = await ask("y")
    await sim.advance(HOUR_MS - 1)
    await press(later[1])
    expect(sim.bank.answers).toHaveLength(1)
  })

  test("counts for the link it was asked under only", async () => {
    await sim.link()
    const choices = await ask()
    await sim.webhook(tap("v1.STOP_NOW", sim.now))
    await press(choices[1])
    expect(sim.messenger.texts.at(-1)).toMatch(/closed/)
    await sim.link({ link: "link_two" as LinkId, recordHash: "two" })
    await press(choices[1])
    expect(sim.messenger.texts.at(-1)).toMatch(/closed/)
    expect(sim.bank.answers).toEqual([])
  })

  test("a Yes the bank wants proof for leads there; a case the bank has closed is closed", async () => {
    await sim.link()
    const choices = await ask()
    sim.bank.fraudAnswer = err({ reason: "step_up_required", url: "https://bank.example/step" })
    await press(choices[0])
    expect(choicesOf(last())[0]).toEqual(["Open the bank", "https://bank.example/step"])
    sim.bank.fraudAnswer = err({ reason: "case_closed" })
    await press((await ask("y"))[1])
    expect(sim.messenger.texts.at(-1)).toBe(
      "Card ••4821 is frozen. This question has closed. Not your payment?",
    )
  })

  test.each(["No, not me", "no", "لا", "I didn't make this", "it wasn't me", "لم أكن أنا"])(
    "is denied by typing “%s” while it is the only one open",
    async (typed) => {
      await sim.link()
      await ask()
      await sim.say(typed)
      expect(sim.bank.answers).toMatchObject([{ answer: "deny" }])
    },
  )

  test.each(["yes", "نعم", "it was me"])(
    "is not confirmed by a typed “%s”: the buttons come again",
    async (typed) => {
      await sim.link()
      const choices = await ask()
      await sim.say(typed)
      expect(sim.bank.answers).toEqual([])
      expect(choicesOf(last())).toEqual(choices)
      await press(choicesOf(last())[0])
      expect(sim.bank.answers).toMatchObject([{ answer: "confirm" }])
    },
  )

  test("nobody answers: one reminder halfway to its end, marked, with the same buttons; then no more", async () => {
    await sim.link()
    const choices = await ask()
    sim.forgetChat()
    await sim.advance(HOUR_MS / 2 - 1_000)
    expect(sim.messenger.texts).toEqual([])
    await sim.advance(5_000)
    expect(sim.messenger.texts).toEqual([
      expect.stringMatching(/^Reminder\. Fraud check from Demo Bank: 249\.99/),
    ])
    expect(choicesOf(last())).toEqual(choices)
    await press(choicesOf(last())[1])
    expect(sim.bank.answers).toMatchObject([{ answer: "deny" }])
    sim.forgetChat()
    await sim.advance(2 * HOUR_MS)
    expect(sim.messenger.texts).toEqual([])
  })

  test("an answered question, one with hours left before its hour, and one whose link ended are not said again", async () => {
    await sim.link()
    await press((await ask())[0])
    await sim.tell(
      fraud("long", sim.now, { reply: { allowed: ["deny"], expiresAt: sim.now + 24 * HOUR_MS } }),
    )
    sim.forgetChat()
    await sim.advance(HOUR_MS - 1_000)
    expect(sim.messenger.texts).toEqual([])
    await sim.webhook(tap("v1.STOP_NOW", sim.now))
    sim.forgetChat()
    await sim.advance(HOUR_MS)
    expect(sim.messenger.texts).toEqual([])
  })

  test("with two open a typed No names neither: the bank's number is given", async () => {
    await sim.link()
    await ask("y")
    await ask("z")
    await sim.say("لا، ليس أنا")
    expect(sim.bank.answers).toHaveLength(0)
    expect(sim.messenger.texts.at(-1)).toMatch(/Call Demo Bank now|اتصلوا/)
  })

  test("a No that answers nothing is a No to nothing", async () => {
    await sim.link()
    await sim.say("no")
    expect(sim.bank.answers).toEqual([])
    expect(sim.messenger.texts.at(-1)).toMatch(/didn't get that/)
  })

  test("a forged or old button is a closed question", async () => {
    await sim.link()
    for (const payload of ["v1.FRAUD.e_x.deny", "v1.FRAUD.e_x.maybe", "v1.FRAUD.r_1.deny"]) {
      await sim.webhook(tap(payload, sim.now))
      expect(sim.messenger.texts.at(-1)).toMatch(/This question has closed/)
    }
  })

  test("answered while stopped still reaches the bank", async () => {
    await sim.link()
    const choices = await ask()
    await sim.say("stop")
    await press(choices[1])
    expect(sim.bank.answers).toHaveLength(1)
  })
})
