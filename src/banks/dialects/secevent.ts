// What a Security Event Token says, as an event: our own types as `urn:tellerline:event:<type>`, and what others' vocabularies have that
// is one of ours. Pure; the token was verified by set.ts. @see RFC 8417, RFC 9493, OpenID Shared Signals 1.0

import { err, ok, type Result } from "../../foundation/result.ts"
import type { EventClaim, EventRefusal } from "../event-parse.ts"
import type { SetClaims } from "../set.ts"

/** Before each type of ours. */
export const EVENT_URI = "urn:tellerline:event:"

/** Others' event types, and what they are here. The end of a consent needs its own data: `reason` says where it came from. */
const OTHERS: Readonly<Record<string, { readonly type: string; readonly data: unknown }>> = {
  "https://schemas.openid.net/secevent/ssf/event-type/verification": { type: "bank.test.v1", data: {} },
  "https://schemas.openid.net/secevent/oauth/event-type/tokens-revoked": {
    type: "bank.consent.revoked.v1",
    data: { reason: "tokens_revoked" },
  },
  "https://schemas.openid.net/secevent/risc/event-type/account-disabled": {
    type: "bank.consent.revoked.v1",
    data: { reason: "account_disabled" },
  },
  "https://schemas.openid.net/secevent/risc/event-type/account-purged": {
    type: "bank.customer.closed.v1",
    data: { reason: "account_purged" },
  },
}

/** Read a token's one event. Several URIs are several aspects of one event (RFC 8417, 2), never a batch: exactly one is taken. */
export function readSetEvent(claims: SetClaims): Result<EventClaim, EventRefusal> {
  const uris = Object.keys(claims.events)
  const [uri = ""] = uris
  if (uris.length !== 1) return invalid("events must have exactly one member")
  const other = Object.hasOwn(OTHERS, uri) ? OTHERS[uri] : undefined
  if (!other && !uri.startsWith(EVENT_URI)) return invalid("Unknown event URI")
  const customer = subjectOf(claims)
  if (customer === undefined) return invalid("sub_id is missing or neither opaque nor iss_sub of this issuer")
  return ok({
    type: other?.type ?? uri.slice(EVENT_URI.length),
    id: claims.id,
    source: claims.issuer,
    customer,
    at: claims.at,
    data: other?.data ?? claims.events[uri],
  })
}

/** The bank's customer reference; empty where the token has no subject, `undefined` where it is of another kind. */
export function subjectOf({ all, issuer }: SetClaims): string | undefined {
  const subject = all["sub_id"]
  if (subject === undefined || subject === null) return ""
  const { format, id, iss, sub } = subject as Readonly<Record<string, unknown>>
  if (format === "opaque" && typeof id === "string") return id
  if (format === "iss_sub" && iss === issuer && typeof sub === "string") return sub
  return undefined
}

function invalid(description: string): Result<never, EventRefusal> {
  return err({ err: "invalid_request", description })
}
