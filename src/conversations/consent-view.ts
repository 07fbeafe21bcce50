// The consent in force as the Conversation shows it to those who may ask: the person's own pages, the chores that compare it with the
// directory. Travels by RPC. Pure.

import type { Account } from "../banks/bank.ts"
import type { LinkId } from "../foundation/id.ts"
import type { Purpose } from "../foundation/purpose.ts"
import { changesOf } from "./consent-change.ts"
import type { State } from "./state.ts"

/** How a link stands in a Conversation. `empty`: it remembers nothing, for its person never wrote or it lost all. */
export type Holding = "live" | "pending" | "opening" | "ending" | "not_held" | "empty"

/** What is on, now. */
export interface ConsentView {
  readonly v: 1
  readonly link: LinkId
  readonly purposes: readonly Purpose[]
  readonly showAmounts: boolean
  readonly accounts: readonly Account[]
  readonly givenAt: number
  readonly until: number
  /** Everything is held back since then, by "stop". */
  readonly stopped?: { readonly endsAt: number; readonly keepFraud: boolean }
  /** Purposes that are on their way to being switched on: the record has not taken them yet. */
  readonly coming: readonly Purpose[]
  /** Purposes the bank's own grant covers; all where it is left out. */
  readonly covered?: readonly Purpose[]
}

/** The consent in force; `undefined` where there is none. */
export function viewOf(state: State): ConsentView | undefined {
  const { consent, stopped } = state
  if (!consent) return undefined
  const { link, purposes, showAmounts, accounts, givenAt, until, covered } = consent
  return {
    v: 1,
    link,
    purposes,
    showAmounts,
    accounts,
    givenAt,
    until,
    ...(stopped ? { stopped: { endsAt: stopped.endsAt, keepFraud: stopped.keepFraud } } : {}),
    coming: changesOf(state).flatMap(({ on }) => on),
    ...(covered ? { covered } : {}),
  }
}

/** How a link stands. */
export function holdingOf(state: State | undefined, link: LinkId): Holding {
  if (!state) return "empty"
  if (state.ending.some((each) => each.link === link)) return "ending"
  if (state.consent?.link === link) return "live"
  if (state.opening?.link === link) return "opening"
  return state.offer?.link === link ? "pending" : "not_held"
}
