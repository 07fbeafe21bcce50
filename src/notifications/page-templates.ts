// A Page's utility templates, kept as its notices need them: create what is missing in the languages its bank offers, follow their
// status, and say where one cannot be used. A hint of the webhook, the clock and an operator all come here; repeating it changes nothing.
// Words are beside the notices (conversations/notices), the steps at Meta messenger/template-sync.ts. Composed by worker.ts.

import type { BankRecord } from "../banks/bank.ts"
import { listTemplates } from "../conversations/notices/compose.ts"
import { HOUR_MS, MINUTE_MS, type Now } from "../foundation/clock.ts"
import type { PageId } from "../foundation/id.ts"
import type { Log } from "../foundation/log.ts"
import type { Result } from "../foundation/result.ts"
import type { Graph } from "../messenger/client.ts"
import type { PageAccess } from "../messenger/page-directory.ts"
import type { GraphRefusal } from "../messenger/refusal.ts"
import { templateStateOf, type TemplateRefusal, type TemplateSpec } from "../messenger/template.ts"
import {
  syncTemplates,
  templateName,
  type TemplateShelf,
  type TemplateSync,
} from "../messenger/template-sync.ts"
import { LANGUAGES, findLanguage, type Language } from "../phrases/catalogue.ts"
import type { Incidents } from "./incidents.ts"

/** What looking after templates needs. */
export interface PageTemplateWorld {
  readonly graph: Pick<Graph, "listTemplates" | "createTemplate">
  readonly shelf: TemplateShelf
  /** Statuses were written: what an isolate remembers of them is old. */
  readonly forget: (page: PageId) => void
  /** Those a bank's notices have of their own. @throws DatabaseError */
  readonly noticeTemplates: (bank: BankRecord) => Promise<readonly TemplateSpec[]>
  /** A status of one of those is new. @throws DatabaseError */
  readonly noticesGoOn: (page: PageId) => Promise<void>
  readonly incidents: Pick<Incidents, "settle">
  /** Have the clock look again then. While a template is under review the clock looks each minute in any case. */
  readonly lookAgainAt: (page: PageId, at: number) => Promise<void>
  readonly now: Now
  readonly log: Log
}

/** With nothing under review. */
const LOOK_EVERY_MS = HOUR_MS
/** After a look that failed. */
const LOOK_AGAIN_MS = 5 * MINUTE_MS
/** Meta's word for a template it never took; whatever else cannot be used was taken out of use. */
const REJECTED = "REJECTED"

/** The languages a bank offers that there are words in. */
export function languagesOf(bank: Pick<BankRecord, "languages">): readonly Language[] {
  return LANGUAGES.filter((language) => bank.languages.some((each) => findLanguage(each) === language))
}

/** A notice's template the platform never took counts as one it refused: nobody waits for it. */
async function keepRefused(
  { shelf }: Pick<PageTemplateWorld, "shelf">,
  page: PageId,
  { refused }: TemplateSync,
  own: ReadonlySet<string>,
): Promise<void> {
  const rows = refused.flatMap(({ template, refusal }) => {
    const [name = "", language = ""] = template.split(" ")
    return own.has(template) && refusal.retry === "never" ? [{ name, language, status: REJECTED }] : []
  })
  if (rows.length > 0) await shelf.put(page, rows)
}

/** Synchronise a Page's templates, and open or close an incident for each that cannot be used. @throws DatabaseError */
export async function syncPageTemplates(
  world: PageTemplateWorld,
  page: PageAccess,
  bank: BankRecord,
  signal?: AbortSignal,
): Promise<Result<TemplateSync, GraphRefusal | TemplateRefusal>> {
  const { shelf, incidents, now, log } = world
  const { id } = page.record
  const offered: readonly string[] = languagesOf(bank)
  const own = await world.noticeTemplates(bank)
  const specs = [...listTemplates().filter((spec) => offered.includes(spec.language)), ...own]
  const synced = await syncTemplates(world, id, page.token, specs, signal)
  if (synced.ok) await keepRefused(world, id, synced.value, new Set(own.map(templateName)))
  world.forget(id)
  if (synced.ok && own.length > 0 && synced.value.written > 0) await world.noticesGoOn(id)
  if (!synced.ok) {
    log.warn("page_templates_not_synced", { page: id, reason: synced.error.reason })
    await world.lookAgainAt(id, now() + LOOK_AGAIN_MS)
    return synced
  }
  const wanted = new Set(specs.map(templateName))
  const unusable = (await shelf.list(id)).filter(
    (each) => wanted.has(templateName(each)) && templateStateOf(each.status) === "rejected",
  )
  const isRejected = ({ status }: { readonly status: string }) => status.toUpperCase() === REJECTED
  const about = { bank: page.record.bank, page: id }
  await incidents.settle({ kind: "template_rejected", ...about }, [
    ...unusable.filter(isRejected).map(templateName),
    ...synced.value.refused.map(({ template }) => template),
  ])
  await incidents.settle(
    { kind: "template_paused", ...about },
    unusable.filter((each) => !isRejected(each)).map(templateName),
  )
  await world.lookAgainAt(id, now() + LOOK_EVERY_MS)
  return synced
}
