// The bank's own places under the assistant's words: its help where help is asked for, its complaints, its app where only the app will
// do. A bank without them is answered as before.
import { describe, expect, test } from "vitest"
import type { FraudSuspected } from "../../../src/banks/event.ts"
import type { BankRefusal } from "../../../src/banks/bank.ts"
import { bankFactsOf } from "../../../src/conversations/bank-facts.ts"
import { sayRefusal } from "../../../src/conversations/flows/questions.ts"
import { fraudNotice } from "../../../src/conversations/notices/fraud-suspected.ts"
import { understand } from "../../../src/conversations/intents/understand.ts"
import { Grant } from "../../../src/links/grant.ts"
import { LANGUAGES, phrase } from "../../../src/phrases/catalogue.ts"
import { bankRecord } from "../../support/bank.ts"
import { BANK, NOON } from "../../support/person-builders.ts"
import { consent, contextAt, person, say } from "../../support/turn-world.ts"

const PLACES = {
  appLink: "https://bank.example/app",
  helpUrl: "https://bank.example/help",
  complaintsUrl: "https://bank.example/complaints",
}
const context = contextAt(NOON, PLACES)
const LINKED = person({ consent: consent() })

/** Addresses under the words, in order. */
const urlsOf = ({ say: said }: { readonly say: readonly { readonly message: object }[] }) =>
  said.flatMap(({ message }) =>
    "buttons" in message
      ? (message.buttons as readonly { readonly url?: string }[]).flatMap(({ url }) => url ?? [])
      : [],
  )

describe.each([
  ["linked", LINKED],
  ["not linked", person()],
])("%s", (_, state) => {
  test("'help' leads to the bank's app, help and complaints", () => {
    expect(urlsOf(say(state, "help", context))).toEqual(Object.values(PLACES))
    expect(urlsOf(say(state, "open the app", context))).toEqual(Object.values(PLACES))
    expect(urlsOf(say(state, "help", contextAt(NOON, { helpUrl: PLACES.helpUrl })))).toEqual([PLACES.helpUrl])
    expect(urlsOf(say(state, "help"))).toEqual([])
  })

  test("a complaint finds its page, a person and a telephone; without a page the other two", () => {
    const answered = say(state, "I want to complain", context)
    expect(answered.say[0]?.message).toMatchObject({
      text: phrase("en", "complain", { bank: "Demo Bank" }),
      buttons: [
        { url: PLACES.complaintsUrl },
        { payload: "v1.HUMAN" },
        { kind: "call", phone: BANK.emergencyPhone },
      ],
    })
    expect(say(state, "complaint").say[0]?.message).toMatchObject({
      buttons: [{ payload: "v1.HUMAN" }, { kind: "call" }],
    })
  })

  test("what a chat never does opens the app", () => {
    expect(urlsOf(say(state, "send money", context))).toEqual([PLACES.appLink])
  })
})

test("a complaint is understood in every language; one about fraud is fraud", () => {
  for (const own of LANGUAGES) {
    for (const said of ["complaint", "I'd like to complain", "make a complaint", "شكوى", "تقديم شكوى"])
      expect(understand(said, own)?.intent).toBe("complain")
    expect(understand("I want to complain about fraud", own)?.intent).toBe("fraud")
  }
})

test("where the bank wants to see the customer and names no page, its app is offered; its own page goes first", () => {
  const stepUp = (url?: string): BankRefusal => ({ reason: "step_up_required", ...(url ? { url } : {}) })
  expect(urlsOf(sayRefusal(LINKED, context, stepUp(), "balance"))).toEqual([PLACES.appLink])
  expect(urlsOf(sayRefusal(LINKED, context, stepUp("https://bank.example/x"), "balance"))).toEqual([
    "https://bank.example/x",
  ])
  expect(urlsOf(sayRefusal(LINKED, contextAt(), stepUp(), "balance"))).toEqual([])
})

test("a fraud question is answered here or in the app", () => {
  const event = {
    type: "bank.fraud.suspected.v1",
    caseId: "fc_1",
    card: { last4: "4821" },
    transaction: {
      amount: { value: "249.99", currency: "USD" },
      occurredAt: NOON,
      merchant: { name: "ELECTRO MART" },
    },
    reply: { allowed: ["confirm", "deny"], expiresAt: NOON + 1 },
  } as unknown as FraudSuspected
  const grant = Grant.decide(consent(), "fraud_alerts", NOON)
  if (!grant.ok) throw new Error("no grant")
  const compose = (bank: typeof context.bank) =>
    fraudNotice.compose(event, { language: "en", grant: grant.value, bank, now: NOON, key: "key" }).message
  expect(compose(context.bank)).toMatchObject({
    buttons: [
      { payload: "v1.FRAUD.key.confirm" },
      { payload: "v1.FRAUD.key.deny" },
      { title: "Open the app", url: PLACES.appLink },
    ],
  })
  expect(compose(BANK)).toMatchObject({ buttons: [{ kind: "postback" }, { kind: "postback" }] })
})

test("what a chat knows of its bank stands in the record", () => {
  const page = { id: "1", logInAllowed: true } as unknown as Parameters<typeof bankFactsOf>[1]
  expect(bankFactsOf(bankRecord(PLACES), page, "https://gateway.example")).toMatchObject(PLACES)
  const { logInAllowed } = bankFactsOf(bankRecord({ login: "app" }), page, "https://gateway.example")
  expect(logInAllowed).toBe(false)
})
