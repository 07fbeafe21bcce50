// Everything that is done for a Page beside telling its people: setting it up, looking after its templates, its token and its webhook's
// fields, stopping and reconnecting it, saying how it stands. Ties the activities of this room to one directory and one Graph client;
// each stands in its own file. Composed by worker.ts; asked by the console, the clock and the webhook's hints.

import type { AuditBy } from "../audit/audit.ts"
import { auditStatement } from "../audit/audit-store.ts"
import type { BankRecord } from "../banks/bank.ts"
import { write, type Database } from "../db/database.ts"
import { HOUR_MS, MINUTE_MS, SECOND_MS, type Now } from "../foundation/clock.ts"
import type { BankId, PageId } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import { err, type Result } from "../foundation/result.ts"
import type { Secret } from "../foundation/secret.ts"
import { budgetOf } from "../messenger/call-budget.ts"
import type { Graph } from "../messenger/client.ts"
import { leasedPerSecond } from "../messenger/pacing.ts"
import type { Page, PageReport, Recovery } from "../messenger/page.ts"
import type { PageDirectory } from "../messenger/page-directory.ts"
import type { PageRecord } from "../messenger/page-record.ts"
import {
  deleteTemplateStatuses,
  listDue,
  listTemplateStatuses,
  pagePlace,
  putTemplateStatuses,
  replaceToken,
  setDue,
  type TemplateStatus,
} from "../messenger/page-store.ts"
import type { GraphRefusal } from "../messenger/refusal.ts"
import type { TemplateShelf, TemplateSync } from "../messenger/template-sync.ts"
import type { Vault } from "../vault/vault.ts"
import type { Incidents } from "./incidents.ts"
import { checkPage, type PageCheckWorld } from "./page-check.ts"
import { reconnectPage, type ReconnectRefusal } from "./page-recovery.ts"
import { setUpPage } from "./page-setup.ts"
import { syncPageTemplates, type PageTemplateWorld } from "./page-templates.ts"

/** What a desk for Pages needs. */
export interface PageDeskGiven {
  readonly db: Database
  readonly vault: Pick<Vault, "seal">
  readonly graph: Graph
  readonly pages: PageDirectory
  /** What an isolate remembers of templates is old. */
  readonly forgetTemplates: (page: PageId) => void
  readonly findBank: (bank: BankId) => Promise<BankRecord | undefined>
  readonly pageObject: (page: PageRecord) => DurableObjectStub<Page>
  /** Those a bank's notices have of their own. @throws DatabaseError */
  readonly noticeTemplates: PageTemplateWorld["noticeTemplates"]
  /** A status of one of those is new. @throws DatabaseError */
  readonly noticesGoOn: PageTemplateWorld["noticesGoOn"]
  readonly incidents: Incidents
  readonly appId: string
  readonly appToken: Secret
  /** A Page has another token: note whose login it came from. @throws DatabaseError */
  readonly connect: (page: PageRecord, connectedBy: string | undefined, by: AuditBy) => Promise<void>
  readonly now: Now
  readonly log: Log
}

/** How a Page stands. */
export interface PageState extends Omit<PageReport, "v" | "updatesShare" | "callsInDay"> {
  /** Sends it can carry beside replies, and the share of them that updates have now: below 1 while Meta's headers warn. */
  readonly carries: { readonly perSecond: number; readonly perHour: number; readonly updatesShare: number }
  /** Meta's budget of a rolling day, where the record says how many people are engaged. */
  readonly budget: { readonly calls: number; readonly callsMax: number } | null
}

/** Why templates were not synchronised: not now, or a rule of ours or the platform's is broken. */
export type TemplatesRefusal =
  | { readonly reason: "page_unavailable" }
  | { readonly reason: "graph_refused" | "graph_unavailable" }

/** The desk. Every function @throws DatabaseError. */
export interface PageDesk {
  /** Bring a Page to what it must have at Meta. */
  setUp(page: PageId): Promise<boolean>
  listTemplates(page: PageId): Promise<readonly TemplateStatus[]>
  /** Create missing templates and look their status up. @param by an operator; none for a hint or the clock */
  syncTemplates(page: PageId, by?: AuditBy): Promise<Result<TemplateSync, TemplatesRefusal>>
  /** Give a Page another token, or prove the one it has, and let it speak. */
  reconnect(
    page: PageRecord,
    given: { readonly token?: Secret; readonly connectedBy?: string },
    by: AuditBy,
  ): Promise<Result<Recovery, ReconnectRefusal>>
  /** Keep a Page from sending and open its incident. @param reason a word of ours */
  stop(page: PageRecord, reason: string): Promise<void>
  isPaused(page: PageId): Promise<boolean>
  state(page: PageRecord): Promise<PageState>
  /** The clock: look at what is due. A fault at one Page is that Page's alone. */
  look(): Promise<void>
}

/** Pages looked at in one run of the clock. */
const LOOKED_AT_MAX = 50
/** A Page whose record or token cannot be read does not stand before the others. */
const UNREADABLE_MS = 15 * MINUTE_MS

/** A desk over one deployment's Pages. */
export function createPageDesk(given: PageDeskGiven): PageDesk {
  const { db, graph, pages, incidents, pageObject, now, log } = given
  const shelf: TemplateShelf = {
    list: (page) => listTemplateStatuses(db, page),
    put: (page, statuses) =>
      putTemplateStatuses(
        db,
        page,
        statuses.map(({ name, language, status }) => ({ name, language, status })),
        now(),
      ),
    delete: (page, gone) => deleteTemplateStatuses(db, page, gone),
  }
  const care: PageTemplateWorld = {
    graph,
    shelf,
    noticeTemplates: given.noticeTemplates,
    noticesGoOn: given.noticesGoOn,
    incidents,
    forget: given.forgetTemplates,
    lookAgainAt: (page, at) => setDue(db, page, "templates", at),
    now,
    log,
  }
  const stop = async (page: PageRecord, reason: string) => {
    await pageObject(page).pause({ v: 1, reason, now: now() })
    await incidents.open({ kind: "page_stopped", bank: page.bank, page: page.id, detail: reason })
  }
  const check: PageCheckWorld = {
    ...care,
    graph,
    appId: given.appId,
    appToken: given.appToken,
    pause: stop,
    lookAgainAt: (page, at) => setDue(db, page, "health", at),
  }
  const accessOf = async (id: PageId) => {
    const page = await pages.find(id)
    const bank = page.ok ? await given.findBank(page.value.record.bank) : undefined
    return page.ok && bank ? { page: page.value, bank } : undefined
  }
  async function syncTemplates(id: PageId, by?: AuditBy): Promise<Result<TemplateSync, TemplatesRefusal>> {
    const access = await accessOf(id)
    if (!access) return err({ reason: "page_unavailable" })
    const { bank } = access.page.record
    if (by) await write(db.batch([auditStatement(db, { ...by, bank, action: "templates.sync", object: id })]))
    const synced = await syncPageTemplates(care, access.page, access.bank)
    return synced.ok
      ? synced
      : err({ reason: isPassing(synced.error) ? "graph_unavailable" : "graph_refused" })
  }
  async function state(page: PageRecord): Promise<PageState> {
    const { v: _, updatesShare, callsInDay, ...report } = await pageObject(page).state({ v: 1, now: now() })
    const perSecond = leasedPerSecond(page.ceilingPerSecond)
    const { engagedPeople } = page
    return {
      ...report,
      carries: { perSecond, perHour: perSecond * (HOUR_MS / SECOND_MS), updatesShare },
      budget: engagedPeople === undefined ? null : { calls: callsInDay, callsMax: budgetOf(engagedPeople) },
    }
  }
  async function lookAtEach(ids: readonly PageId[], look: (id: PageId) => Promise<unknown>): Promise<void> {
    for (const id of ids)
      try {
        await look(id)
      } catch (fault) {
        log.error("page_look_fault", { page: id, ...describeFault(fault) })
      }
  }

  return {
    async setUp(id) {
      const access = await accessOf(id)
      return access ? setUpPage({ ...care, graph }, access.page, access.bank) : false
    },
    listTemplates: (page) => listTemplateStatuses(db, page),
    syncTemplates,
    async reconnect(page, { token, connectedBy }, by) {
      const present = token ? undefined : await pages.find(page.id)
      const proved = token ?? (present?.ok ? present.value.token : undefined)
      if (!proved) return err({ reason: "token_refused" })
      const swap = async () => {
        await replaceToken(db, page, await given.vault.seal(proved.reveal(), pagePlace(page)), by)
        pages.forget(page.id)
        await given.connect(page, connectedBy, by)
      }
      const { id, ceilingPerSecond } = page
      return reconnectPage(
        {
          graph,
          incidents,
          swap,
          resume: async () => pageObject(page).resume({ v: 1, now: now(), ceilingPerSecond }),
          log,
        },
        { id },
        proved,
        token !== undefined,
      )
    },
    stop,
    async isPaused(id) {
      const record = await pages.findRecord(id)
      return record.ok && (await state(record.value)).paused !== null
    },
    state,
    async look() {
      await lookAtEach(await listDue(db, "templates", now(), LOOKED_AT_MAX), async (id) => {
        const synced = await syncTemplates(id)
        if (!synced.ok && synced.error.reason === "page_unavailable")
          await care.lookAgainAt(id, now() + UNREADABLE_MS)
      })
      await lookAtEach(await listDue(db, "health", now(), LOOKED_AT_MAX), async (id) => {
        const page = await pages.find(id)
        if (page.ok) await checkPage(check, page.value)
        else await check.lookAgainAt(id, now() + UNREADABLE_MS)
      })
    },
  }
}

/** Whether asking again later may help, as far as the platform says. */
function isPassing(error: { readonly reason: string; readonly retry?: GraphRefusal["retry"] }): boolean {
  return error.retry !== undefined && error.retry !== "never"
}
