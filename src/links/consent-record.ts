// The consent record: what was shown, what was allowed, until when, and how it ended. Appended in D1, never edited; each record
// names the hash of the one before, so that a changed or missing one shows. It holds no name, reference or account: accounts
// stand as keyed digests. Groups follow ISO/IEC TS 27560 (header, processing, parties, events), reduced to what exists.
// Pure; the stores of this room keep them, linking.ts makes the first, consent-fold.ts reads what is in force out of them.

import { canonicalJson } from "../crypto/canonical.ts"
import { digestText } from "../crypto/hmac.ts"
import type { Pseudonyms } from "../crypto/pseudonym.ts"
import type { Account, BankRecord } from "../banks/bank.ts"
import type { BankId, LinkId } from "../foundation/id.ts"
import { PURPOSES, type Purpose } from "../foundation/purpose.ts"

/** Version of the consent page's words: raised whenever a sentence of them changes its meaning. */
export const CONSENT_TEXT_VERSION = "2026-11-22.2"

/** Who takes part, and as what. */
export interface ConsentParty {
  readonly role: "controller" | "processor" | "recipient"
  readonly name: string
}

/** The customer switched these purposes on. */
export interface GivenRecord {
  readonly v: 1
  readonly kind: "given"
  readonly link: LinkId
  readonly epoch: number
  readonly purposes: readonly Purpose[]
  readonly showAmounts: boolean
  /** base64url HMAC of each account, another one for each link. */
  readonly accounts: readonly string[]
  /** The page's words: their version, and the SHA-256 of the text as shown, values filled in. */
  readonly text: { readonly version: string; readonly sha256: string }
  readonly language: string
  readonly givenAt: number
  readonly until: number
  readonly jurisdiction: BankRecord["jurisdiction"]
  readonly parties: readonly ConsentParty[]
  /** Hash of the record before, '' for the first. */
  readonly previous: string
}

/** The page's code was typed in the chat: what was given before is in force from here (P11). */
export interface ConfirmedRecord {
  readonly v: 1
  readonly kind: "confirmed"
  readonly link: LinkId
  readonly epoch: number
  readonly evidence: "code"
  readonly at: number
  readonly previous: string
}

/** Who brought a change about. */
export type ConsentActor = "customer" | "bank" | "operator" | "system"

/** What shows that it was them: a tap in the chat, a press on their own pages, there after the bank's login, a notice of the bank,
 * or a difference between object and directory, settled on the stricter side. */
export type ConsentEvidence = "chat" | "own_pages" | "bank_login" | "bank_notice" | "reconciled"

/** Something is allowed no more, now too, or for longer. Says all that is allowed from here. */
export interface ChangedRecord {
  readonly v: 1
  readonly kind: "narrowed" | "widened" | "reconfirmed"
  readonly link: LinkId
  readonly epoch: number
  readonly purposes: readonly Purpose[]
  readonly showAmounts: boolean
  readonly accounts: readonly string[]
  /** The words that were answered: their version, and the SHA-256 of them as shown. None where nothing was asked. */
  readonly text?: { readonly version: string; readonly sha256: string }
  readonly language: string
  readonly until: number
  readonly actor: ConsentActor
  readonly evidence: ConsentEvidence
  /** Names the act, so that a repeat of it is known for one. */
  readonly change: string
  readonly at: number
  readonly previous: string
}

/** What was allowed is allowed no more. */
export interface EndedRecord {
  readonly v: 1
  readonly kind: "withdrawn" | "expired" | "revoked_by_bank"
  readonly link: LinkId
  readonly epoch: number
  readonly reason: string
  readonly at: number
  readonly previous: string
}

export type ConsentRecord = GivenRecord | ConfirmedRecord | ChangedRecord | EndedRecord

/** A record as it is stored. */
export interface StoredRecord {
  /** Canonical JSON. */
  readonly json: string
  /** base64url SHA-256 of `json`. */
  readonly hash: string
}

/** What the customer decided, and where. */
export interface Decision {
  readonly link: LinkId
  readonly epoch: number
  readonly purposes: readonly Purpose[]
  readonly showAmounts: boolean
  readonly accounts: readonly Account[]
  /** SHA-256 of the words as shown. */
  readonly textSha256: string
  readonly language: string
  readonly givenAt: number
  readonly until: number
  readonly previous: string
}

/** The record of a decision made on our page. Purposes stand in the order of the seven, so that one decision has one form. */
export async function givenRecord(
  bank: BankRecord,
  operator: string,
  pseudonyms: Pseudonyms,
  decision: Decision,
): Promise<GivenRecord> {
  const { link, epoch, showAmounts, language, givenAt, until, previous } = decision
  const accounts = await accountDigests(pseudonyms, bank.id, link, decision.accounts)
  return {
    v: 1,
    kind: "given",
    link,
    epoch,
    purposes: PURPOSES.filter((purpose) => decision.purposes.includes(purpose)),
    showAmounts,
    accounts,
    text: { version: CONSENT_TEXT_VERSION, sha256: decision.textSha256 },
    language,
    givenAt,
    until,
    jurisdiction: bank.jurisdiction,
    parties: partiesOf(bank, operator),
    previous,
  }
}

/** The form a record is stored and hashed in: members sorted by name at every depth, no white space (RFC 8785 for what stands here:
 * texts, whole numbers, booleans). */
export async function storedRecord(record: ConsentRecord): Promise<StoredRecord> {
  const json = canonicalJson(record)
  return { json, hash: await digestText(json) }
}

/** Accounts as a record names them, sorted. Keyed, and different for each link: two links of one account cannot be joined by it. */
export async function accountDigests(
  pseudonyms: Pick<Pseudonyms, "customerOf">,
  bank: BankId,
  link: LinkId,
  accounts: readonly Pick<Account, "id">[],
): Promise<readonly string[]> {
  const digests = await Promise.all(
    accounts.map((account) => pseudonyms.customerOf(bank, `${link}|account|${account.id}`)),
  )
  return digests.toSorted()
}

function partiesOf(bank: BankRecord, operator: string): readonly ConsentParty[] {
  const meta: ConsentParty = { role: "recipient", name: "Meta Platforms" }
  return bank.role === "bank_processor"
    ? [{ role: "controller", name: bank.name }, { role: "processor", name: operator }, meta]
    : [{ role: "controller", name: operator }, { role: "controller", name: bank.name }, meta]
}
