// docs/bank-record.md is read by whoever registers a bank: it has every member there is, says which take two people, and the defaults.
import { expect, test } from "vitest"
import { GUARDED_MEMBERS } from "../../../src/banks/bank-change.ts"
import { CONTRAST_MIN, LOGO_CHARS_MAX } from "../../../src/banks/brand.ts"
import { bankMembers } from "../../../src/console/api-bank-members.ts"
import { linksOf, pathOf, readText, targetOf } from "./documents.ts"
import { existsSync } from "node:fs"

const document = readText("docs/bank-record.md")
/** Members by row, and what the row says. */
const rows = Array.from(
  document.matchAll(/^\| (`[^|]+) \|([^|]*)\| (.*) \|$/gm),
  ([, names = "", given = "", words = ""]) => ({
    names: Array.from(names.matchAll(/`(\w+)`/g), ([, name]) => name ?? ""),
    given,
    words,
  }),
)

test("has a row for every member of the record, and no other", () => {
  expect(rows.flatMap(({ names }) => names).toSorted()).toEqual(
    ["id", ...Object.keys(bankMembers)].toSorted(),
  )
})

test("P14: says of each member whether it takes two people", () => {
  const two = rows.filter(({ words }) => words.startsWith("**two**")).flatMap(({ names }) => names)
  expect(two.toSorted()).toEqual([...GUARDED_MEMBERS].toSorted())
})

test("has the defaults the description has", () => {
  for (const [name, member] of Object.entries(bankMembers)) {
    const given = rows
      .find(({ names }) => names.includes(name))
      ?.given.replaceAll("`", "")
      .trim()
    if ("default" in member) expect(given, name).toBe(String(member.default))
  }
})

test("its limits are those of the code, and its links lead somewhere", () => {
  expect(document).toContain(`below ${CONTRAST_MIN} to 1`)
  expect(document).toContain(`at most ${LOGO_CHARS_MAX.toLocaleString("en")} characters`)
  for (const link of linksOf(document)) {
    const [file = ""] = link.split("#")
    expect(existsSync(pathOf(targetOf("docs/bank-record.md", file))), link).toBe(true)
  }
})
