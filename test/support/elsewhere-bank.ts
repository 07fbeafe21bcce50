// A bank that is not FAPI 2.0, in process: FDX Green, UK Open Banking with signed redirects, Berlin Group without `iss`. Remembers each call
// in order; `spoil` changes one answer at a time. Written from bank-standards.md 1 and 3, not from src/. Not for src/.
import { exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT } from "jose"
import type { BankRecord } from "../../src/banks/bank.ts"
import { parseSigningKeys } from "../../src/crypto/signing-keys.ts"
import type { BankId } from "../../src/foundation/id.ts"
import { BANK } from "./fake-bank.ts"
import { TEST_KEYS } from "./keys.ts"

const ISSUER = "https://elsewhere.example/oidc"
const API = "https://elsewhere.example/api/v1"
const CONSENT = "consent-1"

export const RECORDS = {
  "fdx-green": { dialect: "fdx-6", profile: "fdx-green", acrValues: ["urn:bank:2fa"] },
  "uk-open-banking": {
    dialect: "open-banking-4.0",
    profile: "uk-open-banking",
    acrValues: ["urn:openbanking:psd2:sca"],
  },
  berlin: { dialect: "berlin-1.3", profile: "berlin", acrValues: [], looksADay: 4 },
} as const satisfies Readonly<Record<string, Partial<BankRecord>>>
export type Elsewhere = keyof typeof RECORDS

export function recordOf(profile: Elsewhere): BankRecord {
  return { ...BANK, id: "elsewhere" as BankId, issuer: ISSUER, apiBase: API, ...RECORDS[profile] }
}

/** What may go wrong, one at a time. */
export interface Spoilt {
  metadata?: Record<string, unknown>
  claims?: Record<string, unknown>
  token?: Record<string, unknown>
  /** What the consent covers, in the dialect's words. */
  covers?: unknown
  /** The consent's status, in the dialect's words. */
  status?: string
  /** Status of the answer to a consent's deletion. */
  deletion?: number
  creation?: number
}

export async function createElsewhereBank(profile: Elsewhere) {
  const spoilt: Spoilt = {}
  const calls: string[] = []
  const seen = { request: new URLSearchParams() as URLSearchParams, bearer: "", keysRead: 0 }
  let key = await makeKey("elsewhere-1")
  const ours = await parseSigningKeys(TEST_KEYS.SIGNING_KEYS)
  if (!ours.ok) throw new Error("test keys")
  const clientKey = await importJWK(ours.value.publicJwks.keys[0] as object, "ES256")
  const uk = profile === "uk-open-banking"

  const metadata = () => ({
    issuer: ISSUER,
    authorization_endpoint: `${ISSUER}/auth`,
    token_endpoint: `${ISSUER}/token`,
    jwks_uri: `${ISSUER}/jwks`,
    revocation_endpoint: `${ISSUER}/revoke`,
    code_challenge_methods_supported: ["S256"],
    token_endpoint_auth_methods_supported: ["private_key_jwt"],
    token_endpoint_auth_signing_alg_values_supported: ["ES256"],
    grant_types_supported: ["authorization_code", "refresh_token", "client_credentials"],
    ...(uk
      ? {
          request_object_signing_alg_values_supported: ["ES256"],
          claims_parameter_supported: true,
          response_modes_supported: ["query", "jwt"],
          authorization_signing_alg_values_supported: ["ES256"],
        }
      : {}),
    ...spoilt.metadata,
  })

  /** What the browser brought, opened where it was signed. */
  async function requested(): Promise<Record<string, unknown>> {
    const signed = seen.request.get("request")
    if (signed === null) return Object.fromEntries(seen.request)
    const { payload } = await jwtVerify(signed, clientKey, { audience: ISSUER, issuer: BANK.clientId })
    return payload
  }

  const sign = (claims: Record<string, unknown>, by: CryptoKey = key.privateKey, kid = key.jwk.kid) =>
    new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid }).sign(by)

  async function token(body: URLSearchParams): Promise<Response> {
    await jwtVerify(body.get("client_assertion") ?? "", clientKey, { audience: ISSUER })
    const grant = body.get("grant_type")
    calls.push(`token ${grant}`)
    if (grant === "client_credentials")
      return Response.json({ access_token: "client-token", token_type: "Bearer", expires_in: 60 })
    if (grant === "refresh_token")
      return Response.json({
        access_token: "at-2",
        token_type: "Bearer",
        expires_in: 300,
        refresh_token: "rt-2",
      })
    const now = Math.floor(Date.now() / 1000)
    const { nonce } = await requested()
    const [acr] = recordOf(profile).acrValues
    const claims = {
      iss: ISSUER,
      aud: BANK.clientId,
      sub: "cust-elsewhere-1",
      nonce,
      auth_time: now,
      iat: now,
      exp: now + 300,
      ...(acr ? { acr } : {}),
      ...(uk ? { openbanking_intent_id: CONSENT } : {}),
      ...spoilt.claims,
    }
    return Response.json({
      access_token: "at-1",
      token_type: "Bearer",
      expires_in: 300,
      refresh_token: "rt-1",
      id_token: await sign(claims),
      ...spoilt.token,
    })
  }

  function api(request: Request, path: string): Response {
    const { method } = request
    seen.bearer = request.headers.get("authorization") ?? ""
    calls.push(`${method} ${path} as ${seen.bearer.replace("Bearer ", "")}`)
    if (method === "DELETE") return new Response(null, { status: spoilt.deletion ?? 204 })
    if (path === "/account-access-consents")
      return Response.json(
        { Data: { ConsentId: CONSENT, Status: "AWAU" } },
        { status: spoilt.creation ?? 201 },
      )
    if (path === "/consents")
      return Response.json(
        { consentId: CONSENT, consentStatus: "received" },
        { status: spoilt.creation ?? 201 },
      )
    if (path === `/account-access-consents/${CONSENT}`)
      return Response.json({
        Data: { ConsentId: CONSENT, Status: spoilt.status ?? "AUTH", Permissions: spoilt.covers },
      })
    if (path === `/consents/${CONSENT}` && method === "GET" && spoilt.covers)
      return Response.json({ consentStatus: spoilt.status ?? "valid", access: spoilt.covers })
    if (path === `/consents/${CONSENT}/status`)
      return Response.json({ consentStatus: spoilt.status ?? "valid" })
    if (path === "/accounts") return Response.json(ACCOUNTS[profile])
    return Response.json({ cardAccounts: [] })
  }

  const fetcher = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init)
    if (request.headers.has("dpop")) throw new Error("a proof was sent to a bank that binds nothing")
    const { pathname } = new URL(request.url)
    if (pathname.startsWith("/api/v1/")) return api(request, pathname.slice("/api/v1".length))
    const body = new URLSearchParams(request.method === "POST" ? await request.text() : "")
    switch (pathname) {
      case "/oidc/.well-known/openid-configuration":
        return Response.json(metadata())
      case "/oidc/jwks":
        seen.keysRead += 1
        return Response.json({ keys: [key.jwk] })
      case "/oidc/token":
        return token(body)
      case "/oidc/revoke":
        calls.push(`revoke ${body.get("token")}`)
        return new Response(null, { status: 200 })
      default:
        return new Response(null, { status: 404 })
    }
  }

  /** What JARM carries. @see JARM, 2.1 */
  async function signedAnswer(
    changes: Record<string, unknown> = {},
    by?: CryptoKey,
    kid?: string,
  ): Promise<URLSearchParams> {
    const { state } = await requested()
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: ISSUER, aud: BANK.clientId, exp: now + 60, code: "code-1", state, ...changes }
    return new URLSearchParams({ response: await sign(claims, by, kid) })
  }

  return {
    record: recordOf(profile),
    fetch: fetcher as typeof fetch,
    signing: ours.value,
    spoilt,
    calls,
    seen,
    /** The browser arrives with this address. */
    visit(url: string) {
      seen.request = new URL(url).searchParams
    },
    requested,
    async answer(changes: Record<string, string> = {}): Promise<URLSearchParams> {
      if (uk) return signedAnswer(changes)
      const { state } = await requested()
      return new URLSearchParams({ code: "code-1", state: String(state), ...changes })
    },
    signedAnswer,
    /** From now on it signs with another key and publishes only that. */
    async changeKey(kid: string) {
      key = await makeKey(kid)
    },
  }
}

async function makeKey(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true })
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" } }
}

const ACCOUNTS: Readonly<Record<Elsewhere, unknown>> = {
  "fdx-green": {
    accounts: [
      {
        accountId: "a1",
        accountType: "CHECKING",
        accountNumberDisplay: "****4821",
        productName: "Main",
        currency: { currencyCode: "USD" },
      },
    ],
  },
  "uk-open-banking": {
    Data: {
      Account: [
        {
          AccountId: "a1",
          AccountTypeCode: "CACC",
          Nickname: "Main",
          Currency: "GBP",
          Account: [{ Identification: "80200110204821" }],
        },
      ],
    },
  },
  berlin: {
    accounts: [
      {
        resourceId: "a1",
        cashAccountType: "CACC",
        iban: "DE40100100103307114821",
        name: "Main",
        currency: "EUR",
      },
    ],
  },
}
