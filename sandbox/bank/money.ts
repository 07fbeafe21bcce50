// Money of the pretend bank: bigint minor units inside, decimal text in events, exact JSON numbers in FDX.
// Never a float. Knows only the currencies the bank keeps accounts or foreign payments in (ISO 4217).

const DECIMALS: Readonly<Record<string, number>> = { EUR: 2, USD: 2, GBP: 2, CHF: 2, JPY: 0, KWD: 3 }

export type Money = { readonly value: string; readonly currency: string }

/** Digits after the point of a currency the bank keeps. Throws RangeError for any other. */
export function decimalsOf(currency: string): number {
  const decimals = DECIMALS[currency]
  if (decimals === undefined)
    throw new RangeError(`Cannot count "${currency}": the bank keeps no such currency`)
  return decimals
}

/** `120450n, "EUR"` → `"1204.50"`; `-5n, "KWD"` → `"-0.005"`; `1200n, "JPY"` → `"1200"`. */
export function textOf(minor: bigint, currency: string): string {
  const decimals = decimalsOf(currency)
  const digits = (minor < 0n ? -minor : minor).toString().padStart(decimals + 1, "0")
  const point = digits.length - decimals
  return (minor < 0n ? "-" : "") + digits.slice(0, point) + (decimals > 0 ? `.${digits.slice(point)}` : "")
}

/** Read decimal text; undefined for wrong syntax, too many decimals, or more than 15 digits. */
export function minorOf(text: string, currency: string): bigint | undefined {
  const parts = /^(-?)(\d{1,15})(?:\.(\d+))?$/.exec(text.trim())
  if (!parts) return undefined
  const decimals = decimalsOf(currency)
  const fraction = (parts[3] ?? "").replace(/0+$/, "")
  if (fraction.length > decimals) return undefined
  return BigInt(`${parts[1] ?? ""}${parts[2] ?? ""}${fraction.padEnd(decimals, "0")}`)
}

export const moneyOf = (minor: bigint, currency: string): Money => ({
  value: textOf(minor, currency),
  currency,
})

export const absolute = (minor: bigint): bigint => (minor < 0n ? -minor : minor)

const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown }

/** An amount as a JSON number whose text is exact: `JSON.stringify({ a: numberOf(120450n, "EUR") })` is `{"a":1204.50}`. */
export const numberOf = (minor: bigint, currency: string): unknown => rawJSON(textOf(minor, currency))

/** For people to read, in their language, all digits shown. `format` takes decimal text without rounding it. */
export function formatMoney(minor: bigint, currency: string, language: string): string {
  const digits = decimalsOf(currency)
  const format = new Intl.NumberFormat(language, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  const parts = format.formatToParts(textOf(minor, currency) as Intl.StringNumericLiteral)
  // Arabic writes "JP¥", whose letters and sign fall apart in right-to-left text.
  return parts.map(({ type, value }) => (type === "currency" && value.endsWith("¥") ? "¥" : value)).join("")
}
