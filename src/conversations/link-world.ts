// What a Conversation may do about its person's link: the directory, the record, the bank's reports, the chores behind them, as
// functions of `PersonWorld`. Each may be repeated after a crash at any of its steps. Composed by conversation.ts.

import { bySystem } from "../audit/audit.ts"
import type { BankRecord } from "../banks/bank.ts"
import { digestText } from "../crypto/hmac.ts"
import { describeFault } from "../foundation/log.ts"
import type { BankId, LinkId } from "../foundation/id.ts"
import type { ChoreJob } from "../jobs/job.ts"
import { linkOfAuthorizationCode } from "../links/authorization-code.ts"
import { accountDigests, CONSENT_TEXT_VERSION, type ChangedRecord } from "../links/consent-record.ts"
import { rebuildConsent } from "../links/consent-rebuild.ts"
import { appendChange } from "../links/consent-store.ts"
import { openCustomer } from "../links/link-customer.ts"
import { endLink, findLink, findLiveByPerson, type StoredLink } from "../links/link-store.ts"
import { goLive, listLiveOf } from "../links/opening-store.ts"
import { presentNonce } from "../links/presenting.ts"
import { showPersonalMenu } from "../messenger/profile.ts"
import type { createProfileBudget } from "../messenger/profile-budget.ts"
import { findLanguage } from "../phrases/catalogue.ts"
import { personalMenu } from "./menu.ts"
import type { Means } from "./means.ts"
import type { ChainHead } from "./ledger-chain.ts"
import type { PersonWorld, Whom } from "./person-world.ts"
import type { Opened } from "./turn-context.ts"
import { Unready } from "./unready.ts"

/** An end is looked at once more after this: a database put back meanwhile has forgotten it, and until its line of the audit trail was moved,
 * within a minute, no log could have told. */
const LOOKED_AGAIN_SECONDS = 300

/** @param given.beside keeps work alive that nobody waits for */
export function createLinkWorld(
  means: Means,
  given: {
    readonly bankOf: (bank: BankId) => Promise<BankRecord>
    /** The end of the person's chain: it is anchored with each change of their consent. */
    readonly head: () => ChainHead
    readonly menuCalls: ReturnType<typeof createProfileBudget>
    readonly beside: (work: Promise<void>) => void
    /** Tell whom another link is for that this one came to be. Durable when it returns; harmless to repeat. */
    readonly tellOther: (other: Pick<StoredLink, "page" | "person">, link: LinkId) => Promise<void>
  },
): PersonWorld["links"] {
  const { db, vault, pseudonyms, now, random, log, pages, graph, linkReports } = means
  const { bankOf, menuCalls, beside } = given
  const anchored = ({ person, page }: Whom) => ({ person, page, ...given.head() })

  /** Durable before anybody goes on: a crash after it leaves nothing half done for ever. */
  async function postChores(kind: "settle_link" | "revoke_link", bank: BankId, ...links: readonly LinkId[]) {
    await postIn(0, kind, bank, ...links)
  }

  async function postIn(
    delaySeconds: number,
    kind: "settle_link" | "revoke_link",
    bank: BankId,
    ...links: readonly LinkId[]
  ) {
    const jobs = links.map(
      (link) => ({ v: 1, kind, bank, link, postedAt: now() }) as const satisfies ChoreJob,
    )
    const posted = await means.post("chores", jobs, { delaySeconds })
    if (!posted.ok) throw new Unready("Cannot post a chore about a link")
  }

  /** Every other chat of the same customer hears of the new one. One that cannot be told is tried again while the offer would last, and
   * does not keep the new one waiting for ever. */
  async function tellOthers(id: LinkId, until: number): Promise<void> {
    const link = await findLink(db, id)
    const live = link ? await listLiveOf(db, link.customer) : []
    const others = live.filter((other) => other.person !== link?.person)
    const told = await Promise.allSettled(others.map((other) => given.tellOther(other, id)))
    const failed = told.find((each) => each.status === "rejected")
    if (!failed) return
    log.error("other_chat_not_told", { link: id, ...describeFault(failed.reason) })
    if (now() < until) throw new Unready("Cannot tell another chat of a link")
  }

  return {
    async goLive(offer, whom) {
      const bank = await bankOf(whom.bank)
      const refuse = async (reason: "links_full" | "not_confirmed_by_bank"): Promise<Opened> => {
        await endLink(db, offer.link, reason, bySystem(reason, now(), anchored(whom)), random, {
          keepSealed: true,
        })
        await postChores("revoke_link", whom.bank, offer.link)
        return { kind: "refused", reason }
      }
      if (bank.linkConfirmation === "required" && now() < offer.offeredUntil) {
        const pending = (await findLink(db, offer.link))?.state === "pending"
        const said = pending ? await linkReports.confirmed(bank, offer.link, offer) : "confirmed"
        if (said === "pending") throw new Unready("Cannot open a link: its bank has not confirmed it yet")
        if (said === "refused") return refuse("not_confirmed_by_bank")
      }
      await postChores("settle_link", whom.bank, offer.link)
      const by = bySystem("code confirmed in the chat", now(), anchored(whom))
      const live = await goLive(db, offer.link, whom.person, offer.epoch, by, random, bank.linksMax)
      if (!live.ok && live.error.reason === "links_full") return refuse("links_full")
      if (!live.ok) return { kind: "refused", reason: "gone" }
      const { epoch, recordHash, replaced, renews } = live.value
      await linkReports.activated(offer.link, { ...offer, epoch })
      for (const link of replaced) await linkReports.ended(link, "replaced")
      if (replaced.length > 0) await postChores("revoke_link", offer.bank, ...replaced)
      if (!renews) await tellOthers(offer.link, offer.offeredUntil)
      return { kind: "live", mark: { epoch, recordHash }, renews }
    },
    async record(consent, change, whom) {
      const { shown } = change
      const record: ChangedRecord = {
        v: 1,
        kind: change.kind,
        link: consent.link,
        epoch: consent.epoch + 1,
        purposes: consent.purposes,
        showAmounts: consent.showAmounts,
        accounts: await accountDigests(pseudonyms, whom.bank, consent.link, consent.accounts),
        ...(shown === undefined
          ? {}
          : { text: { version: CONSENT_TEXT_VERSION, sha256: await digestText(shown) } }),
        language: change.language,
        until: consent.until,
        actor: change.actor,
        evidence: change.evidence,
        change: change.id,
        at: change.at,
        previous: consent.recordHash,
      }
      const actor = change.actor === "customer" ? whom.person : "system"
      const by = { actor, reason: change.evidence, at: now(), detail: anchored(whom) }
      const appended = await appendChange(db, whom.person, record, by, random)
      if (!appended.ok) return undefined
      const reason = change.kind === "reconfirmed" ? "renewed" : "changed_by_customer"
      await linkReports.changed(consent.link, { ...consent, ...appended.value }, reason)
      return appended.value
    },
    async prove(link, whom) {
      return rebuildConsent({ db, vault, pseudonyms }, link, (await bankOf(whom.bank)).name)
    },
    async rebuild(whom) {
      const link = await findLiveByPerson(db, whom.person)
      if (!link) return undefined
      const rebuilt = await rebuildConsent({ db, vault, pseudonyms }, link.id, (await bankOf(whom.bank)).name)
      if (rebuilt.ok) return rebuilt.value
      log.error("consent_not_rebuilt", { link: link.id, reason: rebuilt.error.reason })
      return undefined
    },
    async customerName(id, whom) {
      const link = await findLink(db, id)
      return link?.state === "live" && link.person === whom.person
        ? (await openCustomer(vault, link))?.name
        : undefined
    },
    async end({ link, reason, by }, whom, psid) {
      // Another chat's: it hears of it as of any end by somebody else's word.
      if (reason === "not_me") {
        const chore = {
          v: 1,
          kind: "end_link",
          bank: whom.bank,
          link,
          reason,
          silent: false,
          postedAt: now(),
        } as const
        const posted = await means.post("chores", [chore])
        if (!posted.ok) throw new Unready("Cannot post the end of another chat's link")
      }
      await endLink(db, link, reason, by ?? bySystem(reason, now()), random, { keepSealed: true })
      await linkReports.ended(link, reason)
      await postChores("revoke_link", whom.bank, link)
      await postIn(LOOKED_AGAIN_SECONDS, "settle_link", whom.bank, link)
      const page = psid === undefined ? undefined : await pages.find(whom.page)
      // Messenger's own mark of the link is a convenience: where it cannot be taken off now, nothing depends on it.
      if (page?.ok && psid) await graph.unlinkAccounts(page.value.token, psid)
    },
    settleLater: (link, whom) => postChores("settle_link", whom.bank, link),
    unreminded: (consent, days, reason) => linkReports.unreminded(consent.link, consent, days, reason),
    showMenu(whom, psid, linked) {
      const change = async () => {
        const [page, bank] = await Promise.all([pages.find(whom.page), bankOf(whom.bank)])
        if (!page.ok) return
        const languages = bank.languages.map(findLanguage).filter((each) => each !== undefined)
        const menu = linked ? personalMenu(languages) : null
        await showPersonalMenu(graph, whom.page, page.value.token, psid, menu, undefined, menuCalls)
      }
      beside(change().catch((fault: unknown) => log.info("menu_not_shown", describeFault(fault))))
    },
    present(nonce, whom) {
      const revokeLater = (bank: BankId, link: LinkId) => postChores("revoke_link", bank, link)
      return presentNonce({ db, vault, now, random, revokeLater }, nonce, whom)
    },
    async hearLinked(authorizationCode, person) {
      const id = await linkOfAuthorizationCode(authorizationCode)
      const link = id && (await findLink(db, id))
      if (link?.state !== "pending" || link.person === person) return
      const by = bySystem("linked_by_other_person", now())
      await endLink(db, link.id, "other_person", by, random, { keepSealed: true })
      await postChores("revoke_link", link.bank, link.id)
    },
  }
}
