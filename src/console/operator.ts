// Who may do what: an operator holds roles for named banks, and one table says which role an act needs. Pure.
// Who somebody is, is admin-auth.ts. Nothing below the table asks which act it is.

import type { Role } from "../config.ts"
import { isBankId, type BankId } from "../foundation/id.ts"

/** Every bank there is and will be; also who may act on the deployment itself. */
export const EVERY_BANK = "*"

/** A role for some banks: ids, or `*` for every bank. */
export interface Hold {
  readonly role: Role
  readonly banks: readonly string[]
}

/** A person who runs the service. One admin key gives one hold, a place in several groups several. */
export interface Operator {
  /** Stands in the audit trail: an admin key's id, or the address Access verified. */
  readonly id: string
  readonly holds: readonly Hold[]
}

/** Everything the admin API does, and the roles that may. */
export const ACTIONS = {
  "bank.read": ["admin", "operator", "agent", "auditor"],
  "bank.put": ["admin"],
  "bank.check": ["admin", "operator"],
  "bank_key.read": ["admin", "operator", "auditor"],
  "bank_key.change": ["admin"],
  "refusal.read": ["admin", "operator", "auditor"],
  "page.read": ["admin", "operator", "agent", "auditor"],
  "page.put": ["admin"],
  "page.reconnect": ["admin", "operator"],
  "templates.sync": ["admin", "operator"],
  "incident.read": ["admin", "operator", "auditor"],
  "dead_letter.read": ["admin", "operator", "auditor"],
  "dead_letter.replay": ["admin", "operator"],
  "link.read": ["admin", "operator", "auditor"],
  "link.end": ["admin", "operator"],
  "meter.read": ["admin", "operator", "auditor"],
  "notice.read": ["admin", "operator", "auditor"],
  "notice.change": ["admin", "operator"],
  "approval.read": ["admin", "auditor"],
  "approval.decide": ["admin"],
  "key.read": ["admin", "auditor"],
  "key.change": ["admin"],
  "bank.leave": ["admin"],
  "departure.read": ["admin", "auditor"],
  "customer.export": ["admin", "auditor"],
  "customer.erase": ["admin"],
  "consent.read": ["admin", "auditor"],
  "disclosure.read": ["admin", "auditor"],
  "audit.read": ["admin", "auditor"],
  "desk.read": ["admin", "operator", "agent"],
  "desk.act": ["admin", "agent"],
  "desk.manage": ["admin", "operator"],
  "restore.read": ["admin", "operator", "auditor"],
  "restore.finish": ["admin"],
  "health.read": ["admin", "operator", "auditor"],
  "clock.advance": ["admin"],
} as const satisfies Readonly<Record<string, readonly Role[]>>
export type Action = keyof typeof ACTIONS

/** `hidden`: the operator holds nothing for that bank and must not learn that it exists (P13); `forbidden`: not in this role. */
export type Permission = "granted" | "forbidden" | "hidden"

/** May this operator do that to a bank's things?
 * @param bank `*` for the deployment itself: only holds for every bank count */
export function mayAct(operator: Operator, action: Action, bank: BankId | "*"): Permission {
  const roles: readonly Role[] = ACTIONS[action]
  const holds = operator.holds.filter(
    (hold) => hold.banks.includes(EVERY_BANK) || (bank !== EVERY_BANK && hold.banks.includes(bank)),
  )
  if (holds.length === 0) return bank === EVERY_BANK ? "forbidden" : "hidden"
  return holds.some((hold) => roles.includes(hold.role)) ? "granted" : "forbidden"
}

/** The banks an operator may do that to: `*` for every one, the deployment's own things included. */
export function banksFor(operator: Operator, action: Action): readonly BankId[] | "*" {
  const roles: readonly Role[] = ACTIONS[action]
  const banks = operator.holds.filter((hold) => roles.includes(hold.role)).flatMap((hold) => hold.banks)
  return banks.includes(EVERY_BANK) ? EVERY_BANK : [...new Set(banks)].filter(isBankId)
}
