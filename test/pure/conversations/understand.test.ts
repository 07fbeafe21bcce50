import { describe, expect, test } from "vitest"
import { findScript, normalise, understand } from "../../../src/conversations/intents/understand.ts"
import type { Intent } from "../../../src/conversations/intents/intent.ts"
import { LANGUAGES, phrase, type Language } from "../../../src/phrases/catalogue.ts"
import { en, type PhraseKey } from "../../../src/phrases/en.ts"

const SAID: readonly (readonly [Language, Intent | undefined, readonly string[]])[] = [
  [
    "en",
    "balance",
    [
      "balance",
      "Balance?",
      "what's my balance",
      "how much money do i have",
      "How much is left",
      "show me my balances please",
    ],
  ],
  [
    "en",
    "transactions",
    ["payments", "last transactions", "show my recent payments", "what did I spend", "history"],
  ],
  ["en", "greeting", ["hi", "Hello", "good morning", "Get Started", "hey!"]],
  ["en", "help", ["help", "menu", "?", "what can you do"]],
  ["en", "connect", ["connect", "log in", "link my account", "connect my bank"]],
  ["en", "how_it_works", ["how does it work", "is this safe?"]],
  ["en", "stop_undo", ["undo", "resume"]],
  ["en", "language", ["language", "change language"]],
  [
    "en",
    undefined,
    [
      "",
      "   ",
      "👍",
      "xyzzy",
      "I like trains",
      "stopwatch",
      "endless",
      "my balancing act",
      "the person next door was nice",
    ],
  ],
  ["ar", "balance", ["رصيد", "ما رصيدي", "كم لدي", "الرّصيد"]],
  ["ar", "transactions", ["المدفوعات", "آخر المعاملات", "قائمة المدفوعات", "كشف حساب"]],
  ["ar", "greeting", ["مرحبا", "السلام عليكم", "أهلا"]],
  ["ar", "help", ["مساعدة", "القائمة", "؟"]],
  ["ar", "connect", ["ربط الحساب", "تسجيل الدخول"]],
  ["ar", "stop", ["أوقف الرسائل", "إيقاف التنبيهات", "لا ترسل رسائل"]],
  ["ar", "stop_undo", ["تراجع", "استئناف"]],
  ["ar", "how_it_works", ["كيف يعمل"]],
  ["ar", undefined, ["قلم", "..."]],
]

describe.each(SAID)("understand() in %s: %s", (language, intent, texts) => {
  test.each(texts)("%s", (said) => {
    for (const own of LANGUAGES) expect(understand(said, own)?.intent).toBe(intent)
    if (intent && said !== "?" && said !== "؟")
      expect(understand(said, language === "en" ? "ar" : "en")?.language).toBe(language)
  })
})

/** Titles of buttons that are no intent of their own: they lead to a page elsewhere, answer one question (alerts.ts), or say something
 * within a dispute (cases/dispute-flow.test.ts types them there). */
const ELSEWHERE: readonly PhraseKey[] = [
  "open_bank_button",
  "track_button",
  "fraud_yes_button",
  "dispute_not_mine_button",
  "dispute_amount_button",
  "dispute_missing_button",
  "dispute_twice_button",
  "dispute_other_button",
  "dispute_whole_button",
  "dispute_send_button",
  "dispute_cancel_button",
]

describe.each(LANGUAGES)("each button can also be typed by its title (%s)", (language) => {
  const keys = (Object.keys(en) as PhraseKey[]).filter(
    (key) => key.endsWith("_button") && !ELSEWHERE.includes(key),
  )
  test.each(keys)("%s", (key) => {
    expect(understand(phrase(language, key), language)).toBeDefined()
    expect(understand(phrase(language, key).toUpperCase(), language)).toBeDefined()
  })
})

test("understand() hears the urgent meaning where several stand", () => {
  expect(understand("balance, and I lost my card", "en")?.intent).toBe("lost_card")
  expect(understand("hello please stop sending messages", "en")?.intent).toBe("stop")
  expect(understand("help, this was not me", "en")?.intent).toBe("fraud")
})

test("normalise() takes away case, accents, marks and punctuation, and changes nothing twice", () => {
  expect(normalise("  WHAT'S   my Bálance?! ")).toBe("what s my balance")
  expect(normalise("إيقافُ ــ المدفوعاتِ")).toBe("ايقاف المدفوعات")
  for (const said of ["فُقِدَت بطاقتي", "Ünï", "؟", "?"])
    expect(normalise(normalise(said))).toBe(normalise(said))
})

test("findScript() tells Arabic and Latin letters, and nothing from figures", () => {
  expect([
    findScript("رصيد"),
    findScript("balance"),
    findScript("123"),
    findScript("ok رصيد"),
    findScript("x"),
  ]).toEqual(["ar", "en", undefined, "ar", undefined])
})
