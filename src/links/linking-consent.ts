// The second half of linking: what the customer allows on our page, and the code that goes with it. The offer is kept with the link,
// for the chat that presents its nonce, and told at once where the chat is known. Nothing here makes a link live (P11).
// Composed by linking.ts; its face is routes.tsx.

import type { AuditBy } from "../audit/audit.ts"
import type { Account, BankRecord } from "../banks/bank.ts"
import { DAY_MS, MINUTE_MS } from "../foundation/clock.ts"
import type { BankId, LinkId } from "../foundation/id.ts"
import type { Purpose } from "../foundation/purpose.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { Language } from "../phrases/catalogue.ts"
import { formatDate } from "../phrases/format.ts"
import { givenRecord } from "./consent-record.ts"
import { consentTextDigest, type ConsentValues } from "./consent-text.ts"
import type { LinkCustomer, LinkOffer } from "./link.ts"
import { keepOffer, NOBODY } from "./link-binding-store.ts"
import { openCustomer } from "./link-customer.ts"
import { endLink, findLink, type LinkRefusal, type StoredLink } from "./link-store.ts"
import { renewalOf } from "./renewal.ts"
import { placeOf } from "./link-tokens.ts"
import type { Offered, Pending } from "./linking-cookie.ts"
import type { LinkingRefusal } from "./linking-refusal.ts"
import { appendConsent } from "./linking-store.ts"
import type { LinkingWorld } from "./linking-world.ts"
import { createSixDigits } from "./six-digits.ts"

/** What the consent page shows, and its form's token. */
export interface Review {
  readonly accounts: readonly Account[]
  /** Purposes that can be chosen; all of them where it is left out. */
  readonly covered?: readonly Purpose[]
  readonly values: ConsentValues
  readonly form: string
}

/** What became of the pending link while its code is on the page. */
export type CodeView =
  | { readonly state: "pending"; readonly minutesLeft: number }
  | { readonly state: "live" }

/** Changes of mind before a pending link must be started anew. */
const CONSENTS_MAX = 10

interface ConsentForm {
  readonly v: 1
  readonly link: LinkId
  readonly until: number
  readonly language: Language
  readonly textSha256: string
}

/** The steps from the consent page on. */
export function createLinkingConsent(world: LinkingWorld) {
  const { db, vault, pseudonyms, now, random } = world

  /** The consent page: what would be connected, and its words. */
  async function review(bank: BankRecord, state: Pending | Offered): Promise<Result<Review, LinkingRefusal>> {
    const link = await loadPending(state)
    if (!link.ok) return link
    const until = now() + renewalOf(bank).days * DAY_MS
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
    const { accounts, covered } = await loadCustomer(link.value)
    return ok({
      accounts,
      ...(covered ? { covered } : {}),
      values,
      form: await vault.sealForDays("form", bank.id, state.attempt, JSON.stringify(form)),
    })
  }

  /** [Connect]: append the consent, make the code, tell the chat if it is known. Pressed again, the newest counts. */
  async function consent(
    bank: BankRecord,
    state: Pending | Offered,
    chosen: { readonly form: string; readonly purposes: readonly Purpose[]; readonly showAmounts: boolean },
  ): Promise<Result<Offered, LinkingRefusal>> {
    const form = await readConsentForm(bank.id, state, chosen.form)
    if (!form) return err({ reason: "form_expired" })
    const found = await loadPending(state)
    if (!found.ok) return found
    const link = found.value
    if (link.epoch >= CONSENTS_MAX) return err({ reason: "link_changed" })
    const { accounts, covered } = await loadCustomer(link)
    const purposes = chosen.purposes.filter((purpose) => covered?.includes(purpose) ?? true)
    if (purposes.length === 0) return err({ reason: "nothing_chosen" })
    const givenAt = now()
    const record = await givenRecord(bank, world.operator, pseudonyms, {
      link: link.id,
      epoch: link.epoch + 1,
      purposes,
      showAmounts: chosen.showAmounts,
      accounts,
      textSha256: form.textSha256,
      language: form.language,
      givenAt,
      until: form.until,
      previous: link.recordHash,
    })
    const recordHash = await appendConsent(db, record, by(state, "connect"), random)
    if (!recordHash.ok) return err(ofStore(recordHash.error.reason))
    const code = createSixDigits(random)
    const offer: LinkOffer = {
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
      ...(covered ? { covered } : {}),
    }
    if (!(await keepOffer(db, link.id, record.epoch, await sealOffer(link, offer))))
      return err({ reason: "link_changed" })
    // Whoever presented the nonce meanwhile is the one to hear of the newer code; else it waits for them.
    const person = (await findLink(db, link.id))?.person ?? NOBODY
    if (person !== NOBODY && !(await world.offer(person, state.page, offer)).ok)
      return err({ reason: "chat_unreachable" })
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
    if (link?.state !== "pending" || !isOf(link, state)) return err({ reason: "link_gone" })
    const declined = await endLink(db, link.id, "declined", by(state, "not_now"), random, {
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
    if (!link || !isOf(link, state)) return err({ reason: "link_gone" })
    if (link.state === "live") return err({ reason: "link_changed" })
    if (link.state === "ended")
      return err({ reason: now() >= link.pendingUntil ? "link_expired" : "link_gone" })
    return now() >= link.pendingUntil ? err({ reason: "link_expired" }) : ok(link)
  }

  async function sealOffer(link: StoredLink, offer: LinkOffer): Promise<string> {
    const key = await vault.openKey(link.wrappedKey ?? "", placeOf(link.bank, link.id, "key"))
    if (!key.ok) throw new Error(`Cannot open the key of a pending link: ${key.error.reason}`)
    return key.value.seal(JSON.stringify(offer), placeOf(link.bank, link.id, "offer"))
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

  function by(state: Pending | Offered, reason: string): AuditBy {
    return { actor: state.person ?? state.link, reason, at: now() }
  }

  return { review, consent, decline, showCode }
}

/** Whether a link is the one this browser's attempt made. Whose chat it is for may not be known to the browser. */
function isOf(link: StoredLink, { person, bank }: Pending | Offered): boolean {
  return link.bank === bank && (person === undefined || link.person === person)
}

function ofStore(reason: LinkRefusal["reason"]): LinkingRefusal {
  return { reason: reason === "other_person" ? "link_gone" : reason }
}
