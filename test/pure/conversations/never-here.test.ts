// What is never done in a chat says why and where, in every language, linked or not; a question that only mentions it is answered.
import { describe, expect, test } from "vitest"
import type { Intent } from "../../../src/conversations/intents/intent.ts"
import { intentPayload } from "../../../src/conversations/intents/intent.ts"
import { understand } from "../../../src/conversations/intents/understand.ts"
import { LANGUAGES, phrase, type Language } from "../../../src/phrases/catalogue.ts"
import type { PhraseKey } from "../../../src/phrases/en.ts"
import { NOON, tap } from "../../support/person-builders.ts"
import { choicesOf, consent, hear, person, say, wordsOf } from "../../support/turn-world.ts"

const NEVER: readonly (readonly [Intent, PhraseKey, Readonly<Record<Language, readonly string[]>>])[] = [
  [
    "transfer",
    "never_transfer",
    {
      en: [
        "transfer",
        "Send money",
        "transfer 50 euros to Ben",
        "send 20 to mum",
        "pay my rent",
        "can you transfer money to my savings?",
        "I want to make a transfer",
        "I have to transfer some cash",
        "How do I make a payment",
        "cancel my standing order",
        "move money to savings",
      ],
      ar: ["تحويل", "أريد تحويل مبلغ", "هل يمكنني تحويل أموال؟", "أرسل ٥٠ يورو إلى أخي", "كيف أدفع الفاتورة"],
    },
  ],
  [
    "new_payee",
    "never_payee",
    {
      en: ["add a payee", "new beneficiary", "I'd like to add a new payee", "set up a recipient"],
      ar: ["إضافة مستفيد", "مستفيد جديد", "أضف مستفيدًا"],
    },
  ],
  [
    "full_number",
    "never_number",
    {
      en: [
        "IBAN",
        "what is my account number",
        "show me my full card number",
        "I forgot my PIN",
        "tell me the cvv",
        "the whole number please",
      ],
      ar: ["آيبان", "رقم حسابي", "ما رقم بطاقتي؟", "رقم البطاقة بالكامل", "نسيت الرقم السري"],
    },
  ],
  [
    "change_details",
    "never_details",
    {
      en: [
        "change my address",
        "update my phone number",
        "I moved",
        "this is my new address",
        "reset my PIN",
        "change password",
        "raise? no: change my limit",
      ],
      ar: ["تغيير العنوان", "تحديث بياناتي", "هذا عنواني الجديد", "أريد تغيير الرقم السري"],
    },
  ],
]

/** Mentions of the same that mean something else. */
const ELSE: readonly (readonly [Intent | undefined, Language, readonly string[]])[] = [
  [
    "transactions",
    "en",
    [
      "did my transfer arrive?",
      "has my transfer arrived",
      "where is my payment",
      "show my last transfers and payments",
      "was the direct debit paid",
    ],
  ],
  ["transactions", "ar", ["هل وصل تحويلي؟", "أين حوالتي"]],
  ["stop_payments", "en", ["stop payments"]],
  ["stop_parcels", "en", ["stop delivery messages"]],
  ["delete_data", "en", ["delete my account details everything"]],
  ["human", "en", ["talk to a person about a transfer to my brother"]],
  ["lost_card", "en", ["I lost my card and need a new PIN"]],
  [
    "fraud",
    "en",
    [
      "I didn't add a new payee",
      "I never changed my address",
      "someone changed my phone number",
      "I did not make this transfer, it wasn't me",
    ],
  ],
  ["fraud", "ar", ["لم أضف مستفيدًا جديدًا", "أحدهم غيّر عنواني"]],
  ["balance", "en", ["what's my balance", "how much money do i have"]],
  ["freeze_card", "en", ["block the card number ending 4821 of my card"]],
  [undefined, "en", ["I like the movers", "send me flowers", "a new phone is nice"]],
]

describe.each(NEVER)("%s", (intent, key, said) => {
  describe.each(Object.entries(said))("%s", (language, texts) => {
    test.each(texts)("%s", (each) => {
      for (const own of LANGUAGES) expect(understand(each, own)).toEqual({ intent, language })
    })
  })

  test.each([
    ["linked", person({ consent: consent() })],
    ["not linked", person()],
  ])("says why and where to somebody %s, and asks nobody anything", (_, state) => {
    for (const language of LANGUAGES) {
      const answered = hear({ ...state, language }, tap(intentPayload(intent), NOON))
      expect(wordsOf(answered)).toEqual([phrase(language, key, { bank: "Demo Bank" })])
      expect(choicesOf(answered).slice(0, 2)).toEqual([
        phrase(language, "call_button"),
        phrase(language, "human_button"),
      ])
      expect(answered.state.questions).toEqual([])
    }
    expect(wordsOf(say(state, said.en[0] ?? ""))).toEqual([phrase("en", key, { bank: "Demo Bank" })])
  })
})

describe.each(ELSE)("%s, in %s, and not one of these", (intent, _, texts) => {
  test.each(texts)("%s", (each) => {
    for (const own of LANGUAGES) expect(understand(each, own)?.intent).toBe(intent)
  })
})
