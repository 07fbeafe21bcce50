// The accounts a customer chose at the bank, as the bank's enriched authorization detail names them (RFC 9396, 7).
// What is shown is cut down here: four digits of a number at most, a short label without links, controls or long digit runs (P6).
// Pure; bank-login.ts uses it on the token response.

import * as z from "zod/mini"
import type { Account, BankRead } from "../banks/bank.ts"
import { DETAIL_TYPE } from "./bank-profile.ts"

/** What we ask to do; nothing that moves money. */
export const DETAIL_ACTIONS = ["list_accounts", "read_balances", "read_transactions"] as const

const READ_OF_ACTION: Readonly<Record<string, BankRead>> = {
  read_balances: "balances",
  read_transactions: "transactions",
}

const ACCOUNTS_MAX = 50
const LABEL_CHARS_MAX = 40
const LAST_DIGITS = 4
const KINDS = ["checking", "savings", "card", "loan"] as const

const grantedAccount = z.object({
  id: z.string().check(z.minLength(1), z.maxLength(256)),
  last4: z.string().check(z.maxLength(64)),
  name: z.optional(z.string()),
  kind: z.optional(z.string()),
  currency: z.string().check(z.regex(/^[A-Z]{3}$/)),
})
const grantedDetail = z.object({
  type: z.literal(DETAIL_TYPE),
  actions: z.optional(z.array(z.string())),
  accounts: z.array(grantedAccount).check(z.minLength(1), z.maxLength(ACCOUNTS_MAX)),
})

/** What a granted detail gives: the accounts, and what of them may be read where it says so. */
interface GrantedDetail {
  readonly accounts: readonly Account[]
  readonly reads?: readonly BankRead[]
}

/** Read a granted detail; `undefined` where it names no account, or anything in it is not as agreed. */
export function parseGrantedDetail(details: unknown): GrantedDetail | undefined {
  if (!Array.isArray(details)) return undefined
  const detail: unknown = details.find((each: { type?: unknown } | null) => each?.type === DETAIL_TYPE)
  const parsed = grantedDetail.safeParse(detail)
  if (!parsed.success) return undefined
  const { actions } = parsed.data
  const accounts = parsed.data.accounts.map(({ id, last4, name, kind, currency }) =>
    shownAccount({
      id,
      kind: KINDS.find((known) => known === kind) ?? "other",
      label: name ?? "",
      last4,
      currency,
    }),
  )
  return {
    accounts,
    ...(actions ? { reads: actions.flatMap((action) => READ_OF_ACTION[action] ?? []) } : {}),
  }
}

/** An account cut down to what may be shown of it, however the bank named it. */
export function shownAccount(account: Account): Account {
  return {
    ...account,
    label: shortLabel(account.label),
    last4: account.last4.replace(/[^0-9]/g, "").slice(-LAST_DIGITS),
  }
}

/** A name without control and direction marks, without runs of five digits or more, at most 40 characters. */
export function shortLabel(text: string): string {
  const plain = text
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ")
    .replace(/(?:\p{Nd}[ .-]?){5,}/gu, "")
    .replace(/\s+/gu, " ")
    .trim()
  return [...plain].slice(0, LABEL_CHARS_MAX).join("")
}
