// An outer key's life, as the register tells it (table `vault_keys`): first seen when it sealed, replaced by a newer one, compromised where
// it fell into wrong hands, renewed once nothing under it is worth anything, removed once two people let it go. Pure.
// Rows are outer-key-store.ts, the passes over the tables outer-key-pass.ts, what an operator does outer-keys.ts.

import { DAY_MS, HOUR_MS, MINUTE_MS } from "../foundation/clock.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { KeyRing } from "../crypto/key-ring.ts"

/** Rows by table. */
export type Tally = Readonly<Record<string, number>>

/** One outer key this deployment has sealed with. */
export interface OuterKey {
  readonly kid: string
  readonly firstSeenAt: number
  /** Since when another is the newest. */
  readonly replacedAt?: number
  readonly compromisedAt?: number
  readonly renewedAt?: number
  readonly removedAt?: number
  /** Rows that named it when they were last counted. */
  readonly left: Tally
  /** 0 where they never were. */
  readonly countedAt: number
  readonly progress: Progress
}

/** Where the passes stand that this key's row remembers. */
export interface Progress {
  readonly v: 1
  /** Of the newest key: the pass over every outer column that goes on. */
  readonly pass?: {
    readonly startedAt: number
    /** Which of `OUTER_COLUMNS`, and after which row of it. */
    readonly column: number
    readonly after: number
    /** Counted so far: rows by kid and table. */
    readonly tally: Readonly<Record<string, Tally>>
  }
  /** Of a compromised key: after which row each table's renewal goes on, and what was left when it was last looked at. */
  readonly renewal?: { readonly after: Readonly<Record<string, string>>; readonly left: Tally }
}

/** Why the gateway does not start with this ring. */
export type RingRefusal =
  /** Something may still be sealed under a key the ring lacks, and nobody let it go. */
  | { readonly reason: "outer_key_missing"; readonly kid: string }
  /** The newest key was let go, or is in wrong hands: nothing may be sealed under it. */
  | { readonly reason: "outer_key_unusable"; readonly kid: string }

/** Day keys open for fourteen days, and a sealing machine's clock may be a day off. */
export const DAY_SEALS_MS = 15 * DAY_MS
/** Everything is looked at again this often, so that a row put back from a backup is found. */
export const RECOUNT_MS = DAY_MS
/** What was left is tried again this often. */
export const LOOKED_AGAIN_MS = HOUR_MS
/** An isolate of the release before may seal under the key before for this long. */
export const LAG_MS = 5 * MINUTE_MS

/** Whether the gateway may start with this ring. */
export function judgeRing(register: readonly OuterKey[], ring: KeyRing): Result<void, RingRefusal> {
  const newest = register.find(({ kid }) => kid === ring.newest.kid)
  if (newest?.removedAt !== undefined || newest?.compromisedAt !== undefined)
    return err({ reason: "outer_key_unusable", kid: ring.newest.kid })
  const missing = register.find(({ kid, removedAt }) => removedAt === undefined && !ring.find(kid))
  return missing ? err({ reason: "outer_key_missing", kid: missing.kid }) : ok(undefined)
}

/** A ring's refusal as a sentence for whoever starts it. */
export function sentenceOf({ reason, kid }: RingRefusal): string {
  return reason === "outer_key_missing"
    ? `VAULT_KEYS lacks key "${kid}", and something may still be sealed under it: put it back, behind the newest`
    : `VAULT_KEYS begins with key "${kid}", which was let go or is in wrong hands: put a new one in front`
}

/** How many rows a tally counts. */
export function sum(tally: Tally): number {
  return Object.values(tally).reduce((all, each) => all + each, 0)
}

/** When a key may be let go at the earliest, if nothing names it by then; `undefined` while that cannot be said.
 * Of a compromised key only its renewal counts: what it sealed for days is refused, not waited for. */
export function removableFrom(key: OuterKey): number | undefined {
  if (key.replacedAt === undefined) return undefined
  return key.compromisedAt === undefined ? key.replacedAt + DAY_SEALS_MS : key.renewedAt
}

/** Why a key cannot be let go, as a word for whoever wants it to. */
export type RemovalRefusal =
  | "key_unknown"
  | "key_removed"
  | "key_newest"
  | "key_named"
  | "key_not_counted"
  | "key_seals_days"
  | "key_not_renewed"

/** Whether a key may be let go now. */
export function whyNotRemove(key: OuterKey | undefined, now: number): RemovalRefusal | undefined {
  if (!key) return "key_unknown"
  if (key.removedAt !== undefined) return "key_removed"
  if (key.replacedAt === undefined) return "key_newest"
  if (key.compromisedAt !== undefined && key.renewedAt === undefined) return "key_not_renewed"
  if (sum(key.left) > 0) return "key_named"
  // Counted before the last isolate let go of it, the count says nothing.
  if (key.countedAt < key.replacedAt + LAG_MS) return "key_not_counted"
  return now < (removableFrom(key) ?? Infinity) ? "key_seals_days" : undefined
}
