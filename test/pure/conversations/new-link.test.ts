// What a link that is new may not yet do, who hears of it, and what takes the place of what: P11 after the code. Turns and whole objects.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { DAY_MS, HOUR_MS } from "../../../src/foundation/clock.ts"
import type { LinkId } from "../../../src/foundation/id.ts"
import { parseState } from "../../../src/conversations/state.ts"
import type { TurnContext } from "../../../src/conversations/turn-context.ts"
import { account, BANK, fraud, NOON, offer, payment, referral, tap } from "../../support/person-builders.ts"
import { textOf } from "../../support/person-far-side.ts"
import { Simulation } from "../../support/person-world.ts"
import { choicesOf, consent, contextAt, hear, person, say, take, wordsOf } from "../../support/turn-world.ts"

const MARK = { epoch: 2, recordHash: "hash-1-confirmed" }
const LIVE = { kind: "live", mark: MARK, renews: false } as const
const RENEWED = { ...LIVE, renews: true } as const
const OTHER = "link_other" as LinkId

/** A context at a bank whose links are new for a day, or of another kind. */
function at(now: number, ways: Partial<TurnContext["ways"]> = {}): TurnContext {
  const context = contextAt(now)
  return { ...context, ways: { ...context.ways, newLinkMs: DAY_MS, ...ways } }
}

describe("a new link", () => {
  const fresh = take(person({ opening: offer() }), { kind: "opened", offer: offer(), opened: LIVE }, at(NOON))

  test("says until when amounts are hidden, and hides them to the last moment", () => {
    expect(wordsOf(fresh)[0]).toMatch(/\nFor your safety amounts stay hidden here until 23 Nov, 12:00/)
    for (const asked of ["balance", "payments"]) {
      const early = say(fresh.state, asked, at(NOON + DAY_MS - 1))
      expect(early.state.questions).toEqual([])
      expect(wordsOf(early)[0]).toMatch(/amounts stay hidden here until .* own app shows them now/)
      expect(say(fresh.state, asked, at(NOON + DAY_MS)).state.questions).toHaveLength(1)
    }
  })

  test("is nothing special at a bank that wants it so", () => {
    const plain = take(person({ opening: offer() }), { kind: "opened", offer: offer(), opened: LIVE })
    expect(wordsOf(plain)[0]).not.toContain("hidden")
    expect(say(plain.state, "balance").state.questions).toHaveLength(1)
  })

  test("of the same customer in the same chat renews: it is as old as what it renews, and nothing is said to have ended", () => {
    const before = person({ consent: consent({ link: OTHER }), newSince: NOON - DAY_MS, opening: offer() })
    const renewed = take(before, { kind: "opened", offer: offer(), opened: RENEWED }, at(NOON))
    expect(renewed.state).toMatchObject({ newSince: NOON - DAY_MS, linkedAt: NOON })
    expect(wordsOf(renewed)).toHaveLength(1)
    expect(wordsOf(renewed)[0]).not.toContain("hidden")
  })

  test("of another customer ends the old one first, and the person is told which", () => {
    const old = consent({ link: OTHER, accounts: [account({ last4: "7777" })] })
    const before = person({ consent: old, newSince: NOON - DAY_MS, opening: offer() })
    const taken = take(before, { kind: "opened", offer: offer(), opened: LIVE }, at(NOON))
    expect(wordsOf(taken)[0]).toBe("Your earlier connection has ended: Checking ••7777.")
    expect(wordsOf(taken)[1]).toMatch(/^Connected: Checking ••4821/)
    expect(taken.state.newSince).toBe(NOON)
  })

  test.each([
    ["links_full", /as many chats as Demo Bank allows/],
    ["not_confirmed_by_bank", /Demo Bank did not confirm this connection/],
    ["gone", /I could not finish connecting/],
  ] as const)("that is refused for %s leaves none, in words", (reason, words) => {
    const opened = { kind: "refused", reason } as const
    const taken = take(person({ opening: offer() }), { kind: "opened", offer: offer(), opened })
    expect([taken.state.opening, taken.state.consent]).toEqual([undefined, undefined])
    expect(wordsOf(taken)[0]).toMatch(words)
  })

  test("at a bank that must confirm it waits in words", () => {
    const asked = person({ offer: { ...offer(), triesLeft: 3 } })
    expect(wordsOf(say(asked, "123456", at(NOON, { bankConfirms: true })))).toEqual([
      "That is the code. Demo Bank confirms the connection now; I'll write when it is done.",
    ])
    expect(wordsOf(say(asked, "123456", at(NOON)))).toEqual([])
  })
})

describe("another chat of the same customer", () => {
  const linked = person({ consent: consent() })
  const told = take(linked, { kind: "linked_elsewhere", link: OTHER })
  const press = (link: string) => tap(`v1.NOT_MY_LINK.${link}`, NOON)

  test("is told of once, with a way to refuse", () => {
    expect(wordsOf(told)[0]).toMatch(/^Another chat was connected to your account at Demo Bank/)
    expect(choicesOf(told)).toEqual(["That wasn't me"])
    // Outside the platform's window it goes as a template with the same button.
    expect(told.say[0]?.template).toMatchObject({
      body: ["Demo Bank"],
      payloads: [`v1.NOT_MY_LINK.${OTHER}`],
    })
    expect(told.urgent).toBe(true)
    expect(take(told.state, { kind: "linked_elsewhere", link: OTHER }).say).toEqual([])
    for (const state of [person(), person({ consent: consent({ link: OTHER }) })])
      expect(take(state, { kind: "linked_elsewhere", link: OTHER }).say).toEqual([])
  })

  test("[That wasn't me] ends that link and no other, once", () => {
    const ended = hear(told.state, press(OTHER))
    expect(ended.state.ending).toEqual([{ link: OTHER, reason: "not_me" }])
    expect(ended.state.consent).toEqual(linked.consent)
    expect(wordsOf(ended)[0]).toMatch(/^I am ending that connection, and Demo Bank hears that it was not you/)
    for (const [state, link] of [
      [ended.state, OTHER],
      [linked, OTHER],
      [told.state, "link_of_somebody"],
      [told.state, consent().link],
    ] as const) {
      const nothing = hear(state, press(link))
      expect(nothing.state.ending).toEqual(state.ending)
      expect(wordsOf(nothing)[0]).toMatch(/no other connection to end/)
    }
  })
})

describe("the ways to a link", () => {
  const LOG_IN = ["Log In", "Connect in browser"]

  test.each([
    ["everywhere both", {}, {}, LOG_IN],
    ["not Log In where the Page or the bank does not allow it", {}, { logInAllowed: false }, LOG_IN.slice(1)],
    ["not Log In where the person's region refused it", { regionRefusedAt: NOON - 1 }, {}, LOG_IN.slice(1)],
    ["Log In again once that was long ago", { regionRefusedAt: NOON - 31 * DAY_MS }, {}, LOG_IN],
  ] as const)("are offered: %s", (_, state, ways, offered) => {
    for (const said of ["hello", "connect", "balance", "how it works"]) {
      const choices = choicesOf(say(person(state), said, at(NOON, ways)))
      expect(choices.filter((each) => LOG_IN.includes(each))).toEqual(offered)
    }
    const welcome = choicesOf(say(person(state), "hello", at(NOON, ways)))
    expect(welcome).toEqual([...offered, "Talk to a person", "How it works"])
  })

  test("an m.me link opened here asks for the code; a lost card is heard first", () => {
    const presented = { kind: "offer", offer: offer() } as const
    const opened = take(person(), { kind: "messenger", event: referral("n", NOON), presented })
    expect(wordsOf(opened)).toEqual([expect.stringMatching(/^Almost done\. Type the 6 digits/)])
    expect(choicesOf(opened)).toEqual(["I saw no code"])
    expect(opened.state.lastActionAt).toBe(NOON)
    const lost = take(person(), { kind: "messenger", event: tap("v1.LOST_CARD", NOON), presented })
    expect(wordsOf(lost)[0]).toMatch(/^Call Demo Bank now/)
    expect(lost.state.offer).toBeDefined()
  })

  test.each([
    ["gone", /no longer good/],
    ["other_person", /opened in another chat too, so I stopped it/],
  ] as const)("an m.me link that is %s is said so", (kind, words) => {
    const event = referral("n", NOON)
    expect(wordsOf(take(person(), { kind: "messenger", event, presented: { kind } }))[0]).toMatch(words)
  })
})

describe("in the object", () => {
  let sim: Simulation
  beforeEach(() => {
    sim = new Simulation()
  })
  afterEach(() => sim.close())

  test("a nonce presented by somebody new is the first thing answered, however often it comes", async () => {
    sim.directory.presented.set("nonce", { kind: "offer", offer: offer({ givenAt: sim.now }) })
    const event = referral("nonce", sim.now)
    await sim.webhook(event)
    await sim.webhook(event)
    expect(sim.messenger.shown.map(({ sent }) => textOf(sent))).toEqual([
      expect.stringMatching(/Type the 6 digits/),
    ])
  })

  test("P6: a typed code does not stay once it has had its turn", async () => {
    const lengthOf = async (text: string) => {
      await sim.say(text)
      const { rows } = sim.storage.sql.exec<{ sealed: string }>("SELECT sealed FROM inbox ORDER BY seq")
      return rows.at(-1)?.sealed.length ?? 0
    }
    const kept = await lengthOf("000 000")
    await sim.offer(offer({ offeredUntil: sim.now + 600_000 }))
    expect(await lengthOf("hello 0")).toBeGreaterThanOrEqual(kept)
    // Seven characters are not there any more: the sealed row is shorter by them.
    expect(await lengthOf("000 000")).toBeLessThan(kept - 4)
  })

  test("an alert in a new chat hides the amount, and the bank is asked to use its own channel too", async () => {
    sim.facts = { ...BANK, newLinkMs: DAY_MS }
    sim.bank.terms = { fallbackMs: 30_000, reportDelivery: false }
    await sim.link()
    const early = fraud("early", sim.now)
    await sim.tell(early)
    await sim.tell(payment("early-pay", sim.now))
    const shown = sim.messenger.shown.map(({ sent }) => textOf(sent)).join()
    expect(shown).toMatch(/Fraud check from Demo Bank: a payment at/)
    expect(shown).not.toMatch(/249\.99|27\.40/)
    expect(sim.bank.told).toContainEqual(
      expect.objectContaining({
        status: "undeliverable",
        reason: "new_link",
        event: expect.objectContaining({ id: early.id }),
      }),
    )
    sim.bank.told.length = 0
    sim.forgetChat()
    await sim.advance(DAY_MS + HOUR_MS)
    await sim.say("hello")
    await sim.tell(fraud("late", sim.now))
    expect(sim.messenger.shown.map(({ sent }) => textOf(sent)).join()).toContain("249.99")
    expect(sim.bank.told.filter(({ reason }) => reason === "new_link")).toEqual([])
  })
})

test("parseState() reads a state from before links could be new", () => {
  expect(parseState(JSON.stringify(person({ consent: consent() }))).newSince).toBeUndefined()
})
