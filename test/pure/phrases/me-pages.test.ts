// The catalogue of the customer's own pages: the same values in both languages, in the tone of the house, three sentences a refusal.
import { describe, expect, test } from "vitest"
import { mePagesAr } from "../../../src/phrases/me-pages.ar.ts"
import { mePagesEn, type MePageKey } from "../../../src/phrases/me-pages.en.ts"
import { mePagePhrase } from "../../../src/phrases/me-pages.ts"
import { ME_STATUS } from "../../../src/privacy/me/me.ts"

const KEYS = Object.keys(mePagesEn) as MePageKey[]
const namesIn = (text: string) => [...new Set(text.match(/\{[a-z]+\}/g) ?? [])].toSorted()

describe("the catalogue of the own pages", () => {
  test.each(KEYS)("%s holds the same values in both languages", (key) => {
    expect(namesIn(mePagesAr[key])).toEqual(namesIn(mePagesEn[key]))
  })

  test.each(Object.keys(ME_STATUS))("%s says what happened, what is safe and what to do next", (reason) => {
    for (const part of ["title", "safe", "next"]) {
      const key = `${reason}_${part}` as MePageKey
      expect(mePagesEn[key].length, key).toBeGreaterThan(10)
      expect(mePagesAr[key].length, key).toBeGreaterThan(10)
    }
  })

  test("has no exclamation marks, no emoji, and asks for no code, PIN or password", () => {
    for (const text of [...Object.values(mePagesEn), ...Object.values(mePagesAr)])
      expect(text).not.toMatch(/!|\p{Extended_Pictographic}|password|\bPIN\b|كلمة المرور/u)
  })

  test("throws where a value is missing, and takes one that looks like a placeholder as text", () => {
    expect(() => mePagePhrase("en", "me_unlinked")).toThrow('value "bank" is missing')
    expect(mePagePhrase("en", "disconnect_title", { bank: "{since}" })).toBe("Disconnect from {since}?")
  })
})
