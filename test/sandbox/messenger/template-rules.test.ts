// Creation of utility templates: what is refused at once, what is stored as rejected, what is approved.
// Source: messenger-platform.md 4.5.1.

import { describe, expect, it } from "vitest"
import type { JsonObject } from "../../../sandbox/messenger/json.ts"
import { judgeTemplate } from "../../../sandbox/messenger/graph/template-rules.ts"

const body = (text: string, examples: readonly string[] = []): JsonObject => ({
  type: "BODY",
  text,
  ...(examples.length === 0 ? {} : { example: { body_text: [examples] } }),
})
const buttons = (...list: readonly JsonObject[]): JsonObject => ({ type: "BUTTONS", buttons: list })
const GOOD = body("A payment of {{1}} at {{2}} was made with your card ending in {{3}} today.", [
  "a",
  "b",
  "c",
])

/** "ok", the reason of a rejection, or the refusal as "code/subcode". */
function verdict(components: unknown, over: JsonObject = {}): string {
  const judged = judgeTemplate({ name: "alert_v1", language: "en", category: "UTILITY", components, ...over })
  if (judged.ok) return judged.value.rejection ?? "ok"
  return [judged.error.code, judged.error.subcode].filter(Boolean).join("/")
}

describe("judgeTemplate()", () => {
  it("takes the sample of the platform's page", () => {
    const header = {
      type: "HEADER",
      format: "TEXT",
      text: "Card alert {{1}} today",
      example: { header_text: ["Debit"] },
    }
    const row = buttons(
      { type: "POSTBACK", text: "Not me", payload: "v1.FRAUD.{{1}}" },
      {
        type: "URL",
        text: "View",
        url: "https://bank.example/t/{{1}}",
        example: { url_suffix_example: "abc" },
      },
      { type: "PHONE_NUMBER", text: "Call us", phone_number: "+4930000000" },
    )
    expect(verdict([header, GOOD, row])).toBe("ok")
  })

  it.each([
    ["a capital in the name", [GOOD], { name: "Alert" }, "100"],
    ["another category", [GOOD], { category: "MARKETING" }, "100"],
    ["no locale", [GOOD], { language: "english" }, "100"],
    ["no body", [], {}, "100"],
    ["body of 1024", [body("x".repeat(1024))], {}, "ok"],
    ["body of 1025", [body("x".repeat(1025))], {}, "100"],
    ["header of 60", [{ type: "HEADER", format: "TEXT", text: "x".repeat(60) }, GOOD], {}, "ok"],
    ["header of 61", [{ type: "HEADER", format: "TEXT", text: "x".repeat(61) }, GOOD], {}, "100"],
    ["label of 20", [GOOD, buttons({ type: "POSTBACK", text: "x".repeat(20), payload: "p" })], {}, "ok"],
    ["label of 21", [GOOD, buttons({ type: "POSTBACK", text: "x".repeat(21), payload: "p" })], {}, "100"],
    [
      "example on a POSTBACK",
      [GOOD, buttons({ type: "POSTBACK", text: "x", payload: "p", example: ["a"] })],
      {},
      "100/2388051",
    ],
    ["a QUICK_REPLY", [GOOD, buttons({ type: "QUICK_REPLY", text: "x" })], {}, "100/2018416"],
    [
      "no example",
      [body("A payment of {{1}} was made today with a card.")],
      {},
      "TEMPLATE_VARIABLES_MISSING_SAMPLE_VALUES",
    ],
    [
      "too few examples",
      [body("A payment of {{1}} at {{2}} was made today with a card.", ["a"])],
      {},
      "TEMPLATE_VARIABLES_MISSING_SAMPLE_VALUES",
    ],
    [
      "a gap in the numbers",
      [body("A payment of {{2}} was made today with a card.", ["a"])],
      {},
      "INCORRECT_PARAMS",
    ],
    ["a placeholder first", [body("{{1}} was paid with a card today.", ["a"])], {}, "INCORRECT_PARAMS"],
    ["a placeholder last", [body("With a card today you paid {{1}}", ["a"])], {}, "INCORRECT_PARAMS"],
    ["a sign in a placeholder", [body("Today you paid {{$1}} with a card.", ["a"])], {}, "INCORRECT_PARAMS"],
    [
      "too many placeholders",
      [body("Paid {{1}} {{2}} {{3}} now.", ["a", "b", "c"])],
      {},
      "PARAMS_TO_WORD_RATIO_EXCEED_LIMIT",
    ],
    ["an offer", [body("Your card brings a special offer today.")], {}, "TAG_SHOULD_BE_MARKETING"],
    [
      "a question for a number",
      [body("Please reply with your full card number to go on.")],
      {},
      "INCORRECT_PARAMS",
    ],
  ])("%s", (_, components, over, expected) => {
    expect(verdict(components, over as JsonObject)).toBe(expected)
  })

  it("takes named placeholders with named examples", () => {
    const named = {
      type: "BODY",
      text: "A payment of {{amount}} was made today with your card.",
      example: { body_text_named_params: [{ param_name: "amount", example: "12.50 EUR" }] },
    }
    expect(verdict([named], { parameter_format: "NAMED" })).toBe("ok")
  })
})
