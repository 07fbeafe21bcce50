// Freezing in the chat: an explicit button and no proof, said after the bank said so, carried while it is down; using a card again is the
// bank's own page, and the chat says what came of it.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { ListedCard } from "../../../../src/banks/actions.ts"
import { MINUTE_MS } from "../../../../src/foundation/clock.ts"
import { err, ok } from "../../../../src/foundation/result.ts"
import { tap } from "../../../support/person-builders.ts"
import { Simulation } from "../../../support/person-world.ts"

const CHECKING: ListedCard = { ref: "crd_1", last4: "4821", state: "active", brand: "visa" }
const CREDIT: ListedCard = { ref: "crd_2", last4: "5512", state: "active" }
const DOWN = err({ reason: "outage", outage: { reason: "timeout", retry: "later" } } as const)

let sim: Simulation
beforeEach(async () => {
  sim = new Simulation()
  await sim.link({ purposes: ["transaction_alerts"] })
  sim.bank.cards = ok([CHECKING, CREDIT])
  sim.bank.frozen = ok({ state: "frozen" })
})
afterEach(() => sim.close())

const last = () => sim.messenger.texts.at(-1)
/** Titles and what they carry, of the last message. */
function choices(): readonly (readonly [title: string, carries: string])[] {
  const message = sim.messenger.calls.at(-1)?.message as {
    readonly attachment?: { readonly payload: { readonly buttons: readonly Record<string, string>[] } }
    readonly quick_replies?: readonly Record<string, string>[]
  }
  const buttons = [...(message.attachment?.payload.buttons ?? []), ...(message.quick_replies ?? [])]
  return buttons.map(({ title, payload, url }) => [title ?? "", payload ?? url ?? ""])
}
async function press(title: string): Promise<void> {
  const carries = choices().find(([each]) => each === title)?.[1]
  if (!carries)
    throw new Error(
      `No such button: ${title}, but ${choices()
        .map(([each]) => each)
        .join(", ")}`,
    )
  await sim.webhook(tap(carries, sim.now, title))
}

describe("“freeze my card”", () => {
  test("asks which, and freezes on a tap, though only payment alerts are on", async () => {
    await sim.say("freeze my card")
    expect(last()).toBe("Which card shall I freeze? You can use it again after signing in at Demo Bank.")
    expect(choices().map(([title]) => title)).toEqual(["Freeze ••4821", "Freeze ••5512", "Call the bank"])
    expect(sim.bank.acts).toEqual([])
    await press("Freeze ••5512")
    expect(sim.bank.acts).toMatchObject([{ act: "freeze", about: "crd_2" }])
    expect(last()).toBe("Card ••5512 is frozen.")
  })

  test("takes the title typed, or the four digits, and no other number", async () => {
    await sim.say("freeze my card")
    await sim.say("9999")
    expect(sim.bank.acts).toEqual([])
    await sim.say("freeze 4821")
    expect(sim.bank.acts).toMatchObject([{ act: "freeze", about: "crd_1" }])
    await sim.say("freeze my card")
    await sim.say("٥٥١٢")
    expect(sim.bank.acts).toHaveLength(2)
  })

  test.each([
    "talk to a person about 4821",
    "delete my data 4821",
    "not 4821",
    "don't freeze 4821",
    "unfreeze 4821",
  ])("P8: hears “%s” as what it is, and freezes nothing", async (said) => {
    await sim.say("freeze my card")
    await sim.say(said)
    expect(sim.bank.acts).toEqual([])
  })

  test("asked twice is one choice: the digits name one card, and no act is left behind", async () => {
    for (let times = 0; times < 5; times += 1) await sim.say("freeze my card")
    await sim.say("4821")
    expect(sim.bank.acts).toMatchObject([{ act: "freeze", about: "crd_1" }])
    expect(last()).toBe("Card ••4821 is frozen.")
  })

  test("the button tapped twice is one act; an old one asks anew", async () => {
    await sim.say("freeze my card")
    const carries = choices()[0]?.[1] ?? ""
    await sim.webhook(tap(carries, sim.now), tap(carries, sim.now))
    expect(sim.bank.acts).toHaveLength(1)
    expect(last()).toBe("Card ••4821 is frozen.")
    await sim.webhook(tap(carries, sim.now))
    expect(sim.bank.acts).toHaveLength(1)
    expect(last()).toMatch(/^Which card/)
  })

  test("a bank that is down: nothing is frozen, and the number stands first; tried again it is", async () => {
    sim.bank.cards = DOWN
    await sim.say("freeze my card")
    expect(last()).toMatch(/could not reach Demo Bank, so no card is frozen\. Please call now/)
    expect(
      choices()
        .map(([title]) => title)
        .slice(0, 3),
    ).toEqual(["Call the bank", "Talk to a person", "Try again"])
    sim.bank.cards = ok([CHECKING])
    await press("Try again")
    sim.bank.frozen = DOWN
    await press("Freeze ••4821")
    expect(last()).toMatch(/not frozen yet\. Please call now\. I keep trying/)
    sim.forgetChat()
    await sim.advance(2 * MINUTE_MS)
    expect(sim.messenger.texts).toEqual([])
    sim.bank.frozen = ok({ state: "frozen" })
    await sim.advance(10 * MINUTE_MS)
    expect(sim.messenger.texts).toEqual(["Card ••4821 is frozen."])
    expect(new Set(sim.bank.acts.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1)
  })

  test("a bank that offers no such call leads to its number", async () => {
    sim.bank.cards = err({ reason: "not_found" })
    await sim.say("freeze my card")
    expect(last()).toMatch(/does not freeze cards from here\. Please call now/)
  })

  test("P8: a lost wallet at such a bank leads there too, and to no way of using a card again", async () => {
    sim.bank.cards = err({ reason: "not_found" })
    await sim.webhook(tap("v1.FREEZE_ALL", sim.now))
    expect(last()).toMatch(/does not freeze cards from here\. Please call now/)
    expect(choices()[0]?.[0]).toBe("Call the bank")
  })

  test.each(["408", "409", "425"])(
    "a bank still at work on the freeze before (%s) has not refused it: it is asked again",
    async (code) => {
      sim.bank.frozen = err({ reason: "outage", outage: { reason: "refused", retry: "never", code } })
      await sim.say("freeze my card")
      await press("Freeze ••4821")
      expect(last()).toMatch(/not frozen yet\. Please call now\. I keep trying/)
      sim.bank.frozen = ok({ state: "frozen" })
      await sim.advance(MINUTE_MS)
      expect(last()).toBe("Card ••4821 is frozen.")
    },
  )

  test("with every card frozen says so", async () => {
    sim.bank.cards = ok([{ ...CHECKING, state: "frozen" }])
    await sim.say("freeze my card")
    expect(last()).toBe("Card ••4821 is frozen already.")
  })
})

describe("a lost phone or wallet", () => {
  test("freezes all at one tap, names what is done and what is not", async () => {
    await sim.say("I lost my wallet")
    expect(
      choices()
        .map(([title]) => title)
        .slice(0, 3),
    ).toEqual(["Freeze my cards", "Disconnect this chat", "Talk to a person"])
    await press("Freeze my cards")
    expect(sim.bank.acts.map(({ about }) => about)).toEqual(["crd_1", "crd_2"])
    expect(last()).toBe("Cards ••4821, ••5512 are frozen.")
  })

  test("[Disconnect this chat] ends the link", async () => {
    await sim.say("I lost my phone")
    await press("Disconnect this chat")
    expect(last()).toMatch(/^Disconnected/)
  })

  test("a link that ends while the bank owes a freeze: the person is told to call", async () => {
    sim.bank.frozen = DOWN
    await sim.say("I lost my wallet")
    await press("Freeze my cards")
    await sim.webhook(tap("v1.STOP_NOW", sim.now))
    expect(last()).toBe("I could not freeze ••4821, ••5512. Please call now.")
  })
})

describe("using a card again", () => {
  beforeEach(() => {
    sim.bank.cards = ok([{ ...CHECKING, state: "frozen" }, CREDIT])
  })

  test("leads to the bank's page and says what came of it", async () => {
    await sim.say("unfreeze my card")
    await press("Unfreeze ••4821")
    expect(sim.bank.acts).toMatchObject([{ act: "unfreeze_card", about: "crd_1" }])
    expect(last()).toBe("Sign in at Demo Bank to use card ••4821 again. I'll tell you what came of it.")
    expect(choices()[0]).toEqual(["Open the bank", "https://bank.example/step"])
  })

  test("after ten minutes without the bank's word nothing was changed, said once", async () => {
    await sim.say("unfreeze my card")
    await press("Unfreeze ••4821")
    sim.forgetChat()
    await sim.advance(10 * MINUTE_MS - 2_000)
    expect(sim.messenger.texts).toEqual([])
    await sim.advance(30 * MINUTE_MS)
    expect(sim.messenger.texts).toEqual(["Nothing was changed at Demo Bank."])
  })
})

describe("taking a freeze back is said with the same words", () => {
  test.each([
    "unfreeze my card",
    "cancel the freeze on my card",
    "unblock card",
    "فك تجميد البطاقة",
    "إلغاء تجميد بطاقتي",
  ])("“%s” freezes nothing", async (said) => {
    sim.bank.cards = ok([{ ...CHECKING, state: "frozen" }, CREDIT])
    await sim.say(said)
    expect(choices()[0]?.[0]).toMatch(/^(Unfreeze|فك تجميد) ••4821$/)
  })
})
