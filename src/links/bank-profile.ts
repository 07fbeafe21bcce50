// What each way to log in at a bank demands and does: one table, asked by metadata, request, tokens and revocation. What a profile
// needs and a bank's metadata lacks stops the login before anything is sent. Data only; BankRecord.profile picks the row.
// Sources: bank-standards.md 1.1-1.3, 3.2, 3.3.

import type * as oauth from "oauth4webapi"
import type { BankRecord, Profile } from "../banks/bank.ts"

/** One way to log in. */
export interface LoginProfile {
  /** Members of the metadata it cannot do without. */
  readonly needs: readonly NeedName[]
  /** `signed` puts the request into a JWT of ours (RFC 9101). It is pushed (RFC 9126) wherever the bank offers that. */
  readonly request: "plain" | "signed"
  /** `jwt`: the redirect is signed by the bank where it can (JARM), and names its issuer therein. */
  readonly response: "query" | "jwt"
  /** `own`: each bank has a redirect URI of its own, so that an answer of another is never taken for its (RFC 9700, 4.4.2.2). */
  readonly callback: "shared" | "own"
  /** `offered`: tokens are bound wherever the bank can bind them, and are bearer tokens elsewhere. */
  readonly dpop: "required" | "offered"
  /** Whether accounts are asked for by a detail (RFC 9396): `offered` wherever the bank knows ours. */
  readonly details: "required" | "offered" | "never"
  /** What is asked for, at most what the purposes need: to see accounts, balances, movements; nothing that moves money. */
  readonly scope: string
  /** What a login is asked for that only proves who sits there. `identity`: `openid` alone, for a bank that holds one consent or grant of a
   * customer and us could put another one in its place, or end it with what it gave back. `consent`: as at linking, where a login without
   * a consent is not foreseen and consents stand beside each other. */
  readonly proof: "identity" | "consent"
  /** How the authorization request names the consent resource made before it. */
  readonly consent?: "intent" | "scope"
}

export const PROFILES: Readonly<Record<Profile, LoginProfile>> = {
  fapi2: {
    needs: [
      "issuer",
      "authorization_endpoint",
      "token_endpoint",
      "pushed_authorization_request_endpoint",
      "jwks_uri",
      "revocation_endpoint",
      "code_challenge_methods_supported",
      "authorization_response_iss_parameter_supported",
      "require_pushed_authorization_requests",
      "token_endpoint_auth_methods_supported",
      "token_endpoint_auth_signing_alg_values_supported",
      "dpop_signing_alg_values_supported",
      "authorization_details_types_supported",
    ],
    request: "plain",
    response: "query",
    callback: "shared",
    dpop: "required",
    details: "required",
    proof: "identity",
    scope: "openid offline_access accounts",
  },
  "fdx-green": {
    needs: [
      "issuer",
      "authorization_endpoint",
      "token_endpoint",
      "jwks_uri",
      "revocation_endpoint",
      "code_challenge_methods_supported",
      "token_endpoint_auth_methods_supported",
      "token_endpoint_auth_signing_alg_values_supported",
    ],
    request: "plain",
    response: "query",
    callback: "own",
    dpop: "offered",
    details: "offered",
    proof: "identity",
    scope: "openid offline_access ACCOUNT_BASIC BALANCES TRANSACTIONS",
  },
  "uk-open-banking": {
    needs: [
      "issuer",
      "authorization_endpoint",
      "token_endpoint",
      "jwks_uri",
      "token_endpoint_auth_methods_supported",
      "token_endpoint_auth_signing_alg_values_supported",
      "grant_types_supported",
      "request_object_signing_alg_values_supported",
      "claims_parameter_supported",
    ],
    request: "signed",
    response: "jwt",
    callback: "own",
    dpop: "offered",
    details: "never",
    proof: "consent",
    scope: "openid offline_access accounts",
    consent: "intent",
  },
  berlin: {
    needs: [
      "issuer",
      "authorization_endpoint",
      "token_endpoint",
      "jwks_uri",
      "code_challenge_methods_supported",
      "token_endpoint_auth_methods_supported",
      "token_endpoint_auth_signing_alg_values_supported",
      "grant_types_supported",
    ],
    request: "plain",
    response: "query",
    callback: "own",
    dpop: "offered",
    details: "never",
    proof: "identity",
    scope: "openid offline_access",
    consent: "scope",
  },
}

/** The detail we ask for, by its type. */
export const DETAIL_TYPE = "account_information"
/** What we sign with. */
export const OUR_ALG = "ES256"

type NeedName = keyof typeof NEEDS
const lists = (list: unknown, value: string) => Array.isArray(list) && list.includes(value)

/** What a member must say where a profile needs it; all others need only be there.
 * @see FAPI 2.0 Security Profile, 5.3.2; RFC 9207; RFC 9126; RFC 9449; RFC 9396; RFC 9101 */
const NEEDS = {
  issuer: (server, issuer) => server.issuer === issuer,
  authorization_endpoint: (server) => isAddress(server.authorization_endpoint),
  token_endpoint: (server) => isAddress(server.token_endpoint),
  pushed_authorization_request_endpoint: (server) => isAddress(server.pushed_authorization_request_endpoint),
  jwks_uri: (server) => isAddress(server.jwks_uri),
  revocation_endpoint: (server) => isAddress(server.revocation_endpoint),
  code_challenge_methods_supported: (server) => lists(server.code_challenge_methods_supported, "S256"),
  authorization_response_iss_parameter_supported: (server) =>
    server.authorization_response_iss_parameter_supported === true,
  require_pushed_authorization_requests: (server) => server.require_pushed_authorization_requests === true,
  token_endpoint_auth_methods_supported: (server) =>
    lists(server.token_endpoint_auth_methods_supported, "private_key_jwt"),
  token_endpoint_auth_signing_alg_values_supported: (server) =>
    lists(server.token_endpoint_auth_signing_alg_values_supported, OUR_ALG),
  dpop_signing_alg_values_supported: (server) => lists(server.dpop_signing_alg_values_supported, OUR_ALG),
  authorization_details_types_supported: (server) =>
    lists(server["authorization_details_types_supported"], DETAIL_TYPE),
  grant_types_supported: (server) => lists(server.grant_types_supported, "client_credentials"),
  request_object_signing_alg_values_supported: (server) =>
    lists(server.request_object_signing_alg_values_supported, OUR_ALG),
  claims_parameter_supported: (server) => server.claims_parameter_supported === true,
} as const satisfies Readonly<Record<string, (server: oauth.AuthorizationServer, issuer: string) => boolean>>

/** Members of a bank's metadata that its profile needs and that are missing or say something else, by name. */
export function listLacking(
  bank: Pick<BankRecord, "issuer" | "profile">,
  server: oauth.AuthorizationServer,
): readonly string[] {
  return PROFILES[bank.profile].needs.filter((name) => !NEEDS[name](server, bank.issuer))
}

/** Whether tokens of this bank are bound to a key of the link. */
export function bindsTokens(bank: BankRecord, server: oauth.AuthorizationServer): boolean {
  const { dpop } = PROFILES[bank.profile]
  return dpop === "required" || NEEDS.dpop_signing_alg_values_supported(server)
}

/** Whether accounts are asked for by a detail. */
export function asksByDetail(bank: BankRecord, server: oauth.AuthorizationServer): boolean {
  const { details } = PROFILES[bank.profile]
  return (
    details === "required" || (details === "offered" && NEEDS.authorization_details_types_supported(server))
  )
}

/** Whether the redirect comes back signed. */
export function answersSigned(bank: BankRecord, server: oauth.AuthorizationServer): boolean {
  return PROFILES[bank.profile].response === "jwt" && lists(server.response_modes_supported, "jwt")
}

/** Where the bank sends the customer back to; registered there, exactly.
 * @param publicOrigin ours */
export function redirectUriOf(bank: BankRecord, publicOrigin: string): string {
  const shared = `${publicOrigin}/link/callback`
  return PROFILES[bank.profile].callback === "own" ? `${shared}/${bank.id}` : shared
}

function isAddress(value: string | undefined): boolean {
  return value !== undefined && URL.canParse(value)
}
