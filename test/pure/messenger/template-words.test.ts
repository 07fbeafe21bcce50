// P10: nothing promotional, no threat, nothing asked for that nobody may ask for, in either language.
import { describe, expect, it } from "vitest"
import { listTemplates } from "../../../src/conversations/notices/compose.ts"
import { lintTemplate } from "../../../src/messenger/template.ts"
import { wordFaultsOf } from "../../../src/messenger/template-words.ts"

describe("wordFaultsOf() finds promotion in", () => {
  it.each([
    "Our summer SALE starts today.",
    "You have a special offer waiting.",
    "This offer ends on Friday.",
    "Get your card for free.",
    "Delivery is free of charge.",
    "You could win a prize.",
    "Claim your gift.",
    "Earn points with each payment.",
    "Earn cashback with your card.",
    "Save up to 20 EUR.",
    "Limited time only.",
    "Don't miss it.",
    "Don’t miss it.",
    "Hurry, act now.",
    "Apply today for a loan.",
    "Upgrade to Gold.",
    "An exclusive card.",
    "You are pre-approved.",
    "The lowest rates in town.",
    "Refer a friend.",
    "A voucher for you.",
    "عرض خاص لعملائنا.",
    "عروضنا الجديدة.",
    "تخفيضات كبيرة.",
    "خصم يصل إلى عشرين بالمئة.",
    "البطاقة مجانًا.",
    "هدية بانتظاركم.",
    "اربح جائزة.",
    "اِربَحْ الآن.",
    "فرصة لا تعوض.",
    "لفترة محدودة.",
    "سـارعوا بالتسجيل.",
    "اشتركوا الآن.",
  ])("%s", (text) => {
    expect(wordFaultsOf([text])).toEqual(["promotional"])
  })
})

describe("wordFaultsOf() finds a threat in", () => {
  it.each([
    "Pay today or we take legal action.",
    "This is your final warning.",
    "Answer, or else.",
    "You may be arrested.",
    "سنتخذ إجراءات قانونية.",
    "ادفعوا اليوم وإلا.",
    "إنذار أخير.",
  ])("%s", (text) => {
    expect(wordFaultsOf([text])).toEqual(["threat"])
  })
})

describe("wordFaultsOf() finds a request for a secret in", () => {
  it.each([
    "Please enter your PIN.",
    "Reply with the one-time code we sent.",
    "Confirm your full card number.",
    "Send us your IBAN to go on.",
    "أرسلوا كلمة المرور.",
    "اكتبوا لنا رقم البطاقة.",
  ])("%s", (text) => {
    expect(wordFaultsOf([text])).toEqual(["asks_secret"])
  })
})

it.each(["Your card is frozen!", "تم التجميد！", "Paid 💶", "Alert ⚠️"])(
  "wordFaultsOf() minds the tone of %s",
  (text) => {
    expect(wordFaultsOf([text])).toEqual(["tone"])
  },
)

describe("wordFaultsOf() lets pass what a bank has to say", () => {
  it.each([
    "A debit of 12.50 EUR was made with your card ending in ••4821.",
    "Your password was changed at 09:13 (Berlin).",
    "A new device was used to sign in. Was this you?",
    "A new payee was added.",
    "Your parcel is out for delivery.",
    "Please feel free to write to us here.",
    "Your case F-81C was settled in your favour.",
    "Your card was declined: the limit was reached.",
    "Your payment of 40.00 EUR is due on 22 Nov.",
    "Wholesale Market",
    "Windsor Castle",
    "تم خصم مبلغ 12.50 EUR من حسابكم.",
    "تم تغيير كلمة المرور الساعة 09:13.",
    "هل كان هذا منكم؟",
    "دفعتكم مستحقة غدا.",
  ])("%s", (text) => {
    expect(wordFaultsOf([text])).toEqual([])
  })
})

it("P10: every template of every notice passes", () => {
  expect(listTemplates().length).toBeGreaterThan(0)
  for (const spec of listTemplates()) expect(lintTemplate(spec)).toEqual({ ok: true, value: spec })
})

it("P10: a promotion hides in no part of a template", () => {
  const plain = {
    name: "a_v1",
    language: "en",
    body: "Your parcel is on its way to {{1}} today.",
    examples: ["you"],
  }
  const broken = (change: object) => {
    const lint = lintTemplate({ ...plain, ...change })
    return lint.ok ? [] : lint.error.broken
  }
  expect(broken({})).toEqual([])
  for (const change of [
    { body: "Your special offer is on its way to {{1}} today." },
    { header: "Special offer" },
    { examples: ["a special offer"] },
    { buttons: ["Special offer"] },
    { buttons: [{ kind: "call", title: "Special offer", phone: "+4930000000" }] },
  ])
    expect(broken(change)).toEqual(["promotional"])
})
