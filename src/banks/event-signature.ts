// Verifying that a bank signed a request: RFC 9421 over the request's head, before its body is read. The digest of the body is
// event-digest.ts; where the keys come from is bank-keys.ts. Nothing named in a message is ever fetched.
// Composed by intake.ts.

import { isSignatureError, verifySignature, type Verifier } from "http-message-sig"
import type { Outage } from "../foundation/failure.ts"
import type { Now } from "../foundation/clock.ts"
import { err, ok, type Result } from "../foundation/result.ts"

/** What a signature must cover, in any order; more is welcome. */
export const SIGNED_COMPONENTS = [
  "@method",
  "@authority",
  "@path",
  "@query",
  "content-type",
  "content-digest",
] as const
/** Parameters it must carry; `expires`, `nonce` and `alg` are judged where they are present. */
export const SIGNED_PARAMETERS = ["created", "keyid", "tag"] as const
export const SIGNATURE_TAG = "bank-events-v1"
/** Longer than a slow retry, shorter than is worth keeping a list of nonces for: a repeat within it has no effect. */
export const SIGNATURE_AGE_MS_MAX = 300_000
/** Two well-kept clocks differ by less. */
export const SIGNATURE_AHEAD_MS_MAX = 10_000

/** Names of RFC 9421, 3.3; the key decides which is used. */
export const SIGNATURE_ALGORITHMS = ["ecdsa-p256-sha256", "ed25519", "rsa-pss-sha512"] as const
export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number]

/** A public key of a bank that can judge a signature. */
export interface EventKey extends Verifier {
  readonly kid: string
  readonly algorithm: SignatureAlgorithm
  /** Whether it may sign requests; a key named for a scheme RFC 9421 does not have signs tokens only. */
  readonly signsRequests: boolean
  /** Names of JOSE it may sign tokens by. */
  readonly names: readonly string[]
  /** The key for one of `names`. */
  readonly keyFor: (name: string) => Promise<CryptoKey>
}

/** Looks a key up among those registered for the bank in question. */
export type FindEventKey = (kid: string) => Promise<Result<EventKey | undefined, Outage>>

/** The part of a request that is signed. */
export interface RequestHead {
  readonly method: string
  /** Path and query as they stand in the request line. */
  readonly target: string
  readonly headers: Headers
}

/** Why a request is not the bank's. Strangers hear one answer for all but the last. */
export type SignatureRefusal =
  | { readonly reason: "signature_missing" }
  | { readonly reason: "signature_malformed" }
  /** A component or parameter is missing or not as required; created too far ahead, expired, another algorithm. */
  | { readonly reason: "signature_incomplete" }
  | { readonly reason: "signature_too_old" }
  | { readonly reason: "signature_key_unknown" }
  | { readonly reason: "signature_mismatch" }
  /** The bank's keys could not be read: nothing can be said of the signature. */
  | { readonly reason: "keys_unavailable"; readonly outage: Outage }

const HEADER_CHARS_MAX = 4_000
const KID_CHARS_MAX = 200
const FIELD_TEXT = /^[\t\x20-\x7e]*$/

/** Verify a request's head.
 * @param publicOrigin ours: `@authority` is judged against it, never against the Host a request came with
 * @param realNow the real clock: what is signed never follows a moved one
 * @see RFC 9421, section 3.2 */
export async function verifyEventSignature(
  head: RequestHead,
  publicOrigin: string,
  findKey: FindEventKey,
  realNow: Now,
): Promise<Result<{ readonly kid: string }, SignatureRefusal>> {
  const input = head.headers.get("signature-input")
  const signature = head.headers.get("signature")
  if (!input || !signature) return err({ reason: "signature_missing" })
  if (input.length > HEADER_CHARS_MAX || signature.length > HEADER_CHARS_MAX) {
    return err({ reason: "signature_malformed" })
  }
  const now = realNow()
  // The library turns whatever the look-up throws into one error: what it was is kept here.
  let refused: SignatureRefusal | undefined
  const refuse = (refusal: SignatureRefusal): never => {
    refused = refusal
    throw new TypeError(refusal.reason)
  }
  try {
    const verified = await verifySignature(
      {
        kind: "request",
        method: head.method,
        targetUri: publicOrigin + head.target,
        // A field that is no ASCII cannot be covered, and must not keep the others from being judged.
        fields: [...head.headers]
          .filter(([, value]) => FIELD_TEXT.test(value))
          .map(([name, value]) => ({ name, value })),
      },
      {
        policy: {
          algorithms: SIGNATURE_ALGORITHMS,
          requiredComponents: SIGNED_COMPONENTS,
          requiredParameters: SIGNED_PARAMETERS,
          clockSkew: SIGNATURE_AHEAD_MS_MAX / 1_000,
          now: Math.floor(now / 1_000),
        },
        // Too far ahead is refused by the policy; too old is not, whose tolerance would add to the age.
        // Tag and time first: they are covered by the signature, and an old request must not make us ask for keys (P15).
        resolveVerifier: async ({ parameters }) => {
          const { created, keyid, tag } = parameters
          if (tag !== SIGNATURE_TAG) return refuse({ reason: "signature_incomplete" })
          const ageMs = now - (created ?? 0) * 1_000
          if (ageMs > SIGNATURE_AGE_MS_MAX) return refuse({ reason: "signature_too_old" })
          if (!keyid || keyid.length > KID_CHARS_MAX) return refuse({ reason: "signature_key_unknown" })
          const key = await findKey(keyid)
          if (!key.ok) return refuse({ reason: "keys_unavailable", outage: key.error })
          return key.value?.signsRequests ? key.value : refuse({ reason: "signature_key_unknown" })
        },
      },
    )
    return ok({ kid: verified.verifier.kid })
  } catch (fault) {
    if (refused) return err(refused)
    if (!isSignatureError(fault)) throw fault
    if (fault.code === "ResolverFailed") throw fault.cause
    return err({ reason: REASONS[fault.code] })
  }
}

/** The library's codes in our words. `PolicyViolation` is a component, parameter, time or algorithm that is not ours. */
const REASONS = {
  MissingField: "signature_incomplete",
  MalformedField: "signature_malformed",
  LabelRequired: "signature_malformed",
  LabelMismatch: "signature_malformed",
  DuplicateLabel: "signature_malformed",
  InvalidComponent: "signature_malformed",
  DuplicateComponent: "signature_malformed",
  UnsupportedFeature: "signature_malformed",
  AlgorithmMismatch: "signature_mismatch",
  PolicyViolation: "signature_incomplete",
  VerificationFailed: "signature_mismatch",
} as const
