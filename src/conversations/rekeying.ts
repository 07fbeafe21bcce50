// Giving a person another key: everything their Conversation holds under the former one is sealed under the present one, state last, so
// that whoever opens the state under a key opens the rest too. The directory keeps both until a second call finds nothing left; a crash
// anywhere is mended by calling again. Also what the inbox holds under an outer key that is not the newest. Called by conversation.ts.

import type { SqlValue } from "../foundation/world.ts"
import { succeed, type InnerKey } from "../vault/vault.ts"
import type { Memory } from "./memory.ts"
import type { PersonWorld, Whom } from "./person-world.ts"
import { ledgerPlace, personKeyPlace, statePlace } from "./place.ts"

/** What a call did. */
export interface Rekeyed {
  /** Rows that lay under the former key, or in the inbox under an older outer key. */
  readonly moved: number
  /** Rows that open under neither: nobody reads them any more. */
  readonly unreadable: number
}

/** Both keys of a person, wrapped. Travels by RPC. */
export interface RekeyRequest {
  readonly v: 1
  readonly keys: { readonly wrappedKey: string; readonly formerWrappedKey: string }
}

/** Rows read and written at one time. */
const ROWS_AT_ONCE = 100

/** What an object stores under the person's key: one row a column. A test reads the object's tables against it and the inbox. */
export const SEALED_BY_PERSON = [
  { table: "ledger", row: "id", key: "key", column: "sealed", where: "1", place: ledgerPlace },
  { table: "facts", row: "name", key: "name", column: "value", where: "name = 'state'", place: statePlace },
] as const satisfies readonly {
  readonly table: string
  /** The column the table is ordered by. */
  readonly row: string
  readonly key: string
  readonly column: string
  readonly where: string
  readonly place: (whom: Whom, key: string) => string
}[]

/** Put all of it under the present key. @throws Error where a key does not open; DatabaseError */
export async function rekey(
  world: PersonWorld,
  memory: Memory,
  keys: RekeyRequest["keys"],
): Promise<Rekeyed> {
  const { whom } = memory
  if (!whom) return { moved: 0, unreadable: 0 }
  const [present, former] = await Promise.all([
    openKey(world, whom, keys.wrappedKey),
    openKey(world, whom, keys.formerWrappedKey),
  ])
  await memory.load()
  // From here on whatever is sealed is sealed under the present key; what was under way is found by the call after.
  memory.rekey(succeed(present, former))
  let moved = 0
  let unreadable = 0
  for (const { table, row, key, column, where, place } of SEALED_BY_PERSON) {
    const done = await reseal(world, { table, row, key, column, where }, async (id, sealed) => {
      const at = place(whom, id)
      if (sealed === "" || (await present.open(sealed, at)).ok) return "there"
      const text = await former.open(sealed, at)
      return text.ok ? { sealed: await present.seal(text.value, at) } : "unreadable"
    })
    moved += done.moved
    unreadable += done.unreadable
  }
  moved += await freshenInbox(world, whom)
  return { moved, unreadable }
}

/** Events in the inbox lie under a day key of the outer key that was the newest then. */
async function freshenInbox(world: PersonWorld, whom: Whom): Promise<number> {
  const { vault } = world
  const of = { table: "inbox", row: "key", key: "key", column: "sealed", where: "1" } as const
  const { moved } = await reseal(world, of, async (id, sealed) => {
    if (sealed.startsWith(`v1.${vault.newestKid}~`)) return "there"
    const owner = `${whom.person}|${id}`
    const text = await vault.openForDays("inbox", whom.page, owner, sealed)
    return text.ok ? { sealed: await vault.sealForDays("inbox", whom.page, owner, text.value) } : "unreadable"
  })
  return moved
}

/** A row: where it lies, what its value is bound to, the value. */
interface Found {
  readonly placed: string | number
  readonly named: string
  readonly held: string
}

/** Every row of a table through `anew`, some at a time. A row that changed meanwhile is left: whoever changed it sealed it. */
async function reseal(
  { sql }: PersonWorld,
  of: Readonly<Record<"table" | "row" | "key" | "column" | "where", string>>,
  anew: (id: string, sealed: string) => Promise<{ readonly sealed: string } | "there" | "unreadable">,
): Promise<Rekeyed> {
  const { table, row: place, key, column, where } = of
  let moved = 0
  let unreadable = 0
  for (let after: string | number | undefined; ;) {
    const { rows } = sql.exec<Found & Record<string, SqlValue>>(
      `SELECT ${place} AS placed, ${key} AS named, ${column} AS held FROM ${table} WHERE ${where} AND (? IS NULL OR ${place} > ?) ORDER BY ${place} LIMIT ?`,
      after ?? null,
      after ?? null,
      ROWS_AT_ONCE,
    )
    const done = await Promise.all(
      rows.map(async (row) => ({ row, to: await anew(row.named, row.held) }) as const),
    )
    sql.transaction(() => {
      for (const { row, to } of done)
        if (typeof to === "object")
          moved += sql.exec(
            `UPDATE ${table} SET ${column} = ? WHERE ${place} = ? AND ${column} = ?`,
            to.sealed,
            row.placed,
            row.held,
          ).rowsWritten
    })
    unreadable += done.filter(({ to }) => to === "unreadable").length
    const last = rows.at(-1)
    if (!last || rows.length < ROWS_AT_ONCE) return { moved, unreadable }
    after = last.placed
  }
}

async function openKey({ vault }: PersonWorld, whom: Whom, wrapped: string): Promise<InnerKey> {
  const key = await vault.openKey(wrapped, personKeyPlace(whom))
  if (!key.ok) throw new Error(`Cannot open a person's key: ${key.error.reason}`)
  return key.value
}
