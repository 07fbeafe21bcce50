// A receipt of a customer's consent, for the customer: what was allowed, by which words, until when, and everything that changed it.
// Once as data for a page, once as a JWT under our signing keys that anybody can check against `/.well-known/jwks.json`.
// Accounts stand in it as the record has them, by keyed digest; who shows it adds what the customer may see.

import { SignJWT } from "jose"
import type { SigningKeys } from "../crypto/signing-keys.ts"
import type { LinkId } from "../foundation/id.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { Purpose } from "../foundation/purpose.ts"
import { foldConsents, type ConsentState, type FoldRefusal } from "./consent-fold.ts"
import type { ConsentParty, ConsentRecord, GivenRecord } from "./consent-record.ts"
import type { KeptRecord } from "./consent-store.ts"

/** Groups of ISO/IEC TS 27560 in the form of this release. */
const SCHEMA = "27560-2023/tellerline-1"
const TYP = "consent-receipt+jwt"

/** One thing that happened to a consent, as a page tells it. */
export interface ReceiptEvent {
  readonly kind: ConsentRecord["kind"]
  readonly at: number
  /** What was on from there; none where it ended. */
  readonly purposes: readonly Purpose[]
  readonly until: number
  /** What shows it: a word of `ConsentEvidence`, `code`, or why it ended. */
  readonly evidence: string
  readonly hash: string
}

/** A consent from its beginning to now. */
export interface Receipt {
  readonly link: LinkId
  /** What it comes to. */
  readonly now: ConsentState
  readonly text: GivenRecord["text"]
  readonly jurisdiction: string
  readonly parties: readonly ConsentParty[]
  /** Oldest first. */
  readonly events: readonly ReceiptEvent[]
  /** The records as they are kept: each names the hash of the one before. */
  readonly records: readonly ConsentRecord[]
}

/** The receipt of one link.
 * @param kept its records, oldest first
 * @returns refusal where the records do not fit together: then something was changed, and nothing is certified */
export async function receiptOf(kept: readonly KeptRecord[]): Promise<Result<Receipt, FoldRefusal>> {
  const now = await foldConsents(kept)
  if (!now.ok) return now
  const records = kept.map(({ json }) => JSON.parse(json) as ConsentRecord)
  const given = records.findLast((record) => record.kind === "given")
  if (!given) return err({ reason: "no_record" })
  const { text, jurisdiction, parties } = given
  const events: ReceiptEvent[] = []
  for (const [index, record] of records.entries()) {
    const at = record.kind === "given" ? record.givenAt : record.at
    const before = events.at(-1)
    events.push({
      kind: record.kind,
      at,
      purposes:
        "purposes" in record ? record.purposes : record.kind === "confirmed" ? (before?.purposes ?? []) : [],
      until: "until" in record ? record.until : record.kind === "confirmed" ? (before?.until ?? at) : at,
      evidence: "evidence" in record ? record.evidence : "reason" in record ? record.reason : "page",
      hash: kept[index]?.hash ?? "",
    })
  }
  return ok({ link: now.value.link, now: now.value, text, jurisdiction, parties, events, records })
}

/** The receipt as a signed JWT, ES256. Verifiable for as long as the signing key stays published.
 * @param issuer our public origin
 * @param realNow epoch milliseconds by the real clock: it is signed */
export function signReceipt(
  signing: Pick<SigningKeys, "key" | "kid">,
  issuer: string,
  receipt: Receipt,
  realNow: number,
): Promise<string> {
  const { link, now, records } = receipt
  return new SignJWT({
    consent_receipt: {
      schema_version: SCHEMA,
      record_id: link,
      state: now.state,
      purposes: now.purposes,
      valid_until: new Date(now.until).toISOString(),
      events: records,
      head: now.recordHash,
    },
  })
    .setProtectedHeader({ alg: "ES256", kid: signing.kid, typ: TYP })
    .setIssuer(issuer)
    .setSubject(link)
    .setIssuedAt(Math.floor(realNow / 1_000))
    .sign(signing.key)
}
