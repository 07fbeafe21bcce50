// The wire form of events (design.md 4.1) as schemas: CloudEvents' head, and the data of each type. Unknown members are dropped,
// texts for people are capped, ids are refused rather than shortened, amounts are exact, instants become epoch milliseconds.
// Schemas know no clock: what lies ahead of it is judged by event-parse.ts.

import * as z from "zod/mini"
import { parseMoney, renderDecimal, type MoneyRefusal } from "../foundation/money.ts"
import { parseInstant } from "./rfc3339.ts"
import type { WireMoney } from "./event.ts"

/** Ids of the bank's: an event's, an account's, a case's. Never an account number (the bank's own duty). */
const ID_CHARS_MAX = 200
/** OpenID Connect Core 1.0, 2: a `sub` has at most 255 characters. */
const CUSTOMER_CHARS_MAX = 255
/** Texts for people. What a chat shows of them is less still (outsider-text.ts). */
const NAME_CHARS_MAX = 100
const BALANCES_MAX = 10

const AMOUNT_WORDS: Readonly<Record<MoneyRefusal["reason"], string>> = {
  amount_syntax: "is not decimal text",
  amount_too_precise: "has more decimals than the currency",
  amount_too_large: "is too large",
  currency_unknown: "has an unknown currency",
}

/** An id: no control characters, no lone surrogates, because it must come back as it went. */
const id = (charsMax: number) =>
  z.string().check(
    z.minLength(1),
    z.maxLength(charsMax),
    z.refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), {
      error: "holds characters that do not show",
    }),
  )
/** A text for people: controls become spaces, lone surrogates U+FFFD, the end is cut off. Not cleaned of links: that is done where it is shown. */
const name = z.pipe(
  z.string().check(z.minLength(1)),
  z.transform((text) => capName(text)),
)
/** A word of a vocabulary we do not know by heart. */
const word = z.string().check(z.regex(/^[A-Za-z0-9_.-]{1,40}$/))
const instant = z.pipe(
  z.string(),
  z.transform((text, context) => {
    const at = parseInstant(text)
    if (at !== undefined) return at
    context.issues.push({ code: "custom", message: "is not an RFC 3339 instant", input: text })
    return z.NEVER
  }),
)
const amount = z.pipe(
  z.object({ value: z.string(), currency: z.string() }),
  z.transform((wire, context): WireMoney => {
    const money = parseMoney(wire.value, wire.currency)
    if (money.ok) return { value: renderDecimal(money.value), currency: money.value.currency }
    context.issues.push({ code: "custom", message: AMOUNT_WORDS[money.error.reason], input: wire })
    return z.NEVER
  }),
)
const unsignedAmount = amount.check(
  z.refine((money) => !money.value.startsWith("-"), { error: "is negative" }),
)
const last4 = z.string().check(z.regex(/^[0-9]{4}$/))
const maybe = z.nullish

const DIRECTIONS = { in: "in", out: "out", credit: "in", debit: "out" } as const
const direction = z.pipe(
  z.enum(["in", "out", "credit", "debit"]),
  z.transform((text) => DIRECTIONS[text]),
)

const transaction = z.object({
  id: id(ID_CHARS_MAX),
  amount: unsignedAmount,
  direction,
  status: maybe(word),
  occurred_at: instant,
  merchant: maybe(
    z.object({
      name,
      mcc: maybe(z.string().check(z.regex(/^[0-9]{4}$/))),
      country: maybe(z.string().check(z.regex(/^[A-Z]{2}$/))),
      city: maybe(name),
    }),
  ),
  card: maybe(z.object({ last4 })),
  channel: maybe(word),
  foreign: maybe(z.boolean()),
})

/** A payment under suspicion may have no number yet, and leaves the account unless it says otherwise. */
const suspectedTransaction = z.extend(transaction, {
  id: maybe(id(ID_CHARS_MAX)),
  direction: maybe(direction),
})

/** What every CloudEvent carries. `time` is required of banks: without it nobody knows when it is stale.
 * @see CloudEvents 1.0.2, JSON format */
export const HEAD = z.object({
  specversion: z.literal("1.0"),
  id: id(ID_CHARS_MAX),
  subject: id(CUSTOMER_CHARS_MAX),
  time: instant,
  datacontenttype: maybe(z.string().check(z.regex(/^application\/([a-z.-]+\+)?json(\s*;.*)?$/i))),
})

/** The data of each type. */
export const DATA = {
  "bank.balance.updated.v1": z.object({
    account: id(ID_CHARS_MAX),
    balances: z
      .array(z.object({ type: z.enum(["available", "booked"]), amount, at: instant }))
      .check(z.minLength(1), z.maxLength(BALANCES_MAX)),
    // Beyond 2^53 two numbers may read as the same one.
    sequence: maybe(z.int().check(z.minimum(0))),
  }),
  "bank.transaction.posted.v1": z.object({ account: id(ID_CHARS_MAX), transaction }),
  "bank.fraud.suspected.v1": z.object({
    case_id: id(ID_CHARS_MAX),
    account: maybe(id(ID_CHARS_MAX)),
    card: z.object({ ref: maybe(id(ID_CHARS_MAX)), last4, brand: maybe(name) }),
    transaction: suspectedTransaction,
    reply: z.object({
      allowed: z.array(z.enum(["confirm", "deny"])).check(z.minLength(1), z.maxLength(2)),
      expires_at: instant,
    }),
    action_taken: maybe(word),
  }),
} as const

/** Data of one type as it was read. */
export type WireData<Type extends keyof typeof DATA> = z.output<(typeof DATA)[Type]>

/** `true` for an id that may stand in an answer. */
export function isUsableId(value: unknown): value is string {
  return HEAD.shape.id.safeParse(value).success
}

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

function capName(text: string): string {
  const clean = text
    .slice(0, NAME_CHARS_MAX * 4)
    .toWellFormed()
    .replace(/\p{Cc}+/gu, " ")
  // Cutting a pair of surrogates in two leaves half of it: away with it.
  return clean.slice(0, NAME_CHARS_MAX).replace(/[\uD800-\uDBFF]$/, "")
}
