// P8: what cannot wait is heard in every state, in every language, typed, by a button's title and by its payload.
import { describe, expect, test } from "vitest"
import { intentPayload, URGENT, type Intent } from "../../../src/conversations/intents/intent.ts"
import { readFraudReply } from "../../../src/conversations/intents/fraud-replies.ts"
import { MINUTE_MS } from "../../../src/foundation/clock.ts"
import { LANGUAGES, phrase, type Language } from "../../../src/phrases/catalogue.ts"
import type { State } from "../../../src/conversations/state.ts"
import type { Turn } from "../../../src/conversations/turn-context.ts"
import { DIALOGUE_STATES, MEMBERS } from "../../support/dialogue-states.ts"
import { NOON, tap, text } from "../../support/person-builders.ts"
import { choicesOf, contextAt, hear, person, say, STATES, wordsOf } from "../../support/turn-world.ts"

const TYPED: Readonly<Record<string, Readonly<Record<Language, readonly string[]>>>> = {
  lost_card: {
    en: [
      "I lost my card",
      "my wallet was stolen",
      "LOST CARD OR FRAUD",
      "card is missing!!",
      "someone stole my card",
    ],
    ar: ["فقدت بطاقتي", "بطاقتي مفقودة", "سُرِقت بطاقتي", "بطاقة مفقودة"],
  },
  fraud: {
    en: [
      "this wasn't me",
      "it wasnt me",
      "that was not me",
      "I don't recognise this payment",
      "fraud",
      "I've been scammed",
      "I didn’t make this payment",
      "unauthorized charge",
    ],
    ar: ["احتيال", "لم أكن أنا", "ليس أنا من دفع"],
  },
  // With no No given there is nothing to take back.
  fraud_mistake: { en: ["Tapped by mistake"], ar: ["ضغطت بالخطأ"] },
  freeze_card: {
    en: ["freeze my card", "please block the card", "lock card"],
    ar: ["جمّد بطاقتي", "إيقاف البطاقة"],
  },
  freeze_all: { en: ["Freeze my cards"], ar: ["تجميد بطاقاتي"] },
  human: {
    en: ["talk to a person", "Agent", "can I speak to someone?", "human", "Call the bank"],
    ar: ["التحدث إلى شخص", "أريد أن أتحدث مع موظف", "موظف"],
  },
  delete_data: {
    en: ["delete my data", "erase all my information"],
    ar: ["احذف بياناتي", "حذف بيانات حسابي"],
  },
  // A yes that nobody asked for asks first.
  delete_confirm: { en: ["Delete everything"], ar: ["حذف كل شيء"] },
  delete_cancel: { en: ["Keep it"], ar: ["الإبقاء عليه"] },
  stop: {
    en: ["stop", "STOP", "Stop.", "unsubscribe", "please stop sending messages"],
    ar: ["إيقاف", "أوقف الرسائل", "إلغاء الاشتراك"],
  },
  stop_balances: {
    en: ["stop balances", "Stop balance alerts", "turn off my balance updates"],
    ar: ["أوقف تنبيهات الرصيد", "إيقاف الأرصدة"],
  },
  stop_payments: {
    en: ["stop payments", "no more payment alerts", "stop transaction notifications"],
    ar: ["أوقف المدفوعات", "إيقاف تنبيهات المعاملات"],
  },
  stop_fraud: { en: ["stop fraud alerts"], ar: ["إيقاف تنبيهات الاحتيال"] },
  stop_receipts: { en: ["stop receipts"], ar: ["أوقف الإيصالات"] },
  stop_parcels: { en: ["stop parcels", "stop delivery messages"], ar: ["أوقف الطرود", "إيقاف الشحنات"] },
  stop_keep_fraud: { en: ["Keep fraud alerts"], ar: ["إبقاء الاحتيال"] },
  stop_undo: { en: ["Undo", "resume"], ar: ["تراجع", "استئناف"] },
  stop_now: { en: ["Disconnect now", "disconnect now"], ar: ["إنهاء الآن"] },
}

const ONE_STOPPED = /Off from now on|off already|Nothing is connected|متوقف من الآن|متوقف أصلًا|لا شيء مرتبط/

const CALL = /Call Demo Bank now|اتصلوا بـDemo Bank الآن/
/** Words the answer must have while nobody is linked: the bank's number and a person first. */
const ANSWERS_UNLINKED: Readonly<Record<string, RegExp>> = {
  lost_card: CALL,
  fraud: CALL,
  freeze_card: CALL,
  freeze_all: CALL,
}
/** What asks the bank at once while linked: the answer comes with the bank's, or with its silence. */
const ASKS_BANK: ReadonlySet<string> = new Set(["freeze_card", "freeze_all"])

/** Words the answer must have. */
const ANSWERS: Readonly<Record<string, RegExp>> = {
  lost_card: /I can freeze your cards now|يمكنني تجميد بطاقاتكم الآن/,
  fraud: /I can freeze the card now|يمكنني تجميد البطاقة الآن/,
  fraud_mistake: /This question has closed|أُغلق هذا السؤال/,
  human: /For a person, call|للحديث مع شخص/,
  delete_data: /Delete everything kept here|هل نحذف كل ما يُحفظ/,
  delete_confirm: /Delete everything kept here|هل نحذف كل ما يُحفظ/,
  delete_cancel: /Nothing was deleted|لم يُحذف شيء/,
  stop: /are off|Nothing is connected|Nothing was connected|أُوقفت|لا شيء مرتبط|لم يُربط شيء/,
  stop_balances: ONE_STOPPED,
  stop_payments: ONE_STOPPED,
  stop_fraud: ONE_STOPPED,
  stop_receipts: ONE_STOPPED,
  stop_parcels: ONE_STOPPED,
  stop_keep_fraud: /Everything is off except|Nothing is connected|أُوقف كل شيء ما عدا|لا شيء مرتبط/,
  stop_undo: /Undone|has ended\. Connect again|تم التراجع|انتهى ارتباطكم/,
  stop_now: /Disconnected|Nothing is connected|Nothing was connected|انتهى الارتباط|لا شيء مرتبط|لم يُربط شيء/,
}

/** What is asked of the bank at once where nothing of the kind is with it already. */
function isUnderWay({ cardActs }: State, intent: string): boolean {
  return Object.values(cardActs ?? {}).some(
    ({ aim, stage }) => aim === AIMS[intent] && (stage === "listing" || stage === "freezing"),
  )
}
const AIMS: Readonly<Record<string, string>> = { freeze_card: "freeze", freeze_all: "freeze_all" }

/** A No that can be taken back. */
function hasNo({ cases }: State): boolean {
  return Object.values(cases).some(({ stage }) => stage === "denied" || stage === "returning")
}

/** Where a dialogue makes an urgent word mean more: words the answer must have then. */
const MORE: readonly {
  readonly intents: readonly string[]
  readonly where: (state: State) => boolean
  readonly answers: RegExp
}[] = [
  {
    intents: ["delete_data", "delete_confirm", "delete_cancel"],
    where: ({ erasing }) => erasing !== undefined,
    answers: /Nothing about you is used here any more|لم يعد يُستخدم/,
  },
  {
    intents: ["delete_confirm"],
    where: ({ deleteAskedAt }) => deleteAskedAt !== undefined,
    answers: /Nothing about you is used here any more|لم يعد يُستخدم/,
  },
]

describe.each(Object.entries({ ...STATES, ...DIALOGUE_STATES }))("P8: somebody %s", (_, state) => {
  describe.each(LANGUAGES)("who speaks %s", (language) => {
    const speaking = { ...state, language }
    test.each(Object.keys(TYPED))("is heard on %s", (intent) => {
      const judge = (answered: Turn, about: string) => {
        // Whoever has a person already is answered by that person, or reads what that person has answered.
        if (intent === "human" && state.desk?.phase === "with_person") {
          expect(wordsOf(answered), about).toEqual(state.desk.held ?? [])
          expect(answered.state.desk?.log.length, about).toBe(1)
          return
        }
        expect(answered.urgent, about).toBe(true)
        const live = state.consent !== undefined && NOON < state.consent.until
        if (live && isUnderWay(state, intent)) return
        if (intent === "fraud_mistake" && hasNo(state)) {
          expect(answered.state.questions, about).toContainEqual(
            expect.objectContaining({ kind: "fraud_undo" }),
          )
          return
        }
        if (intent === "stop_undo" && state.stoppedPurposes) {
          expect(answered.state.changes, about).toContainEqual(
            expect.objectContaining({ on: ["transaction_alerts"] }),
          )
          return
        }
        if (live && ASKS_BANK.has(intent)) {
          expect(answered.state.questions, about).toContainEqual(expect.objectContaining({ kind: "cards" }))
          return
        }
        const more = MORE.find(({ intents, where }) => intents.includes(intent) && where(state))?.answers
        const words = more ?? (live ? undefined : ANSWERS_UNLINKED[intent]) ?? ANSWERS[intent] ?? /never/
        expect(wordsOf(answered).join(), about).toMatch(words)
        if (words === CALL) {
          expect(choicesOf(answered), about).toContain(phrase(answered.state.language, "call_button"))
          expect(choicesOf(answered), about).toContain(phrase(answered.state.language, "human_button"))
        }
      }
      for (const [spoken, texts] of Object.entries(TYPED[intent] ?? {}))
        for (const said of texts) judge(say(speaking, said), `${spoken}: ${said}`)
      const payload = intentPayload(intent as Intent)
      for (const event of [tap(payload, NOON), text("anything", NOON, { payload })])
        judge(hear(speaking, event), payload)
    })
  })
})

test("P8: every member of the state that a dialogue can have has a state in the table", () => {
  const states = Object.values({ ...STATES, ...DIALOGUE_STATES })
  const bare: Readonly<Record<string, unknown>> = { ...person() }
  for (const [member, is] of Object.entries(MEMBERS)) {
    const shown = states.some(
      (state) => JSON.stringify({ ...state }[member as keyof State]) !== JSON.stringify(bare[member]),
    )
    if (is === "has a state") expect(shown, member).toBe(true)
  }
})

test("P8: every urgent meaning is in the table", () => {
  expect([...URGENT].toSorted()).toEqual(Object.keys(TYPED).toSorted())
})

test.each(LANGUAGES)(
  "P8: each urgent title and payload is understood when its button is of an older release (%s)",
  (language) => {
    for (const key of [
      "urgent_button",
      "human_button",
      "stop_button",
      "disconnect_button",
      "fraud_no_button",
    ] as const) {
      const answered = hear(person({ language }), tap("old.payload", NOON, phrase(language, key)))
      expect(answered.urgent, key).toBe(true)
    }
  },
)

test("P8: under an open question nothing urgent is taken for its answer, but what says that it was not them", () => {
  for (const [intent, said] of Object.entries(TYPED))
    for (const each of [...said.en, ...said.ar])
      expect([undefined, ...(intent === "fraud" ? ["deny"] : [])], each).toContain(readFraudReply(each))
})

test("P8: an urgent word in a long story is found, an everyday one is not acted upon", () => {
  const story = "so yesterday I went to the market and then the station and ".repeat(8)
  expect(wordsOf(say(STATES["linked"] ?? person(), `${story} I lost my card there`))).toEqual([
    expect.stringMatching(/I can freeze your cards now/),
  ])
  expect(wordsOf(say(STATES["linked"] ?? person(), `${story} balance`))).toEqual([
    expect.stringMatching(/didn't get that/),
  ])
})

test("P8: a card number typed with a cry for help is answered with help first", () => {
  const answered = hear(person(), text("my card [removed] was stolen", NOON), contextAt(), true)
  expect(wordsOf(answered)).toEqual([
    expect.stringMatching(/Call Demo Bank now/),
    expect.stringMatching(/looks like a card number/),
  ])
  expect(answered.urgent).toBe(true)
})

test("P8: every answer has a way on", () => {
  for (const state of Object.values(STATES))
    for (const said of [
      "hello",
      "help",
      "balance",
      "payments",
      "gibberish xyz",
      "stop",
      "I lost my card",
      "how does it work",
      "language",
    ]) {
      const answered = say(state, said)
      if (answered.say.length > 0 && !wordsOf(answered).join().includes("That is a lot"))
        expect(choicesOf(answered).length, said).toBeGreaterThan(0)
    }
})

test("P8: two failures to understand offer a person", () => {
  const once = say(person(), "xyzzy plugh")
  expect(wordsOf(once)).toEqual(["I didn't get that. I can do these:"])
  const twice = say(once.state, "plugh xyzzy")
  expect(choicesOf(twice)[0]).toBe("Call the bank")
  expect(say(twice.state, "help").state.misses).toBe(0)
})

describe("P15: twenty turns a minute", () => {
  test("the twenty-first is told so once, later ones hear nothing, the next minute is new; urgent ones are always heard", () => {
    let state = person()
    for (let turns = 0; turns < 20; turns += 1) {
      const taken = say(state, turns % 2 === 0 ? "help" : "xyzzy")
      expect(taken.say).toHaveLength(1)
      expect(wordsOf(taken)).not.toContain("That is a lot at once. I'll answer again in a minute.")
      state = taken.state
    }
    const first = say(state, "help")
    expect(wordsOf(first)).toEqual(["That is a lot at once. I'll answer again in a minute."])
    const second = say(first.state, "xyzzy")
    expect(second.say).toEqual([])
    expect(hear(second.state, text("[removed]", NOON), contextAt(), true).say).toEqual([])
    expect(say(second.state, "I lost my card").say).toHaveLength(1)
    expect(say(second.state, "help", contextAt(NOON + MINUTE_MS)).say).toHaveLength(1)
  })
})
