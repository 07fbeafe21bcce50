// The register of outer keys, and the outer columns of every table as the pass over them reads and re-wraps them. Only this file names
// `vault_keys`; the others it touches by sealed-columns.ts, one column, compared with what was read. Used by outer-keys.ts and its pass.

import { and, eq, isNull, sql } from "drizzle-orm"
import type { AuditBy } from "../audit/audit.ts"
import { auditStatement } from "../audit/audit-store.ts"
import { read, write, type Database } from "../db/database.ts"
import { vaultKeys } from "../db/schema.ts"
import type { OuterKey, Progress, Tally } from "./outer-key.ts"
import type { OuterColumn } from "./sealed-columns.ts"

const NO_PROGRESS: Progress = { v: 1 }

/** Every key of the register, in the order they came. */
export async function listOuterKeys(db: Database): Promise<readonly OuterKey[]> {
  const rows = await read(db.select().from(vaultKeys).orderBy(vaultKeys.firstSeenAt, vaultKeys.kid))
  return rows.map((row) => {
    const { kid, firstSeenAt, left, countedAt, progress } = row
    const { replacedAt, compromisedAt, renewedAt, removedAt } = row
    return {
      kid,
      firstSeenAt,
      left: JSON.parse(left) as Tally,
      countedAt,
      progress: JSON.parse(progress) as Progress,
      ...(replacedAt === null ? {} : { replacedAt }),
      ...(compromisedAt === null ? {} : { compromisedAt }),
      ...(renewedAt === null ? {} : { renewedAt }),
      ...(removedAt === null ? {} : { removedAt }),
    }
  })
}

/** Enter a key that seals, or that a row names. Nothing where it is known. */
export async function enterOuterKey(db: Database, kid: string, at: number): Promise<void> {
  const row = { kid, firstSeenAt: at, left: "{}", countedAt: 0, progress: JSON.stringify(NO_PROGRESS) }
  await write(db.insert(vaultKeys).values(row).onConflictDoNothing())
}

/** Have exactly this one be the newest: it is replaced by none, the others by it since now where they were not before. */
export async function markNewest(db: Database, kid: string, at: number): Promise<void> {
  await write(
    db.batch([
      db.update(vaultKeys).set({ replacedAt: null }).where(eq(vaultKeys.kid, kid)),
      db
        .update(vaultKeys)
        .set({ replacedAt: at })
        .where(and(sql`${vaultKeys.kid} <> ${kid}`, isNull(vaultKeys.replacedAt))),
    ]),
  )
}

/** Remember where a key's passes stand. */
export async function putProgress(db: Database, kid: string, progress: Progress): Promise<void> {
  await write(
    db
      .update(vaultKeys)
      .set({ progress: JSON.stringify(progress) })
      .where(eq(vaultKeys.kid, kid)),
  )
}

/** A pass has seen every row: what each key is still named by. Keys that none names have none left. */
export async function putTallies(
  db: Database,
  tallies: Readonly<Record<string, Tally>>,
  at: number,
): Promise<void> {
  const named = Object.entries(tallies).map(([kid, left]) =>
    db
      .update(vaultKeys)
      .set({ left: JSON.stringify(left) })
      .where(eq(vaultKeys.kid, kid)),
  )
  await write(db.batch([db.update(vaultKeys).set({ left: "{}", countedAt: at }), ...named]))
}

/** What becomes of a key by somebody's act, with its line of the trail; `set` holds where the guard does.
 * @returns `false` where it was so already */
export async function changeOuterKey(
  db: Database,
  kid: string,
  change: "compromisedAt" | "removedAt",
  by: AuditBy,
): Promise<boolean> {
  const action = change === "compromisedAt" ? "vault_key.compromised" : "vault_key.remove"
  const [rows] = await write(
    db.batch([
      db
        .update(vaultKeys)
        .set({ [change]: by.at })
        .where(and(eq(vaultKeys.kid, kid), isNull(vaultKeys[change])))
        .returning({ kid: vaultKeys.kid }),
      auditStatement(db, { ...by, bank: "*", action, object: kid }),
    ]),
  )
  return rows.length === 1
}

/** Everything under a compromised key is under others. */
export async function markRenewed(db: Database, kid: string, at: number): Promise<void> {
  await write(
    db
      .update(vaultKeys)
      .set({ renewedAt: at })
      .where(and(eq(vaultKeys.kid, kid), isNull(vaultKeys.renewedAt))),
  )
}

/** One value of an outer column. `at` is the row's number in its table: the order of the pass. */
export interface OuterValue {
  readonly at: number
  readonly bank: string
  readonly row: string
  readonly sealed: string
}

/** The next values of a column, in the order of their rows; rows where nothing lies are left out. */
export async function listOuterValues(
  db: Database,
  { table, column, bank, row }: OuterColumn,
  after: number,
  limit: number,
): Promise<readonly OuterValue[]> {
  const name = (text: string) => sql.identifier(text)
  return read(
    db.all<OuterValue>(
      sql`select rowid as at, ${name(bank)} as bank, ${name(row)} as "row", ${name(column)} as sealed from ${name(table)}
        where rowid > ${after} and ${name(column)} <> '' order by rowid limit ${limit}`,
    ),
  )
}

/** Put values under another key. One that has changed since it was read is left as it is. */
export async function replaceOuterValues(
  db: Database,
  { table, column, bank, row }: OuterColumn,
  changes: readonly { readonly from: OuterValue; readonly sealed: string }[],
): Promise<void> {
  if (changes.length === 0) return
  const name = (text: string) => sql.identifier(text)
  const list = JSON.stringify(changes.map(({ from, sealed }) => [from.bank, from.row, from.sealed, sealed]))
  await write(
    db.run(
      sql`update ${name(table)} set ${name(column)} = change.value ->> 3 from json_each(${list}) as change
        where ${name(table)}.${name(bank)} = change.value ->> 0 and ${name(table)}.${name(row)} = change.value ->> 1
        and ${name(table)}.${name(column)} = change.value ->> 2`,
    ),
  )
}
