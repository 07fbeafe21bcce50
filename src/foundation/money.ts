// Money as exact minor units and an ISO 4217 code, read from and written to decimal text; never a binary float.
// The digits per currency are ISO's own table: Intl's differ for 17 currencies.
// Formatting for people is `phrases/format.ts`.

import { err, ok, type Result } from "./result.ts"

/** An exact amount. `minor` counts the currency's smallest unit (cents, yen, fils). */
export interface Money {
  readonly minor: bigint
  readonly currency: string
}

/** Why a text is not an amount. */
export type MoneyRefusal =
  | { readonly reason: "amount_syntax" }
  | { readonly reason: "amount_too_precise" }
  | { readonly reason: "amount_too_large" }
  | { readonly reason: "currency_unknown" }

const DEFAULT_DIGITS = 2
const AMOUNT = /^(-)?([0-9]{1,18})(?:\.([0-9]{1,8}))?$/
const INTEGER_DIGITS_MAX = 15

/** ISO 4217 minor digits where they are not two. @see ISO 4217, list one (2026-02) */
const DIGITS: Readonly<Record<string, number>> = {
  ...digits(0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
  ...digits(3, "BHD IQD JOD KWD LYD OMR TND"),
  ...digits(4, "CLF UYW"),
}

/** Codes with two digits. Precious metals, testing codes and funds without minor units are not money here. */
const TWO_DIGITS = new Set(
  (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY " +
    "COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS " +
    "INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR " +
    "MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD " +
    "SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
  ).split(" "),
)

function digits(count: number, codes: string): Record<string, number> {
  return Object.fromEntries(codes.split(" ").map((code) => [code, count]))
}

/** ISO 4217 minor digits of a currency, or `undefined` for a code that is not money. */
export function findMinorDigits(currency: string): number | undefined {
  if (Object.hasOwn(DIGITS, currency)) return DIGITS[currency]
  return TWO_DIGITS.has(currency) ? DEFAULT_DIGITS : undefined
}

/** Read decimal text. Trailing zeros beyond the currency's digits are allowed, other digits there are refused.
 * @param value decimal text: optional `-`, 1 to 15 integer digits, up to 8 decimals; no exponent, no grouping */
export function parseMoney(value: string, currency: string): Result<Money, MoneyRefusal> {
  const minorDigits = findMinorDigits(currency)
  if (minorDigits === undefined) return err({ reason: "currency_unknown" })
  const match = AMOUNT.exec(value)
  if (!match) return err({ reason: "amount_syntax" })
  const [, sign = "", whole = "", decimals = ""] = match
  if (whole.replace(/^0+/, "").length > INTEGER_DIGITS_MAX) return err({ reason: "amount_too_large" })
  const fraction = decimals.replace(/0+$/, "")
  if (fraction.length > minorDigits) return err({ reason: "amount_too_precise" })
  return ok({ minor: BigInt(sign + whole + fraction.padEnd(minorDigits, "0")), currency })
}

/** Exact decimal text of an amount, with all of the currency's digits: `-0.50`, `1200`, `3.005`. */
export function renderDecimal(money: Money): string {
  const minorDigits = findMinorDigits(money.currency) ?? DEFAULT_DIGITS
  const negative = money.minor < 0n
  const text = (negative ? -money.minor : money.minor).toString().padStart(minorDigits + 1, "0")
  const whole = text.slice(0, text.length - minorDigits)
  return (negative ? "-" : "") + whole + (minorDigits ? `.${text.slice(-minorDigits)}` : "")
}
