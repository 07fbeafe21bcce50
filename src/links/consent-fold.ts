// What is in force, read out of the records of one link: each stands on the one before, named by its hash, and says what changed.
// A record that was altered, left out or put in breaks the chain, and then nothing is in force. Pure.

import { digestText } from "../crypto/hmac.ts"
import type { LinkId } from "../foundation/id.ts"
import type { Purpose } from "../foundation/purpose.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { ConsentRecord, StoredRecord } from "./consent-record.ts"

/** What a link's records come to. */
export interface ConsentState {
  readonly link: LinkId
  /** `given`: the code has not been typed, so nothing may be read or told yet. */
  readonly state: "given" | "live" | "ended"
  readonly purposes: readonly Purpose[]
  readonly showAmounts: boolean
  /** Keyed digests. */
  readonly accounts: readonly string[]
  readonly language: string
  readonly givenAt: number
  /** When it ends, or ended. */
  readonly until: number
  /** Why it ended: a word of link-store.ts. */
  readonly endedReason?: string
  /** Of the newest record. */
  readonly epoch: number
  readonly recordHash: string
}

/** Why records come to nothing. */
export type FoldRefusal =
  | { readonly reason: "no_record" }
  /** @param epoch of the first record that does not fit */
  | { readonly reason: "chain_broken"; readonly epoch: number }

/** Fold a link's records, oldest first. */
export async function foldConsents(
  records: readonly StoredRecord[],
): Promise<Result<ConsentState, FoldRefusal>> {
  let state: ConsentState | undefined
  for (const { json, hash } of records) {
    const record = JSON.parse(json) as ConsentRecord
    const broken = err({ reason: "chain_broken", epoch: record.epoch } as const)
    if ((await digestText(json)) !== hash) return broken
    if (record.previous !== (state?.recordHash ?? "") || record.epoch <= (state?.epoch ?? 0)) return broken
    if (state && record.link !== state.link) return broken
    const next = step(state, record, hash)
    if (!next) return broken
    state = next
  }
  return state ? ok(state) : err({ reason: "no_record" })
}

/** One record on what came before; `undefined` where it says what cannot be. */
function step(
  state: ConsentState | undefined,
  record: ConsentRecord,
  hash: string,
): ConsentState | undefined {
  const { link, epoch } = record
  if (record.kind === "given") {
    if (state && state.state !== "given") return undefined
    const { purposes, showAmounts, accounts, language, givenAt, until } = record
    return {
      link,
      state: "given",
      purposes,
      showAmounts,
      accounts,
      language,
      givenAt,
      until,
      epoch,
      recordHash: hash,
    }
  }
  if (!state || state.state === "ended") return undefined
  switch (record.kind) {
    case "confirmed":
      return state.state === "given" ? { ...state, state: "live", epoch, recordHash: hash } : undefined
    case "narrowed":
    case "widened":
    case "reconfirmed": {
      if (state.state !== "live") return undefined
      const { purposes, showAmounts, accounts, language, until } = record
      return { ...state, purposes, showAmounts, accounts, language, until, epoch, recordHash: hash }
    }
    case "withdrawn":
    case "expired":
    case "revoked_by_bank":
      return {
        ...state,
        state: "ended",
        until: record.at,
        endedReason: record.reason,
        epoch,
        recordHash: hash,
      }
  }
}
