// The templates of notices to everybody: each notice has one of its own in every language of its bank, from the moment it may be told
// until it is over; then page-templates.ts, which goes by this list, retires it. Words are the notice's (conversations/notices).
// Composed by house.ts.

import type { BankRecord } from "../banks/bank.ts"
import type { ServiceNotice } from "../banks/event.ts"
import { ownTemplatesOf } from "../conversations/notices/service-notice.ts"
import type { Database } from "../db/database.ts"
import { templateStateOf, type TemplateSpec } from "../messenger/template.ts"
import { templateName } from "../messenger/template-sync.ts"
import type { TemplateStatus } from "../messenger/page-store.ts"
import type { Vault } from "../vault/vault.ts"
import { noticePlace } from "./notice-run.ts"
import { listTelling } from "./notice-run-store.ts"
import { languagesOf } from "./page-templates.ts"

/** How far the platform is with a notice's templates on a Page. */
export interface Decided {
  /** Approved or refused. */
  readonly count: number
  /** All of them are: who still waits waits for nothing. */
  readonly all: boolean
}

/** Templates of the notices a bank is telling now, or has stopped. @throws DatabaseError; Error for one that does not open */
export async function listNoticeTemplates(
  { db, vault }: { readonly db: Database; readonly vault: Pick<Vault, "open"> },
  bank: BankRecord,
): Promise<readonly TemplateSpec[]> {
  const runs = await listTelling(db, bank.id)
  const specs = await Promise.all(
    runs.map(async (run) => {
      const text = await vault.open(run.eventSealed, noticePlace(run))
      if (!text.ok) throw new Error(`Cannot open a notice: ${text.error.reason}`)
      return ownTemplatesOf(JSON.parse(text.value) as ServiceNotice, languagesOf(bank), bank.name)
    }),
  )
  return specs.flat()
}

/** How far the platform is. @param statuses of all templates of the Page */
export function decidedOf(
  event: ServiceNotice,
  bank: BankRecord,
  statuses: readonly Pick<TemplateStatus, "name" | "language" | "status">[],
): Decided {
  const states = new Map(statuses.map((each) => [templateName(each), templateStateOf(each.status)]))
  const specs = ownTemplatesOf(event, languagesOf(bank), bank.name)
  const count = specs.filter((spec) =>
    ["approved", "rejected"].includes(states.get(templateName(spec)) ?? "none"),
  ).length
  return { count, all: count === specs.length }
}
