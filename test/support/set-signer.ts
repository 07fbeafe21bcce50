// A bank that signs tokens, for tests: JWS written out by hand (RFC 7515), so that the gateway's library is not judged by itself.
// Runs in Node and in workerd. Not for src/.
import { ORIGIN, NOW } from "./intake.ts"
import { ALGORITHMS, createSigningKey, type SigningKey } from "./signing-key.ts"

/** A key pair of a bank for tokens. */
export type TokenKey = SigningKey<"ES256" | "PS256">

export function createTokenKey(kid: string, alg: TokenKey["alg"] = "ES256"): Promise<TokenKey> {
  return createSigningKey(kid, alg)
}

export const text64 = (value: unknown): string =>
  new TextEncoder()
    .encode(typeof value === "string" ? value : JSON.stringify(value))
    .toBase64({ alphabet: "base64url", omitPadding: true })

/** Sign a token. `header` replaces members; `payload` may be text, to be signed as it is. */
export async function signToken(
  key: TokenKey,
  payload: unknown,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const head = { typ: "secevent+jwt", alg: key.alg, kid: key.kid, ...header }
  const input = `${text64(head)}.${text64(payload)}`
  const bytes = await crypto.subtle.sign(
    ALGORITHMS[key.alg].sign,
    key.pair.privateKey,
    new TextEncoder().encode(input),
  )
  return `${input}.${new Uint8Array(bytes).toBase64({ alphabet: "base64url", omitPadding: true })}`
}

/** Claims of a posted payment. */
export const claimsOf = (
  changes: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => ({
  iss: "http://localhost:8788/bank",
  aud: `${ORIGIN}/banks/demo`,
  iat: NOW / 1_000 - 5,
  jti: "evt_1",
  sub_id: { format: "opaque", id: "Kx7Qm2vX9kLtB4wZ8pR5nYdA" },
  events: {
    "urn:tellerline:event:bank.transaction.posted.v1": {
      account: "acc_1",
      transaction: {
        id: "txn_1",
        amount: { value: "249.99", currency: "USD" },
        direction: "out",
        occurred_at: new Date(NOW - 5_000).toISOString(),
        merchant: { name: "ELECTRO MART" },
      },
    },
  },
  ...changes,
})

const SUBJECT = {
  subject_type: "http://openbanking.org.uk/rid_http://openbanking.org.uk/rty",
  "http://openbanking.org.uk/rid": "acc_1",
  "http://openbanking.org.uk/rty": "account",
  "http://openbanking.org.uk/rlk": [],
}

/** Claims of UK Open Banking: something about an account changed. */
export const openBankingClaims = (
  changes: Readonly<Record<string, unknown>> = {},
  event = "urn:uk:org:openbanking:events:resource-update",
  subject: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => ({
  iss: "http://localhost:8788/bank/oidc",
  aud: "tellerline",
  iat: NOW / 1_000 - 5,
  toe: NOW / 1_000 - 6,
  txn: "txn-1",
  jti: "evt_1",
  sub: "https://bank.example/accounts/acc_1",
  sub_id: { format: "opaque", id: "Kx7Qm2vX9kLtB4wZ8pR5nYdA" },
  events: { [event]: { subject: { ...SUBJECT, ...subject } } },
  ...changes,
})
