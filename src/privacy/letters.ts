// What somebody in charge asks about a bank's customers, for a letter, a leaving bank or a breach: everything held of one customer, who had
// allowed what on a day, whose data of which kind was passed to Meta between two instants. Read from the directory and the Conversations, a
// bounded part at a time; what was erased, or is past its term, is in no answer. Each question leaves its line in the audit trail
// (audited by the routes' caller). Composed by doors.ts.

import type { AuditBy } from "../audit/audit.ts"
import { auditStatement } from "../audit/audit-store.ts"
import type { Whom } from "../conversations/person-world.ts"
import { listPeopleOfBank } from "../conversations/person-store.ts"
import type { Everything, OwnDataRequest, OwnUses, Use } from "../conversations/own-data.ts"
import type { Pseudonyms } from "../crypto/pseudonym.ts"
import { write, type Database } from "../db/database.ts"
import type { Now } from "../foundation/clock.ts"
import type { BankId, LinkId, PersonId } from "../foundation/id.ts"
import type { Purpose } from "../foundation/purpose.ts"
import { foldConsents, type ConsentState } from "../links/consent-fold.ts"
import {
  listEverLive,
  listRecordedLinks,
  listRecordedLinksOf,
  listRecordsOfLinks,
} from "../links/consent-history-store.ts"
import { openCustomer } from "../links/link-customer.ts"
import { findLink } from "../links/link-store.ts"
import { listLinksOfCustomer, listLinksOfPerson, type HeldLink } from "../links/release-store.ts"
import type { Vault } from "../vault/vault.ts"

/** Links, or people, in one answer. */
export const LETTER_PAGE = 50
/** Pages of uses read of one person: 2,000 uses, more than 90 days hold. */
const USE_PAGES_MAX = 50

/** All that is held of a customer. */
export interface CustomerExport {
  readonly customer: string
  readonly links: readonly {
    readonly id: LinkId
    readonly state: HeldLink["state"]
    readonly name?: string
    readonly accounts: readonly unknown[]
    readonly person: PersonId
  }[]
  /** The consent records of every link there was, those included whose row is gone; as JSON values, oldest first. */
  readonly records: readonly unknown[]
  /** What each chat holds that was linked to the customer, and is not another's by now. */
  readonly chats: readonly { readonly person: PersonId; readonly held: Everything | null }[]
}

/** What a link allowed at an instant. */
export interface ConsentThen extends Pick<ConsentState, "purposes" | "showAmounts" | "givenAt" | "until"> {
  readonly link: LinkId
  /** The bank's reference, while the link's key is there. */
  readonly customer?: string
}

/** What was passed of one person. */
export interface Disclosure {
  readonly person: PersonId
  readonly customers: readonly string[]
  readonly passed: readonly {
    readonly purpose: Purpose
    readonly data: string
    readonly times: number
    readonly firstAt: number
    readonly lastAt: number
  }[]
}

/** Part of an answer, and where the next begins. */
export interface LetterPage<T> {
  readonly rows: readonly T[]
  readonly next?: string
}

/** Answers for letters. Each is audited before it is given. */
export interface Letters {
  exportCustomer(bank: BankId, reference: string, by: AuditBy): Promise<CustomerExport>
  consentsAt(bank: BankId, at: number, after: string, by: AuditBy): Promise<LetterPage<ConsentThen>>
  /** @param to exclusive */
  disclosures(
    bank: BankId,
    between: { readonly from: number; readonly to: number },
    after: string,
    by: AuditBy,
  ): Promise<LetterPage<Disclosure>>
}

/** Over the directory and the Conversations. */
export function createLetters(given: {
  readonly db: Database
  readonly vault: Pick<Vault, "openKey">
  readonly pseudonyms: Pick<Pseudonyms, "customerOf" | "recordSubjectOf">
  readonly conversation: (whom: Whom) => Promise<{
    everything(request: OwnDataRequest): Promise<Everything | undefined>
    ownUses(request: OwnDataRequest & { readonly before?: number }): Promise<OwnUses | undefined>
  }>
  readonly now: Now
}): Letters {
  const { db, vault, pseudonyms, now } = given

  async function note(bank: BankId, action: string, by: AuditBy, object: string = bank): Promise<void> {
    await write(db.batch([auditStatement(db, { ...by, bank, action, object })]))
  }

  async function referenceOf(id: LinkId): Promise<string | undefined> {
    const link = await findLink(db, id)
    return link && (await openCustomer(vault, link))?.reference
  }

  /** Whether a chat is another customer's by now. */
  async function isOthers({ person, customer }: HeldLink): Promise<boolean> {
    const held = await listLinksOfPerson(db, person)
    return held.some((link) => link.state === "live" && link.customer !== customer)
  }

  async function passedOf(
    whom: Whom,
    { from, to }: { readonly from: number; readonly to: number },
  ): Promise<Disclosure["passed"]> {
    const conversation = await given.conversation(whom)
    const found: Use[] = []
    let before = to
    for (let page = 0; page < USE_PAGES_MAX; page += 1) {
      const uses = await conversation.ownUses({ v: 1, whom, since: now(), before })
      if (!uses) break
      found.push(...uses.uses.filter(({ at }) => at >= from))
      const last = uses.uses.at(-1)
      if (!uses.more || !last || last.at < from) break
      before = last.at
    }
    const kinds = new Map<string, Disclosure["passed"][number]>()
    for (const { purpose, data = "none", at } of found) {
      const name = `${purpose}|${data}`
      const known = kinds.get(name)
      kinds.set(name, {
        purpose,
        data,
        times: (known?.times ?? 0) + 1,
        firstAt: Math.min(known?.firstAt ?? at, at),
        lastAt: Math.max(known?.lastAt ?? at, at),
      })
    }
    return [...kinds.values()]
  }

  return {
    async exportCustomer(bank, reference, by) {
      const customer = await pseudonyms.customerOf(bank, reference)
      const subject = await pseudonyms.recordSubjectOf(customer)
      await note(bank, "customer.export", by, subject)
      const links = await listLinksOfCustomer(db, customer)
      const recorded = await listRecordsOfLinks(db, await listRecordedLinksOf(db, customer, subject))
      const theirs = await listEverLive(db, links)
      const people = new Map(theirs.map((link) => [link.person, link]))
      const alone = await Promise.all(
        [...people.values()].map(async (link) => ((await isOthers(link)) ? [] : [link])),
      )
      return {
        customer: reference,
        links: await Promise.all(
          links.map(async ({ id, state, person }) => {
            const link = await findLink(db, id)
            const opened = link && (await openCustomer(vault, link))
            const name = opened?.name
            return { id, state, person, accounts: opened?.accounts ?? [], ...(name ? { name } : {}) }
          }),
        ),
        records: [...recorded.values()].flatMap(({ records }) =>
          records.map(({ json, hash }) => ({ record: JSON.parse(json) as unknown, hash })),
        ),
        chats: await Promise.all(
          alone.flat().map(async ({ person, page }) => {
            const whom = { person, page, bank }
            const held = await (await given.conversation(whom)).everything({ v: 1, whom, since: now() })
            return { person, held: held ?? null }
          }),
        ),
      }
    },
    async consentsAt(bank, at, after, by) {
      await note(bank, "consents.read", by)
      const ids = await listRecordedLinks(db, bank, after, LETTER_PAGE)
      const recorded = await listRecordsOfLinks(db, ids)
      const rows: ConsentThen[] = []
      for (const id of ids) {
        const then = (recorded.get(id)?.records ?? []).filter((record) => record.at <= at)
        const state = await foldConsents(then)
        if (!state.ok || state.value.state !== "live" || state.value.until <= at) continue
        const { purposes, showAmounts, givenAt, until } = state.value
        const customer = await referenceOf(id)
        rows.push({ link: id, purposes, showAmounts, givenAt, until, ...(customer ? { customer } : {}) })
      }
      return pageOf(rows, ids)
    },
    async disclosures(bank, between, after, by) {
      await note(bank, "disclosures.read", by)
      const people = await listPeopleOfBank(db, bank, after, LETTER_PAGE)
      const rows: Disclosure[] = []
      for (const whom of people) {
        const passed = await passedOf(whom, between)
        if (passed.length === 0) continue
        const references = await Promise.all(
          (await listEverLive(db, await listLinksOfPerson(db, whom.person))).map(({ id }) => referenceOf(id)),
        )
        const customers = [...new Set(references.filter((each) => each !== undefined))]
        rows.push({ person: whom.person, customers, passed })
      }
      return pageOf(
        rows,
        people.map(({ person }) => person),
      )
    },
  }
}

function pageOf<T>(rows: readonly T[], ids: readonly string[]): LetterPage<T> {
  const last = ids.length === LETTER_PAGE ? ids.at(-1) : undefined
  return last === undefined ? { rows } : { rows, next: last }
}
