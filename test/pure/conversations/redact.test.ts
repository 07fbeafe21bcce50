import { describe, expect, test } from "vitest"
import * as fc from "fast-check"
import { digitValue, redact } from "../../../src/conversations/intents/redact.ts"
import { findCode } from "../../../src/conversations/flows/link.ts"
import { openInboxRow, sealForInbox } from "../../../src/conversations/inbox.ts"
import type { MessengerEvent } from "../../../src/messenger/event.ts"
import { NOON, PSID, text, WHOM } from "../../support/person-builders.ts"
import { createRandom, createTestVault } from "../../support/person-given.ts"
import { Simulation } from "../../support/person-world.ts"

// Test numbers of the schemes themselves; the IBANs are ISO 13616's registry examples.
const CARDS = [
  "4111111111111111",
  "4111 1111 1111 1111",
  "4111-1111-1111-1111",
  "4111.1111.1111.1111",
  "4111 – 1111 – 1111 – 1111",
  "4111\u200b1111\u200b1111\u200b1111",
  "5555555555554444",
  "378282246310005",
  "3782 822463 10005",
  "6011111111111117",
  "4222222222222",
  "6304000000000000000",
  "٤١١١ ١١١١ ١١١١ ١١١١",
  "४१११११११११११११११",
  "４１１１１１１１１１１１１１１１",
  "𝟜𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙",
  "4111, 1111, 1111, 1111",
  "4111|1111|1111|1111",
  "3782 * 822463 * 10005",
  "4\ufe0f\u20e31\ufe0f\u20e31\ufe0f\u20e31\ufe0f\u20e3 1111 1111 1111",
]
const IBANS = [
  "DE89370400440532013000",
  "DE89 3704 0044 0532 0130 00",
  "GB29NWBK60161331926819",
  "NL91ABNA0417164300",
  "nl91 abna 0417 1643 00",
  "NO9386011117947",
  "MT84MALT011000012345MTLCAST001S",
  "AE070331234567890123456",
  "EG380019000500000000263180002",
]

describe("redact()", () => {
  test.each(CARDS)("P6: takes out the card number %s and says so", (number) => {
    expect(redact(`my card is ${number}, thanks`)).toEqual({
      text: "my card is [removed], thanks",
      card: true,
    })
  })

  test("P6: takes out what is typed with a card", () => {
    expect(redact("4111 1111 1111 1111 12/27 123")).toEqual({ text: "[removed]", card: true })
  })

  test.each(IBANS)("P6: takes out the IBAN %s and keeps the words round it", (iban) => {
    const { text, card } = redact(`pay ${iban} please help`)
    expect(text).toBe("pay [removed] please help")
    expect(card).toBe(false)
  })

  test.each(["123-45-6789", "000123456789", "1234 5678 9012"])(
    "P6: takes out %s, which is no card",
    (number) => {
      expect(redact(`it is ${number}.`)).toEqual({ text: "it is [removed].", card: false })
    },
  )

  test.each([
    "balance",
    "123456",
    "123 456",
    "+49 30 1234567",
    "1,204.50 EUR",
    "22/11/2026",
    "12345678901",
    "••4821",
    "GB29 is a start",
    "DE89 hello there my dear friend of mine",
  ])("keeps %s", (said) => {
    expect(redact(said)).toEqual({ text: said, card: false })
  })

  test("one digit off is no card, but still a number nobody needs", () => {
    expect(redact("4111111111111112")).toEqual({ text: "[removed]", card: false })
  })

  test("P6: no run of twelve digits or more is ever left, in any script", () => {
    const zeros = ["0", "٠", "۰", "०", "০", "๐", "０", "𝟎", "𝟘"].map((each) => each.codePointAt(0) ?? 0)
    const run = fc.tuple(
      fc.constantFrom(...zeros),
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 12, maxLength: 30 }),
      fc.constantFrom("", " ", "-"),
    )
    fc.assert(
      fc.property(run, fc.string({ maxLength: 20 }), ([zero, digits, between], around) => {
        const number = digits.map((digit) => String.fromCodePoint(zero + digit)).join(between)
        expect(redact(`${around} x ${number} y`).text).not.toMatch(/(?:\p{Nd}[ -]?){12}/u)
      }),
    )
  })
})

test("digitValue() knows every decimal digit of Unicode", () => {
  let run: number[] = []
  for (let code = 0; code <= 0x1ffff; code += 1) {
    if (/\p{Nd}/u.test(String.fromCodePoint(code))) run.push(digitValue(String.fromCodePoint(code)))
    else if (run.length > 0) {
      expect(run, `before U+${code.toString(16)}`).toEqual(run.map((_, index) => index % 10))
      expect(run.length % 10).toBe(0)
      run = []
    }
  }
})

test("findCode() takes six digits and nothing else", () => {
  expect(findCode("١٢٣ ٤٥٦")).toBe("123456")
  for (const said of ["", "12345", "1234567", "12345x", "one two", "1234\n56x", "①②③④⑤⑥", "-1.2345e6"])
    expect(findCode(said), said).toBeUndefined()
})

test("P6: no event is stored with a number in any text of it", async () => {
  const vault = createTestVault(() => NOON, createRandom())
  const head = { v: 1, page: WHOM.page, psid: PSID, at: NOON, key: "k" } as const
  const said = "my card 4111 1111 1111 1111"
  const message = text(said, NOON)
  const events: readonly MessengerEvent[] = [
    message,
    { ...message, payload: "v1.HELP" },
    { ...head, kind: "edit", mid: "m", text: said, edits: 1 },
    { ...head, kind: "echo", mid: "m", by: "page_inbox", text: said },
    { ...head, kind: "postback", title: said, payload: "v1.HELP" },
    { ...head, kind: "feedback", answers: [{ question: "q", score: said, comment: said }] },
    { ...head, kind: "overheard", standby: true, event: message },
  ]
  for (const event of events) {
    const kept = await sealForInbox(vault, WHOM, event, PSID)
    const row = { key: kept.key, seq: 1, at: NOON, sealed: kept.sealed }
    const opened = await openInboxRow(vault, WHOM, row)
    expect(opened).toMatchObject({ ok: true, value: { card: true } })
    expect(JSON.stringify(opened), event.kind).not.toContain("1111")
  }
})

test("P6: a card number that was typed is neither stored nor understood, and the person is told", async () => {
  const sim = new Simulation()
  await sim.say("my card 4111 1111 1111 1111")
  expect(sim.messenger.texts).toEqual([
    expect.stringMatching(/^That looks like a card number\. I did not keep it/),
  ])
  await sim.advance(60_000)
  sim.close()
})
