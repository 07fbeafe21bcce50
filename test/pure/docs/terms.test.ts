// How long things are kept: docs/storage.md shows the code's own table, and the table names every term of the product's design.
import { expect, test } from "vitest"
import { DAY_MS } from "../../../src/foundation/clock.ts"
import { renderTerm, renderTerms, TERMS } from "../../../src/privacy/terms.ts"
import { readText, section } from "./documents.ts"

test("docs/storage.md shows the table the code goes by", () => {
  expect(section(readText("docs/storage.md"), "## How long")).toContain(renderTerms())
})

test("every term is said as people say it", () => {
  expect([10 / 1_440, 14, 365, 396, 3 * 365].map((days) => renderTerm(days * DAY_MS))).toEqual([
    "10 minutes",
    "14 days",
    "12 months",
    "13 months",
    "3 years",
  ])
})

test("the terms shared by everything are those agreed", () => {
  const kept = (what: RegExp) =>
    TERMS.filter((term) => what.test(term.what)).map(({ keptMs }) => keptMs / DAY_MS)
  expect(kept(/^chat text/)).toEqual([30])
  expect(kept(/^receipts/)).toEqual([90])
  expect(kept(/^a count of receipts/)).toEqual([396])
  expect(kept(/^dead letters/)).toEqual([14])
  expect(kept(/^refusals/)).toEqual([7])
  expect(kept(/^consent records/)).toEqual([1_095])
  expect(kept(/nothing was said or asked/)).toEqual([365])
})
