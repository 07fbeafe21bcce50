// A bank's colour and logo: what can be read is taken, the first that cannot is refused, and a picture is what it says it is.
import { describe, expect, it, test } from "vitest"
import {
  CONTRAST_MIN,
  contrastOf,
  findColourFault,
  GROUNDS,
  isLogo,
  lighten,
  LOGO_CHARS_MAX,
  mix,
} from "../../../src/banks/brand.ts"
import { colourStyle, PAGE_STYLE } from "../../../src/links/page-style.ts"

const picture = (kind: string, bytes: string) => `data:image/${kind};base64,${btoa(bytes)}`
const PNG = picture("png", "\x89PNG\r\n\x1a\nrest")

describe("contrastOf()", () => {
  // WCAG 2.2's own ends, and the grey every checker quotes.
  it.each([
    ["#000000", "#ffffff", 21],
    ["#ffffff", "#ffffff", 1],
    ["#767676", "#ffffff", 4.54],
    ["#777777", "#ffffff", 4.48],
  ])("of %s and %s is %d", (first, second, ratio) => {
    expect(contrastOf(first, second)).toBeCloseTo(ratio, 2)
    expect(contrastOf(second, first)).toBeCloseTo(ratio, 2)
  })
})

describe("findColourFault()", () => {
  test("the last grey that can be read on every light ground, and the first that cannot", () => {
    const greys = Array.from({ length: 256 }, (_, grey) => `#${grey.toString(16).padStart(2, "0").repeat(3)}`)
    const last = greys.findLastIndex((grey) => findColourFault(grey, "light") === undefined)
    for (const ground of GROUNDS.light)
      expect(contrastOf(greys[last] ?? "", ground)).toBeGreaterThanOrEqual(CONTRAST_MIN)
    expect(
      Math.min(...GROUNDS.light.map((ground) => contrastOf(greys[last + 1] ?? "", ground))),
    ).toBeLessThan(CONTRAST_MIN)
  })

  it("says which way to go, how far it is and what is the least", () => {
    expect(findColourFault("#ffd400", "light")).toBe(
      "must be darker: its contrast with the light pages is 1.26 to 1, and 4.5 is the least",
    )
    expect(findColourFault("#06303d", "dark")).toMatch(/^must be lighter: .* dark pages is 1\.\d\d to 1/)
    expect(findColourFault("#06303d", "light")).toBeUndefined()
  })

  it.each(["red", "#FFF", "#0b52611", "#0B5261", "#0b5261;}body{display:none", "url(x)", ""])(
    "refuses %j: it would stand in a stylesheet",
    (colour) => {
      expect(findColourFault(colour, "light")).toBe("must be # and six digits of 0-9 and a-f")
    },
  )
})

describe("colourStyle()", () => {
  it.each(["#000000", "#0b5261", "#b30000", "#5b2a86", "#0050d8"])(
    "made of %s can be read on every ground, and so can what stands on its buttons",
    (light) => {
      expect(findColourFault(light, "light")).toBeUndefined()
      const dark = lighten(light)
      expect(findColourFault(dark, "dark")).toBeUndefined()
      const style = colourStyle({ light })
      expect(style).toContain(`--accent:${light};--accent-ink:#ffffff`)
      expect(style).toContain(`--accent:${dark};--accent-ink:#06182b`)
      for (const [ink, faces] of [
        ["#ffffff", [light, mix(light, "#000000", 0.2)]],
        ["#06182b", [dark, mix(dark, "#ffffff", 0.3)]],
      ] as const)
        for (const face of faces) expect(contrastOf(ink, face)).toBeGreaterThanOrEqual(CONTRAST_MIN)
    },
  )

  it("takes the bank's own dark colour", () => {
    expect(colourStyle({ light: "#0b5261", dark: "#6fcbd6" })).toContain("--accent:#6fcbd6")
  })

  test("its grounds are those the pages have", () => {
    const [light = "", dark = ""] = PAGE_STYLE.split("@media (prefers-color-scheme:dark)")
    const groundsOf = (style: string) =>
      ["card", "tint", "ground"].map((name) =>
        (new RegExp(`--${name}:(#[0-9a-f]+)`).exec(style)?.[1] ?? "").replace(/^#(...)$/, "#$1$1"),
      )
    expect(groundsOf(light)).toEqual(GROUNDS.light)
    expect(groundsOf(dark)).toEqual(GROUNDS.dark)
  })
})

describe("isLogo()", () => {
  it.each([
    PNG,
    picture("webp", "RIFF\x10\0\0\0WEBPVP8 "),
    picture("svg+xml", '<svg xmlns="http://www.w3.org/2000/svg"/>'),
    picture("svg+xml", '<?xml version="1.0"?>\n<!-- sign -->\n<svg >'),
  ])("takes %s", (url) => expect(isLogo(url)).toBe(true))

  it.each([
    "https://bank.example/logo.png",
    picture("gif", "GIF89a"),
    picture("png", "<svg "),
    picture("svg+xml", "<html><svg "),
    picture("webp", "RIFF\x10\0\0\0AVI "),
    `${PNG.slice(0, -1)}`,
    `${PNG}" onerror="x`,
    "data:image/png;base64,",
    "data:text/html;base64,PHN2Zz4=",
  ])("refuses %s", (url) => expect(isLogo(url)).toBe(false))

  test("a logo is smaller than a page", () => expect(LOGO_CHARS_MAX).toBeLessThan(30 * 1024))
})
