// P11 in the chat: naming a pending link, the code, its three tries and ten minutes, going live; and the ways out of it.
import { describe, expect, test } from "vitest"
import { DAY_MS } from "../../../src/foundation/clock.ts"
import type { LinkId } from "../../../src/foundation/id.ts"
import { account, linking, NOON, offer, tap, text } from "../../support/person-builders.ts"
import {
  consent,
  contextAt,
  hear,
  person,
  say,
  STATES,
  take,
  wordsOf,
  choicesOf,
} from "../../support/turn-world.ts"
import type { State } from "../../../src/conversations/state.ts"
import { nextChangeAt } from "../../../src/conversations/turn-time.ts"

const asked = person({ offer: { ...offer(), triesLeft: 3 } })
const LINK = offer().link
const TWO = "link_two" as LinkId

describe("the code", () => {
  test.each([
    "123456",
    " 123 456 ",
    "123-456",
    "12 34 56",
    "1 2 3 4 5 6",
    "123–456",
    "123\u00a0456",
    "123.456",
    "١٢٣٤٥٦",
    "۱۲۳۴۵۶",
    "१२३४५६",
    "\u2066123\u2069\u200f 456",
    "123‐456",
    "123－456",
    "１２３４５６",
    "١٢٣ ٤٥٦",
    "𝟏𝟐𝟑𝟒𝟓𝟔",
  ])("is taken as it is typed: %s", (typed) => {
    const taken = say(asked, typed)
    expect(taken.state.opening?.link).toBe(LINK)
    expect(taken.state.offer).toBeUndefined()
    expect(taken.state.consent).toBeUndefined()
    expect(taken.say).toEqual([])
  })

  test("P11: three tries, then nothing is connected and the link ends", () => {
    const one = say(asked, "000000")
    expect(wordsOf(one)).toEqual(["That is not the code on the page. 2 tries left."])
    const two = say(one.state, "111 111")
    expect(wordsOf(two)).toEqual(["That is not the code on the page. 1 try left."])
    const three = say(two.state, "222222")
    expect(wordsOf(three)).toEqual(["Nothing was connected. Start again when you like."])
    expect(three.state.ending).toEqual([{ link: LINK, reason: "wrong_code" }])
    expect(say(three.state, "123456").state.opening).toBeUndefined()
  })

  test("P11: the last millisecond of the ten minutes counts, the next does not", () => {
    const { offeredUntil } = offer()
    expect(say(asked, "123456", contextAt(offeredUntil - 1)).state.opening).toBeDefined()
    const late = say(asked, "123456", contextAt(offeredUntil))
    expect(late.state.opening).toBeUndefined()
    expect(late.state.ending).toEqual([{ link: LINK, reason: "not_confirmed" }])
    expect(wordsOf(late)).toEqual([expect.stringMatching(/10 minutes are over/)])
  })

  test("time ends an offer by itself", () => {
    expect(nextChangeAt(asked)).toBe(offer().offeredUntil)
    expect(take(asked, { kind: "time" }, contextAt(offer().offeredUntil - 1)).state).toBe(asked)
    expect(take(asked, { kind: "time" }, contextAt(offer().offeredUntil)).state.offer).toBeUndefined()
  })

  test.each(["hello", "balance", "what is this", "12345", "1234567", "12345a", ""])(
    "other words meanwhile cost no try and keep the offer: %s",
    (said) => {
      expect(say(asked, said).state.offer).toEqual(asked.offer)
    },
  )

  test("a quick reply that looks like a code is none", () => {
    expect(hear(asked, text("123456", NOON, { payload: "v1.HELP" })).state.opening).toBeUndefined()
  })

  test("six digits without an offer are only not understood", () => {
    expect(wordsOf(say(person(), "123456"))).toEqual(["I didn't get that. I can do these:"])
  })
})

describe("an offer", () => {
  test("names what would be connected, at most three accounts", () => {
    const accounts = ["1111", "2222", "3333", "4444"].map((last4) => account({ last4 }))
    const taken = take(person(), { kind: "offered", offer: offer({ accounts }) })
    expect(wordsOf(taken)[0]).toMatch(
      /^Almost done\. Type the 6 digits Demo Bank's page showed you to connect Checking ••1111, Checking ••2222, Checking ••3333, …\. They only connect this chat/,
    )
    expect(taken.urgent).toBe(true)
  })

  test("a newer one takes the place of an older one, which ends", () => {
    const taken = take(asked, { kind: "offered", offer: offer({ link: TWO }) })
    expect(taken.state.offer?.link).toBe(TWO)
    expect(taken.state.ending).toEqual([{ link: LINK, reason: "not_confirmed" }])
  })

  test("repeated it says nothing again; with a new code it does, and gives no new tries", () => {
    const tried = say(asked, "000000").state
    expect(take(tried, { kind: "offered", offer: offer() })).toMatchObject({ state: tried, say: [] })
    const again = take(tried, { kind: "offered", offer: offer({ code: "654321", epoch: 2 }) })
    expect(again.say).toHaveLength(1)
    expect(again.state.offer?.triesLeft).toBe(2)
  })

  test("of a link whose code was typed, or which is live, asks for nothing", () => {
    for (const state of [person({ opening: offer() }), person({ consent: consent() })])
      expect(take(state, { kind: "offered", offer: offer() })).toMatchObject({ state, say: [] })
  })

  test("that is over is not named any more", () => {
    expect(take(person(), { kind: "offered", offer: offer() }, contextAt(offer().offeredUntil)).say).toEqual(
      [],
    )
  })
})

/** Of the record that its code appended. */
const MARK = { epoch: 2, recordHash: "hash-1-confirmed" }
const LIVE = { kind: "live", mark: MARK, renews: false } as const

describe("going live", () => {
  const opening = person({ opening: offer() })

  test("the directory's yes puts the consent in force and says what is on", () => {
    const taken = take(opening, { kind: "opened", offer: offer(), opened: LIVE })
    expect(taken.state).toMatchObject({ consent: consent(MARK), linkedAt: NOON })
    expect(taken.state.opening).toBeUndefined()
    expect(wordsOf(taken)).toEqual([
      "Connected: Checking ••4821. On: balances, payments, fraud alerts, questions here. Until 21 May 2027. Try 'balance'. To end it, type 'stop'.",
    ])
  })

  test("P4: an offer that comes once more after its link has ended here asks for nothing", () => {
    const ended = person({ ending: [{ link: offer().link, reason: "disconnected" }] })
    expect(take(ended, { kind: "offered", offer: offer() })).toMatchObject({ state: ended, say: [] })
  })

  test("its no connects nothing", () => {
    const taken = take(opening, {
      kind: "opened",
      offer: offer(),
      opened: { kind: "refused", reason: "gone" },
    })
    expect(taken.state.consent).toBeUndefined()
    expect(wordsOf(taken)).toEqual([expect.stringMatching(/could not finish connecting/)])
    expect(choicesOf(taken)).toContain("Log In")
  })

  test("with nothing switched on it says so", () => {
    expect(
      wordsOf(
        take(person({ opening: offer({ purposes: [] }) }), {
          kind: "opened",
          offer: offer({ purposes: [] }),
          opened: LIVE,
        }),
      ),
    ).toEqual([expect.stringMatching(/Nothing is switched on yet/)])
  })

  test.each(["stop", "disconnect now"])("P4: %s said meanwhile wins over the directory's yes", (said) => {
    for (const state of [
      opening,
      person({ consent: consent({ link: TWO }), opening: offer() }),
      person({ consent: consent({ link: TWO }), offer: { ...offer(), triesLeft: 3 } }),
    ]) {
      const stopped = say(state, said)
      expect(stopped.state.ending).toContainEqual({ link: LINK, reason: "disconnected" })
      const late = take(stopped.state, { kind: "opened", offer: offer(), opened: LIVE })
      expect(late.state.consent?.link).not.toBe(LINK)
      expect(late.say).toEqual([])
    }
  })

  test("a new link begins without what belonged to the old one", () => {
    const before = person({
      consent: consent({ link: TWO }),
      opening: offer(),
      stopped: { at: NOON, endsAt: NOON + DAY_MS, keepFraud: false },
      paging: { account: "acc-9", cursor: "c" },
      questions: [{ kind: "balances", id: "q", order: 1, askedAt: 1 }],
    })
    const { state } = take(before, { kind: "opened", offer: offer(), opened: LIVE })
    expect([state.stopped, state.paging, state.questions]).toEqual([undefined, undefined, []])
  })
})

describe("account_linking", () => {
  test("P11: `linked` never makes a link live", () => {
    for (const state of [person(), asked, person({ opening: offer() })])
      expect(hear(state, linking("linked", NOON, "code")).state).toMatchObject({ ...state })
  })

  test("Log Out ends the live link, unless it was said of an earlier one", () => {
    const linked = person({ consent: consent(), linkedAt: NOON })
    expect(wordsOf(hear(linked, linking("unlinked", NOON)))).toEqual([
      expect.stringMatching(/You logged out/),
    ])
    expect(hear(linked, linking("unlinked", NOON - 1)).state.consent).toBeDefined()
    expect(hear(person(), linking("unlinked", NOON)).say).toEqual([])
  })
})

describe("stop", () => {
  const linked = STATES["linked"] ?? person()

  test("everything is off at once, the link ends in 7 days, not a millisecond earlier", () => {
    const stopped = say(linked, "stop")
    expect(wordsOf(stopped)).toEqual([
      "All messages from Demo Bank are off, fraud alerts too. Your connection ends in 7 days.",
    ])
    expect(choicesOf(stopped)).toEqual(["Keep fraud alerts", "Disconnect now", "Undo"])
    expect(nextChangeAt(stopped.state)).toBe(NOON + 7 * DAY_MS)
    expect(
      take(stopped.state, { kind: "time" }, contextAt(NOON + 7 * DAY_MS - 1)).state.consent,
    ).toBeDefined()
    const ended = take(stopped.state, { kind: "time" }, contextAt(NOON + 7 * DAY_MS))
    expect(ended.state.ending).toEqual([{ link: LINK, reason: "disconnected" }])
    expect(wordsOf(ended)).toEqual([expect.stringMatching(/as you asked 7 days ago/)])
  })

  test("keeping fraud alerts keeps the link to its own end; without that purpose there is nothing to keep", () => {
    const kept = hear(say(linked, "stop").state, tap("v1.STOP_KEEP_FRAUD", NOON))
    expect(kept.state.stopped?.keepFraud).toBe(true)
    const reminded: State = { ...kept.state, reminded: { until: offer().until, days: 0 } }
    expect(nextChangeAt(reminded)).toBe(offer().until)
    const over = take(kept.state, { kind: "time" }, contextAt(offer().until))
    expect(wordsOf(over)).toEqual([expect.stringMatching(/ended on 21 May 2027/)])
    const without = person({ consent: consent({ purposes: ["account_service"] }) })
    expect(choicesOf(say(without, "stop"))).toEqual(["Disconnect now", "Undo"])
    expect(hear(without, tap("v1.STOP_KEEP_FRAUD", NOON)).state.stopped).toBeUndefined()
  })

  test.each(["undo", "Undo", "تراجع", "resume"])("%s puts it back", (said) => {
    expect(say(say(linked, "stop").state, said).state.stopped).toBeUndefined()
  })

  test("undo after the end leads to the login", () => {
    expect(choicesOf(say(person(), "undo"))).toContain("Log In")
  })

  test("disconnect ends it now and forgets what only a link may keep", () => {
    const ended = say(linked, "disconnect now")
    expect(ended.state).toMatchObject({ ending: [{ link: LINK, reason: "disconnected" }], questions: [] })
    expect(ended.state.consent).toBeUndefined()
    expect(take(ended.state, { kind: "closed", link: LINK }).state.ending).toEqual([])
  })

  test("a consent ends at its own last instant", () => {
    expect(take(linked, { kind: "time" }, contextAt(offer().until - 1)).state.consent).toBeDefined()
    expect(take(linked, { kind: "time" }, contextAt(offer().until)).state.ending).toEqual([
      { link: LINK, reason: "consent_expired" },
    ])
  })

  test("an end from elsewhere ends the link it names and no other, and takes a pending one away", () => {
    expect(
      take(linked, { kind: "link_ended", link: LINK, reason: "revoked_by_bank", silent: false }).state
        .consent,
    ).toBeUndefined()
    expect(
      take(linked, { kind: "link_ended", link: TWO, reason: "revoked_by_bank", silent: false }).state,
    ).toBe(linked)
    const gone = take(asked, { kind: "link_ended", link: LINK, reason: "revoked_by_bank", silent: false })
    expect([gone.state.offer, gone.say]).toEqual([undefined, []])
  })
})
