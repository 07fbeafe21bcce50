// The signed head of an audit log: what a bank keeps, so that nothing before it can be rewritten unseen. A JWS (RFC 7515) under our
// signing keys, which anybody finds at `/.well-known/jwks.json`.

import { CompactSign } from "jose"
import { canonicalJson } from "../crypto/canonical.ts"
import type { SigningKeys } from "../crypto/signing-keys.ts"
import { utf8 } from "../crypto/text.ts"
import type { TreeHead } from "./log-store.ts"

const TYPE = "tellerline-audit-head+jws"

/** What a head says. */
export interface LogHead extends TreeHead {
  readonly v: 1
  /** Origin of the deployment. */
  readonly iss: string
  /** `*`: the deployment's own. */
  readonly bank: string
  /** `YYYY-MM`. */
  readonly month: string
  /** Seconds, by the real clock. */
  readonly iat: number
}

/** Sign a head; compact serialization. */
export function signHead(signing: Pick<SigningKeys, "key" | "kid">, head: LogHead): Promise<string> {
  return new CompactSign(utf8(canonicalJson(head)))
    .setProtectedHeader({ alg: "ES256", kid: signing.kid, typ: TYPE })
    .sign(signing.key)
}
