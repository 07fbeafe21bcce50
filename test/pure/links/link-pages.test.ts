import { describe, expect, test } from "vitest"
import { PURPOSES } from "../../../src/foundation/purpose.ts"
import { consentTextDigest } from "../../../src/links/consent-text.ts"
import { CONSENT_TEXT_VERSION } from "../../../src/links/consent-record.ts"
import { REFUSAL_STATUS } from "../../../src/links/linking-refusal.ts"
import { linkPagesAr } from "../../../src/phrases/link-pages.ar.ts"
import { linkPagesEn, type LinkPageKey } from "../../../src/phrases/link-pages.en.ts"
import { linkPagePhrase, linkPagePieces } from "../../../src/phrases/link-pages.ts"

const KEYS = Object.keys(linkPagesEn) as LinkPageKey[]
const namesIn = (text: string) => [...new Set(text.match(/\{[a-z]+\}/g) ?? [])].toSorted()

describe("the catalogue of the linking pages", () => {
  test.each(KEYS)("%s holds the same values in both languages", (key) => {
    expect(namesIn(linkPagesAr[key])).toEqual(namesIn(linkPagesEn[key]))
  })

  test.each(Object.keys(REFUSAL_STATUS))(
    "%s says what happened, what is safe and what to do next",
    (reason) => {
      for (const part of ["title", "safe", "next"]) {
        const key = `${reason}_${part}` as LinkPageKey
        expect(linkPagesEn[key].length, key).toBeGreaterThan(10)
        expect(linkPagesAr[key].length, key).toBeGreaterThan(10)
      }
    },
  )

  test("has no exclamation marks and no emoji", () => {
    for (const text of [...Object.values(linkPagesEn), ...Object.values(linkPagesAr)])
      expect(text).not.toMatch(/!|\p{Extended_Pictographic}/u)
  })

  test("asks for no code, PIN or password anywhere", () => {
    for (const key of KEYS.filter((each) => !each.startsWith("start_step_") && each !== "denied_safe"))
      expect(linkPagesEn[key]).not.toMatch(/password|PIN\b/)
  })

  test("has a name and a sample for each of the seven purposes", () => {
    for (const purpose of PURPOSES)
      expect([linkPagesEn[purpose], linkPagesEn[`${purpose}_sample`]]).not.toContain("")
  })
})

describe("linkPagePieces()", () => {
  test("sets values apart from the text they stand in", () => {
    expect(linkPagePieces("en", "consent_until", { date: "20 May 2027" })).toEqual([
      { text: "Ends ", isValue: false },
      { text: "20 May 2027", isValue: true },
      { text: "; we ask 14 days before.", isValue: false },
    ])
  })

  test("throws where a value is missing, and takes a value that looks like a placeholder as text", () => {
    expect(() => linkPagePieces("en", "consent_until")).toThrow('value "date" is missing')
    expect(linkPagePhrase("en", "consent_until", { date: "{bank}" })).toBe(
      "Ends {bank}; we ask 14 days before.",
    )
  })
})

describe("consentTextDigest()", () => {
  const values = { bank: "Demo Bank", operator: "Operator", date: "20 May 2027" }

  // When this fails the words changed: raise CONSENT_TEXT_VERSION where they mean something else, then renew the digests.
  test("is that of the words of this version", async () => {
    expect([
      CONSENT_TEXT_VERSION,
      await consentTextDigest("en", values),
      await consentTextDigest("ar", values),
    ]).toMatchInlineSnapshot(`
      [
        "2026-11-22.2",
        "VKc4_XyjnP-z69sOP7eVaEQPOKtNqA3lHIuLUkozxIc",
        "wUEcl73lnhCZf4MljRax7hRtFvwU6-qftnL59we8z5E",
      ]
    `)
  })

  test("differs for each language and each value", async () => {
    const digests = await Promise.all([
      consentTextDigest("en", values),
      consentTextDigest("ar", values),
      consentTextDigest("en", { ...values, bank: "Other Bank" }),
      consentTextDigest("en", { ...values, operator: "Other" }),
      consentTextDigest("en", { ...values, date: "21 May 2027" }),
    ])
    expect(new Set(digests).size).toBe(5)
  })
})
