// The OAuth client: a customer's login at their bank, in the way of the bank's profile (bank-profile.ts). The consent resource where
// there is one; the request; the redirect judged; the code for tokens; the ID token's signature, nonce, second factor and time; the
// accounts. Holds no state: an attempt is given back to the caller, who keeps it sealed in the customer's own browser.
// Composed by worker.ts; used by linking.ts and bank-access.ts. Signed things keep the real clock throughout.

import * as oauth from "oauth4webapi"
import type { Account, AccountAdapter, BankRecord, Dialect } from "../banks/bank.ts"
import { SECOND_MS } from "../foundation/clock.ts"
import type { Outage } from "../foundation/failure.ts"
import type { Purpose } from "../foundation/purpose.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import { parseGrantedDetail, shortLabel, shownAccount } from "./bank-accounts.ts"
import { createBankCall } from "./bank-call.ts"
import {
  CLOCK_TOLERANCE_SECONDS,
  createBankClients,
  type BankClient,
  type BankClientsGiven,
} from "./bank-client.ts"
import { createBankConsents, type ConsentAdapters } from "./bank-consents.ts"
import { BANK_TIMEOUT_MS, outageOf } from "./bank-http.ts"
import { asksByDetail, bindsTokens, PROFILES, redirectUriOf } from "./bank-profile.ts"
import { judgeRedirect } from "./bank-redirect.ts"
import {
  outageOfMetadata,
  refusalOf,
  refusalOfBank,
  type LoginRefusal,
  type RefreshRefusal,
} from "./bank-refusal.ts"
import { authorizationUrl, createRequestSecrets, requestParameters } from "./bank-request.ts"
import { createDpop, exportDpop, importDpop } from "./dpop.ts"
import { coveredBy, readsOfScope } from "./granted.ts"
import { withLoginKeys } from "./login-keys.ts"
import type { DpopJwks, LinkTokens } from "./link-tokens.ts"

/** One login in progress: what the callback is judged by. Secret; kept in the sealed linking cookie. */
export interface LoginAttempt {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  /** Where the bank binds tokens. */
  readonly dpop?: DpopJwks
  /** The consent resource the customer is asked to allow, where the bank has one. */
  readonly consent?: string
  /** It only proves who sits there: its tokens open no account, and nothing of it is given back. */
  readonly identity?: true
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
  /** @see Consent.covered */
  readonly covered?: readonly Purpose[]
}

/** The client. */
export interface BankLogin {
  /** Push the request to the bank.
   * @param language BCP 47, for the bank's own pages
   * @param purpose `proof` where who sits there is all that is asked, so that a live consent is not touched */
  start(
    bank: BankRecord,
    language: string,
    purpose?: "proof",
  ): Promise<Result<{ readonly url: string; readonly attempt: LoginAttempt }, LoginRefusal>>
  /** Judge the redirect that came back, exchange its code and judge what it gave. What is refused is given back at the bank. */
  finish(
    bank: BankRecord,
    attempt: LoginAttempt,
    answer: URLSearchParams,
  ): Promise<Result<LoginOutcome, LoginRefusal>>
  refresh(bank: BankRecord, tokens: LinkTokens): Promise<Result<LinkTokens, RefreshRefusal>>
  /** Refresh, under another key pair where the tokens are bound to one: what was known of the old ones is worth nothing. A bank that
   * binds its refresh tokens takes them under their own pair only. */
  renew(bank: BankRecord, tokens: LinkTokens): Promise<Result<LinkTokens, RefreshRefusal>>
  /** End an access token alone; the grant stays. */
  retire(bank: BankRecord, tokens: Pick<LinkTokens, "accessToken">): Promise<Result<undefined, Outage>>
  /** End the grant at the bank: its consent resource first, where there is one, then the refresh token, where the bank revokes tokens.
   * What it does not know counts as ended (RFC 7009, 2.2), so that it may be said twice. */
  revoke(
    bank: BankRecord,
    tokens: Pick<LinkTokens, "refreshToken" | "consent">,
  ): Promise<Result<undefined, Outage>>
}

/** Where a bank does not say how long an access token lasts. */
const ACCESS_SECONDS_DEFAULT = 300
const REFERENCE_CHARS_MAX = 255

/** @param given.publicOrigin ours; the redirect URI under it is registered at each bank
 * @param given.adapters account data of each dialect, for banks whose token answer names no accounts */
export function createBankLogin(
  given: BankClientsGiven & {
    readonly publicOrigin: string
    readonly adapters: Readonly<Partial<Record<Dialect, Pick<AccountAdapter, "listAccounts">>>>
    readonly consents: ConsentAdapters
  },
): BankLogin {
  const { publicOrigin, adapters, timeoutMs = BANK_TIMEOUT_MS } = given
  const open = createBankClients(given)
  const consents = createBankConsents(given)

  async function start(
    bank: BankRecord,
    language: string,
    purpose?: "proof",
  ): ReturnType<BankLogin["start"]> {
    const opened = await open(bank)
    if (!opened.ok) return opened
    const of = opened.value
    const profile = PROFILES[bank.profile]
    // Where no class of login is agreed, the consent that was allowed is the word for two factors.
    const proves = purpose === "proof" && profile.proof === "identity" && bank.acrValues.length > 0
    const identity = proves ? { identity: true as const } : {}
    const prepared = profile.consent && !proves ? await consents.prepare(of) : undefined
    if (prepared && !prepared.ok) return err(refusalOfBank(prepared.error, "bank_refused"))
    const consent = prepared ? { consent: prepared.value } : {}
    const pair = bindsTokens(bank, of.server) ? await createDpop() : undefined
    const bound = pair ? { DPoP: oauth.DPoP(of.client, pair) } : {}
    const secrets = createRequestSecrets()
    const redirectUri = redirectUriOf(bank, publicOrigin)
    const parameters = await requestParameters(of, secrets, {
      redirectUri,
      language,
      ...consent,
      ...identity,
    })
    try {
      const url = await authorizationUrl(of, parameters, bound)
      const dpop = pair ? { dpop: await exportDpop(pair) } : {}
      return ok({ url, attempt: { ...secrets, ...dpop, ...consent, ...identity, startedRealAt: Date.now() } })
    } catch (fault) {
      return err(refusalOf(fault, "bank_refused"))
    }
  }

  async function finish(
    bank: BankRecord,
    attempt: LoginAttempt,
    answer: URLSearchParams,
  ): ReturnType<BankLogin["finish"]> {
    const opened = await open(bank)
    if (!opened.ok) return opened
    const of = opened.value
    const said = await judgeRedirect(of, answer, attempt.state)
    if (!said.ok) {
      // Other refusals may be a stranger's doing, and must not end what the customer is about to allow.
      if (said.error.reason === "denied") await giveBack(of, attempt, undefined)
      return said
    }
    const exchanged = await exchange(of, attempt, said.value)
    if (!exchanged.ok) {
      // A code that did not reach the bank may still be good when the page is called again.
      if (exchanged.error.reason !== "bank_unreachable") await giveBack(of, attempt, undefined)
      return exchanged
    }
    const outcome = await judgeOutcome(of, attempt, exchanged.value)
    if (!outcome.ok) await giveBack(of, attempt, exchanged.value.refresh_token)
    return outcome
  }

  /** The code for tokens, their ID token with a signature that holds. */
  async function exchange(
    of: BankClient,
    attempt: LoginAttempt,
    said: URLSearchParams,
  ): Promise<Result<oauth.TokenEndpointResponse, LoginRefusal>> {
    const { bank, server, client, http } = of
    const bound = attempt.dpop ? { DPoP: oauth.DPoP(client, await importDpop(attempt.dpop)) } : {}
    const redirectUri = redirectUriOf(bank, publicOrigin)
    let given: string | undefined
    try {
      let signed: Response | undefined
      const tokens = await of.ask(
        (auth) =>
          oauth.authorizationCodeGrantRequest(server, client, auth, said, redirectUri, attempt.verifier, {
            ...http,
            ...bound,
          }),
        (response) => {
          signed = response
          return oauth.processAuthorizationCodeResponse(server, client, response, {
            expectedNonce: attempt.nonce,
            requireIdToken: true,
          })
        },
      )
      given = tokens.refresh_token
      if (signed) await verifyIdToken(of, signed)
      return ok(tokens)
    } catch (fault) {
      if (given !== undefined && !attempt.identity) await revokeToken(of, given)
      return err(refusalOf(fault, "answer_refused"))
    }
  }

  /** What the tokens and the bank say of customer, factors, consent and accounts. */
  async function judgeOutcome(
    of: BankClient,
    attempt: LoginAttempt,
    tokens: oauth.TokenEndpointResponse,
  ): Promise<Result<LoginOutcome, LoginRefusal>> {
    const customer = judgeTokens(of.bank, attempt, tokens)
    if (!customer.ok) return customer
    if (attempt.identity) return ok({ ...customer.value, accounts: [] })
    let reads = readsOfScope(PROFILES[of.bank.profile].scope, tokens.scope)
    if (attempt.consent !== undefined) {
      const standing = await consents.stands(of, attempt.consent)
      if (!standing.ok) return err(refusalOfBank(standing.error, "answer_refused"))
      if (!standing.value.stands) return err({ reason: "answer_refused", code: "consent_status" })
      reads = standing.value.reads
    }
    const detail = asksByDetail(of.bank, of.server) && parseGrantedDetail(tokens.authorization_details)
    if (detail) reads = detail.reads
    const accounts =
      detail === false ? await listAccounts(of.bank, customer.value.tokens) : ok(detail?.accounts ?? [])
    if (!accounts.ok) return accounts
    const covered = coveredBy(reads)
    return accounts.value.length > 0
      ? ok({ ...customer.value, accounts: accounts.value, ...(covered ? { covered } : {}) })
      : err({ reason: "no_accounts" })
  }

  async function listAccounts(
    bank: BankRecord,
    tokens: LinkTokens,
  ): Promise<Result<readonly Account[], LoginRefusal>> {
    const adapter = adapters[bank.dialect]
    if (!adapter) throw new Error(`Cannot list accounts of bank "${bank.id}": its dialect is not spoken here`)
    const tooOld = err({
      reason: "outage" as const,
      outage: { reason: "refused" as const, retry: "later" as const },
    })
    const call = await createBankCall({ ...given, breaker: (_, asked) => asked() }, bank, {
      // A moment old, however short it lives.
      tokens: { ...tokens, accessExpiresAt: Number.MAX_SAFE_INTEGER },
      refresh: async () => tooOld,
    })
    const listed = await adapter.listAccounts(bank, call, AbortSignal.timeout(timeoutMs))
    return listed.ok ? ok(listed.value.map(shownAccount)) : err(refusalOfBank(listed.error, "answer_refused"))
  }

  /** What we will not use must not stay usable. Should the bank not hear it, the token is gone with this answer all the same. */
  async function giveBack(of: BankClient, attempt: LoginAttempt, token: string | undefined): Promise<void> {
    if (attempt.identity) return
    if (attempt.consent !== undefined) await consents.remove(of, attempt.consent)
    if (token !== undefined) await revokeToken(of, token)
  }

  async function refresh(bank: BankRecord, tokens: LinkTokens): ReturnType<BankLogin["refresh"]> {
    const opened = await open(bank)
    if (!opened.ok) return err({ reason: "outage", outage: outageOfMetadata(opened.error) })
    const { server, client, http, ask } = opened.value
    const bound = tokens.dpop ? { DPoP: oauth.DPoP(client, await importDpop(tokens.dpop)) } : {}
    try {
      const fresh = await ask(
        (auth) =>
          oauth.refreshTokenGrantRequest(server, client, auth, tokens.refreshToken, { ...http, ...bound }),
        (response) => oauth.processRefreshTokenResponse(server, client, response),
      )
      if (fresh.token_type !== typeOf(tokens))
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

  async function renew(bank: BankRecord, tokens: LinkTokens): ReturnType<BankLogin["renew"]> {
    if (!tokens.dpop) return refresh(bank, tokens)
    const fresh = await refresh(bank, { ...tokens, dpop: await exportDpop(await createDpop()) })
    // Where nobody knows whether it was taken, the old one is not shown a second time.
    const refused =
      !fresh.ok && (fresh.error.reason === "link_ended" || fresh.error.outage.reason === "refused")
    return refused ? refresh(bank, tokens) : fresh
  }

  async function retire(
    bank: BankRecord,
    { accessToken }: Pick<LinkTokens, "accessToken">,
  ): ReturnType<BankLogin["retire"]> {
    const opened = await open(bank)
    return opened.ok
      ? revokeToken(opened.value, accessToken, "access_token")
      : err(outageOfMetadata(opened.error))
  }

  async function revoke(
    bank: BankRecord,
    tokens: Pick<LinkTokens, "refreshToken" | "consent">,
  ): ReturnType<BankLogin["revoke"]> {
    const opened = await open(bank)
    if (!opened.ok) return err(outageOfMetadata(opened.error))
    const of = opened.value
    if (tokens.consent !== undefined) {
      const removed = await consents.remove(of, tokens.consent)
      if (!removed.ok)
        return err(
          removed.error.reason === "outage"
            ? removed.error.outage
            : { reason: "refused", retry: "later", code: removed.error.reason },
        )
    }
    return revokeToken(of, tokens.refreshToken)
  }

  async function revokeToken(
    { server, client, http, ask }: BankClient,
    token: string,
    hint: "refresh_token" | "access_token" = "refresh_token",
  ): Promise<Result<undefined, Outage>> {
    // Only profiles whose consent resource ends everything do without one.
    if (server.revocation_endpoint === undefined) return ok(undefined)
    try {
      await ask(
        (auth) =>
          oauth.revocationRequest(server, client, auth, token, {
            ...http,
            additionalParameters: { token_type_hint: hint },
          }),
        (response) => oauth.processRevocationResponse(response),
      )
      return ok(undefined)
    } catch (fault) {
      const outage = outageOf(fault)
      if (!outage) throw fault
      return err(outage)
    }
  }

  return { start, finish, refresh, renew, retire, revoke }
}

const verifyIdToken = ({ server, http }: BankClient, signed: Response): Promise<void> =>
  withLoginKeys(server, (keyed) => oauth.validateApplicationLevelSignature(keyed, signed, http))

/** Judge what the code gave: tokens bound as agreed, a customer, two factors, now. */
function judgeTokens(
  bank: BankRecord,
  attempt: LoginAttempt,
  tokens: oauth.TokenEndpointResponse,
): Result<Omit<LoginOutcome, "accounts">, LoginRefusal> {
  const claims = oauth.getValidatedIdTokenClaims(tokens)
  const { access_token: accessToken, refresh_token: refreshToken } = tokens
  if (tokens.token_type !== typeOf(attempt)) return err({ reason: "answer_refused", code: "token_type" })
  if (!claims || (!refreshToken && !attempt.identity))
    return err({ reason: "answer_refused", code: "incomplete" })
  const { acr, auth_time: authTime } = claims
  if (bank.acrValues.length > 0 && !bank.acrValues.some((value) => value === acr))
    return err({ reason: "second_factor_missing" })
  const startedSeconds = Math.floor(attempt.startedRealAt / SECOND_MS) - CLOCK_TOLERANCE_SECONDS
  if (authTime === undefined || authTime < startedSeconds) return err({ reason: "second_factor_missing" })
  const intent = claims["openbanking_intent_id"]
  if (PROFILES[bank.profile].consent === "intent" && intent !== attempt.consent)
    return err({ reason: "answer_refused", code: "intent" })
  const reference = claims[bank.subjectClaim]
  if (typeof reference !== "string" || reference === "" || reference.length > REFERENCE_CHARS_MAX)
    return err({ reason: "answer_refused", code: "subject" })
  const name = typeof claims["name"] === "string" ? shortLabel(claims["name"]) : ""
  const { dpop, consent } = attempt
  return ok({
    tokens: {
      v: 1,
      accessToken,
      accessExpiresAt: expiryOf(tokens),
      refreshToken: refreshToken ?? "",
      ...(dpop ? { dpop } : {}),
      ...(consent === undefined ? {} : { consent }),
    },
    reference,
    ...(name ? { name } : {}),
  })
}

/** How tokens are used, as the token endpoint says it. */
function typeOf({ dpop }: { readonly dpop?: DpopJwks }): "dpop" | "bearer" {
  return dpop ? "dpop" : "bearer"
}

function expiryOf(tokens: oauth.TokenEndpointResponse): number {
  return Date.now() + (tokens.expires_in ?? ACCESS_SECONDS_DEFAULT) * SECOND_MS
}
