// The OAuth client: a customer's login at their bank under FAPI 2.0. PAR with PKCE, private_key_jwt, DPoP and RAR; the answer's
// `iss` and `state`; the code for tokens; the ID token's signature, nonce, second factor and time. Holds no state: an attempt is
// given back to the caller, who keeps it sealed in the customer's own browser.
// Composed by worker.ts; used by linking.ts and bank-access.ts. Signed things keep the real clock throughout.

import * as oauth from "oauth4webapi"
import type { Account, BankRecord } from "../banks/bank.ts"
import type { SigningKeys } from "../crypto/signing-keys.ts"
import { SECOND_MS } from "../foundation/clock.ts"
import type { Outage } from "../foundation/failure.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import { DETAIL_ACTIONS, DETAIL_TYPE, parseGrantedAccounts, shortLabel } from "./bank-accounts.ts"
import {
  bankHttp,
  isLoopbackIssuer,
  outageOf,
  registeredWord,
  withNonce,
  type BankHttpOptions,
} from "./bank-http.ts"
import { createMetadata, type MetadataRefusal } from "./bank-metadata.ts"
import { createDpop, exportDpop, importDpop } from "./dpop.ts"
import type { DpopJwks, LinkTokens } from "./link-tokens.ts"

/** One login in progress: what the callback is judged by. Secret; kept in the sealed linking cookie. */
export interface LoginAttempt {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly dpop: DpopJwks
  /** Real clock: the bank's `auth_time` is compared with it. */
  readonly startedRealAt: number
}

/** What a login gave. */
export interface LoginOutcome {
  readonly tokens: LinkTokens
  /** The bank's reference of its customer. */
  readonly reference: string
  readonly name?: string
  readonly accounts: readonly Account[]
}

/** Why a login did not come to be. `code` is a registered word or a class of ours, never a text of the bank. */
export type LoginRefusal =
  | MetadataRefusal
  /** The bank does not take our request. */
  | { readonly reason: "bank_refused"; readonly code: string }
  /** Customer or bank said no: not allowed, password or second factor wrong too often. */
  | { readonly reason: "denied" }
  /** The answer is from another issuer than the one asked, or names none. */
  | { readonly reason: "issuer_mismatch" }
  /** The answer belongs to another attempt. */
  | { readonly reason: "state_mismatch" }
  /** Code or ID token does not hold: expired, used, forged, for somebody else. */
  | { readonly reason: "answer_refused"; readonly code: string }
  /** The bank says the customer came in without a second factor, or long ago. */
  | { readonly reason: "second_factor_missing" }
  /** The bank named no account the customer allowed. */
  | { readonly reason: "no_accounts" }

/** Why tokens were not refreshed. */
export type RefreshRefusal =
  /** The bank will never take this refresh token again. */
  { readonly reason: "link_ended" } | { readonly reason: "outage"; readonly outage: Outage }

/** The client. */
export interface BankLogin {
  /** Push the request to the bank. @param language BCP 47, for the bank's own pages */
  start(
    bank: BankRecord,
    language: string,
  ): Promise<Result<{ readonly url: string; readonly attempt: LoginAttempt }, LoginRefusal>>
  /** Judge the redirect that came back, exchange its code and judge what it gave. */
  finish(
    bank: BankRecord,
    attempt: LoginAttempt,
    answer: URLSearchParams,
  ): Promise<Result<LoginOutcome, LoginRefusal>>
  refresh(bank: BankRecord, tokens: LinkTokens): Promise<Result<LinkTokens, RefreshRefusal>>
  /** End the grant at the bank. A token it does not know counts as ended (RFC 7009, 2.2). */
  revoke(bank: BankRecord, tokens: LinkTokens): Promise<Result<undefined, Outage>>
}

const SCOPE = "openid offline_access accounts"
/** Authentication with two factors. */
const SECOND_FACTOR = "urn:bank:2fa"
const ALG = "ES256"
const CLOCK_TOLERANCE_SECONDS = 30
/** Where a bank does not say how long an access token lasts. */
const ACCESS_SECONDS_DEFAULT = 300
const REFERENCE_CHARS_MAX = 255
/** Errors by which a bank says that nobody was logged in to its satisfaction. */
const DENIALS = ["access_denied", "login_required", "consent_required", "interaction_required"]
const FACTOR_ERRORS = ["unmet_authentication_requirements", "account_selection_required"]

/** @param publicOrigin ours; the redirect URI under it is registered at each bank
 * @param development plain http is allowed, to an issuer on loopback only */
export function createBankLogin(given: {
  readonly signing: SigningKeys
  readonly publicOrigin: string
  readonly development: boolean
  readonly fetch: typeof fetch
}): BankLogin {
  const { signing, publicOrigin, development, fetch: fetcher } = given
  const redirectUri = `${publicOrigin}/link/callback`
  const clientAuth = oauth.PrivateKeyJwt({ key: signing.key, kid: signing.kid })
  const findMetadata = createMetadata()

  const httpOf = (bank: BankRecord): BankHttpOptions =>
    bankHttp(fetcher, { insecure: development && isLoopbackIssuer(bank.issuer) })
  const clientOf = (bank: BankRecord): oauth.Client => ({
    client_id: bank.clientId,
    id_token_signed_response_alg: ALG,
    [oauth.clockTolerance]: CLOCK_TOLERANCE_SECONDS,
  })

  async function start(bank: BankRecord, language: string): ReturnType<BankLogin["start"]> {
    const http = httpOf(bank)
    const server = await findMetadata(bank.issuer, http)
    if (!server.ok) return server
    const client = clientOf(bank)
    const pair = await createDpop()
    const dpop = oauth.DPoP(client, pair)
    const [state, nonce, verifier] = [
      oauth.generateRandomState(),
      oauth.generateRandomNonce(),
      oauth.generateRandomCodeVerifier(),
    ]
    const parameters = {
      response_type: "code",
      redirect_uri: redirectUri,
      scope: SCOPE,
      state,
      nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      // `login`: whoever sits at the device proves themselves now. `consent`: the accounts are chosen anew, and a refresh token comes.
      prompt: "login consent",
      acr_values: SECOND_FACTOR,
      ui_locales: language,
      authorization_details: JSON.stringify([
        { type: DETAIL_TYPE, actions: DETAIL_ACTIONS, locations: [bank.apiBase] },
      ]),
    }
    try {
      const pushed = await withNonce(
        () =>
          oauth.pushedAuthorizationRequest(server.value, client, clientAuth, parameters, {
            ...http,
            DPoP: dpop,
          }),
        (response) => oauth.processPushedAuthorizationResponse(server.value, client, response),
      )
      const url = new URL(server.value.authorization_endpoint ?? "")
      url.searchParams.set("client_id", bank.clientId)
      url.searchParams.set("request_uri", pushed.request_uri)
      const attempt = { state, nonce, verifier, dpop: await exportDpop(pair), startedRealAt: Date.now() }
      return ok({ url: url.href, attempt })
    } catch (fault) {
      return err(refusalOf(fault, "bank_refused"))
    }
  }

  async function finish(
    bank: BankRecord,
    attempt: LoginAttempt,
    answer: URLSearchParams,
  ): ReturnType<BankLogin["finish"]> {
    const http = httpOf(bank)
    const server = await findMetadata(bank.issuer, http)
    if (!server.ok) return server
    const client = clientOf(bank)
    const validated = judgeAnswer(server.value, client, answer, attempt.state)
    if (!validated.ok) return validated
    const dpop = oauth.DPoP(client, await importDpop(attempt.dpop))
    let given: string | undefined
    try {
      let signed: Response | undefined
      const tokens = await withNonce(
        () =>
          oauth.authorizationCodeGrantRequest(
            server.value,
            client,
            clientAuth,
            validated.value,
            redirectUri,
            attempt.verifier,
            { ...http, DPoP: dpop },
          ),
        (response) => {
          signed = response
          return oauth.processAuthorizationCodeResponse(server.value, client, response, {
            expectedNonce: attempt.nonce,
            requireIdToken: true,
          })
        },
      )
      given = tokens.refresh_token
      if (signed) await oauth.validateApplicationLevelSignature(server.value, signed, http)
      const outcome = judgeTokens(bank, attempt, tokens)
      if (!outcome.ok) await giveBack(bank, server.value, given)
      return outcome
    } catch (fault) {
      await giveBack(bank, server.value, given)
      return err(refusalOf(fault, "answer_refused"))
    }
  }

  /** What we will not use must not stay usable. Should the bank not hear it, the token is gone with this answer all the same. */
  async function giveBack(
    bank: BankRecord,
    server: oauth.AuthorizationServer,
    token: string | undefined,
  ): Promise<void> {
    if (token !== undefined) await revokeToken(bank, server, token)
  }

  async function refresh(bank: BankRecord, tokens: LinkTokens): ReturnType<BankLogin["refresh"]> {
    const http = httpOf(bank)
    const server = await findMetadata(bank.issuer, http)
    if (!server.ok) return err({ reason: "outage", outage: outageOfMetadata(server.error) })
    const client = clientOf(bank)
    const dpop = oauth.DPoP(client, await importDpop(tokens.dpop))
    try {
      const fresh = await withNonce(
        () =>
          oauth.refreshTokenGrantRequest(server.value, client, clientAuth, tokens.refreshToken, {
            ...http,
            DPoP: dpop,
          }),
        (response) => oauth.processRefreshTokenResponse(server.value, client, response),
      )
      if (fresh.token_type !== "dpop")
        return err({ reason: "outage", outage: { reason: "malformed", retry: "never", code: "token_type" } })
      return ok({
        ...tokens,
        accessToken: fresh.access_token,
        accessExpiresAt: expiryOf(fresh),
        // A bank that rotates gives a new one; one that does not keeps the old one valid.
        refreshToken: fresh.refresh_token ?? tokens.refreshToken,
      })
    } catch (fault) {
      if (fault instanceof oauth.ResponseBodyError && fault.error === "invalid_grant")
        return err({ reason: "link_ended" })
      const outage = outageOf(fault)
      if (!outage) throw fault
      return err({ reason: "outage", outage })
    }
  }

  async function revoke(bank: BankRecord, tokens: LinkTokens): ReturnType<BankLogin["revoke"]> {
    const server = await findMetadata(bank.issuer, httpOf(bank))
    return server.ok
      ? revokeToken(bank, server.value, tokens.refreshToken)
      : err(outageOfMetadata(server.error))
  }

  async function revokeToken(
    bank: BankRecord,
    server: oauth.AuthorizationServer,
    refreshToken: string,
  ): Promise<Result<undefined, Outage>> {
    try {
      const response = await oauth.revocationRequest(server, clientOf(bank), clientAuth, refreshToken, {
        ...httpOf(bank),
        additionalParameters: { token_type_hint: "refresh_token" },
      })
      await oauth.processRevocationResponse(response)
      return ok(undefined)
    } catch (fault) {
      const outage = outageOf(fault)
      if (!outage) throw fault
      return err(outage)
    }
  }

  return { start, finish, refresh, revoke }
}

/** Judge the redirect's parameters: issuer first, then the attempt, then what the bank says. @see RFC 9207, 2.4 */
function judgeAnswer(
  server: oauth.AuthorizationServer,
  client: oauth.Client,
  answer: URLSearchParams,
  state: string,
): Result<URLSearchParams, LoginRefusal> {
  if (answer.get("iss") !== server.issuer) return err({ reason: "issuer_mismatch" })
  if (answer.get("state") !== state) return err({ reason: "state_mismatch" })
  try {
    return ok(oauth.validateAuthResponse(server, client, answer, state))
  } catch (fault) {
    if (!(fault instanceof oauth.AuthorizationResponseError)) return err(refusalOf(fault, "answer_refused"))
    if (FACTOR_ERRORS.includes(fault.error)) return err({ reason: "second_factor_missing" })
    if (DENIALS.includes(fault.error)) return err({ reason: "denied" })
    return err({ reason: "bank_refused", code: registeredWord(fault.error) })
  }
}

/** Judge what the code gave: bound tokens, a customer, two factors, now, and accounts. */
function judgeTokens(
  bank: BankRecord,
  attempt: LoginAttempt,
  tokens: oauth.TokenEndpointResponse,
): Result<LoginOutcome, LoginRefusal> {
  const claims = oauth.getValidatedIdTokenClaims(tokens)
  const { access_token: accessToken, refresh_token: refreshToken } = tokens
  if (tokens.token_type !== "dpop") return err({ reason: "answer_refused", code: "token_type" })
  if (!claims || !refreshToken) return err({ reason: "answer_refused", code: "incomplete" })
  if (claims["acr"] !== SECOND_FACTOR) return err({ reason: "second_factor_missing" })
  const startedSeconds = Math.floor(attempt.startedRealAt / SECOND_MS) - CLOCK_TOLERANCE_SECONDS
  if (claims.auth_time === undefined || claims.auth_time < startedSeconds)
    return err({ reason: "second_factor_missing" })
  const reference = claims[bank.subjectClaim]
  if (typeof reference !== "string" || reference === "" || reference.length > REFERENCE_CHARS_MAX)
    return err({ reason: "answer_refused", code: "subject" })
  const accounts = parseGrantedAccounts(tokens.authorization_details)
  if (!accounts) return err({ reason: "no_accounts" })
  const name = typeof claims["name"] === "string" ? shortLabel(claims["name"]) : ""
  return ok({
    tokens: { v: 1, accessToken, accessExpiresAt: expiryOf(tokens), refreshToken, dpop: attempt.dpop },
    reference,
    ...(name ? { name } : {}),
    accounts,
  })
}

function refusalOf(fault: unknown, refused: "bank_refused" | "answer_refused"): LoginRefusal {
  const outage = outageOf(fault)
  if (!outage) throw fault
  return outage.reason === "refused" || outage.reason === "malformed"
    ? { reason: refused, code: outage.code ?? "other" }
    : { reason: "bank_unreachable", outage }
}

function outageOfMetadata(refusal: MetadataRefusal): Outage {
  return refusal.reason === "bank_unreachable"
    ? refusal.outage
    : { reason: "malformed", retry: "later", code: "metadata" }
}

function expiryOf(tokens: oauth.TokenEndpointResponse): number {
  return Date.now() + (tokens.expires_in ?? ACCESS_SECONDS_DEFAULT) * SECOND_MS
}
