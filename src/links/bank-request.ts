// The authorization request as each profile makes it: what is asked for, whether it is pushed, signed or in the address, and whether it
// names a consent resource. Judges nothing that comes back. Used by bank-login.ts.

import * as oauth from "oauth4webapi"
import type { BankRecord } from "../banks/bank.ts"
import { DETAIL_ACTIONS } from "./bank-accounts.ts"
import type { BankClient } from "./bank-client.ts"
import { asksByDetail, answersSigned, DETAIL_TYPE, PROFILES } from "./bank-profile.ts"

/** What makes one request unlike every other. */
export interface RequestSecrets {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

/** Random ones, 256 bits each. */
export function createRequestSecrets(): RequestSecrets {
  return {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    verifier: oauth.generateRandomCodeVerifier(),
  }
}

/** Everything the bank is asked.
 * @param identity nothing is asked for but who sits there
 * @param consent the consent resource this login allows, for profiles that have one
 * @param language BCP 47, for the bank's own pages */
export async function requestParameters(
  { bank, server }: BankClient,
  secrets: RequestSecrets,
  given: {
    readonly redirectUri: string
    readonly language: string
    readonly consent?: string
    readonly identity?: boolean
  },
): Promise<Readonly<Record<string, string>>> {
  const profile = PROFILES[bank.profile]
  const named = profile.consent === "scope" && given.consent ? ` AIS:${given.consent}` : ""
  const [acr] = bank.acrValues
  return {
    response_type: "code",
    ...(answersSigned(bank, server) ? { response_mode: "jwt" } : {}),
    redirect_uri: given.redirectUri,
    scope: given.identity ? "openid" : `${profile.scope}${named}`,
    state: secrets.state,
    nonce: secrets.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(secrets.verifier),
    code_challenge_method: "S256",
    // `login`: whoever sits at the device proves themselves now. `consent`: the accounts are chosen anew, and a refresh token comes.
    prompt: given.identity ? "login" : "login consent",
    // The ID token must say when that was.
    max_age: "0",
    ...(acr === undefined ? {} : { acr_values: acr }),
    ui_locales: given.language,
    ...(asksByDetail(bank, server) && !given.identity
      ? {
          authorization_details: JSON.stringify([
            { type: DETAIL_TYPE, actions: DETAIL_ACTIONS, locations: [bank.apiBase] },
          ]),
        }
      : {}),
    ...(profile.consent === "intent" && given.consent ? { claims: intentClaims(bank, given.consent) } : {}),
  }
}

/** Where the browser goes. Pushed wherever the bank takes that, so that its address tells nothing; else it carries the request itself,
 * signed where the profile says so.
 * @param options the DPoP handle, where tokens are bound: the code is bound with them (RFC 9449, 10.1) */
export async function authorizationUrl(
  { bank, server, client, http, ask, signingKey }: BankClient,
  parameters: Readonly<Record<string, string>>,
  options: oauth.DPoPRequestOptions,
): Promise<string> {
  const url = new URL(server.authorization_endpoint ?? "")
  const signed = PROFILES[bank.profile].request === "signed"
  const request = async () =>
    signed
      ? { request: await oauth.issueRequestObject(server, client, parameters, signingKey()) }
      : parameters
  url.searchParams.set("client_id", bank.clientId)
  if (server.pushed_authorization_request_endpoint === undefined) {
    for (const [name, value] of Object.entries(await request())) url.searchParams.set(name, value)
    // OpenID Connect Core, 6.1: these stand outside the signed request too, and say the same.
    for (const name of signed ? ["response_type", "scope"] : [])
      url.searchParams.set(name, parameters[name] ?? "")
    return url.href
  }
  const pushed = await ask(
    async (auth) =>
      oauth.pushedAuthorizationRequest(server, client, auth, await request(), { ...http, ...options }),
    (response) => oauth.processPushedAuthorizationResponse(server, client, response),
  )
  url.searchParams.set("request_uri", pushed.request_uri)
  return url.href
}

/** @see UK Open Banking Security Profile: the intent is claimed of the ID token */
function intentClaims(bank: BankRecord, consent: string): string {
  return JSON.stringify({
    id_token: {
      openbanking_intent_id: { value: consent, essential: true },
      acr: { values: bank.acrValues, essential: true },
    },
  })
}
