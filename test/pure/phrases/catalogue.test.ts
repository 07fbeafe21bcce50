// Every sentence in every language: the same keys and values, readable by the formatter, titles short enough, plural forms complete.
import { IntlMessageFormat } from "intl-messageformat"
import { describe, expect, test } from "vitest"
import {
  findLanguage,
  isLanguage,
  LANGUAGES,
  phrase,
  sourceOf,
  type Language,
} from "../../../src/phrases/catalogue.ts"
import { ar } from "../../../src/phrases/ar.ts"
import { en, type PhraseKey } from "../../../src/phrases/en.ts"

const KEYS = Object.keys(en) as PhraseKey[]
const TITLE_CHARS_MAX = 20
/** Titles of several buttons may not be told apart by less than their words. */
const TITLES = KEYS.filter((key) => key.endsWith("_button"))

type Ast = ReturnType<IntlMessageFormat["getAst"]>
type Element = Ast[number]
/** Kinds of elements as the formatter numbers them. */
const SELECT = 5
const PLURAL = 6
const LITERAL = 0

function astOf(language: Language, key: PhraseKey): Ast {
  return new IntlMessageFormat(sourceOf(language, key), language, undefined, { ignoreTag: true }).getAst()
}

/** All elements, those inside choices too. */
function elementsOf(ast: Ast): readonly Element[] {
  return ast.flatMap((element) => [
    element,
    ...("options" in element ? Object.values(element.options).flatMap(({ value }) => elementsOf(value)) : []),
  ])
}

/** Names of values with their kind, and for a choice its cases. */
function valuesOf(language: Language, key: PhraseKey): readonly string[] {
  const names = elementsOf(astOf(language, key)).flatMap((element) => {
    if (element.type === LITERAL || !("value" in element) || typeof element.value !== "string") return []
    const cases = element.type === SELECT ? Object.keys(element.options).toSorted().join() : ""
    return [`${element.value}:${element.type}:${cases}`]
  })
  return [...new Set(names)].toSorted()
}

test("the catalogues hold the same sentences", () => {
  expect(Object.keys(ar).toSorted()).toEqual(KEYS.toSorted())
  expect(KEYS.length).toBeGreaterThan(80)
})

describe.each(LANGUAGES)("the catalogue of %s", (language) => {
  test.each(KEYS)("%s parses, holds the reference's values, and is clean", (key) => {
    expect(valuesOf(language, key)).toEqual(valuesOf("en", key))
    const source = sourceOf(language, key)
    expect(source.trim(), "no space at its edges, but for what stands before another sentence").toBe(
      key === "fraud_card_paused" ? source.slice(0, -1) : source,
    )
    expect(source).not.toMatch(/[!！¡]|\p{Extended_Pictographic}|https?:|<|  /u)
  })

  test.each(TITLES)("%s fits a button and is not another's title", (key) => {
    const title = phrase(language, key)
    expect(title.length).toBeLessThanOrEqual(TITLE_CHARS_MAX)
    expect(title).not.toMatch(/[{}\n]/)
    expect(TITLES.filter((other) => phrase(language, other) === title)).toEqual([key])
  })

  test("plurals have every form the language has", () => {
    const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories
    const plurals = KEYS.flatMap((key) =>
      elementsOf(astOf(language, key)).filter((element) => element.type === PLURAL),
    )
    expect(plurals.length).toBeGreaterThan(0)
    for (const plural of plurals) {
      const forms = "options" in plural ? Object.keys(plural.options) : []
      for (const count of [1, 2, 3])
        expect(forms, `${count}`).toSatisfy(
          (each: string[]) =>
            each.includes(new Intl.PluralRules(language).select(count)) || each.includes("other"),
        )
      expect(forms).toContain("other")
      expect(categories).toEqual(expect.arrayContaining(forms))
    }
  })

  test("a value that is missing is a fault, not a hole in a sentence", () => {
    expect(() => phrase(language, "welcome")).toThrow()
  })

  test("a value is shown as it is, whatever stands in it", () => {
    for (const bank of ["A {b} 'c' <d> # e", "'{'", "بنك"])
      expect(phrase(language, "bank_down", { bank })).toContain(bank)
  })

  test("says counts in words of their own", () => {
    const said = [1, 2, 3].map((tries) => phrase(language, "code_wrong", { tries }))
    expect(new Set(said).size).toBe(3)
  })
})

test("phrases of design 9 stand word for word", () => {
  const bank = "Demo Bank"
  expect(phrase("en", "welcome", { bank })).toBe(
    "Hi, I'm Demo Bank's automated assistant. Connect your account for balances, payment alerts and fraud warnings. Nothing is on until you choose it. I never ask for a PIN or password.",
  )
  expect(phrase("en", "stop", { bank })).toBe(
    "All messages from Demo Bank are off, fraud alerts too. Your connection ends in 7 days.",
  )
  expect(phrase("en", "code_wrong", { tries: 2 })).toBe("That is not the code on the page. 2 tries left.")
  expect(phrase("en", "redacted")).toBe(
    "That looks like a card number. I did not keep it, but it is still in Messenger: press and hold your message to remove it.",
  )
  expect(phrase("en", "bank_down", { bank })).toBe(
    "Demo Bank is not answering right now. Your connection is fine.",
  )
})

test("findLanguage() takes BCP 47 and platform locales, in any case, and nothing else", () => {
  expect(["ar", "AR-eg", "ar_EG", "en", "en_US", "EN-gb"].map(findLanguage)).toEqual([
    "ar",
    "ar",
    "ar",
    "en",
    "en",
    "en",
  ])
  expect(["", "de", "arabic", "e", "-en"].map(findLanguage)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ])
  expect([isLanguage("en"), isLanguage("EN"), isLanguage(undefined)]).toEqual([true, false, false])
})
