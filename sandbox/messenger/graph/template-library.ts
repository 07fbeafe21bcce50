// Ready-made utility templates that a Page can instantiate instead of writing its own. A handful stands in for the
// platform's list. Source: messenger-platform.md 4.5.1, 4.5.2.

import type { JsonObject } from "../json.ts"
import { isObject, objectsOf, textOf } from "../json.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"
import type { Handler } from "./call.ts"
import type { GraphError } from "./graph-error.ts"
import { invalidParameter } from "./graph-error.ts"

type LibraryTemplate = JsonObject & {
  readonly name: string
  readonly language: string
  readonly body: string
  readonly body_params: readonly string[]
  readonly buttons: readonly JsonObject[]
}

const entry = (
  id: string,
  name: string,
  topic: string,
  body: string,
  samples: readonly string[],
  buttons: readonly JsonObject[],
): LibraryTemplate => ({
  name,
  language: "en",
  category: "UTILITY",
  topic,
  usecase: name.toUpperCase(),
  industry: ["FINANCIAL_SERVICES"],
  body,
  body_params: samples,
  body_param_types: samples.map(() => "TEXT"),
  buttons,
  id,
})

const LIBRARY: readonly LibraryTemplate[] = [
  entry(
    "7000000001",
    "low_balance_warning",
    "ACCOUNT_UPDATE",
    "Hi, the balance of your account ending in {{1}} is {{2}}, below the limit that you set.",
    ["1234", "12.50 EUR"],
    [{ type: "URL", text: "View account", url: "https://www.example.com/{{1}}" }],
  ),
  entry(
    "7000000002",
    "fraud_alert",
    "ACCOUNT_UPDATE",
    "We noticed a payment of {{1}} at {{2}} with your card ending in {{3}}. Was this you?",
    ["12.50 EUR", "Cafe Uno", "1234"],
    [{ type: "PHONE_NUMBER", text: "Call us", phone_number: "+15550051310" }],
  ),
  entry(
    "7000000003",
    "payment_due_reminder",
    "PAYMENTS",
    "A payment of {{1}} is due on {{2}} from your account ending in {{3}}.",
    ["40.00 EUR", "1 December", "1234"],
    [],
  ),
]

/** GET /message_template_library, filtered as the platform does. */
export const readLibrary: Handler = ({ values }) => {
  const words = textOf(values, "name_or_content") ?? textOf(values, "search") ?? ""
  const data = LIBRARY.filter(
    (one) =>
      (one.name.includes(words) || one.body.includes(words)) &&
      ["language", "topic", "usecase"].every((key) => values[key] === undefined || values[key] === one[key]),
  )
  return ok({ data })
}

/** The parameters of a creation with the library's components in place; others come back as they are. */
export function fromLibrary(params: JsonObject): Result<JsonObject, GraphError> {
  const name = textOf(params, "library_template_name")
  if (name === undefined) return ok(params)
  const found = LIBRARY.find((one) => one.name === name)
  if (found === undefined) return refuse(invalidParameter(`There is no library template ${name}`))
  const inputs = objectsOf(params, "library_template_button_inputs")
  const buttons = found.buttons.map((button, index) => withInput(button, inputs[index] ?? {}))
  return ok({
    ...params,
    components: [
      { type: "BODY", text: found.body, example: { body_text: [found.body_params] } },
      ...(buttons.length === 0 ? [] : [{ type: "BUTTONS", buttons }]),
    ],
  })
}

function withInput(button: JsonObject, input: JsonObject): JsonObject {
  if (button.type === "PHONE_NUMBER") {
    return { ...button, phone_number: textOf(input, "phone_number") ?? button.phone_number }
  }
  const url = isObject(input.url) ? (textOf(input.url, "base_url") ?? button.url) : button.url
  return { ...button, url, example: { url_suffix_example: "abc" } }
}
