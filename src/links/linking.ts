// Linking, in the order of P11: first page -> the bank's login -> pending link -> consent -> code on the page. Whose chat it is for is
// known before the login where it began with Log In; else it is the first chat to present the link's nonce (presenting.ts).
// What makes the link live is the code typed in the chat, and that is the Conversation's work, which is told by `offer`.
// Each step takes the attempt as the browser's sealed cookie held it and gives the next one back; D1 is first written after the
// bank has answered (P15). From the consent page on it is linking-consent.ts. No HTTP in here: routes.tsx is its face. Composed by doors.ts.

import type { AuditBy } from "../audit/audit.ts"
import type { BankRecord } from "../banks/bank.ts"
import { MINUTE_MS, SECOND_MS } from "../foundation/clock.ts"
import { isBankId, isPageId, randomText, type BankId, type LinkId, type PageId } from "../foundation/id.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { Language } from "../phrases/catalogue.ts"
import { createAuthorizationCode, linkOfAuthorizationCode } from "./authorization-code.ts"
import type { LoginOutcome } from "./bank-login.ts"
import { NOBODY } from "./link-binding-store.ts"
import type { LinkCustomer } from "./link.ts"
import { insertPending } from "./linking-store.ts"
import { listLiveOf } from "./opening-store.ts"
import { placeOf } from "./link-tokens.ts"
import { createLinkingConsent } from "./linking-consent.ts"
import { isAttemptOver, type AtBank, type LinkingState } from "./linking-cookie.ts"
import type { LinkingRefusal } from "./linking-refusal.ts"
import type { LinkingWorld } from "./linking-world.ts"
import { isMessengerRedirect } from "./redirect-uri.ts"

/** What the first page needs. */
export interface Opening {
  readonly bank: BankRecord
  readonly attempt: string
  /** For the page's form: who, whence, whither; sealed, good for ten minutes. */
  readonly form: string
}

export type Linking = ReturnType<typeof createLinking>

/** Between the first page and its button. */
const FORM_MS = 20 * MINUTE_MS
/** From the first page on, which opens moments after the tap: the platform's token lasts five minutes, and the way back needs a few
 * seconds of them. */
const LOG_IN_MS = 4 * MINUTE_MS + 30 * SECOND_MS
const ACCOUNT_LINKING_TOKEN_CHARS_MAX = 1_000

/** What the first page's form carries. */
interface StartForm {
  readonly v: 1
  readonly page: PageId
  /** Of a Log In. */
  readonly from?: { readonly accountLinkingToken: string; readonly redirectUri: string }
  /** Until when that Log In's way back is good. */
  readonly logInUntil: number
  readonly language: Language
  readonly at: number
}

/** The steps of linking. */
export function createLinking(world: LinkingWorld) {
  const { db, vault, pseudonyms, login, now, random } = world

  /** The first page: judge the address. Without both of what Log In adds, and at a bank whose login is an app, the way back is `m.me`.
   * Writes nothing, calls nobody. */
  async function open(
    bankId: string,
    query: {
      readonly page?: string | undefined
      readonly accountLinkingToken?: string | undefined
      readonly redirectUri?: string | undefined
    },
    language: Language,
  ): Promise<Result<Opening, LinkingRefusal>> {
    const bank = isBankId(bankId) ? await world.findBank(bankId) : undefined
    if (!bank) return err({ reason: "bank_unknown" })
    const { accountLinkingToken = "", redirectUri = "" } = query
    if (redirectUri !== "" && !isMessengerRedirect(redirectUri, world.sandboxOrigin))
      return err({ reason: "redirect_refused" })
    const { length } = accountLinkingToken
    const byLogIn =
      length > 0 && length <= ACCOUNT_LINKING_TOKEN_CHARS_MAX && redirectUri !== "" && bank.login !== "app"
    const pages = await world.listPages(bank.id)
    const page = query.page === undefined && pages.length === 1 ? pages[0] : query.page
    if (!isPageId(page) || !pages.includes(page)) return err({ reason: "page_unknown" })
    const attempt = randomText(random)
    const from = byLogIn ? { from: { accountLinkingToken, redirectUri } } : {}
    const at = now()
    const form: StartForm = { v: 1, page, ...from, logInUntil: at + LOG_IN_MS, language, at }
    return ok({
      bank,
      attempt,
      form: await vault.sealForDays("form", bank.id, attempt, JSON.stringify(form)),
    })
  }

  /** Whose form this is, so that a refusal can lead back to the chat. */
  async function readForm(bank: BankId, attempt: string, sealed: string): Promise<StartForm | undefined> {
    const opened = await vault.openForDays("form", bank, attempt, sealed)
    if (!opened.ok) return undefined
    const form = JSON.parse(opened.value) as Partial<StartForm>
    return form.v === 1 && isPageId(form.page) ? (form as StartForm) : undefined
  }

  /** The first page's button: find out whose chat it is where a Log In says so, and push the request to the bank. A Log In that is too
   * old goes on by `m.me`. */
  async function start(
    bank: BankRecord,
    attempt: string,
    form: StartForm | undefined,
  ): Promise<Result<{ readonly url: string; readonly state: AtBank }, LinkingRefusal>> {
    if (!form || now() >= form.at + FORM_MS) return err({ reason: "form_expired" })
    const { page, from, language } = form
    const person = from && (await world.findPerson(page, from.accountLinkingToken))
    if (person && !person.ok && person.error.reason !== "token_expired")
      return err({ reason: "messenger_unreachable" })
    const known =
      from && person?.ok
        ? { person: person.value, redirectUri: from.redirectUri, logInUntil: form.logInUntil }
        : {}
    const started = await login.start(bank, language)
    if (!started.ok) return started
    return ok({
      url: started.value.url,
      state: {
        v: 1,
        phase: "bank",
        attempt,
        bank: bank.id,
        page,
        ...known,
        language,
        startedAt: now(),
        login: started.value.attempt,
      },
    })
  }

  /** The bank's answer: judge it, exchange its code, write the pending link. A page called twice goes on where it stood. */
  async function finish(
    bank: BankRecord,
    state: LinkingState,
    answer: URLSearchParams,
  ): Promise<Result<LinkingState, LinkingRefusal>> {
    if (state.phase !== "bank") return ok(state)
    if (isAttemptOver(state, now())) return err({ reason: "attempt_expired" })
    const finished = await login.finish(bank, state.login, answer)
    if (!finished.ok) return finished
    if (await isFull(bank, state, finished.value)) {
      await login.revoke(bank, finished.value.tokens)
      return err({ reason: "links_full" })
    }
    const authorizationCode = createAuthorizationCode(random)
    const link = await linkOfAuthorizationCode(authorizationCode)
    if (!link) throw new Error("Cannot name a link: its code has another form")
    try {
      await writePending(state, link, finished.value)
    } catch (fault) {
      // Nothing of ours will ever use these tokens: they must not stay usable.
      await login.revoke(bank, finished.value.tokens)
      throw fault
    }
    const { login: _, phase: __, ...attempt } = state
    return ok({ ...attempt, phase: "pending", link, authorizationCode })
  }

  /** Told before anything is chosen, where the chat is known. Where it is not, it may be one of those that would be replaced: then it is
   * judged when the link goes live. */
  async function isFull(
    { id, linksMax }: BankRecord,
    { person }: AtBank,
    outcome: LoginOutcome,
  ): Promise<boolean> {
    if (person === undefined) return false
    const live = await listLiveOf(db, await pseudonyms.customerOf(id, outcome.reference))
    return live.filter((link) => link.person !== person).length >= linksMax
  }

  async function writePending(state: AtBank, link: LinkId, outcome: LoginOutcome): Promise<void> {
    const { bank, person = NOBODY, page } = state
    const { wrapped, key } = await vault.createKey(placeOf(bank, link, "key"))
    const { reference, name, accounts, covered } = outcome
    const customer: LinkCustomer = {
      v: 1,
      reference,
      ...(name ? { name } : {}),
      accounts,
      ...(covered ? { covered } : {}),
    }
    await insertPending(
      db,
      {
        id: link,
        person,
        bank,
        page,
        customer: await pseudonyms.customerOf(bank, reference),
        ...(outcome.tokens.consent
          ? { bankConsent: await pseudonyms.consentOf(bank, outcome.tokens.consent) }
          : {}),
        wrappedKey: wrapped,
        tokensSealed: await key.seal(JSON.stringify(outcome.tokens), placeOf(bank, link, "tokens")),
        customerSealed: await key.seal(JSON.stringify(customer), placeOf(bank, link, "customer")),
      },
      by(state, link, "bank_login"),
    )
  }

  function by(state: LinkingState, link: LinkId, reason: string): AuditBy {
    return { actor: state.person ?? link, reason, at: now() }
  }

  return { open, readForm, start, finish, ...createLinkingConsent(world) }
}
