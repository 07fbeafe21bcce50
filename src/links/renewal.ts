// How long a consent lasts and what renews it: one table, by what we are to the bank and where. Pure. @see bank-standards.md 3.6

import type { BankRecord } from "../banks/bank.ts"

/** What renews a consent. `tap`: the customer says yes in the chat. `bank_login`: they sign in at the bank again, which makes a new
 * authorisation with its own consent page. */
export type RenewedBy = "tap" | "bank_login"

/** The rule for one bank. */
export interface RenewalRule {
  /** Whole days a consent lasts. */
  readonly days: number
  readonly renewedBy: RenewedBy
}

/** Where no rule is known, the shorter term and the stronger renewal of those that are. */
const STRICTEST: RenewalRule = { days: 90, renewedBy: "bank_login" }

const RULES: Readonly<
  Record<BankRecord["role"], Readonly<Record<BankRecord["jurisdiction"], RenewalRule | "own">>>
> = {
  // The bank's own messages to its own customers: the term the bank set, and a yes in the chat.
  bank_processor: { EU: "own", UK: "own", US: "own", other: "own" },
  third_party: {
    // RTS 2018/389 as amended by 2022/2360: strong authentication at the bank every 180 days.
    EU: { days: 180, renewedBy: "bank_login" },
    // SCA-RTS Art. 10A and 36(6): the provider confirms the consent itself every 90 days.
    UK: { days: 90, renewedBy: "tap" },
    // 12 CFR 1033.421: a new authorisation within twelve months.
    US: { days: 365, renewedBy: "bank_login" },
    other: STRICTEST,
  },
}

/** The rule for a bank. Its own term never lengthens what its place allows. */
export function renewalOf(bank: Pick<BankRecord, "role" | "jurisdiction" | "consentDays">): RenewalRule {
  const rule = RULES[bank.role][bank.jurisdiction]
  if (rule === "own") return { days: bank.consentDays, renewedBy: "tap" }
  return { ...rule, days: Math.min(rule.days, bank.consentDays) }
}
