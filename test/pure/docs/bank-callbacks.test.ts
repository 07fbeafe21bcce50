// docs/bank-callbacks.md prints the registry of what a bank is told: no word is missing, none is left over, each means the same.
import { expect, test } from "vitest"
import { renderCallback } from "../../../src/banks/callback.ts"
import { EVENT_STATUSES, LINK_STATUSES, REASONS } from "../../../src/banks/callback-reason.ts"
import type { BankId } from "../../../src/foundation/id.ts"
import { codeOf, readText, section } from "./documents.ts"

const document = readText("docs/bank-callbacks.md")

test.each([
  ["## What may become of an event", EVENT_STATUSES],
  ["## What may become of a link", LINK_STATUSES],
  ["## Reasons", REASONS],
] as const)("%s has a row for each word of the registry", (heading, registry) => {
  const rows = section(document, heading).matchAll(/^\| `(\w+)` \| (.*) \|$/gm)
  expect(Object.fromEntries(Array.from(rows, ([, word, meaning]) => [word, meaning]))).toEqual(registry)
})

test("its example has the members of a callback", async () => {
  const [example = ""] = codeOf(document, "json")
  const shown = JSON.parse(example) as {
    readonly subject: string
    readonly time: string
    readonly data: { readonly event: { readonly id: string; readonly source: string } }
  }
  const callback = await renderCallback(
    {
      kind: "event",
      event: { ...shown.data.event, type: "bank.fraud.suspected.v1" },
      customer: shown.subject,
      person: null,
      status: "undeliverable",
      reason: "window_closed_no_template",
      at: Date.parse(shown.time),
    },
    "demo" as BankId,
    "https://chat.bank.example",
  )
  expect({ ...shown, id: callback.id }).toEqual(callback)
})
