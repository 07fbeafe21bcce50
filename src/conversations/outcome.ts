// What became of an event for a person, once nothing more happens to it by itself: a state of its row and a reason of the registry the
// bank reads (banks/callback-reason.ts). A reason that is not in it does not compile.

import { isReason, type Reason } from "../banks/callback-reason.ts"
import type { ChainHead } from "./ledger-chain.ts"
import { isSettled, type LedgerRow, type SettledState } from "./ledger.ts"

/** An outcome that may be acknowledged, and is what the bank is told. */
export interface Settled {
  readonly kind: "settled"
  readonly state: SettledState
  readonly reason: Reason
  /** The person's chain ends here and is to be anchored (anchoring.ts). */
  readonly anchor?: ChainHead
}

/** Why, where the state says it all. */
const PLAIN_REASONS = {
  accepted: "sent",
  delivered: "watermark",
  read: "watermark",
  held: "digest",
  suppressed: "purpose_off",
  superseded: "newer_told",
  undeliverable: "person_unavailable",
  unknown: "no_answer",
  failed: "refused",
} as const satisfies Readonly<Record<SettledState, Reason>>

/** An outcome. */
export function settled(state: SettledState, reason: Reason = PLAIN_REASONS[state]): Settled {
  return { kind: "settled", state, reason }
}

/** The outcome a row stands for, or `undefined` where it is not settled. */
export function outcomeOfRow({ state, reason }: LedgerRow): Settled | undefined {
  if (!isSettled(state)) return undefined
  return settled(state, isReason(reason) ? reason : undefined)
}
