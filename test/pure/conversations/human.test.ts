// Reaching a person, on one simulated Conversation: the line, closed hours, silence while a person has the thread, rights that are heard all the
// same, answers outside the window, the Page's Inbox.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { DeskAnswer, DeskRequest, DeskView } from "../../../src/conversations/desk-acts.ts"
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/foundation/clock.ts"
import type { SendRefusal } from "../../../src/messenger/refusal.ts"
import type { LinkId } from "../../../src/foundation/id.ts"
import { ok } from "../../../src/foundation/result.ts"
import { fraud, tap, text } from "../../support/person-builders.ts"
import { Simulation } from "../../support/person-world.ts"

describe("a person at the bank", () => {
  let world: Simulation
  const waited = /You are number/

  beforeEach(() => {
    world = new Simulation()
    world.facts = { ...world.facts, desk: "own" }
  })
  afterEach(() => world.close())

  const heard = () => world.messenger.texts
  const threadOf = () => world.desk.heard.at(-1)?.thread ?? ""
  async function ask(what: DeskRequest["ask"], thread = threadOf()): Promise<DeskAnswer> {
    let answered: DeskAnswer | undefined
    await world.ask(async (person) => {
      answered = await person.atDesk({ v: 1, thread, ask: what })
    })
    if (!answered) throw new Error("Nothing was answered")
    return answered
  }
  async function view(): Promise<DeskView> {
    const seen = await ask({ kind: "view" })
    if (seen.kind !== "seen") throw new Error(seen.refusal.reason)
    return seen.view
  }
  async function withMaria(): Promise<void> {
    await world.say("hello")
    await world.say("talk to a person")
    await ask({ kind: "claimed", name: "Maria" })
    world.forgetChat()
  }

  test("P8: somebody who is not linked stands in the line and is told the place and how long it usually takes", async () => {
    world.desk.place = { place: 3, estimateMs: 5.5 * MINUTE_MS }
    await world.say("hello")
    await world.say("can I speak to someone?")
    expect(heard().at(-1)).toBe(
      "You are number 3, usually about 6 minutes. You can leave; I'll write when someone answers.",
    )
    expect(world.desk.heard.map(({ word }) => word.kind)).toEqual(["join"])
  })

  test("where nobody was claimed lately no time is promised", async () => {
    await world.say("talk to a person")
    expect(heard().at(-1)).toBe("You are number 1. You can leave; I'll write when someone answers.")
  })

  test("the assistant still answers somebody who waits, and passes on what it does not understand", async () => {
    await world.say("talk to a person")
    await world.say("how does it work")
    expect(heard().at(-1)).not.toMatch(/pass that on/)
    await world.say("the machine swallowed my banknotes")
    expect(heard().at(-1)).toBe("I'll pass that on. You keep your place in the line.")
    expect((await view()).lines.map(({ text }) => text)).toEqual(["the machine swallowed my banknotes"])
  })

  test("the assistant is silent while a person has the thread, and says when it is back", async () => {
    await withMaria()
    await world.say("what's my balance?")
    await world.say("hello Maria")
    await world.webhook(tap("v1.BALANCE", world.now, "Balance"))
    expect(heard()).toEqual([])
    const said = await ask({ kind: "reply", id: "r1", text: "Good day, I am looking." })
    expect(said).toMatchObject({ kind: "seen", sent: "accepted" })
    expect(heard()).toEqual(["Good day, I am looking."])
    expect((await view()).lines.map(({ from, text }) => `${from}: ${text}`)).toEqual([
      "customer: what's my balance?",
      "customer: hello Maria",
      "customer: Balance",
      "agent: Good day, I am looking.",
    ])
    await ask({ kind: "closed" })
    expect(heard().at(-1)).toBe("Maria has left. I'm the automated assistant again. Did that help?")
    await world.say("help")
    expect(heard().at(-1)).toMatch(/balance|connect/i)
  })

  test.each(["I lost my card", "stop", "delete my data", "that wasn't me", "freeze my card"])(
    'P8: "%s" is heard while a person has the thread, and the person reads it too',
    async (said) => {
      await withMaria()
      await world.say(said)
      expect(heard().length).toBeGreaterThan(0)
      expect((await view()).lines.map(({ text }) => text)).toEqual([said])
    },
  )

  test.each(["tap", "title", "digits"])(
    "P8: which card is to be frozen is heard while a person has the thread (%s)",
    async (how) => {
      world.bank.cards = ok(
        ["4821", "5512", "7700"].map((last4, nth) => ({ ref: `crd_${nth}`, last4, state: "active" })),
      )
      await world.link()
      await withMaria()
      await world.say("freeze my card")
      const [choice] = world.messenger.calls.at(-1)?.message.quick_replies ?? []
      if (how === "tap") await world.webhook(text("x", world.now, { payload: choice?.payload ?? "" }))
      else await world.say(how === "title" ? (choice?.title ?? "") : "4821")
      expect(world.bank.acts).toMatchObject([{ act: "freeze", about: "crd_0" }])
      expect(heard().at(-1)).toBe("Card ••4821 is frozen.")
    },
  )

  test("a bare yes or no said to a person is theirs; under an open fraud question “that wasn't me” is heard all the same", async () => {
    await world.link({ purposes: ["fraud_alerts"] })
    await world.tell(fraud("x", world.now))
    await withMaria()
    for (const said of ["yes", "no", "ok"]) await world.say(said)
    expect(heard()).toEqual([])
    expect(world.bank.answers).toEqual([])
    expect((await view()).lines.map(({ text: line }) => line)).toEqual(["yes", "no", "ok"])
    await world.say("that wasn't me")
    expect(world.bank.answers).toMatchObject([{ answer: "deny" }])
  })

  test("P8: digits name the card for somebody in the line, too", async () => {
    world.bank.cards = ok([{ ref: "crd_0", last4: "4821", state: "active" }])
    await world.link()
    await world.say("talk to a person")
    await world.say("freeze my card")
    await world.say("4821")
    expect(world.bank.acts).toMatchObject([{ act: "freeze", about: "crd_0" }])
  })

  test("P8: [That wasn't me] under the news of another chat is heard while a person has the thread", async () => {
    await world.link()
    await withMaria()
    await world.repeat((person) => person.linkedElsewhere("link_other" as LinkId))
    const [payload = ""] = /v1\.NOT_MY_LINK[^"]+/.exec(JSON.stringify(world.messenger.calls)) ?? []
    world.forgetChat()
    await world.webhook(tap(payload, world.now, "That wasn't me"))
    expect(heard()).toHaveLength(1)
  })

  test("asked for again once the people have gone home, they are said to be gone, not next", async () => {
    const weekday = new Date(world.now).getUTCDay() || 7
    world.facts = { ...world.facts, hours: [{ days: [weekday], from: "08:00", to: "13:00" }] }
    await world.say("talk to a person")
    expect(heard().at(-1)).toMatch(waited)
    await world.advance(2 * HOUR_MS)
    await world.say("talk to a person")
    expect(heard().at(-1)).toMatch(/^Our people are back /)
  })

  test("the same reply is said once, however often it comes", async () => {
    await withMaria()
    await ask({ kind: "reply", id: "r1", text: "Hello" })
    await ask({ kind: "reply", id: "r1", text: "Hello" })
    expect(heard()).toEqual(["Hello"])
  })

  test.each(["Your card 4111 1111 1111 1111 is ready", "IBAN DE89 3704 0044 0532 0130 00"])(
    "P6: an agent's reply, note and draft with a number are stopped: %s",
    async (text) => {
      await withMaria()
      for (const what of [
        { kind: "reply", id: "r1", text },
        { kind: "noted", text },
        { kind: "drafted", text },
      ] as const)
        expect(await ask(what)).toEqual({ kind: "refused", refusal: { reason: "number" } })
      expect(heard()).toEqual([])
      expect((await view()).lines).toEqual([])
    },
  )

  test("notes and drafts are for the desk only", async () => {
    await withMaria()
    await ask({ kind: "noted", text: "Rang before" })
    await ask({ kind: "drafted", text: "I can" })
    expect(await view()).toMatchObject({ draft: "I can", lines: [{ from: "note", text: "Rang before" }] })
    expect(heard()).toEqual([])
  })

  test("whether it helped is answered by one tap, once, and told to the line", async () => {
    await withMaria()
    const thread = threadOf()
    await ask({ kind: "closed" })
    await world.webhook(tap("v1.HELP_YES", world.now, "Yes, it helped"))
    await world.webhook(tap("v1.HELP_NO", world.now + 1, "No, it did not"))
    expect(heard().slice(-2)).toEqual([
      "Thank you, Demo Bank has your answer.",
      "Thank you, Demo Bank has your answer.",
    ])
    expect(world.desk.heard.map(({ word }) => word).filter(({ kind }) => kind === "rated")).toEqual([
      { kind: "rated", satisfied: true },
    ])
    expect(await ask({ kind: "view" }, thread)).toEqual({ kind: "refused", refusal: { reason: "gone" } })
  })

  test("closed hours take a message and offer what cannot wait", async () => {
    // Noon on a day; open a day later only.
    const weekday = new Date(world.now + DAY_MS).getUTCDay() || 7
    world.facts = { ...world.facts, hours: [{ days: [weekday], from: "08:00", to: "18:00" }] }
    await world.say("talk to a person")
    expect(heard().at(-1)).toMatch(
      /^Our people are back \w+day 08:00 \(Berlin\)\. Leave a message\. Lost card\?/,
    )
    expect(world.desk.heard).toEqual([])
    await world.say("my statement of March has a mistake in it")
    expect(heard().at(-1)).toMatch(/^Demo Bank's people have your message/)
    expect((await view()).kind).toBe("message")
    expect((await view()).lines.map(({ text }) => text)).toEqual([
      "my statement of March has a mistake in it",
    ])
  })

  test("outside the window an answer waits behind a template until the person taps it", async () => {
    await withMaria()
    await world.advance(2 * DAY_MS)
    expect(await ask({ kind: "reply", id: "r1", text: "It is done." })).toMatchObject({
      refusal: { reason: "cannot_send", because: "window_closed_no_template" },
    })
    world.messenger.templates = new Map([["answer_waiting_v1 en", "approved"]])
    expect(await ask({ kind: "reply", id: "r2", text: "It is done." })).toMatchObject({ sent: "waits" })
    expect(heard().at(-1)).toBe("answer_waiting_v1|Demo Bank")
    world.forgetChat()
    await world.webhook(tap("v1.READ_ANSWER", world.now, "Read the answer"))
    expect(heard()).toEqual(["It is done."])
  })

  describe("P9: outside the window, where the Page has Human Agent", () => {
    /** The feature was taken from the app. */
    const REFUSED: SendRefusal = { reason: "window", retry: "never", code: 10, subcode: 2018278 }
    const said = () => world.messenger.calls.map(({ messaging_type: type, tag }) => [type, tag])
    beforeEach(() => {
      world.messenger.humanAgent = true
      world.messenger.templates = new Map([["answer_waiting_v1 en", "approved"]])
    })

    test("an agent's answer goes for seven days after their last message, then waits behind the template", async () => {
      await withMaria()
      await world.advance(6 * DAY_MS)
      expect(await ask({ kind: "reply", id: "r1", text: "It is done." })).toMatchObject({ sent: "accepted" })
      expect(said()).toEqual([["MESSAGE_TAG", "HUMAN_AGENT"]])
      await world.advance(DAY_MS)
      expect(await ask({ kind: "reply", id: "r2", text: "And that too." })).toMatchObject({ sent: "waits" })
      expect(said().slice(1)).toEqual([["UTILITY", undefined]])
    })

    test("a tap is no message: its window ends after a day, and the seven days are not counted from it", async () => {
      await withMaria()
      await world.advance(6.5 * DAY_MS)
      await world.webhook(tap("v1.HELP", world.now, "Help"))
      await world.advance(2 * DAY_MS)
      world.forgetChat()
      expect(await ask({ kind: "reply", id: "r1", text: "It is done." })).toMatchObject({ sent: "waits" })
      expect(said()).toEqual([["UTILITY", undefined]])
    })

    test("what the assistant says never bears the tag", async () => {
      await withMaria()
      await world.advance(2 * DAY_MS)
      await ask({ kind: "closed" })
      expect(said()).toEqual([])
    })

    test("a refusal all the same: the answer waits behind the template, and is read with one tap", async () => {
      await withMaria()
      await world.advance(2 * DAY_MS)
      world.messenger.fates.push({ kind: "refuse", refusal: REFUSED })
      expect(await ask({ kind: "reply", id: "r1", text: "It is done." })).toMatchObject({ sent: "waits" })
      expect(heard()).toEqual(["answer_waiting_v1|Demo Bank"])
      await world.webhook(tap("v1.READ_ANSWER", world.now, "Read the answer"))
      expect(heard().slice(1)).toEqual(["It is done."])
    })

    test("refused, and without the template: the bank is told that it did not reach them", async () => {
      world.messenger.templates = new Map()
      await withMaria()
      await world.advance(2 * DAY_MS)
      world.messenger.fates.push({ kind: "refuse", refusal: REFUSED })
      const answered = await ask({ kind: "reply", id: "r1", text: "It is done." })
      expect(answered).toMatchObject({ kind: "seen" })
      expect(["failed", "undeliverable"]).toContain((answered as { readonly sent?: string }).sent)
      expect(heard()).toEqual([])
    })
  })

  describe("a persona", () => {
    async function withOlga(): Promise<void> {
      await withMaria()
      await ask({ kind: "claimed", name: "Olga", persona: "77001" })
      world.forgetChat()
    }
    const personas = () => world.messenger.calls.map(({ persona_id: persona }) => persona)

    test("stands beside what the agent writes, and beside nothing else", async () => {
      await withOlga()
      await ask({ kind: "reply", id: "r1", text: "Good day." })
      await ask({ kind: "closed" })
      await world.say("help")
      expect(personas()).toEqual(["77001", undefined, undefined])
    })

    test("is another agent's with the next claim, or none", async () => {
      await withOlga()
      await ask({ kind: "claimed", name: "Ben" })
      world.forgetChat()
      await ask({ kind: "reply", id: "r1", text: "Good day." })
      expect(personas()).toEqual([undefined])
    })

    test("the platform does not know any more: the Page itself says it", async () => {
      await withOlga()
      const refusal: SendRefusal = { reason: "our_fault", retry: "never", code: 100 }
      world.messenger.fates.push({ kind: "refuse", refusal })
      expect(await ask({ kind: "reply", id: "r1", text: "Good day." })).toMatchObject({ sent: "accepted" })
      expect(personas()).toEqual(["77001", undefined])
      expect(heard()).toEqual(["Good day."])
    })
  })

  test("a claim that went back is said with the place, and the assistant speaks again", async () => {
    await withMaria()
    await ask({ kind: "returned", place: 2 })
    expect(heard()).toEqual([
      "Maria had to leave. You are number 2; someone else from Demo Bank will answer here.",
    ])
    await world.say("help")
    expect(heard().length).toBe(2)
  })

  test("nobody answers in a thread that went back until it is claimed anew", async () => {
    await withMaria()
    await ask({ kind: "returned", place: 1 })
    expect(await ask({ kind: "reply", id: "r1", text: "Hello" })).toEqual({
      kind: "refused",
      refusal: { reason: "cannot_send", because: "thread_elsewhere" },
    })
    await ask({ kind: "claimed", name: "Ben" })
    expect(await ask({ kind: "reply", id: "r1", text: "Hello" })).toMatchObject({ sent: "accepted" })
  })

  test("everybody in the line hears of an outage", async () => {
    await world.say("talk to a person")
    await ask({ kind: "outage" })
    expect(heard().at(-1)).toMatch(/cannot answer at the moment/)
  })

  test("a line that does not answer is said once, with the bank's number, and tried until it does", async () => {
    world.desk.up = false
    await world.say("talk to a person")
    await world.advance(MINUTE_MS)
    expect(heard().filter((each) => /could not reach our people/.test(each))).toHaveLength(1)
    world.desk.up = true
    await world.advance(HOUR_MS)
    expect(heard().at(-1)).toMatch(waited)
  })

  test("P13: agents see accounts and events only where support_chat is on", async () => {
    await world.link({ purposes: ["balance_updates"] })
    await world.say("talk to a person")
    expect(await view()).not.toHaveProperty("facts")
    await world.say("delete my data")
  })

  test("with support_chat on, agents see the customer's name, four digits and what was told last", async () => {
    await world.link({ purposes: ["support_chat"] })
    await world.say("talk to a person")
    expect((await view()).facts).toEqual({
      name: "Harriet Quillfeather",
      accounts: [{ kind: "checking", last4: "4821" }],
      events: [],
    })
    world.directory.customerName = undefined
    expect((await view()).facts).not.toHaveProperty("name")
    world.directory.failing = true
    expect(await view()).toMatchObject({ facts: { accounts: [{ last4: "4821" }] } })
  })

  test("of what was told, agents see the last three, and nothing told under an earlier link", async () => {
    await world.link({ purposes: ["fraud_alerts", "support_chat"] })
    for (const nth of [1, 2, 3, 4]) {
      await world.tell(fraud(`a${nth}`, world.now))
      await world.advance(MINUTE_MS)
    }
    await world.say("talk to a person")
    const told = (await view()).facts?.events ?? []
    expect(told.map(({ type }) => type)).toEqual(Array.from({ length: 3 }, () => "bank.fraud.suspected.v1"))
    expect(told.map(({ at }) => at)).toEqual(told.map(({ at }) => at).toSorted((a, b) => b - a))
    await world.link({ link: "link_two" as LinkId, purposes: ["fraud_alerts", "support_chat"] })
    await world.say("talk to a person")
    expect((await view()).facts?.events).toEqual([])
  })

  test("whoever is erased leaves the line, and the thread is gone for agents", async () => {
    await withMaria()
    const thread = threadOf()
    await world.say("delete my data")
    await world.webhook(tap("v1.DELETE_CONFIRM", world.now, "Delete everything"))
    expect(await ask({ kind: "view" }, thread)).toEqual({ kind: "refused", refusal: { reason: "gone" } })
    expect(world.desk.heard.at(-1)?.word).toEqual({ kind: "left" })
  })

  test("two misunderstandings offer a person by a button", async () => {
    await world.say("qwrt zxcv")
    await world.say("qwrt zxcv again")
    expect(heard().at(-1)).toBe("I still don't get it. Shall a person at Demo Bank help?")
  })

  test("the same way in asked for a third time in a row offers a person, and not before", async () => {
    const offered = () => heard().filter((each) => /Shall a person/.test(each)).length
    for (const _ of [1, 2]) await world.say("connect")
    await world.say("help")
    for (const _ of [1, 2]) await world.say("connect")
    expect(offered()).toBe(0)
    await world.say("connect")
    expect(offered()).toBe(1)
  })

  test("in the Page's Inbox: said first, then handed over; silent until it is given back", async () => {
    world.facts = { ...world.facts, desk: "inbox" }
    await world.say("talk to a person")
    expect(heard().at(-1)).toMatch(/handing this chat to Demo Bank's people/)
    expect(world.desk.handedOver).toHaveLength(1)
    world.forgetChat()
    const { page, psid, at } = tap("v1.HELP", world.now, "x")
    const control = { v: 1, kind: "thread_control", page, psid, key: "k1" } as const
    await world.webhook({
      ...control,
      at: at + 1,
      change: "pass",
      to: "1000000000000001",
      from: null,
    } as never)
    expect(heard()).toEqual(["I'm the automated assistant again."])
  })

  test("people who take the thread unasked are not interrupted, and the assistant says when it is back, once", async () => {
    await world.say("hello")
    world.forgetChat()
    const { page, psid } = tap("v1.HELP", world.now, "x")
    const control = (key: string, change: "take" | "pass", to: string) =>
      world.webhook({
        v: 1,
        kind: "thread_control",
        page,
        psid,
        key,
        at: world.now,
        change,
        to,
        from: null,
      } as never)
    await control("k1", "take", "263902037430900")
    await world.advance(MINUTE_MS)
    expect(heard()).toEqual([])
    await control("k2", "pass", "1000000000000001")
    await control("k3", "pass", "1000000000000001")
    expect(heard()).toEqual(["I'm the automated assistant again."])
  })
})
