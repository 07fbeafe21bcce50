// A bank's login, looked at before any customer is sent there: its metadata, its keys, whether it knows us, takes our request and shows a
// page. Everything up to the customer's own part, by the same code that links. Nothing is remembered between two looks.
// Run by console/bank-check.ts.

import * as oauth from "oauth4webapi"
import type { BankRecord } from "../banks/bank.ts"
import { fault, note, passed, probe, type Finding } from "../banks/bank-check.ts"
import { checkLoginKeys } from "../banks/check-keys.ts"
import type { Outage } from "../foundation/failure.ts"
import { createBankClients, type BankClient, type BankClientsGiven } from "./bank-client.ts"
import { outageOf } from "./bank-http.ts"
import type { BankLogin } from "./bank-login.ts"
import type { MetadataRefusal } from "./bank-metadata.ts"
import { bindsTokens, redirectUriOf } from "./bank-profile.ts"
import type { LoginRefusal } from "./bank-refusal.ts"
import { createDpop } from "./dpop.ts"

/** No bank gave us this one: whoever knows us says that the grant is invalid, and nothing else. */
const UNKNOWN_TOKEN = "tellerline-check"

/** What checking a login needs. */
export interface LoginCheckGiven extends BankClientsGiven {
  readonly publicOrigin: string
  /** A login that remembers no metadata yet. */
  readonly login: Pick<BankLogin, "start" | "revoke">
}

/** `metadata`, and where it can be used: `login_keys`, `second_factor`, `customer_reference`, `client`, `login_request`, `login_page`. */
export async function checkLogin(given: LoginCheckGiven, bank: BankRecord): Promise<readonly Finding[]> {
  const opened = await createBankClients(given)(bank)
  if (!opened.ok) return [fault("metadata", metadataWords(opened.error, bank)), ...NOT_CHECKED]
  const { server } = opened.value
  const [keys, client, request] = await Promise.all([
    checkLoginKeys(given, bank, server.jwks_uri ?? ""),
    checkClient(given, opened.value),
    checkRequest(given, bank),
  ])
  return [passed("metadata"), keys, ...checkClaims(bank, server), client, ...request]
}

function metadataWords(refusal: MetadataRefusal, { profile }: BankRecord): string {
  if (refusal.reason === "bank_unreachable")
    return `issuer has no metadata at /.well-known/openid-configuration: ${outageWords(refusal.outage)}`
  const { lacking } = refusal
  if (lacking.includes("issuer"))
    return "issuer is another than the metadata found there names: both must be the same text, up to the last slash"
  return `The metadata lacks what the profile "${profile}" needs, or says something else: ${lacking.join(", ")}`
}

/** What metadata may say of factors and claims, and need not. */
function checkClaims(bank: BankRecord, server: oauth.AuthorizationServer): readonly Finding[] {
  const { acr_values_supported: factors, claims_supported: claims } = server
  const wanted = bank.acrValues
  return [
    wanted.length === 0 || factors === undefined || wanted.some((each) => factors.includes(each))
      ? passed("second_factor")
      : fault(
          "second_factor",
          "The metadata's acr_values_supported has none of the record's acrValues: nobody could prove a second factor",
        ),
    claims === undefined || claims.includes(bank.subjectClaim)
      ? passed("customer_reference")
      : fault("customer_reference", "The metadata's claims_supported lacks the record's subjectClaim"),
  ]
}

/** `client`: an unknown token is offered, as a known client. */
async function checkClient({ publicOrigin }: LoginCheckGiven, of: BankClient): Promise<Finding> {
  const { bank, server, client, http } = of
  const register = `register clientId there with private_key_jwt and the keys of ${publicOrigin}/.well-known/jwks.json`
  const bound = bindsTokens(bank, server) ? { DPoP: oauth.DPoP(client, await createDpop()) } : {}
  try {
    await of.ask(
      (auth) => oauth.refreshTokenGrantRequest(server, client, auth, UNKNOWN_TOKEN, { ...http, ...bound }),
      (response) => oauth.processRefreshTokenResponse(server, client, response),
    )
    return fault("client", "The token endpoint gives tokens for a refresh token it never gave")
  } catch (thrown) {
    const outage = outageOf(thrown)
    if (!outage) throw thrown
    if (outage.code === "invalid_grant") return passed("client")
    if (outage.code === "invalid_client") return fault("client", `The bank does not know us: ${register}`)
    if (outage.code === "unauthorized_client")
      return fault(
        "client",
        "The bank does not let us refresh tokens: allow the grant types authorization_code and refresh_token",
      )
    return fault("client", `The token endpoint does not take our call: ${outageWords(outage)}`)
  }
}

/** `login_request`, and where it is taken `login_page`. What the bank prepared for it is taken back. */
async function checkRequest(given: LoginCheckGiven, bank: BankRecord): Promise<readonly Finding[]> {
  const started = await given.login.start(bank, bank.languages[0] ?? "en")
  if (!started.ok) return [fault("login_request", requestWords(started.error, bank, given.publicOrigin))]
  const { url, attempt } = started.value
  const page = await checkPage(given, bank, url)
  if (attempt.consent !== undefined)
    await given.login.revoke(bank, { refreshToken: UNKNOWN_TOKEN, consent: attempt.consent })
  return [passed("login_request"), page]
}

async function checkPage(given: LoginCheckGiven, bank: BankRecord, url: string): Promise<Finding> {
  const shown = await probe(given, url, { headers: { accept: "text/html" } })
  if (!shown.ok) return fault("login_page", `authorization_endpoint of the metadata ${shown.error}`)
  const { status, headers } = shown.value
  const redirectUri = redirectUriOf(bank, given.publicOrigin)
  const location = headers.get("location") ?? ""
  if (status >= 400)
    return fault(
      "login_page",
      `authorization_endpoint of the metadata is answered ${status}: is ${redirectUri} registered for our client?`,
    )
  if (location.startsWith(redirectUri))
    return fault("login_page", "The bank sends the customer back to us at once, without showing a login")
  return passed("login_page")
}

function requestWords(refusal: LoginRefusal, bank: BankRecord, publicOrigin: string): string {
  if (refusal.reason === "bank_unreachable")
    return `The request is not answered: ${outageWords(refusal.outage)}`
  if (refusal.reason !== "bank_refused") return `The request cannot be made: ${refusal.reason}`
  const { code } = refusal
  const mend = REQUEST_MENDS[code]?.(redirectUriOf(bank, publicOrigin))
  return `The bank refuses our request (${code})${mend ? `: ${mend}` : ""}`
}

/** What an error of an authorization request is mostly about. @see RFC 6749, 4.1.2.1; RFC 9126, 2.3; RFC 9396, 5 */
const REQUEST_MENDS: Readonly<Record<string, (redirectUri: string) => string>> = {
  invalid_client: () => "it does not know us as this clientId, or has not read our keys",
  unauthorized_client: () => "our client may not use this grant or way of asking",
  invalid_request: (redirectUri) => `is ${redirectUri} registered for our client, exactly so?`,
  invalid_redirect_uri: (redirectUri) => `register ${redirectUri} for our client, exactly so`,
  invalid_scope: () => "allow our client the scopes of its profile (docs/bank-login.md)",
  invalid_authorization_details: () =>
    "allow our client authorization details of type account_information, at the apiBase of the record",
  invalid_target: () => "the apiBase of the record is no resource its login knows",
}

/** A code is digits or a registered word. */
function outageWords({ reason, code }: Outage): string {
  const about = code === undefined ? "" : ` (${code})`
  const words: Readonly<Record<Outage["reason"], string>> = {
    unreachable: "it cannot be reached",
    timeout: "it does not answer in time",
    unavailable: `it is down${about}`,
    throttled: `it is asked too often right now${about}`,
    malformed: `what it answers is not as the standard says${about}`,
    refused: `it refuses${about}`,
  }
  return words[reason]
}

/** What is not looked at while the metadata cannot be used. */
const NOT_CHECKED: readonly Finding[] = (
  ["login_keys", "client", "login_request", "login_page"] as const
).map((check) => note(check, "Not looked at: the metadata comes first"))
