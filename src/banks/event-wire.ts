// The wire form of events (design.md 4.1) as schemas: CloudEvents' head, and the data of each type. Unknown members are dropped.
// Values are wire-values.ts. Schemas know no clock and no bank: what lies ahead, and hosts of URLs, are judged by event-parse.ts.

import * as z from "zod/mini"
import {
  amount,
  CUSTOMER_CHARS_MAX,
  day,
  direction,
  id,
  ID_CHARS_MAX,
  instant,
  last4,
  maybe,
  name,
  prose,
  unsignedAmount,
  word,
} from "./wire-values.ts"

const BALANCES_MAX = 10
/** What a receipt of Messenger holds. */
const LINES_MAX = 100
const ORDER_CHARS_MAX = 100
const QUANTITY_MAX = 100_000
const LANGUAGES_MAX = 30
const TITLE_CHARS_MAX = 100
const BODY_CHARS_MAX = 500
const URL_CHARS_MAX = 2_000

const LANGUAGE_TAG = /^[A-Za-z]{2,8}(-[A-Za-z0-9]{2,8}){0,3}$/

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

const payment = z.object({ account: id(ID_CHARS_MAX), transaction })
const card = z.object({ ref: maybe(id(ID_CHARS_MAX)), last4, brand: maybe(name) })
const consent = z.object({ consent_id: maybe(id(ID_CHARS_MAX)), reason: maybe(word) })

/** A text in several languages, by BCP 47 tag. */
function byLanguage(charsMax: number) {
  return z.record(z.string().check(z.regex(LANGUAGE_TAG)), prose(charsMax)).check(
    z.refine((texts) => Object.keys(texts).length > 0 && Object.keys(texts).length <= LANGUAGES_MAX, {
      error: "is too short or too long",
    }),
  )
}

/** What every CloudEvent carries. `time` is required of banks: without it nobody knows when it is stale.
 * @see CloudEvents 1.0.2, JSON format */
export const HEAD = z.object({
  specversion: z.literal("1.0"),
  id: id(ID_CHARS_MAX),
  // Only what is for everybody linked has none.
  subject: maybe(id(CUSTOMER_CHARS_MAX)),
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
  "bank.balance.threshold.v1": z.object({
    account: id(ID_CHARS_MAX),
    direction: z.enum(["below", "above"]),
    threshold: amount,
    balance: amount,
  }),
  "bank.transaction.authorised.v1": payment,
  "bank.transaction.posted.v1": payment,
  "bank.transaction.reversed.v1": payment,
  "bank.transaction.declined.v1": z.extend(payment, { reason: maybe(word) }),
  "bank.payment.due.v1": z.object({
    account: id(ID_CHARS_MAX),
    payee: name,
    amount: unsignedAmount,
    minimum: maybe(unsignedAmount),
    due_at: instant,
  }),
  "bank.fraud.suspected.v1": z.object({
    case_id: id(ID_CHARS_MAX),
    account: maybe(id(ID_CHARS_MAX)),
    card,
    transaction: suspectedTransaction,
    reply: z.object({
      allowed: z.array(z.enum(["confirm", "deny"])).check(z.minLength(1), z.maxLength(2)),
      expires_at: instant,
    }),
    action_taken: maybe(word),
  }),
  "bank.fraud.resolved.v1": z.object({ case_id: id(ID_CHARS_MAX), outcome: word }),
  "bank.card.state_changed.v1": z.object({
    account: maybe(id(ID_CHARS_MAX)),
    card,
    state: z.enum(["active", "frozen", "blocked", "replaced"]),
    actor: maybe(word),
  }),
  "bank.security.notice.v1": z.object({
    kind: z.enum(["new_device", "password_changed", "new_payee", "details_changed"]),
    at: instant,
    place: maybe(name),
  }),
  "bank.dispute.updated.v1": z.object({
    case_id: id(ID_CHARS_MAX),
    state: word,
    next_date: maybe(day),
  }),
  "bank.receipt.issued.v1": z.object({
    merchant: name,
    order_number: id(ORDER_CHARS_MAX),
    lines: z
      .array(
        z.object({
          title: name,
          quantity: z.int().check(z.minimum(1), z.maximum(QUANTITY_MAX)),
          price: unsignedAmount,
        }),
      )
      .check(z.minLength(1), z.maxLength(LINES_MAX)),
    totals: z.object({
      subtotal: maybe(unsignedAmount),
      shipping: maybe(unsignedAmount),
      tax: maybe(unsignedAmount),
      total: unsignedAmount,
    }),
    payment: maybe(z.object({ brand: maybe(name), last4: maybe(last4) })),
    issued_at: instant,
  }),
  "bank.shipping.updated.v1": z.object({
    merchant: name,
    order_number: id(ORDER_CHARS_MAX),
    carrier: name,
    tracking_number: maybe(z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9 ./_-]{0,59}$/))),
    tracking_url: maybe(z.string().check(z.maxLength(URL_CHARS_MAX))),
    status: word,
    eta: maybe(day),
  }),
  "bank.consent.revoked.v1": consent,
  "bank.consent.expiring.v1": z.extend(consent, { expires_at: instant }),
  "bank.customer.closed.v1": consent,
  "bank.service.notice.v1": z.object({
    title: byLanguage(TITLE_CHARS_MAX),
    body: byLanguage(BODY_CHARS_MAX),
    severity: word,
    audience: maybe(z.enum(["linked", "subject"])),
    expires_at: instant,
  }),
  "bank.test.v1": z.unknown(),
} as const

/** Data of one type as it was read. */
export type WireData<Type extends keyof typeof DATA> = z.output<(typeof DATA)[Type]>

/** `true` for an id that may stand in an answer. */
export function isUsableId(value: unknown): value is string {
  return HEAD.shape.id.safeParse(value).success
}
