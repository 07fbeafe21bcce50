// The platform's rules for creating utility templates, and what a status is worth.
import { describe, expect, it } from "vitest"
import {
  lintTemplate,
  renderTemplate,
  templateStateOf,
  versionOf,
  type TemplateSpec,
} from "../../../src/messenger/template.ts"

const good: TemplateSpec = {
  name: "fraud_question_v1",
  language: "en",
  body: "Fraud check: a payment of {{1}} at {{2}} with your card ending in {{3}}. Was this you?",
  examples: ["12.50 EUR", "Cafe Uno", "4821"],
  buttons: ["Yes, it was me", "No, not me"],
}
const page = {
  kind: "url",
  title: "Track",
  url: "https://bank.example/t/{{1}}",
  example: "https://bank.example/t/4711",
} as const
const call = { kind: "call", title: "Call", phone: "+4930000000" } as const
const words = (count: number) => Array(count).fill("word").join(" ")
const faults = (change: Partial<TemplateSpec>) => {
  const lint = lintTemplate({ ...good, ...change })
  return lint.ok ? [] : lint.error.broken
}

describe("lintTemplate()", () => {
  it.each<readonly [string, Partial<TemplateSpec>]>([
    ["a fraud question", {}],
    [
      "Arabic",
      {
        language: "ar",
        body: "تحقق من دفعة بمبلغ {{1}} لدى {{2}} بالبطاقة المنتهية بالأرقام {{3}}. هل كان هذا منكم؟",
      },
    ],
    ["no placeholder", { body: "Your connection ends soon.", examples: [] }],
    ["a placeholder twice", { body: `Card {{1}} and card {{1}} ${words(5)}`, examples: ["4821"] }],
    ["two fixed words a placeholder and one more", { body: "one {{1}} two three", examples: ["a"] }],
    ["a body of 1024", { body: "x".repeat(1024), examples: [] }],
    ["a header of 60", { header: "x".repeat(60) }],
    ["three buttons of 20", { buttons: Array(3).fill("x".repeat(20)) }],
    ["six digits in a row", { body: `Parcel 482148 ${words(5)}`, examples: [] }],
    ["a date", { examples: ["12.50 EUR", "2026-11-22 2026-11-23", "4821"] }],
    ["a grouped amount", { examples: ["1,234,567.89 EUR", "Cafe Uno", "4821"] }],
    ["a time", { examples: ["12.50 EUR", "22 Nov 2026, 09:13", "4821"] }],
    ["a postback, a page and a call", { buttons: ["Yes", page, call] }],
    ["a fixed page", { buttons: [{ kind: "url", title: "Open", url: "https://bank.example/app" }] }],
    ["a placeholder before the full stop", { body: "A payment of {{1}} was made at {{2}}, card {{3}}." }],
  ])("accepts %s", (_name, change) => {
    expect(faults(change)).toEqual([])
  })

  it.each<readonly [string, Partial<TemplateSpec>, string]>([
    ["capital letters in the name", { name: "Fraud" }, "name_form"],
    ["a language that is none", { language: "english" }, "language_form"],
    ["an empty body", { body: " ", examples: [] }, "body_empty"],
    ["a body of 1025", { body: "x".repeat(1025), examples: [] }, "body_too_long"],
    ["a header of 61", { header: "x".repeat(61) }, "header_too_long"],
    ["an empty header", { header: "" }, "header_too_long"],
    ["a placeholder in the header", { header: "Card {{1}}" }, "header_placeholder"],
    [
      "placeholders from 2",
      { body: `a {{2}} b {{3}} ${words(5)}`, examples: ["1", "2"] },
      "placeholders_not_sequential",
    ],
    [
      "placeholders out of order",
      { body: `a {{2}} b {{1}} ${words(5)}`, examples: ["1", "2"] },
      "placeholders_not_sequential",
    ],
    ["a gap", { body: `a {{1}} b {{3}} ${words(5)}`, examples: ["1", "2"] }, "placeholders_not_sequential"],
    ["a placeholder first", { body: `{{1}} ${words(5)}`, examples: ["1"] }, "placeholder_at_edge"],
    ["a placeholder last", { body: `${words(5)} {{1}} `, examples: ["1"] }, "placeholder_at_edge"],
    ["too few examples", { examples: ["1", "2"] }, "examples_missing"],
    ["too many examples", { examples: ["1", "2", "3", "4"] }, "examples_missing"],
    ["an empty example", { examples: ["1", " ", "3"] }, "examples_missing"],
    ["a currency sign in an example", { examples: ["$5", "2", "3"] }, "example_symbol"],
    ["a percent sign in an example", { examples: ["5%", "2", "3"] }, "example_symbol"],
    ["a hash in an example", { examples: ["#5", "2", "3"] }, "example_symbol"],
    [
      "two fixed words a placeholder and no more",
      { body: "one {{1}} two", examples: ["a"] },
      "too_many_placeholders",
    ],
    ["four buttons", { buttons: ["a", "b", "c", "d"] }, "too_many_buttons"],
    ["a button of 21", { buttons: ["x".repeat(21)] }, "button_title"],
    ["an empty button", { buttons: [""] }, "button_title"],
    ["a name without a version", { name: "fraud_question" }, "name_form"],
    ["version nought", { name: "fraud_question_v0" }, "name_form"],
    [
      "a currency sign in the body",
      { body: "A payment of € {{1}} at {{2}}, card {{3}}. Was this you?" },
      "currency_symbol",
    ],
    ["a currency sign in a header", { header: "Payments in £" }, "currency_symbol"],
    ["a currency sign on a button", { buttons: ["Pay ¥ now"] }, "currency_symbol"],
    ["a euro in an example", { examples: ["12.50 €", "Cafe Uno", "4821"] }, "currency_symbol"],
    ["seven digits in a row", { body: `Card 4821482 ${words(5)}`, examples: [] }, "long_number"],
    [
      "a card number in groups",
      { examples: ["12.50 EUR", "Cafe Uno", "4111 1111 1111 1111"] },
      "long_number",
    ],
    [
      "an account number with hyphens",
      { examples: ["12.50 EUR", "Cafe Uno", "40-47-84 70872490"] },
      "long_number",
    ],
    ["a long number in other digits", { examples: ["12.50 EUR", "Cafe Uno", "٤١١١١١١١"] }, "long_number"],
    ["a page before a postback", { buttons: [page, "Yes"] }, "button_order"],
    ["a call before a page", { buttons: [call, page] }, "button_order"],
    ["a page over http", { buttons: [{ ...page, url: "http://bank.example/t/{{1}}" }] }, "button_address"],
    ["a page whose host is given later", { buttons: [{ ...page, url: "https://{{1}}" }] }, "button_address"],
    [
      "a placeholder inside an address",
      { buttons: [{ ...page, url: "https://bank.example/{{1}}/t" }] },
      "button_address",
    ],
    [
      "an address without an example",
      { buttons: [{ kind: "url", title: "Track", url: page.url }] },
      "button_address",
    ],
    [
      "an example of another address",
      { buttons: [{ ...page, example: "https://evil.example/t/1" }] },
      "button_address",
    ],
    [
      "an example for a fixed address",
      { buttons: [{ ...page, url: "https://bank.example/t" }] },
      "button_address",
    ],
    ["a number that cannot be called", { buttons: [{ ...call, phone: "030" }] }, "button_address"],
  ])("refuses %s", (_name, change, fault) => {
    expect(faults(change)).toEqual([fault])
  })

  it.each(["{{#1}}", "{{ 1 }}", "{{name}}", "{{$}}", "{{}}", "{{0}}", "{{1", "1}}"])(
    "refuses %s as a placeholder",
    (odd) => {
      expect(faults({ body: `One two three ${odd} four five six seven.`, examples: ["a"] })).toContain(
        "placeholder_form",
      )
    },
  )

  it("names the template with all its faults", () => {
    expect(lintTemplate({ ...good, name: "X", buttons: [""] })).toEqual({
      ok: false,
      error: { reason: "template_rules", name: "X", language: "en", broken: ["name_form", "button_title"] },
    })
  })
})

describe("renderTemplate()", () => {
  it("writes body, examples and postback buttons without an example", () => {
    expect(renderTemplate({ ...good, header: "Fraud check" })).toEqual({
      name: "fraud_question_v1",
      language: "en",
      category: "UTILITY",
      parameter_format: "POSITIONAL",
      components: [
        { type: "HEADER", format: "TEXT", text: "Fraud check" },
        { type: "BODY", text: good.body, example: { body_text: [["12.50 EUR", "Cafe Uno", "4821"]] } },
        {
          type: "BUTTONS",
          buttons: [
            { type: "POSTBACK", text: "Yes, it was me", payload: "{{1}}" },
            { type: "POSTBACK", text: "No, not me", payload: "{{1}}" },
          ],
        },
      ],
    })
  })

  it("writes pages and calls, an address's example as a whole", () => {
    const [, buttons] = renderTemplate({ ...good, buttons: [page, call] })["components"] as {
      buttons: object[]
    }[]
    expect(buttons?.buttons).toEqual([
      { type: "URL", text: "Track", url: page.url, example: { url_suffix_example: page.example } },
      { type: "PHONE_NUMBER", text: "Call", phone_number: "+4930000000" },
    ])
    expect(
      JSON.stringify(
        renderTemplate({ ...good, buttons: [{ kind: "url", title: "Open", url: "https://b.example/" }] }),
      ),
    ).not.toContain("url_suffix_example")
  })

  it("leaves out what is not there", () => {
    const { buttons, ...plain } = good
    expect(buttons).toHaveLength(2)
    expect(renderTemplate({ ...plain, body: "Hello there.", examples: [] })["components"]).toEqual([
      { type: "BODY", text: "Hello there." },
    ])
  })
})

it.each([
  ["fraud_question_v1", { type: "fraud_question", version: 1 }],
  ["a_v2_v12", { type: "a_v2", version: 12 }],
  ["fraud_question", undefined],
  ["fraud_question_v01", undefined],
  ["_v1", undefined],
  ["v1", undefined],
] as const)("versionOf() reads %s", (name, version) => {
  expect(versionOf(name)).toEqual(version)
})

it.each([
  [undefined, "none"],
  ["APPROVED", "approved"],
  ["approved", "approved"],
  ["PENDING", "pending"],
  ["IN_APPEAL", "pending"],
  ["REJECTED", "rejected"],
  ["PAUSED", "rejected"],
  ["DISABLED", "rejected"],
  ["a word of tomorrow", "rejected"],
] as const)("templateStateOf() takes %s for %s", (status, state) => {
  expect(templateStateOf(status)).toBe(state)
})
