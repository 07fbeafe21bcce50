// Berlin Group's account data as it stands on the wire (NextGenPSD2 1.3): what is read of it, and nothing else. Amounts are signed texts,
// times are days. Shapes only; berlin.ts reads by them.

import * as z from "zod/mini"
import { PAGE_ROWS_MAX, TEXT_CHARS_MAX } from "./question.ts"

const text = z.string().check(z.maxLength(1_000))
const id = z.nullish(z.string().check(z.maxLength(TEXT_CHARS_MAX)))
const day = z.nullish(z.string())
const AMOUNT = z.object({
  amount: z.string().check(z.regex(/^-?[0-9]{1,14}(\.[0-9]{1,3})?$/)),
  currency: z.string().check(z.regex(/^[A-Z]{3}$/)),
})
const DETAILS = z.object({
  resourceId: z.string().check(z.minLength(1), z.maxLength(256)),
  iban: z.nullish(text),
  bban: z.nullish(text),
  maskedPan: z.nullish(text),
  currency: z.string().check(z.regex(/^[A-Z]{3}$/)),
  name: z.nullish(text),
  displayName: z.nullish(text),
  product: z.nullish(text),
  cashAccountType: z.nullish(z.string()),
  status: z.nullish(z.string()),
})

export const ACCOUNTS = z.object({ accounts: z.array(DETAILS).check(z.maxLength(PAGE_ROWS_MAX)) })
export const CARD_ACCOUNTS = z.object({ cardAccounts: z.array(DETAILS).check(z.maxLength(PAGE_ROWS_MAX)) })
export type WireAccount = z.output<typeof DETAILS>

export const BALANCES = z.object({
  balances: z.array(
    z.object({
      balanceAmount: AMOUNT,
      balanceType: z.string(),
      lastChangeDateTime: z.nullish(z.string()),
      referenceDate: day,
    }),
  ),
})
export type WireBalance = z.output<typeof BALANCES>["balances"][number]

const MOVEMENT = z.object({
  transactionId: id,
  entryReference: id,
  bookingDate: day,
  valueDate: day,
  transactionAmount: AMOUNT,
  creditorName: z.nullish(text),
  debtorName: z.nullish(text),
  remittanceInformationUnstructured: z.nullish(text),
  /** Of card accounts. */
  cardTransactionId: id,
  transactionDate: day,
  transactionDetails: z.nullish(text),
})
const rows = z.nullish(z.array(MOVEMENT).check(z.maxLength(PAGE_ROWS_MAX)))
const REPORT = z.object({
  booked: rows,
  pending: rows,
  _links: z.nullish(z.object({ next: z.nullish(z.object({ href: z.string() })) })),
})

export const TRANSACTIONS = z.object({ transactions: REPORT })
export const CARD_TRANSACTIONS = z.object({ cardTransactions: REPORT })
export type WireMovement = z.output<typeof MOVEMENT>
export type WireReport = z.output<typeof REPORT>
