// A bank's authorization server and account API in process, strict where FAPI 2.0 is: it checks what the client sends and says
// what it saw. Written from bank-standards.md 1, not from src/. `spoil` changes one answer at a time.
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT } from "jose"
import type { BankRecord } from "../../src/banks/bank.ts"
import { base64url } from "../../src/crypto/text.ts"
import { parseSigningKeys } from "../../src/crypto/signing-keys.ts"
import type { BankId } from "../../src/foundation/id.ts"
import { TEST_KEYS } from "./keys.ts"

export const ISSUER = "https://bank.example/oidc"
export const API = "https://bank.example/fdx/v6"

export const BANK: BankRecord = {
  v: 1,
  id: "demo" as BankId,
  name: "Demo Bank",
  role: "bank_processor",
  jurisdiction: "EU",
  dialect: "fdx-6",
  profile: "fapi2",
  acrValues: ["urn:bank:2fa"],
  idTokenAlg: "ES256",
  unsignedPayments: false,
  issuer: ISSUER,
  clientId: "tellerline",
  apiBase: API,
  actionsBase: "https://bank.example/actions",
  eventSource: "https://bank.example",
  jwksUri: "https://bank.example/jwks.json",
  subjectClaim: "sub",
  timeZone: "Europe/Berlin",
  languages: ["en"],
  emergencyPhone: "+4915112345678",
  linkHosts: ["bank.example"],
  consentDays: 180,
  chatTextDays: 30,
  fallbackAfterSeconds: 30,
  reportDelivery: false,
  login: "browser",
  linkConfirmation: "none",
  linksMax: 2,
  // Tests of what a new link may not yet set their own.
  newLinkHours: 0,
}

/** Found at the issuer's well-known address. */
export const METADATA = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/auth`,
  token_endpoint: `${ISSUER}/token`,
  pushed_authorization_request_endpoint: `${ISSUER}/par`,
  jwks_uri: `${ISSUER}/jwks`,
  revocation_endpoint: `${ISSUER}/revoke`,
  code_challenge_methods_supported: ["S256"],
  authorization_response_iss_parameter_supported: true,
  require_pushed_authorization_requests: true,
  token_endpoint_auth_methods_supported: ["private_key_jwt"],
  token_endpoint_auth_signing_alg_values_supported: ["ES256"],
  dpop_signing_alg_values_supported: ["ES256"],
  authorization_details_types_supported: ["account_information"],
  id_token_signing_alg_values_supported: ["ES256"],
}

export const ACCOUNTS = [
  { id: "acc-1", last4: "4821", name: "Everyday", kind: "checking", currency: "EUR" },
  { id: "acc-2", last4: "9917", name: "Rainy days", kind: "savings", currency: "EUR" },
]
const REFERENCE = "cust-7f3a1b9c5d2e4f60"

/** What may go wrong, one at a time. */
export interface Spoilt {
  metadata?: Record<string, unknown>
  claims?: Record<string, unknown>
  token?: Record<string, unknown>
  /** Sign the ID token with a key the bank does not publish. */
  strangeKey?: boolean
  unsignedIdToken?: boolean
  tokenError?: string
  parError?: string
  refreshError?: string
  rotate?: boolean
  delayMs?: number
  /** The next call to this path is never answered, and no signal ends it: whoever made it is gone. */
  lost?: string
  /** Refresh tokens are bound to the pair of their login. */
  bindsRefresh?: boolean
  resource?: (request: Request) => Response | undefined
}

export type FakeBank = Awaited<ReturnType<typeof createFakeBank>>

export async function createFakeBank() {
  const spoilt: Spoilt = {}
  const calls: { readonly path: string; readonly nonce: boolean }[] = []
  const revoked: string[] = []
  const seen = { jti: new Set<string>(), pushed: new URLSearchParams(), jkt: "" }
  const live = { access: "at-0", refresh: "rt-0", count: 0, code: "code-0" }
  const pair = await generateKeyPair("ES256", { extractable: true })
  const strange = await generateKeyPair("ES256", { extractable: true })
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: "bank-1", alg: "ES256", use: "sig" }
  const ours = await parseSigningKeys(TEST_KEYS.SIGNING_KEYS)
  if (!ours.ok) throw new Error("test keys")
  const clientKey = await importJWK(ours.value.publicJwks.keys[0] as object, "ES256")

  async function dpop(request: Request, error: (code: string, nonce?: boolean) => Response) {
    const proof = request.headers.get("dpop")
    if (!proof) return error("invalid_dpop_proof")
    const header = JSON.parse(atob((proof.split(".")[0] ?? "").replaceAll("-", "+").replaceAll("_", "/")))
    if (header.typ !== "dpop+jwt" || header.jwk.d) return error("invalid_dpop_proof")
    const { payload } = await jwtVerify(proof, await importJWK(header.jwk, "ES256"))
    const url = new URL(request.url)
    if (payload["htm"] !== request.method || payload["htu"] !== url.origin + url.pathname)
      return error("invalid_dpop_proof")
    if (seen.jti.has(payload.jti ?? "")) return error("invalid_dpop_proof")
    seen.jti.add(payload.jti ?? "")
    calls.push({ path: url.pathname, nonce: payload["nonce"] === "n-1" })
    if (payload["nonce"] !== "n-1") return error("use_dpop_nonce", true)
    return calculateJwkThumbprint(header.jwk)
  }

  function oauthError(code: string, nonce = false, status = 400) {
    return Response.json({ error: code }, { status, headers: nonce ? { "dpop-nonce": "n-1" } : {} })
  }

  async function authenticate(body: URLSearchParams): Promise<boolean> {
    const assertion = body.get("client_assertion") ?? ""
    const { payload, protectedHeader } = await jwtVerify(assertion, clientKey, { audience: ISSUER })
    if (typeof payload.aud !== "string" || protectedHeader.kid !== "test-signing-1") return false
    const fresh = !seen.jti.has(payload.jti ?? "")
    seen.jti.add(payload.jti ?? "")
    return fresh && payload.iss === "tellerline" && payload.sub === "tellerline"
  }

  async function idToken(): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    const claims: Record<string, unknown> = {
      iss: ISSUER,
      aud: "tellerline",
      sub: REFERENCE,
      name: "Ada Lovelace",
      nonce: seen.pushed.get("nonce"),
      acr: "urn:bank:2fa",
      auth_time: now,
      iat: now,
      exp: now + 300,
      ...spoilt.claims,
    }
    for (const [name, value] of Object.entries(claims)) if (value === undefined) delete claims[name]
    if (spoilt.unsignedIdToken) {
      const part = (value: unknown) => base64url(new TextEncoder().encode(JSON.stringify(value)))
      return `${part({ alg: "none" })}.${part(claims)}.`
    }
    return new SignJWT(claims)
      .setProtectedHeader({ alg: "ES256", kid: "bank-1" })
      .sign(spoilt.strangeKey ? strange.privateKey : pair.privateKey)
  }

  async function token(request: Request, body: URLSearchParams): Promise<Response> {
    if (!(await authenticate(body))) return oauthError("invalid_client", false, 401)
    const jkt = await dpop(request, oauthError)
    if (jkt instanceof Response) return jkt
    if (body.get("grant_type") === "refresh_token") {
      if (spoilt.refreshError) return oauthError(spoilt.refreshError)
      if (body.get("refresh_token") !== live.refresh) return oauthError("invalid_grant")
      if (spoilt.bindsRefresh && jkt !== seen.jkt) return oauthError("invalid_grant")
      live.count += 1
      live.access = `at-${live.count}`
      if (spoilt.rotate) live.refresh = `rt-${live.count}`
      return Response.json({
        access_token: live.access,
        token_type: "DPoP",
        expires_in: 300,
        ...(spoilt.rotate ? { refresh_token: live.refresh } : {}),
      })
    }
    if (spoilt.tokenError) return oauthError(spoilt.tokenError)
    const verifier = new TextEncoder().encode(body.get("code_verifier") ?? "")
    const challenge = base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", verifier)))
    if (challenge !== seen.pushed.get("code_challenge") || jkt !== seen.jkt)
      return oauthError("invalid_grant")
    if (body.get("code") !== live.code) return oauthError("invalid_grant")
    live.code = "used"
    const [detail] = JSON.parse(seen.pushed.get("authorization_details") ?? "[]") as object[]
    return Response.json({
      access_token: live.access,
      token_type: "DPoP",
      expires_in: 300,
      refresh_token: live.refresh,
      id_token: await idToken(),
      authorization_details: [{ ...detail, accounts: ACCOUNTS }],
      ...spoilt.token,
    })
  }

  async function resource(request: Request): Promise<Response> {
    const challenge = (code: string, nonce = false) =>
      new Response(null, {
        status: 401,
        headers: { "www-authenticate": `DPoP error="${code}"`, ...(nonce ? { "dpop-nonce": "n-1" } : {}) },
      })
    const jkt = await dpop(request, challenge)
    if (jkt instanceof Response) return jkt
    const special = spoilt.resource?.(request)
    if (special) return special
    if (request.headers.get("authorization") !== `DPoP ${live.access}`) return challenge("invalid_token")
    return Response.json({ path: new URL(request.url).pathname, method: request.method })
  }

  const routes: Record<string, (request: Request, body: URLSearchParams) => Promise<Response> | Response> = {
    "/oidc/.well-known/openid-configuration": () => Response.json({ ...METADATA, ...spoilt.metadata }),
    "/oidc/jwks": () => Response.json({ keys: [jwk] }),
    "/oidc/par": async (request, body) => {
      if (!(await authenticate(body))) return oauthError("invalid_client", false, 401)
      const jkt = await dpop(request, oauthError)
      if (jkt instanceof Response) return jkt
      if (spoilt.parError) return oauthError(spoilt.parError)
      seen.pushed = body
      seen.jkt = jkt
      return Response.json({ request_uri: "urn:example:1", expires_in: 60 }, { status: 201 })
    },
    "/oidc/token": token,
    "/oidc/revoke": async (_, body) => {
      if (!(await authenticate(body))) return oauthError("invalid_client", false, 401)
      revoked.push(body.get("token") ?? "")
      return new Response(null, { status: 200 })
    },
  }

  /** What a client under test is given as `fetch`. */
  async function fetcher(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init)
    if (init?.redirect !== "manual") throw new Error("a call follows redirects")
    if (!init.signal) throw new Error("a call has no deadline")
    if (spoilt.delayMs) await pause(spoilt.delayMs, init.signal)
    const { pathname } = new URL(request.url)
    if (spoilt.lost === pathname) {
      delete spoilt.lost
      await new Promise<never>(() => undefined)
    }
    const route = routes[pathname]
    if (!route) return resource(request)
    const body = new URLSearchParams(
      request.method === "POST" ? new TextDecoder().decode(await request.clone().arrayBuffer()) : "",
    )
    return route(request, body)
  }

  return {
    fetch: fetcher as typeof fetch,
    signing: ours.value,
    spoilt,
    calls,
    revoked,
    seen,
    live,
    reference: REFERENCE,
    /** The redirect a customer's browser brings back. */
    answer: (changes: Record<string, string | undefined> = {}) => {
      const all = { code: live.code, state: seen.pushed.get("state") ?? "", iss: ISSUER, ...changes }
      const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined)
      return new URLSearchParams(given)
    },
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener("abort", () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })
}
