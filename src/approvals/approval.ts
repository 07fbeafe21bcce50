// What one person asks for and another approves (P14): the kinds there are, the shape of one, and the rules by which it is decided. Pure.
// Rows are approval-store.ts, asking and deciding approvals.ts. What is then done is the room's whose thing it is, given by doors.ts.

import { DAY_MS } from "../foundation/clock.ts"
import type { BankId } from "../foundation/id.ts"

/** Every act that takes two people, and what it says to whoever approves. A new one gets a row here and its act in doors.ts. */
export const APPROVAL_KINDS = {
  /** Object: the bank. Asked: the record, the one it was made from, and what differs. */
  "bank.change": "Change what would own a bank's customers: its keys, issuer, addresses or telephone",
  /** Object: the kid. */
  "vault_key.remove": "Let an outer key go: what is still sealed under it will never open again",
  /** Object: the notice. */
  "notice.start": "Tell everybody linked to the bank of this notice: more than 1,000 people",
  /** Object: the bank. Asked: the filter, and how many letters it meant then. */
  "dead_letters.replay":
    "Replay every dead letter of a bank that a filter means: each is told to whoever may still hear it",
  /** Object: the bank. */
  "bank.leave": "Let a bank go: its ways in close, and everything of it and its customers is deleted",
} as const satisfies Readonly<Record<string, string>>
export type ApprovalKind = keyof typeof APPROVAL_KINDS

/** `approved` and not `done`: somebody said yes and the act was refused or cut off; approving again repeats it. */
export type ApprovalState = "asked" | "approved" | "done" | "declined" | "replaced"

/** What is asked for. */
export interface Ask {
  readonly kind: ApprovalKind
  /** `*` where it concerns the deployment itself. */
  readonly bank: BankId | "*"
  /** Our own id of what it is about. */
  readonly object: string
  /** What exactly, at most 60 kB of JSON: the act is carried out from this alone. No secret, nobody's data. */
  readonly asked: Readonly<Record<string, unknown>>
}

/** An ask as it stands. */
export interface Approval extends Ask {
  /** `approval_` and 128 random bits. */
  readonly id: string
  readonly state: ApprovalState
  readonly askedBy: string
  readonly askedReason: string
  readonly askedAt: number
  /** Nobody may approve it from then on. */
  readonly until: number
  readonly decidedBy?: string
  readonly decidedReason?: string
  readonly decidedAt?: number
}

/** Why an ask was not decided. */
export type ApprovalRefusal =
  | { readonly reason: "approval_not_found" }
  /** Decided, replaced by a newer ask, or too old. */
  | { readonly reason: "approval_closed" }
  /** Whoever asked cannot approve (P14). */
  | { readonly reason: "approval_own" }
  /** Approved, and what was asked for cannot be done now. `why` is a word of the room whose act it is. */
  | { readonly reason: "approval_not_done"; readonly why: string }

/** How long an ask may be approved: what was right a week ago is asked for again. */
export const APPROVAL_MS = 7 * DAY_MS
const ID = /^approval_[A-Za-z0-9_-]{22}$/

/** `true` for the form of our ids. */
export function isApprovalId(value: unknown): value is string {
  return typeof value === "string" && ID.test(value)
}

/** Why this person may not decide it now.
 * @param actor as it stands in the audit trail; names that differ in case only are one person's */
export function whyNotDecide(
  approval: Approval | undefined,
  actor: string,
  decision: "approve" | "decline",
  now: number,
): ApprovalRefusal | undefined {
  if (!approval) return { reason: "approval_not_found" }
  const open = approval.state === "asked" || (approval.state === "approved" && decision === "approve")
  if (!open || now >= approval.until) return { reason: "approval_closed" }
  const own = approval.askedBy.toLowerCase() === actor.toLowerCase()
  return own && decision === "approve" ? { reason: "approval_own" } : undefined
}
