// We as a client of one bank: its metadata judged, our private_key_jwt made, a refused one made once more with the key before, the nonce
// asked for once. No OAuth flow in here. Composed by bank-login.ts; used by it and by bank-consents.ts.

import * as oauth from "oauth4webapi"
import type { BankRecord } from "../banks/bank.ts"
import type { SigningKeys } from "../crypto/signing-keys.ts"
import { ok, type Result } from "../foundation/result.ts"
import { bankHttp, isLoopbackIssuer, withNonce, type BankHttpOptions } from "./bank-http.ts"
import { createMetadata, type MetadataRefusal } from "./bank-metadata.ts"

/** Clocks differ. What a bank signed may begin or end this much from now. */
export const CLOCK_TOLERANCE_SECONDS = 30
/** A bank may have read our keys before the newest was among them: then the one before signs. More than two are never in use. */
const KEYS_TRIED_MAX = 2

/** One bank's authorization server and we at it, for one errand. */
export interface BankClient {
  readonly bank: BankRecord
  readonly server: oauth.AuthorizationServer
  readonly client: oauth.Client
  readonly http: BankHttpOptions
  /** The key the bank took last, the newest to begin with. */
  readonly signingKey: () => oauth.PrivateKey
  /** Send as this client and judge the answer. `send` is called anew for a nonce and for another key: proof and assertion are fresh. */
  readonly ask: <T>(
    send: (auth: oauth.ClientAuth) => Promise<Response>,
    judge: (response: Response) => Promise<T>,
  ) => Promise<T>
}

/** What makes clients. */
export interface BankClientsGiven {
  readonly signing: SigningKeys
  /** Plain http is allowed, to an issuer on loopback only. */
  readonly development: boolean
  readonly fetch: typeof fetch
  /** Each call's deadline; by default eight seconds. */
  readonly timeoutMs?: number
}

/** @returns the client of a bank; refused where its metadata cannot be had or lacks what its profile needs */
export function createBankClients(
  given: BankClientsGiven,
): (bank: BankRecord) => Promise<Result<BankClient, MetadataRefusal>> {
  const { signing, development, fetch: fetcher, timeoutMs } = given
  const findMetadata = createMetadata()
  const keys = signing.keys.slice(0, KEYS_TRIED_MAX)

  return async (bank) => {
    const http = bankHttp(fetcher, {
      insecure: development && isLoopbackIssuer(bank.issuer),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    })
    const server = await findMetadata(bank, http)
    if (!server.ok) return server
    let at = 0
    const signingKey = () => keys[at] ?? signing
    const client = {
      client_id: bank.clientId,
      id_token_signed_response_alg: bank.idTokenAlg,
      authorization_signed_response_alg: bank.idTokenAlg,
      [oauth.clockTolerance]: CLOCK_TOLERANCE_SECONDS,
    }
    const ask: BankClient["ask"] = async (send, judge) => {
      for (;;)
        try {
          const auth = oauth.PrivateKeyJwt(signingKey())
          return await withNonce(() => send(auth), judge)
        } catch (fault) {
          if (at + 1 >= keys.length || !isClientRefused(fault)) throw fault
          at += 1
        }
    }
    return ok({ bank, server: server.value, client, http, signingKey, ask })
  }
}

/** `true` where the bank does not take our assertion. @see RFC 6749, 5.2 */
function isClientRefused(fault: unknown): boolean {
  if (fault instanceof oauth.ResponseBodyError) return fault.error === "invalid_client"
  return (
    fault instanceof oauth.WWWAuthenticateChallengeError &&
    fault.cause.some((challenge) => challenge.parameters["error"] === "invalid_client")
  )
}
