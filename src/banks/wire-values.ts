// Values as banks write them, as schemas: ids, names, words, instants, days, amounts, last four digits. Texts for people are capped, ids are
// refused rather than shortened, amounts are exact, instants become epoch milliseconds. Which members an event has is event-wire.ts.

import * as z from "zod/mini"
import { parseMoney, renderDecimal, type MoneyRefusal } from "../foundation/money.ts"
import { parseInstant } from "./rfc3339.ts"
import type { WireMoney } from "./event.ts"

/** Ids of the bank's: an event's, an account's, a case's. Never an account number (the bank's own duty). */
export const ID_CHARS_MAX = 200
/** OpenID Connect Core 1.0, 2: a `sub` has at most 255 characters. */
export const CUSTOMER_CHARS_MAX = 255
/** Texts for people. What a chat shows of them is less still (outsider-text.ts). */
const NAME_CHARS_MAX = 100

const AMOUNT_WORDS: Readonly<Record<MoneyRefusal["reason"], string>> = {
  amount_syntax: "is not decimal text",
  amount_too_precise: "has more decimals than the currency",
  amount_too_large: "is too large",
  currency_unknown: "has an unknown currency",
}

/** An id: no control characters, no lone surrogates, because it must come back as it went. */
export const id = (charsMax: number) =>
  z.string().check(
    z.minLength(1),
    z.maxLength(charsMax),
    z.refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), {
      error: "holds characters that do not show",
    }),
  )
/** A text for people: controls become spaces, lone surrogates U+FFFD, the end is cut off. Not cleaned of links: that is done where it is shown. */
export const name = z.pipe(
  z.string().check(z.minLength(1)),
  z.transform((text) => capName(text, NAME_CHARS_MAX)),
)
/** A longer text for people. */
export const prose = (charsMax: number) =>
  z.pipe(
    z.string().check(z.minLength(1)),
    z.transform((text) => capName(text, charsMax)),
  )
/** A word of a vocabulary we do not know by heart. */
export const word = z.string().check(z.regex(/^[A-Za-z0-9_.-]{1,40}$/))
export const instant = z.pipe(
  z.string(),
  z.transform((text, context) => {
    const at = parseInstant(text)
    if (at !== undefined) return at
    context.issues.push({ code: "custom", message: "is not an RFC 3339 instant", input: text })
    return z.NEVER
  }),
)
/** A day, `YYYY-MM-DD`; of an instant the day it names. */
export const day = z.pipe(
  z.string(),
  z.transform((text, context) => {
    const date = text.slice(0, 10)
    const good = text.length === 10 ? parseInstant(`${date}T00:00:00Z`) : parseInstant(text)
    if (good !== undefined) return date
    context.issues.push({ code: "custom", message: "is not a day (YYYY-MM-DD)", input: text })
    return z.NEVER
  }),
)
export const amount = z.pipe(
  z.object({ value: z.string(), currency: z.string() }),
  z.transform((wire, context): WireMoney => {
    const money = parseMoney(wire.value, wire.currency)
    if (money.ok) return { value: renderDecimal(money.value), currency: money.value.currency }
    context.issues.push({ code: "custom", message: AMOUNT_WORDS[money.error.reason], input: wire })
    return z.NEVER
  }),
)
export const unsignedAmount = amount.check(
  z.refine((money) => !money.value.startsWith("-"), { error: "is negative" }),
)
export const last4 = z.string().check(z.regex(/^[0-9]{4}$/))
export const maybe = z.nullish

const DIRECTIONS = { in: "in", out: "out", credit: "in", debit: "out" } as const
export const direction = z.pipe(
  z.enum(["in", "out", "credit", "debit"]),
  z.transform((text) => DIRECTIONS[text]),
)

/** What is wrong with a value, in words that hold nothing of it: the member's path and a reason. */
export function describeIssue(issue: z.core.$ZodIssue | undefined, under: readonly string[]): string {
  if (!issue) return `${under.join(".") || "The event"} cannot be read`
  const path = [...under, ...issue.path.map(String)].join(".") || "The event"
  return `${path} ${ISSUE_WORDS[issue.code] ?? issue.message}`
}

const ISSUE_WORDS: Readonly<Partial<Record<z.core.$ZodIssue["code"], string>>> = {
  invalid_type: "is missing or of another type",
  too_big: "is too long or too large",
  too_small: "is too short or too small",
  invalid_format: "has another form",
  invalid_value: "is not one of the allowed values",
}

function capName(text: string, charsMax: number): string {
  const clean = text
    .slice(0, charsMax * 4)
    .toWellFormed()
    .replace(/\p{Cc}+/gu, " ")
  // Cutting a pair of surrogates in two leaves half of it: away with it.
  return clean.slice(0, charsMax).replace(/[\uD800-\uDBFF]$/, "")
}
