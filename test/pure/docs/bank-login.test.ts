// docs/bank-login.md tells a bank what each profile needs: the table is the code's, no member is missing and none is left over.
import { expect, test } from "vitest"
import { PROFILES } from "../../../src/links/bank-profile.ts"
import { readText, section } from "./documents.ts"

const document = readText("docs/bank-login.md")
const words = (cell: string) => Array.from(cell.matchAll(/`([^`]+)`/g), ([, word]) => word ?? "")

test("says of each member of the metadata which profiles need it", () => {
  const rows = section(document, "## What the metadata must hold").matchAll(
    /^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$/gm,
  )
  const told = Object.fromEntries(Array.from(rows, ([, name = "", profiles = ""]) => [name, words(profiles)]))
  const needed: Record<string, string[]> = {}
  for (const [profile, { needs }] of Object.entries(PROFILES))
    for (const need of needs) (needed[need] ??= []).push(profile)
  expect(told).toEqual(needed)
})

test("has a row for each profile, with the redirect URI it registers", () => {
  const rows = section(document, "## Profiles").matchAll(/^\| `([\w-]+)` \| [^|]+ \| `([^`]+)` \|/gm)
  const told = Object.fromEntries(Array.from(rows, ([, profile, uri]) => [profile, uri]))
  const registered = Object.fromEntries(
    Object.entries(PROFILES).map(([profile, { callback }]) => [
      profile,
      callback === "own" ? "/link/callback/{bankId}" : "/link/callback",
    ]),
  )
  expect(told).toEqual(registered)
})
