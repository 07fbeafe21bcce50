// Which members of a bank's record would own its customers (P14): who it is, where we call, whose keys we believe, what may stand in a
// message. A change of one is asked for by one person and approved by another (console/bank-desk.ts). Pure.

import { canonicalJson } from "../crypto/canonical.ts"
import type { BankRecord } from "./bank.ts"

/** Keys, issuer, URLs, the telephone, and what decides whose login counts as whose. */
export const GUARDED_MEMBERS = [
  "issuer",
  "clientId",
  "dialect",
  "profile",
  "acrValues",
  "idTokenAlg",
  "subjectClaim",
  "apiBase",
  "actionsBase",
  "callbackUrl",
  "jwksUri",
  "webhookKeys",
  "eventSource",
  "eventIssuers",
  "linkHosts",
  "appLink",
  "helpUrl",
  "complaintsUrl",
  "emergencyPhone",
] as const satisfies readonly (keyof BankRecord)[]

/** One member before and after; a side that lacks it has none. */
export interface MemberChange {
  readonly member: string
  readonly from?: unknown
  readonly to?: unknown
  /** Whether it takes two people. */
  readonly guarded: boolean
}

/** What differs between two records, by name of the member. */
export function listChanges(from: BankRecord, to: BankRecord): readonly MemberChange[] {
  // That a bank leaves is no member anybody puts: its row says so.
  const { leavingAt: _from, ...before }: Members = { ...from }
  const { leavingAt: _to, ...after }: Members = { ...to }
  const guarded: readonly string[] = GUARDED_MEMBERS
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted().flatMap((member) => {
    const [was, is] = [before[member], after[member]]
    if (textOf(was) === textOf(is)) return []
    return [
      {
        member,
        ...(was === undefined ? {} : { from: was }),
        ...(is === undefined ? {} : { to: is }),
        guarded: guarded.includes(member),
      },
    ]
  })
}

type Members = Readonly<Record<string, unknown>>

function textOf(value: unknown): string {
  return value === undefined ? "" : canonicalJson(value)
}
