// What a bank's authorization server says of itself, cached, and refused where anything we rely on is missing.
// The issuer comes from the bank's record only. Composed by bank-login.ts.

import * as oauth from "oauth4webapi"
import { MINUTE_MS } from "../foundation/clock.ts"
import type { Outage } from "../foundation/failure.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import { outageOf, type BankHttpOptions } from "./bank-http.ts"

/** A bank may move an endpoint; it will be found within this time. */
const METADATA_CACHE_MS = 10 * MINUTE_MS
const ISSUERS_MAX = 500

/** Why a bank's login cannot be used. `lacking` are names of metadata members, for the log. */
export type MetadataRefusal =
  | { readonly reason: "bank_unreachable"; readonly outage: Outage }
  | { readonly reason: "bank_misconfigured"; readonly lacking: readonly string[] }

/** Finds the metadata of an issuer. Real time: metadata follows the bank's clock, not ours. */
export type FindMetadata = (
  issuer: string,
  http: BankHttpOptions,
) => Promise<Result<oauth.AuthorizationServer, MetadataRefusal>>

/** A cache of metadata for the isolate's life. Whoever comes while it is empty asks for themselves: a fetch belongs to the request
 * that began it, and where that request is cut off, whoever shared it would wait for ever. */
export function createMetadata(): FindMetadata {
  const cache = new Map<string, { readonly server: oauth.AuthorizationServer; readonly until: number }>()

  async function discover(issuer: string, http: BankHttpOptions): ReturnType<FindMetadata> {
    const url = new URL(issuer)
    try {
      const response = await oauth.discoveryRequest(url, { algorithm: "oidc", ...http })
      const server = await oauth.processDiscoveryResponse(url, response)
      const lacking = listLacking(issuer, server)
      if (lacking.length > 0) return err({ reason: "bank_misconfigured", lacking })
      if (cache.size >= ISSUERS_MAX) cache.clear()
      cache.set(issuer, { server, until: Date.now() + METADATA_CACHE_MS })
      return ok(server)
    } catch (fault) {
      const outage = outageOf(fault)
      if (!outage) throw fault
      return outage.code === oauth.JSON_ATTRIBUTE_COMPARISON
        ? err({ reason: "bank_misconfigured", lacking: ["issuer"] })
        : err({ reason: "bank_unreachable", outage })
    }
  }

  return async (issuer, http) => {
    const known = cache.get(issuer)
    return known && Date.now() < known.until ? ok(known.server) : discover(issuer, http)
  }
}

/** Members of the metadata we cannot do without, by name. @see FAPI 2.0 Security Profile, 5.3.2; RFC 9207; RFC 9126; RFC 9449 */
export function listLacking(issuer: string, server: oauth.AuthorizationServer): readonly string[] {
  const includes = (list: unknown, value: string) => Array.isArray(list) && list.includes(value)
  const needs: Readonly<Record<string, boolean>> = {
    issuer: server.issuer === issuer,
    authorization_endpoint: !!server.authorization_endpoint,
    token_endpoint: !!server.token_endpoint,
    pushed_authorization_request_endpoint: !!server.pushed_authorization_request_endpoint,
    jwks_uri: !!server.jwks_uri,
    revocation_endpoint: !!server.revocation_endpoint,
    code_challenge_methods_supported: includes(server.code_challenge_methods_supported, "S256"),
    authorization_response_iss_parameter_supported:
      server.authorization_response_iss_parameter_supported === true,
    require_pushed_authorization_requests: server.require_pushed_authorization_requests === true,
    token_endpoint_auth_methods_supported: includes(
      server.token_endpoint_auth_methods_supported,
      "private_key_jwt",
    ),
    token_endpoint_auth_signing_alg_values_supported: includes(
      server.token_endpoint_auth_signing_alg_values_supported,
      "ES256",
    ),
    dpop_signing_alg_values_supported: includes(server.dpop_signing_alg_values_supported, "ES256"),
    authorization_details_types_supported: includes(
      server["authorization_details_types_supported"],
      "account_information",
    ),
  }
  return Object.entries(needs)
    .filter(([, met]) => !met)
    .map(([name]) => name)
}
