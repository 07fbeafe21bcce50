// What the pretend bank is given: its one object, and the two origins that the front Worker hands on in
// headers. Every part of the bank asks here; nothing else reads those headers.

import type { BankStore } from "./store/store.ts"

export interface Env {
  readonly STORE: DurableObjectNamespace<BankStore>
}

/** The two addresses of a development run, without a slash at the end. */
export type Origins = { readonly sandbox: string; readonly gateway: string }

export type BankContext = { Bindings: Env; Variables: { origins: Origins; gate: Gate } }

/** What the store says about one request before it is answered: the switches, and a fault if one is due. */
export type Gate = { readonly settings: Settings; readonly fault: Fault | null }

/** Switches of the bank, changed by `POST /control/bank/settings` and the desk; each has a lawful default. */
export type Settings = {
  /** the authorization server answers proofs without its nonce with `use_dpop_nonce` */
  readonly requireNonce: boolean
  /** the same at the account data, with a nonce of its own */
  readonly requireResourceNonce: boolean
  /** the `iss` of the redirect back to the client */
  readonly iss: "right" | "wrong" | "missing"
  readonly tokenEndpoint: "up" | "slow" | "down"
  /** how long `slow` is, for the token endpoint and the account data alike */
  readonly slowMs: number
  readonly rotateRefreshTokens: boolean
  readonly accessTokenTtlSeconds: number
  readonly accountData: "up" | "slow" | "down"
  /** how far the clock of the authorization servers is ahead of everybody's */
  readonly clockSkewSeconds: number
  /** whether a Yes to a fraud question counts, or the bank wants to see the customer first */
  readonly fraudYes: "taken" | "proof"
  /** what the bank says when it is asked whether a link may go live */
  readonly linkConfirmation: "confirmed" | "refused" | "pending"
}

export const SETTINGS_DEFAULT: Settings = {
  requireNonce: true,
  requireResourceNonce: false,
  iss: "right",
  tokenEndpoint: "up",
  slowMs: 10_000,
  rotateRefreshTokens: false,
  accessTokenTtlSeconds: 600,
  accountData: "up",
  clockSkewSeconds: 0,
  fraudYes: "taken",
  linkConfirmation: "confirmed",
}

/** One way to answer wrongly, for requests whose path begins with `path`, `times` times (null: until reset). */
export type Fault = {
  readonly path: string
  readonly times: number | null
  readonly status: number | null
  /** text for the dialect's own error shape, or a JSON object that is the whole body */
  readonly error: string | null
  readonly delayMs: number
  /** do what was asked, then break the connection while answering */
  readonly afterAccept: boolean
}

/** The one object of the bank; a fresh stub each time, since a stub belongs to its request. */
export const storeOf = (env: Env): DurableObjectStub<BankStore> => env.STORE.get(env.STORE.idFromName("bank"))

/** Read the origins the front Worker handed on; without it, the request's own and the usual gateway. */
export function originsOf(request: Request): Origins {
  return {
    sandbox: request.headers.get("x-sandbox-origin") ?? new URL(request.url).origin,
    gateway: request.headers.get("x-gateway-origin") ?? "http://localhost:8787",
  }
}

/** The bank's own addresses, all below the sandbox's origin. */
export const addressesOf = (origins: Origins) => ({
  issuer: `${origins.sandbox}/bank/oidc`,
  fdx: `${origins.sandbox}/bank/fdx/v6`,
  eventSource: `${origins.sandbox}/bank`,
  gatewayBank: `${origins.gateway}/banks/demo`,
  gatewayEvents: `${origins.gateway}/banks/demo/events`,
  gatewayKeys: `${origins.gateway}/.well-known/jwks.json`,
})
