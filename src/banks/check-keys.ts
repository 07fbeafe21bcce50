// The key sets of a bank: can each be read, and which keys of it are fit. Judging a signature with them is event-signature.ts.
// Run by console/bank-check.ts and links/bank-login-check.ts.

import { err, ok, type Result } from "../foundation/result.ts"
import type { BankRecord } from "./bank.ts"
import { fault, passed, probe, type Finding, type Probe } from "./bank-check.ts"
import { parseEventKeys } from "./event-key.ts"

const KIDS_SAID_MAX = 10
/** A kid is a bank's text: only what cannot disturb a line is repeated. */
const KID = /^[\x21-\x7e]{1,100}$/

/** Read a JWK set. @returns else why not, as the end of a sentence about the address */
export async function readJwks(
  how: Probe,
  url: string,
): Promise<Result<readonly Readonly<Record<string, unknown>>[], string>> {
  const answer = await probe(how, url, { headers: { accept: "application/jwk-set+json, application/json" } })
  if (!answer.ok) return answer
  if (answer.value.status !== 200) return err(`is answered ${answer.value.status} instead of 200`)
  try {
    const { keys } = (JSON.parse(answer.value.text) ?? {}) as { readonly keys?: unknown }
    if (!Array.isArray(keys)) return err("is no JWK set: it has no list of keys")
    return ok(
      (keys as readonly unknown[]).filter(
        (key): key is Readonly<Record<string, unknown>> => typeof key === "object" && key !== null,
      ),
    )
  } catch {
    return err("is no JSON")
  }
}

/** `event_keys`. */
export async function checkEventKeys(how: Probe, bank: Pick<BankRecord, "jwksUri">): Promise<Finding> {
  const read = await readJwks(how, bank.jwksUri)
  if (!read.ok) return fault("event_keys", `jwksUri ${read.error}`)
  if (read.value.some((key) => "d" in key || "k" in key))
    return fault(
      "event_keys",
      "jwksUri publishes a private key: take it away, and never sign with it again; whoever read it can sign as the bank",
    )
  const usable = await parseEventKeys({ keys: read.value })
  if (!usable.ok) return fault("event_keys", "jwksUri holds more than 20 keys")
  const kids = [...usable.value.keys()]
  if (kids.length === 0)
    return fault(
      "event_keys",
      `none of the ${read.value.length} keys at jwksUri can be used: each needs a kid of its own and is P-256, Ed25519, or RSA of 2048 to 4096 bits, for signing`,
    )
  const left = read.value.length - kids.length
  return passed(
    "event_keys",
    `${named(kids)} can sign${left > 0 ? `; ${left} more at jwksUri cannot be used` : ""}`,
  )
}

/** `login_keys`: @param url the `jwks_uri` of the bank's metadata */
export async function checkLoginKeys(
  how: Probe,
  bank: Pick<BankRecord, "idTokenAlg">,
  url: string,
): Promise<Finding> {
  const read = await readJwks(how, url)
  if (!read.ok) return fault("login_keys", `jwks_uri of the metadata ${read.error}`)
  const { kty, crv } = SIGNING_KEYS[bank.idTokenAlg]
  const fit = read.value.filter(
    (key) =>
      key["kty"] === kty &&
      (crv === undefined || key["crv"] === crv) &&
      (key["use"] ?? "sig") === "sig" &&
      (key["alg"] ?? bank.idTokenAlg) === bank.idTokenAlg,
  )
  return fit.length > 0
    ? passed("login_keys")
    : fault(
        "login_keys",
        `jwks_uri of the metadata has no key for ${bank.idTokenAlg}, which idTokenAlg says ID tokens are signed with`,
      )
}

const SIGNING_KEYS: Readonly<
  Record<BankRecord["idTokenAlg"], { readonly kty: string; readonly crv?: string }>
> = {
  ES256: { kty: "EC", crv: "P-256" },
  PS256: { kty: "RSA" },
}

function named(kids: readonly string[]): string {
  const shown = kids.slice(0, KIDS_SAID_MAX).map((kid) => (KID.test(kid) ? `"${kid}"` : "one of an odd name"))
  const more = kids.length - shown.length
  return shown.join(", ") + (more > 0 ? ` and ${more} more` : "")
}
