// The bank's authorization servers: one bank, one set of customers, four ways a client may have to come in. Each has an issuer of its own,
// so that each says of itself only what it really does. Data only; provider.ts builds from it, mount.ts mounts it.

import type { Origins } from "../env.ts"

/** `fapi2` is the demo bank's own; the others are the same bank as it would be elsewhere. */
export type Server = "fapi2" | "green" | "uk" | "berlin"

type Way = {
  /** below the sandbox's origin */
  readonly mount: string
  /** banks a gateway registers with this server; the first is the usual one */
  readonly banks: readonly [string, ...string[]]
  /** where its tokens are good, below the sandbox's origin */
  readonly audience: string
  /** scopes of the account data */
  readonly scope: string
  readonly acr: string
  /** what its metadata does not promise although the library would */
  readonly unpromised: readonly string[]
}

export const SERVERS: Readonly<Record<Server, Way>> = {
  fapi2: {
    mount: "/bank/oidc",
    banks: ["demo"],
    audience: "/bank/fdx/v6",
    scope: "accounts",
    acr: "urn:bank:2fa",
    unpromised: [],
  },
  green: {
    mount: "/bank/oidc-green",
    banks: ["demo-green"],
    audience: "/bank/fdx/v6",
    scope: "ACCOUNT_BASIC BALANCES TRANSACTIONS",
    acr: "urn:bank:2fa",
    unpromised: [],
  },
  uk: {
    mount: "/bank/oidc-uk",
    banks: ["demo-uk", "demo-uk-31"],
    audience: "/bank/open-banking",
    scope: "accounts",
    acr: "urn:openbanking:psd2:sca",
    unpromised: [],
  },
  berlin: {
    mount: "/bank/oidc-berlin",
    banks: ["demo-berlin"],
    audience: "/bank/berlin/v1",
    scope: "accounts",
    acr: "urn:bank:2fa",
    unpromised: ["authorization_response_iss_parameter_supported"],
  },
}

export const SERVER_NAMES = Object.keys(SERVERS) as readonly Server[]

/** The issuer of a server, and where its tokens are good. */
export const issuerOf = (origins: Origins, server: Server): string => origins.sandbox + SERVERS[server].mount
export const audienceOf = (origins: Origins, server: Server): string =>
  origins.sandbox + SERVERS[server].audience

/** Where customers go back to: the demo bank's shared address, and one of each other bank's own. */
export const callbacksOf = (origins: Origins, server: Server): readonly string[] =>
  server === "fapi2"
    ? [`${origins.gateway}/link/callback`]
    : SERVERS[server].banks.map((bank) => `${origins.gateway}/link/callback/${bank}`)

/** The server an address below /bank belongs to. */
export function serverAt(pathname: string): Server | undefined {
  return SERVER_NAMES.find(
    (name) => pathname === SERVERS[name].mount || pathname.startsWith(`${SERVERS[name].mount}/`),
  )
}

/** The server that issued a token, by what the token says of itself; who relies on it checks the signature. */
export function serverOfToken(origins: Origins, token: string): Server | undefined {
  try {
    const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as {
      iss?: unknown
    }
    return SERVER_NAMES.find((name) => issuerOf(origins, name) === claims.iss)
  } catch {
    return undefined
  }
}
