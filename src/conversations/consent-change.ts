// Changing a consent that is in force. What is taken away is off in the turn that hears it, before the record knows; what is added is on
// only once it was recorded. Changes stand in the state until then and are recorded one after another (link-settling.ts). Pure.

import { PURPOSES, type Purpose } from "../foundation/purpose.ts"
import type { Consent } from "../links/consent.ts"
import type { RecordMark } from "../links/link-store.ts"
import { without, type ConsentChange, type State } from "./state.ts"

/** What somebody wants to be otherwise. */
export type Wish = Pick<ConsentChange, "actor" | "evidence" | "shown" | "at" | "id"> & {
  readonly on?: readonly Purpose[]
  readonly off?: readonly Purpose[]
  readonly showAmounts?: boolean
  readonly until?: number
  /** `until` shortens rather than lengthens. */
  readonly sooner?: true
}

/** Changes not yet recorded, oldest first. */
export function changesOf(state: State): readonly ConsentChange[] {
  return state.changes ?? []
}

/** Take the wish into the state. What it narrows is narrowed here; a wish that changes nothing leaves the state as it is. */
export function wish(state: State, wanted: Wish): State {
  const { consent } = state
  if (!consent) return state
  const { id, actor, evidence, shown, at } = wanted
  const off = (wanted.off ?? []).filter((purpose) => isOnOrComing(state, purpose))
  const on = (wanted.on ?? []).filter((purpose) => !off.includes(purpose) && !isOnOrComing(state, purpose))
  const hide =
    wanted.showAmounts === false && (consent.showAmounts || changesOf(state).some((each) => each.showAmounts))
  const show = wanted.showAmounts === true && !consent.showAmounts
  const { until } = wanted
  const shorter = until !== undefined && wanted.sooner === true && until < consent.until
  const longer = until !== undefined && wanted.sooner !== true && until > consent.until
  const head = {
    link: consent.link,
    actor,
    evidence,
    language: state.language,
    ...(shown === undefined ? {} : { shown }),
    at,
  } as const
  const narrowing: ConsentChange = {
    ...head,
    id: `${id}-`,
    kind: "narrowed",
    on: [],
    off,
    ...(hide ? { showAmounts: false } : {}),
    ...(shorter ? { until } : {}),
  }
  const widening: ConsentChange = {
    ...head,
    id: `${id}+`,
    kind: on.length > 0 || show ? "widened" : "reconfirmed",
    on,
    off: [],
    ...(show ? { showAmounts: true } : {}),
    ...(longer ? { until } : {}),
  }
  const narrows = off.length > 0 || hide || shorter
  const widens = on.length > 0 || show || longer
  if (!narrows && !widens) return state
  const waiting = changesOf(state)
    .map((each) => withheld(each, off, hide))
    .filter((each) => each.kind === "narrowed" || doesAnything(each))
  return {
    ...state,
    consent: narrows ? applied(consent, narrowing) : consent,
    changes: [...waiting, ...(narrows ? [narrowing] : []), ...(widens ? [widening] : [])],
  }
}

/** The consent as a change makes it. */
export function applied(consent: Consent, change: ConsentChange): Consent {
  const { on, off, showAmounts = consent.showAmounts, until = consent.until } = change
  const purposes = PURPOSES.filter(
    (purpose) => (consent.purposes.includes(purpose) || on.includes(purpose)) && !off.includes(purpose),
  )
  const end = change.kind === "narrowed" ? Math.min(consent.until, until) : Math.max(consent.until, until)
  return { ...consent, purposes, showAmounts, until: end }
}

/** The record has answered. Without a mark nothing of the change is in force but what it took away. */
export function recorded(state: State, id: string, mark: RecordMark | undefined, now: number): State {
  const change = changesOf(state).find((each) => each.id === id)
  if (!change) return state
  const left = changesOf(state).filter((each) => each !== change)
  const bare: State = without(state, "changes")
  const rest: State = left.length > 0 ? { ...bare, changes: left } : bare
  const { consent } = rest
  if (!consent || consent.link !== change.link || !mark) return rest
  return { ...rest, consent: { ...applied(consent, change), ...mark }, changedAt: now }
}

/** The directory proves another consent than the one held here: what both allow stays, and is recorded (P4). */
export function reconciled(state: State, proven: Consent, id: string, now: number): State {
  const { consent } = state
  if (!consent || consent.link !== proven.link || changesOf(state).length > 0) return state
  if (consent.epoch === proven.epoch && consent.recordHash === proven.recordHash) return state
  const strict: Consent = {
    ...consent,
    purposes: consent.purposes.filter((purpose) => proven.purposes.includes(purpose)),
    accounts: consent.accounts.filter((account) => proven.accounts.some((each) => each.id === account.id)),
    showAmounts: consent.showAmounts && proven.showAmounts,
    until: Math.min(consent.until, proven.until),
    epoch: Math.max(consent.epoch, proven.epoch),
    recordHash: proven.recordHash,
  }
  const change: ConsentChange = {
    id,
    link: consent.link,
    kind: "narrowed",
    on: [],
    off: proven.purposes.filter((purpose) => !strict.purposes.includes(purpose)),
    actor: "system",
    evidence: "reconciled",
    language: state.language,
    at: now,
  }
  return { ...state, consent: strict, changes: [change] }
}

function isOnOrComing(state: State, purpose: Purpose): boolean {
  return (
    (state.consent?.purposes.includes(purpose) ?? false) ||
    changesOf(state).some((each) => each.on.includes(purpose))
  )
}

/** What was taken away since does not come with a change that waits. */
function withheld(change: ConsentChange, off: readonly Purpose[], hide: boolean): ConsentChange {
  const { showAmounts, ...rest } = change
  const on = change.on.filter((purpose) => !off.includes(purpose))
  const shows = showAmounts === true && hide ? undefined : showAmounts
  return { ...rest, on, ...(shows === undefined ? {} : { showAmounts: shows }) }
}

function doesAnything(change: ConsentChange): boolean {
  return change.on.length > 0 || change.showAmounts !== undefined || change.until !== undefined
}
