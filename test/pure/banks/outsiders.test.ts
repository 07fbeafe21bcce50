// What outsiders wrote, before a customer sees it (P6): words without links, numbers and direction marks; URLs on registered hosts.
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { cleanOutsiderText, OUTSIDER_GRAPHEMES_MAX } from "../../../src/banks/outsider-text.ts"
import { findSafeUrl } from "../../../src/banks/safe-url.ts"

const FALLBACK = "a merchant"
const clean = (text: string) => cleanOutsiderText(text, FALLBACK)

describe("cleanOutsiderText()", () => {
  it.each([
    ["ELECTRO MART", "ELECTRO MART"],
    ["  Café   Müller\n& Söhne ", "Café Müller & Söhne"],
    ["TESCO STORES 6482", "TESCO STORES 6482"],
    ["7-ELEVEN #1234", "7-ELEVEN #1234"],
    ["مقهى النخيل", "مقهى النخيل"],
    ["東京カフェ", "東京カフェ"],
    ["AMAZON.COM*MK1AB", "AMAZON COM*MK1AB"],
    ["J. Smith & Co. Ltd.", "J. Smith & Co. Ltd."],
    ["St.Mary Pharmacy", "St Mary Pharmacy"],
  ])("P6: shows %j as %j", (text, shown) => {
    expect(clean(text)).toBe(shown)
  })

  it.each([
    ["Pay at https://evil.example/x?y now", "Pay at now"],
    ["HTTPS://EVIL.EXAMPLE", FALLBACK],
    ["go www.evil.example/pay", "go"],
    ["evil.example/pay", "evil example/pay"],
    ["evil。example", "evil example"],
    ["evil\uff0eexample", "evil example"],
    ["ev\u200bil.exam\u00adple", "ev il exam ple"],
    ["tg://resolve?domain=x hi", "hi"],
    ["пример.рф", "пример рф"],
  ])("P6: makes no link of %j", (text, shown) => {
    expect(clean(text)).toBe(shown)
  })

  it.each([
    ["Call +49 30 1234567", "Call"],
    ["call (800) 555-0199 now", "call now"],
    ["0800.123.4567", FALLBACK],
    ["tel:08001234567", "tel:"],
    ["٠٨٠٠١٢٣٤٥٦٧ اتصل", "اتصل"],
    ["\uff10\uff18\uff10\uff10 \uff11\uff12\uff13 \uff14\uff15\uff16 x", "x"],
    ["①②③④⑤⑥⑦ x", "x"],
    ["1\ufe0f\u20e32\ufe0f\u20e33\ufe0f\u20e34\ufe0f\u20e35\ufe0f\u20e36\ufe0f\u20e37\ufe0f\u20e3 x", "x"],
    ["123456", "123456"],
    ["1234567", FALLBACK],
    ["4111 1111 1111 1111 SHOP", "SHOP"],
  ])("P6: leaves no number to call in %j", (text, shown) => {
    expect(clean(text)).toBe(shown)
  })

  it.each([
    "\u202eTRAM ORTCELE\u202c",
    "\u2067SHOP\u2069",
    "\u200fSHOP",
    "\u061cSHOP",
    "S\u0000HOP\u007f",
    "A\u2028B",
  ])("P6: leaves no direction mark or control in %j", (text) => {
    expect(clean(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
  })

  it.each(["", "   ", "\u200b", "***", "https://evil.example", "\ud800"])(
    "falls back where nothing is left of %j",
    (text) => {
      expect(clean(text)).toBe(FALLBACK)
    },
  )

  it("cuts at 40 graphemes, never through one", () => {
    expect(clean("x".repeat(41))).toBe("x".repeat(40))
    expect(clean("é".repeat(41).normalize("NFD"))).toBe("é".repeat(40))
    expect(
      [...new Intl.Segmenter("und").segment(clean(`${"👍🏽".repeat(45)}shop`))].length,
    ).toBeLessThanOrEqual(40)
  })

  it("stops marks that would run over other lines", () => {
    expect(clean(`Z${"\u0335".repeat(50)}algo`)).toBe(`Z${"\u0335".repeat(4)}algo`)
  })

  it("P6: holds for any text: short, one line, no link, no number, and stable", () => {
    const pieces = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.constantFrom(
        "https://",
        "www.",
        ".com",
        "evil.example/",
        "+49 30 ",
        "0800",
        "123-456",
        "\u202e",
        "\u200b",
        " ",
        ".",
        "٤",
        "。",
        "\u00a8",
      ),
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const shown = clean(parts.join(""))
        expect(shown.trim()).toBe(shown)
        expect(shown).not.toBe("")
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\s{2}/u)
        expect(shown).not.toMatch(/:\/\/|\bwww\.\S/iu)
        expect(shown).not.toMatch(/[\p{L}\p{Nd}_-]\.\p{L}/u)
        expect(shown).not.toMatch(/\p{Nd}(?:[^\p{L}\p{Nd}]{0,3}\p{Nd}){6}/u)
        expect([...new Intl.Segmenter("und").segment(shown)].length).toBeLessThanOrEqual(
          OUTSIDER_GRAPHEMES_MAX,
        )
        expect(shown.length).toBeLessThanOrEqual(160)
        expect(shown.isWellFormed()).toBe(true)
        expect(clean(shown)).toBe(shown)
      }),
      { numRuns: 2_000 },
    )
  })

  it("takes no time over a text built to take it", () => {
    const started = performance.now()
    for (const text of [
      "a.".repeat(200_000),
      "1-".repeat(200_000),
      "a".repeat(400_000),
      "((((".repeat(100_000),
    ])
      clean(text)
    expect(performance.now() - started).toBeLessThan(200)
  })
})

describe("findSafeUrl()", () => {
  const hosts = ["bank.example", "track.carrier.example", "localhost:8788"]

  it.each([
    ["https://bank.example/step-up?x=1#y", "https://bank.example/step-up?x=1#y"],
    ["https://BANK.example", "https://bank.example/"],
    ["https://bank.example:443/", "https://bank.example/"],
    ["http://localhost:8788/bank/step-up", "http://localhost:8788/bank/step-up"],
  ])("P6: shows %s", (text, shown) => {
    expect(findSafeUrl(text, hosts)).toBe(shown)
  })

  it.each([
    "http://bank.example/",
    "https://bank.example.evil.example/",
    "https://sub.bank.example/",
    "https://bank.example@evil.example/",
    "https://user:secret@bank.example/",
    "https://bank.example:8443/",
    "https://evil.example/bank.example",
    "https://bank.example\\@evil.example",
    "https:// bank.example/",
    "https://bank.example/\u202egpj.exe",
    "https://bank.example/a\nb",
    "http://localhost/",
    "javascript:alert(1)",
    "//bank.example/",
    "bank.example",
    `https://bank.example/${"x".repeat(2_000)}`,
    "",
    null,
    7,
  ])("P6: shows nothing of %j", (text) => {
    expect(findSafeUrl(text, hosts)).toBeUndefined()
  })
})
