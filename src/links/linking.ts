// Linking by Log In, in the order of P11: first page -> whose chat -> bank's login -> pending link -> consent -> code on the page.
// What makes the link live is the code typed in the chat, and that is the Conversation's work, which is told by `offer`.
// Each step takes the attempt as the browser's sealed cookie held it and gives the next one back; D1 is first written after the
// bank has answered (P15). No HTTP in here: routes.tsx is its face. Composed by worker.ts.

import type { AuditBy } from "../audit/audit.ts"
import type { Account, BankRecord } from "../banks/bank.ts"
import type { Pseudonyms } from "../crypto/pseudonym.ts"
import type { Database } from "../db/database.ts"
import { DAY_MS, MINUTE_MS, type Now } from "../foundation/clock.ts"
import type { Outage } from "../foundation/failure.ts"
import {
  isBankId,
  isPageId,
  randomText,
  type BankId,
  type LinkId,
  type PageId,
  type PersonId,
  type Random,
} from "../foundation/id.ts"
import type { Purpose } from "../foundation/purpose.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { Language } from "../phrases/catalogue.ts"
import { formatDate } from "../phrases/format.ts"
import type { Vault } from "../vault/vault.ts"
import { createAuthorizationCode, linkOfAuthorizationCode } from "./authorization-code.ts"
import type { BankLogin, LoginOutcome } from "./bank-login.ts"
import { givenRecord } from "./consent-record.ts"
import { consentTextDigest, type ConsentValues } from "./consent-text.ts"
import type { LinkCustomer, LinkOffer } from "./link.ts"
import { openCustomer } from "./link-customer.ts"
import { endLink, findLink, type StoredLink } from "./link-store.ts"
import { appendConsent, insertPending } from "./linking-store.ts"
import { placeOf } from "./link-tokens.ts"
import {
  isAttemptOver,
  type AtBank,
  type LinkingState,
  type Offered,
  type Pending,
} from "./linking-cookie.ts"
import type { LinkingRefusal } from "./linking-refusal.ts"
import { isMessengerRedirect } from "./redirect-uri.ts"
import { createSixDigits } from "./six-digits.ts"

/** Why Messenger did not say whose chat a Log In came from. */
export type FindPersonRefusal =
  | { readonly reason: "token_expired" }
  | { readonly reason: "outage"; readonly outage: Outage }

/** What linking is given. */
export interface LinkingWorld {
  readonly db: Database
  readonly vault: Vault
  readonly pseudonyms: Pseudonyms
  readonly login: BankLogin
  readonly now: Now
  readonly random: Random
  /** Who runs this service, as the consent page names them. */
  readonly operator: string
  /** In development the one origin that stands for Messenger; elsewhere `undefined`. */
  readonly sandboxOrigin: string | undefined
  readonly findBank: (bank: BankId) => Promise<BankRecord | undefined>
  /** The bank's Pages. */
  readonly listPages: (bank: BankId) => Promise<readonly PageId[]>
  /** Whose chat a Log In came from: the platform's PSID look-up, as our id. */
  readonly findPerson: (
    page: PageId,
    accountLinkingToken: string,
  ) => Promise<Result<PersonId, FindPersonRefusal>>
  /** Hands the offer to the person's Conversation, which names it in the chat and asks for the code. A second one replaces the first. */
  readonly offer: (person: PersonId, page: PageId, offer: LinkOffer) => Promise<Result<undefined, Outage>>
  /** Posts the chore that revokes an ended link at its bank and destroys its key (`revokeAndDestroy`). */
  readonly revokeLater: (bank: BankId, link: LinkId) => Promise<void>
}

/** What the first page needs. */
export interface Opening {
  readonly bank: BankRecord
  readonly attempt: string
  /** For the page's form: who, whence, whither; sealed, good for ten minutes. */
  readonly form: string
}

/** What the consent page shows, and its form's token. */
export interface Review {
  readonly accounts: readonly Account[]
  readonly values: ConsentValues
  readonly form: string
}

/** What became of the pending link while its code is on the page. */
export type CodeView =
  | { readonly state: "pending"; readonly minutesLeft: number }
  | { readonly state: "live" }

export type Linking = ReturnType<typeof createLinking>

/** Between the first page and its button: the platform's own token lasts five minutes. */
const FORM_MS = 10 * MINUTE_MS
const ACCOUNT_LINKING_TOKEN_CHARS_MAX = 1_000
/** Changes of mind before a pending link must be started anew. */
const CONSENTS_MAX = 10

interface StartForm {
  readonly v: 1
  readonly page: PageId
  readonly accountLinkingToken: string
  readonly redirectUri: string
  readonly language: Language
  readonly at: number
}

interface ConsentForm {
  readonly v: 1
  readonly link: LinkId
  readonly until: number
  readonly language: Language
  readonly textSha256: string
}

export function createLinking(world: LinkingWorld) {
  const { db, vault, pseudonyms, login, now, random } = world

  /** The first page: judge the address. Writes nothing, calls nobody. */
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
    const { accountLinkingToken, redirectUri } = query
    if (!accountLinkingToken || !redirectUri) return err({ reason: "not_from_chat" })
    if (accountLinkingToken.length > ACCOUNT_LINKING_TOKEN_CHARS_MAX) return err({ reason: "not_from_chat" })
    if (!isMessengerRedirect(redirectUri, world.sandboxOrigin)) return err({ reason: "redirect_refused" })
    const pages = await world.listPages(bank.id)
    const page = query.page === undefined && pages.length === 1 ? pages[0] : query.page
    if (!isPageId(page) || !pages.includes(page)) return err({ reason: "page_unknown" })
    const attempt = randomText(random)
    const form: StartForm = { v: 1, page, accountLinkingToken, redirectUri, language, at: now() }
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
    return form.v === 1 && form.accountLinkingToken ? (form as StartForm) : undefined
  }

  /** The first page's button: find out whose chat it is, and push the request to the bank. */
  async function start(
    bank: BankRecord,
    attempt: string,
    form: StartForm | undefined,
  ): Promise<Result<{ readonly url: string; readonly state: AtBank }, LinkingRefusal>> {
    if (!form || now() >= form.at + FORM_MS) return err({ reason: "form_expired" })
    const { page, redirectUri, language } = form
    const person = await world.findPerson(page, form.accountLinkingToken)
    if (!person.ok)
      return err({
        reason: person.error.reason === "token_expired" ? "log_in_expired" : "messenger_unreachable",
      })
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
        person: person.value,
        redirectUri,
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

  async function writePending(state: AtBank, link: LinkId, outcome: LoginOutcome): Promise<void> {
    const { bank, person, page } = state
    const { wrapped, key } = await vault.createKey(placeOf(bank, link, "key"))
    const { reference, name, accounts } = outcome
    const customer: LinkCustomer = { v: 1, reference, ...(name ? { name } : {}), accounts }
    await insertPending(
      db,
      {
        id: link,
        person,
        bank,
        page,
        customer: await pseudonyms.customerOf(bank, reference),
        wrappedKey: wrapped,
        tokensSealed: await key.seal(JSON.stringify(outcome.tokens), placeOf(bank, link, "tokens")),
        customerSealed: await key.seal(JSON.stringify(customer), placeOf(bank, link, "customer")),
      },
      by(person, "bank_login"),
    )
  }

  /** The consent page: what would be connected, and its words. */
  async function review(bank: BankRecord, state: Pending | Offered): Promise<Result<Review, LinkingRefusal>> {
    const link = await loadPending(state)
    if (!link.ok) return link
    const until = now() + bank.consentDays * DAY_MS
    const values = {
      bank: bank.name,
      operator: world.operator,
      date: formatDate(state.language, until, "UTC"),
    }
    const form: ConsentForm = {
      v: 1,
      link: state.link,
      until,
      language: state.language,
      textSha256: await consentTextDigest(state.language, values),
    }
    return ok({
      accounts: (await loadCustomer(link.value)).accounts,
      values,
      form: await vault.sealForDays("form", bank.id, state.attempt, JSON.stringify(form)),
    })
  }

  /** [Connect]: append the consent, make the code, tell the chat. Pressed again, the newest counts. */
  async function consent(
    bank: BankRecord,
    state: Pending | Offered,
    chosen: { readonly form: string; readonly purposes: readonly Purpose[]; readonly showAmounts: boolean },
  ): Promise<Result<Offered, LinkingRefusal>> {
    const form = await readConsentForm(bank.id, state, chosen.form)
    if (!form) return err({ reason: "form_expired" })
    if (chosen.purposes.length === 0) return err({ reason: "nothing_chosen" })
    const found = await loadPending(state)
    if (!found.ok) return found
    const link = found.value
    if (link.epoch >= CONSENTS_MAX) return err({ reason: "link_changed" })
    const { accounts } = await loadCustomer(link)
    const givenAt = now()
    const record = await givenRecord(bank, world.operator, pseudonyms, {
      link: link.id,
      epoch: link.epoch + 1,
      purposes: chosen.purposes,
      showAmounts: chosen.showAmounts,
      accounts,
      textSha256: form.textSha256,
      language: form.language,
      givenAt,
      until: form.until,
      previous: link.recordHash,
    })
    const recordHash = await appendConsent(db, record, by(state.person, "connect"), random)
    if (!recordHash.ok) return err(ofStore(recordHash.error.reason))
    const code = createSixDigits(random)
    const offered = await world.offer(state.person, state.page, {
      v: 1,
      link: link.id,
      bank: bank.id,
      bankName: bank.name,
      accounts,
      purposes: record.purposes,
      showAmounts: record.showAmounts,
      code,
      epoch: record.epoch,
      recordHash: recordHash.value,
      givenAt,
      until: form.until,
      offeredUntil: link.pendingUntil,
      language: state.language,
    })
    if (!offered.ok) return err({ reason: "chat_unreachable" })
    return ok({ ...state, phase: "offered", code })
  }

  /** [Not now]: nothing is connected, and the bank is told. */
  async function decline(
    bank: BankRecord,
    state: Pending | Offered,
    sealedForm: string,
  ): Promise<Result<undefined, LinkingRefusal>> {
    if (!(await readConsentForm(bank.id, state, sealedForm))) return err({ reason: "form_expired" })
    const link = await findLink(db, state.link)
    // What went live by its code meanwhile is ended in the chat, not by an old page.
    if (link?.state !== "pending" || link.person !== state.person) return err({ reason: "link_gone" })
    const declined = await endLink(db, link.id, "declined", by(state.person, "not_now"), random, {
      keepSealed: true,
      onlyPending: true,
    })
    if (!declined) return err({ reason: "link_gone" })
    await world.revokeLater(bank.id, link.id)
    return ok(undefined)
  }

  /** The code page, looked at again. */
  async function showCode(state: Offered): Promise<Result<CodeView, LinkingRefusal>> {
    const link = await findLink(db, state.link)
    if (link?.state === "live") return ok({ state: "live" })
    const pending = await loadPending(state)
    if (!pending.ok) return pending
    return ok({
      state: "pending",
      minutesLeft: Math.max(1, Math.ceil((pending.value.pendingUntil - now()) / MINUTE_MS)),
    })
  }

  async function loadPending(state: Pending | Offered): Promise<Result<StoredLink, LinkingRefusal>> {
    const link = await findLink(db, state.link)
    if (!link || link.person !== state.person || link.bank !== state.bank) return err({ reason: "link_gone" })
    if (link.state === "live") return err({ reason: "link_changed" })
    if (link.state === "ended")
      return err({ reason: now() >= link.pendingUntil ? "link_expired" : "link_gone" })
    return now() >= link.pendingUntil ? err({ reason: "link_expired" }) : ok(link)
  }

  async function loadCustomer(link: StoredLink): Promise<LinkCustomer> {
    const customer = await openCustomer(vault, link)
    if (!customer) throw new Error("Cannot find the customer of a pending link")
    return customer
  }

  async function readConsentForm(
    bank: BankId,
    state: Pending | Offered,
    sealed: string,
  ): Promise<ConsentForm | undefined> {
    const opened = await vault.openForDays("form", bank, state.attempt, sealed)
    if (!opened.ok) return undefined
    const form = JSON.parse(opened.value) as Partial<ConsentForm>
    return form.v === 1 && form.link === state.link ? (form as ConsentForm) : undefined
  }

  function by(person: PersonId, reason: string): AuditBy {
    return { actor: person, reason, at: now() }
  }

  return { open, readForm, start, finish, review, consent, decline, showCode }
}

function ofStore(reason: "link_gone" | "link_expired" | "link_changed" | "other_person"): LinkingRefusal {
  return { reason: reason === "other_person" ? "link_gone" : reason }
}
