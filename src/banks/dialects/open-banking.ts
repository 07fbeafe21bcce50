// UK Open Banking's real-time event notifications, v3.1 and v4.0: what a token's event is here, and the standard's error bodies.
// Pure; the token was verified by set.ts. The way in is intake-open-banking.ts.
// @see OpenBankingUK/read-write-api-docs-pub, docs/v4.0, event notifications

import { err, ok, type Result } from "../../foundation/result.ts"
import type { DataHint } from "../event.ts"
import type { EventClaim, EventRefusal } from "../event-parse.ts"
import type { SetClaims, SetReason } from "../set.ts"
import { subjectOf } from "./secevent.ts"

/** PS256 and nothing else. @see read-write-data-api-profile, "PS256" */
export const OPEN_BANKING_ALGORITHMS = ["PS256"] as const
/** Claims the standard asks for besides those every token has. */
const REQUIRED = ["sub", "txn", "toe"] as const

const RID = "http://openbanking.org.uk/rid"
const RTY = "http://openbanking.org.uk/rty"
const RLK = "http://openbanking.org.uk/rlk"
/** Max128Text of the standard, of what stands in a path. */
const CONSENT_ID = /^[A-Za-z0-9._~:-]{1,128}$/

/** Both generations' names, and what each comes to. */
const EVENTS: Readonly<Record<string, "resource" | "revoked" | "consent">> = {
  "urn:uk:org:openbanking:events:resource-update": "resource",
  "UK.OBIE.Resource-Update": "resource",
  "urn:uk:org:openbanking:events:consent-authorization-revoked": "revoked",
  "UK.OBIE.Consent-Authorization-Revoked": "revoked",
  "UK.OBIE.Consent-Access-Revoked": "revoked",
  "urn:uk:org:openbanking:events:account-access-consent-linked-account-update": "consent",
  "UK.OBIE.Account-Access-Consent-Linked-Account-Update": "consent",
}

/** What a token comes to: an event of ours, or a hint to look. */
export type OpenBankingReading = (
  | { readonly kind: "event"; readonly claim: EventClaim }
  | { readonly kind: "hint"; readonly hint: Omit<DataHint, "v" | "type" | "staleAt"> }
) & {
  /** The consent that says whose it is, where nothing else does: the customer is '' until it was looked up. */
  readonly consent?: string
}

/** Read a verified token. The customer is `sub_id` (RFC 9493) beside the standard's claims: `sub` names a resource, not a person. A bank
 * that sends the standard's claims alone names a consent, and that is one customer's; an account may be several people's.
 * @param apiBase where the bank's links to its resources begin */
export function readOpenBankingEvent(
  claims: SetClaims,
  apiBase: string,
): Result<OpenBankingReading, EventRefusal & { readonly missing?: true }> {
  const missing = REQUIRED.find((name) => claims.all[name] === undefined)
  if (missing) return err({ err: "invalid_request", description: `${missing} is missing`, missing: true })
  const uris = Object.keys(claims.events)
  const [uri = ""] = uris
  if (uris.length !== 1) return invalid("events must have exactly one member")
  const kind = Object.hasOwn(EVENTS, uri) ? EVENTS[uri] : undefined
  if (!kind) return invalid("Unknown event")
  const { subject, reason } = (claims.events[uri] ?? {}) as Readonly<Record<string, unknown>>
  const resource = (subject ?? {}) as Readonly<Record<string, unknown>>
  const [id, type] = [resource[RID], resource[RTY]]
  if (typeof id !== "string" || typeof type !== "string") return invalid("subject names no resource")
  const customer = subjectOf(claims)
  if (customer === undefined) return invalid("sub_id is neither opaque nor iss_sub of this issuer")
  const consent = customer === "" ? findConsent(claims, resource, { id, type }, apiBase) : undefined
  if (customer === "" && consent === undefined)
    return invalid("sub_id is missing, and the resource is no consent: nobody is named")
  const whose = consent === undefined ? {} : { consent }
  const head = { id: claims.id, source: claims.issuer, customer, at: claims.at }
  if (kind === "revoked") {
    const data = { consent_id: id, ...(typeof reason === "string" ? { reason: word(reason) } : {}) }
    return ok({ kind: "event", claim: { ...head, type: "bank.consent.revoked.v1", data }, ...whose })
  }
  if (kind === "consent") return ok({ kind: "hint", hint: { ...head, about: "consent" }, ...whose })
  // Published examples have the plural as well.
  const about = /balances?$/i.test(type) ? "balances" : "transactions"
  const account = /^accounts?$/i.test(type) ? { account: id } : {}
  return ok({ kind: "hint", hint: { ...head, about, ...account }, ...whose })
}

/** The consent a resource is, or lies under by one of its links. A link elsewhere than at the bank's API names nothing. */
function findConsent(
  claims: SetClaims,
  resource: Readonly<Record<string, unknown>>,
  { id, type }: { readonly id: string; readonly type: string },
  apiBase: string,
): string | undefined {
  if (/^account-access-consents?$/i.test(type)) return CONSENT_ID.test(id) ? id : undefined
  const listed = resource[RLK]
  const links = [claims.all["sub"], ...(Array.isArray(listed) ? listed : []).map(linkOf)]
  const base = `${apiBase}/account-access-consents/`
  return links
    .filter((link) => typeof link === "string")
    .filter((link) => link.startsWith(base))
    .map((link) => link.slice(base.length).split("/")[0] ?? "")
    .find((each) => CONSENT_ID.test(each))
}

function linkOf(entry: unknown): unknown {
  return typeof entry === "object" && entry !== null && "link" in entry ? entry.link : undefined
}

/** A reason may be a sentence: a word of ours stands in its place. */
function word(reason: string): string {
  return /^[A-Za-z0-9_.-]{1,40}$/.test(reason) ? reason : "revoked_at_the_bank"
}

/** Generations of the standard whose codes differ. */
export type Generation = "3.1" | "4.0"

/** `v3.1`, `v3.1.11`, `v4.0`, `v4.0.1`. */
export function findGeneration(version: string): Generation | undefined {
  const [, generation] = /^v(3\.1|4\.0)(?:\.[0-9]{1,2})?$/.exec(version) ?? []
  return generation as Generation | undefined
}

/** Codes of both generations. @see OpenBankingUK/External_Internal_CodeSets */
const CODES = {
  missing: { "3.1": "UK.OBIE.Signature.Missing", "4.0": "U019" },
  malformed: { "3.1": "UK.OBIE.Signature.Malformed", "4.0": "U018" },
  invalid: { "3.1": "UK.OBIE.Signature.Invalid", "4.0": "U015" },
  invalidClaim: { "3.1": "UK.OBIE.Signature.InvalidClaim", "4.0": "U016" },
  missingClaim: { "3.1": "UK.OBIE.Signature.MissingClaim", "4.0": "U017" },
  unexpected: { "3.1": "UK.OBIE.Signature.Unexpected", "4.0": "U020" },
  field: { "3.1": "UK.OBIE.Field.Invalid", "4.0": "U002" },
  header: { "3.1": "UK.OBIE.Header.Invalid", "4.0": "U006" },
} as const satisfies Readonly<Record<string, Readonly<Record<Generation, string>>>>
export type OpenBankingCode = keyof typeof CODES

/** Which code each fault of a token is told as. */
export const CODE_OF: Readonly<Record<SetReason, OpenBankingCode>> = {
  set_malformed: "malformed",
  set_header: "unexpected",
  set_algorithm: "invalid",
  set_key_unknown: "invalid",
  set_signature: "invalid",
  set_type: "malformed",
  set_issuer: "invalidClaim",
  set_audience: "invalidClaim",
  set_claims: "missingClaim",
  set_too_old: "invalidClaim",
  set_future: "invalidClaim",
}

/** The standard's error body. @see OBErrorResponse1 */
export function openBankingError(
  generation: Generation,
  code: OpenBankingCode,
  message: string,
  about: { readonly status: number; readonly id: string },
): object {
  return {
    Code: `${about.status} ${TITLES[about.status] ?? "Error"}`,
    Id: about.id,
    Message: message,
    Errors: [{ ErrorCode: CODES[code][generation], Message: message }],
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: "BadRequest",
  413: "PayloadTooLarge",
  415: "UnsupportedMediaType",
  503: "ServiceUnavailable",
}

function invalid(description: string): Result<never, EventRefusal> {
  return err({ err: "invalid_request", description })
}
