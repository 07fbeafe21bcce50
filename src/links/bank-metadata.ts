// What a bank's authorization server says of itself, cached, and refused where anything we rely on is missing.
// The issuer comes from the bank's record only; what its profile needs is bank-profile.ts's table. Composed by bank-login.ts.

import * as oauth from "oauth4webapi"
import { MINUTE_MS } from "../foundation/clock.ts"
import type { Outage } from "../foundation/failure.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { BankRecord } from "../banks/bank.ts"
import { outageOf, type BankHttpOptions } from "./bank-http.ts"
import { listLacking } from "./bank-profile.ts"

/** A bank may move an endpoint; it will be found within this time. */
const METADATA_CACHE_MS = 10 * MINUTE_MS
const ISSUERS_MAX = 500

/** Why a bank's login cannot be used. `lacking` are names of metadata members, for the log. */
export type MetadataRefusal =
  | { readonly reason: "bank_unreachable"; readonly outage: Outage }
  | { readonly reason: "bank_misconfigured"; readonly lacking: readonly string[] }

/** Finds the metadata of a bank's issuer. Real time: metadata follows the bank's clock, not ours. */
export type FindMetadata = (
  bank: Pick<BankRecord, "issuer" | "profile">,
  http: BankHttpOptions,
) => Promise<Result<oauth.AuthorizationServer, MetadataRefusal>>

/** A cache of metadata for the isolate's life. Whoever comes while it is empty asks for themselves: a fetch belongs to the request
 * that began it, and where that request is cut off, whoever shared it would wait for ever. */
export function createMetadata(): FindMetadata {
  const cache = new Map<string, { readonly server: oauth.AuthorizationServer; readonly until: number }>()

  async function discover(
    bank: Parameters<FindMetadata>[0],
    http: BankHttpOptions,
  ): ReturnType<FindMetadata> {
    const url = new URL(bank.issuer)
    try {
      const response = await oauth.discoveryRequest(url, { algorithm: "oidc", ...http })
      const server = await oauth.processDiscoveryResponse(url, response)
      const lacking = listLacking(bank, server)
      if (lacking.length > 0) return err({ reason: "bank_misconfigured", lacking })
      if (cache.size >= ISSUERS_MAX) cache.clear()
      cache.set(keyOf(bank), { server, until: Date.now() + METADATA_CACHE_MS })
      return ok(server)
    } catch (fault) {
      const outage = outageOf(fault)
      if (!outage) throw fault
      return outage.code === oauth.JSON_ATTRIBUTE_COMPARISON
        ? err({ reason: "bank_misconfigured", lacking: ["issuer"] })
        : err({ reason: "bank_unreachable", outage })
    }
  }

  return async (bank, http) => {
    const known = cache.get(keyOf(bank))
    return known && Date.now() < known.until ? ok(known.server) : discover(bank, http)
  }
}

/** What was enough for one profile is not for another. */
function keyOf({ issuer, profile }: Parameters<FindMetadata>[0]): string {
  return `${profile} ${issuer}`
}
