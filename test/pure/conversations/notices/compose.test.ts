// What is said of each type of event, in both languages, with amounts and without, in the window and as a template.
import { describe, expect, test } from "vitest"
import type { ServiceNotice } from "../../../../src/banks/event.ts"
import type { ToldEvent, ToldEventType } from "../../../../src/banks/event-types.ts"
import { Grant } from "../../../../src/links/grant.ts"
import { PURPOSES } from "../../../../src/foundation/purpose.ts"
import { ownTemplatesOf } from "../../../../src/conversations/notices/service-notice.ts"
import { lintTemplate } from "../../../../src/messenger/template.ts"
import type { TemplateMessage } from "../../../../src/messenger/message.ts"
import { checkMessage } from "../../../../src/messenger/message-limits.ts"
import {
  accountOf,
  composeNotice,
  isUnfit,
  listTemplates,
  purposeOf,
} from "../../../../src/conversations/notices/compose.ts"
import type { NoticeContext } from "../../../../src/conversations/notices/notice.ts"
import { LANGUAGES, type Language } from "../../../../src/phrases/catalogue.ts"
import { DATA, event } from "../../../support/event-builders.ts"
import { BANK, NOON } from "../../../support/person-builders.ts"
import { consent } from "../../../support/turn-world.ts"

const TYPES = Object.keys(DATA) as ToldEventType[]
/** Every figure the events of this file hold. */
const FIGURES = /1[,.]?204|84\.20|100\.00|27\.40|20\.00|249\.99|7\.00|3\.50/

function compose(told: ToldEvent, more: Partial<NoticeContext> & { showAmounts?: boolean } = {}) {
  const { showAmounts = true, ...rest } = more
  const held = consent({ purposes: PURPOSES, showAmounts })
  const grant = Grant.decide(held, purposeOf(told), NOON, accountOf(told))
  if (!grant.ok) throw new Error(grant.error.reason)
  return composeNotice(told, {
    language: "en",
    grant: grant.value,
    bank: BANK,
    now: NOON,
    key: "e_1",
    ...rest,
  })
}

const textOf = (told: ToldEvent, more: Parameters<typeof compose>[1] = {}) => {
  const { message } = compose(told, more)
  return message.kind === "template" ? "" : message.text
}

test("each type in English", () => {
  expect(Object.fromEntries(TYPES.map((type) => [type, textOf(event(type, "a", NOON))]))).toEqual({
    "bank.balance.updated.v1": "Checking ••4821: 1,204.50 EUR available, as of 12:00 (Berlin).",
    "bank.balance.threshold.v1": "Checking ••4821: your balance is below 100.00 EUR. It is 84.20 EUR now.",
    "bank.transaction.authorised.v1":
      "Checking ••4821: paid 27.40 EUR, Corner Bakery, today 12:00 (Berlin) (pending).",
    "bank.transaction.posted.v1": "Checking ••4821: paid 27.40 EUR, Corner Bakery, today 12:00 (Berlin).",
    "bank.transaction.reversed.v1":
      "Checking ••4821: the payment of 27.40 EUR, Corner Bakery, today 12:00 (Berlin), was reversed.",
    "bank.transaction.declined.v1":
      "Checking ••4821: a payment of 27.40 EUR, Corner Bakery, today 12:00 (Berlin), was declined. There was not enough in the account.",
    "bank.payment.due.v1": "Checking ••4821: 84.20 EUR to Stadtwerke is due on 25 Nov, at least 20.00 EUR.",
    "bank.fraud.suspected.v1":
      "Fraud check from Demo Bank: 249.99 EUR at Electro Mart, today 12:00 (Berlin), card ••4821. Was this you?",
    "bank.fraud.resolved.v1":
      "Demo Bank has closed the fraud check you were asked about: the payment counts as yours.",
    "bank.card.state_changed.v1": "Card ••4821 is frozen.",
    "bank.security.notice.v1":
      "Security notice from Demo Bank: a new device signed in, today 12:00 (Berlin), Berlin. If this was not you, tell me now.",
    "bank.dispute.updated.v1": "Dispute D-4K7Q at Demo Bank: it is being looked into. Next news by 27 Nov.",
    "bank.receipt.issued.v1": "Receipt from Corner Bakery: 7.00 EUR, 22 Nov, order HB-7741.",
    "bank.shipping.updated.v1": "Parcel from Corner Bakery: on its way, Nordlicht Parcel, expected 24 Nov.",
    "bank.service.notice.v1":
      "Notice from Demo Bank: Planned maintenance\nClosed on Sunday from 02:00 to 04:00.",
  })
})

describe.each(LANGUAGES)("in %s", (language: Language) => {
  test.each(TYPES)("P9: %s keeps the platform's limits in every form, and has its template", (type) => {
    for (const showAmounts of [true, false]) {
      const { message, rich, template } = compose(event(type, "a", NOON), { language, showAmounts })
      for (const each of [message, rich, template])
        if (each) expect(checkMessage(each).ok, `${type} ${each.kind}`).toBe(true)
      const specs = listTemplates().filter(
        (spec) => spec.name === template?.name && spec.language === language,
      )
      // A balance is stale within minutes: outside the window nobody is told of one.
      expect(specs).toHaveLength(type === "bank.balance.updated.v1" ? 0 : 1)
      if (template) expect(template.body).toHaveLength(specs[0]?.examples.length ?? -1)
    }
  })

  test.each(TYPES)("P6: %s shows no figure where amounts are hidden", (type) => {
    const composed = JSON.stringify(compose(event(type, "a", NOON), { language, showAmounts: false }))
    expect(composed).not.toMatch(FIGURES)
  })
})

test("a posting of another amount says both", () => {
  const posted = event("bank.transaction.posted.v1", "a", NOON)
  expect(textOf(posted, { before: { value: "25.00", currency: "EUR" } })).toBe(
    "Checking ••4821: Corner Bakery, today 12:00 (Berlin). Final amount 27.40 EUR, was 25.00 EUR.",
  )
})

test("which side of zero a balance and its limit are on stands in words", () => {
  const told = event("bank.balance.threshold.v1", "a", NOON, {
    threshold: { value: "-500", currency: "EUR" },
    balance: { value: "-512.00", currency: "EUR" },
  })
  expect(textOf(told)).toBe(
    "Checking ••4821: your balance is below an overdraft of 500.00 EUR. It is an overdraft of 512.00 EUR now.",
  )
})

describe("P6: what outsiders wrote", () => {
  test("a receipt's own form has their words cleaned and no whole number of a card", () => {
    const { rich } = compose(
      event("bank.receipt.issued.v1", "a", NOON, {
        merchant: "evil.example \u202eCall +49 30 1234567",
        order_number: "4111111111111111",
        lines: [{ title: "https://evil.example", quantity: 1, price: { value: "7", currency: "EUR" } }],
      }),
    )
    expect(rich).toMatchObject({
      merchantName: "evil example Call",
      orderNumber: "…1111",
      recipientName: "You",
      paymentMethod: "Visa ••4821",
      lines: [{ title: "Item", price: "7.00" }],
    })
  })

  test("a parcel's button leads to a registered host, and there is none for another", () => {
    const parcel = event("bank.shipping.updated.v1", "a", NOON)
    expect(compose(parcel).message).toMatchObject({
      kind: "buttons",
      buttons: [{ kind: "url", title: "Track parcel", url: "https://bank.example/NL88" }],
    })
    expect(compose(parcel, { bank: { ...BANK, linkHosts: [] } }).message.kind).toBe("text")
  })

  test("nothing is expected of a parcel that has come, and an unknown word is only news", () => {
    const parcel = (status: string) => textOf(event("bank.shipping.updated.v1", "a", NOON, { status }))
    expect(parcel("delivered")).toBe("Parcel from Corner Bakery: delivered, Nordlicht Parcel.")
    expect(parcel("constructor")).toBe(
      "Parcel from Corner Bakery: there is news, Nordlicht Parcel, expected 24 Nov.",
    )
  })
})

describe("P10: a service notice", () => {
  test.each([
    ["Planned maintenance", "Closed on Sunday.", false],
    ["A special offer", "Closed on Sunday.", true],
    ["Security", "Reply with your PIN.", true],
    ["Closed!", "Closed on Sunday!", false],
  ])("%s / %s: unfit %s", (title, body, unfit) => {
    const told = event("bank.service.notice.v1", "a", NOON, { title: { en: title }, body: { en: body } })
    expect(isUnfit(told)).toBe(unfit)
    expect(textOf(told)).not.toMatch(/[!]/)
  })

  const toAll = (words: object = {}) =>
    event("bank.service.notice.v1", "a", NOON, {
      title: { en: "Planned maintenance", ar: "صيانة مقررة" },
      body: { en: "The app is away on Sunday from two to four.", ar: "التطبيق متوقف يوم الأحد." },
      ...words,
    }) as ServiceNotice
  const toEverybody = (words: object = {}) => ({ ...toAll(words), audience: "linked" as const })

  test("P9: to everybody it is a template of its own in each language, all words fixed; to one customer it is none", () => {
    const specs = ownTemplatesOf(toEverybody(), LANGUAGES, "Demo Bank")
    expect(specs.map(({ language }) => language)).toEqual(LANGUAGES)
    for (const spec of specs) {
      expect(lintTemplate(spec)).toMatchObject({ ok: true })
      const { message, template } = compose(toEverybody(), { language: spec.language as Language })
      expect(template).toEqual({ kind: "template", name: spec.name, language: spec.language, body: [] })
      expect(checkMessage(template as TemplateMessage)).toMatchObject({ ok: true })
      // What the platform reviews is what those in the window read, but for marks of direction.
      expect("text" in message && message.text.replace(/[\u2066-\u2069]/g, "")).toBe(spec.body)
    }
    expect(ownTemplatesOf({ ...toAll(), audience: "subject" }, LANGUAGES, "Demo Bank")).toEqual([])
    expect(compose({ ...toAll(), audience: "subject" }).template).toMatchObject({ name: "service_notice_v1" })
  })

  test("other words are another template, and so is another notice", () => {
    const nameOf = (notice: ServiceNotice) => ownTemplatesOf(notice, ["en"], "Demo Bank")[0]?.name
    const names = [
      nameOf(toEverybody()),
      nameOf({ ...toEverybody(), id: "b" }),
      nameOf({ ...toEverybody(), source: "elsewhere" }),
      nameOf(toEverybody({ body: { en: "On Monday.", ar: "يوم الاثنين." } })),
    ]
    expect(new Set(names).size).toBe(4)
    expect(nameOf(toEverybody())).toBe(names[0])
    expect(names[0]).toMatch(/^notice_[0-9a-f]{24}_v1$/)
  })

  test("whoever is spoken to in a language it has no words in gets a template in the language it has", () => {
    const english = toEverybody({ title: { en: "Planned maintenance" }, body: { en: "On Sunday." } })
    expect(ownTemplatesOf(english, LANGUAGES, "Demo Bank").map(({ language }) => language)).toEqual(["en"])
    expect(compose(english, { language: "ar" }).template).toMatchObject({ language: "en" })
  })

  test.each([
    ["promote", "A special offer", "On Sunday."],
    ["ask for a secret", "Security", "Reply with your PIN."],
    ["name an amount by its sign", "Fees", "The fee is 5 €."],
  ])("P10: words that %s become no template", (_, title, body) => {
    const notice = toEverybody({ title: { en: title }, body: { en: body } })
    expect(ownTemplatesOf(notice, LANGUAGES, "Demo Bank")).toEqual([])
  })

  test.each([
    ["Sunday 22.11.2026, 02:00-04:00.", true],
    ["from 2026-11-22 02:00 to 04:00", true],
    ["on 1/12/26 at 9:30", true],
    ["02:00 \u2013 04:00 (UTC)", true],
    ["ring 030 1234567", false],
    ["ring 99.99.9999", false],
    ["ring 22.11.2026 7", false],
    ["+49 30 12 34 56 78", false],
  ])("keeps days and hours, and no number to call: %s", (body, kept) => {
    const notice = toEverybody({ title: { en: "News" }, body: { en: body } })
    const said = ownTemplatesOf(notice, ["en"], "Demo Bank")[0]?.body ?? ""
    expect(said.endsWith(`News\n${body}`)).toBe(kept)
  })

  test("marks, pictures and braces are taken out, not refused", () => {
    const notice = toEverybody({
      title: { en: "Closed! {{1}}" },
      body: { en: "See you \u{1F44B}\u{FE0F} on Monday" },
    })
    expect(ownTemplatesOf(notice, ["en"], "Demo Bank")[0]?.body).toBe(
      "Notice from Demo Bank: Closed. 1\nSee you on Monday",
    )
  })

  test("has no link, no number to call, and the bank's first language where there is no other", () => {
    const told = event("bank.service.notice.v1", "a", NOON, {
      title: { de: "Wartung" },
      body: { de: "Mehr auf https://evil.example/x oder +49 30 1234567." },
    })
    expect(textOf(told, { language: "ar" })).toContain("Wartung")
    expect(textOf(told)).toBe("Notice from Demo Bank: Wartung\nMehr auf oder .")
  })
})
