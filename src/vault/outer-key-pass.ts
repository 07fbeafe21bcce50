// The pass over every outer column: what names an older key is put under the newest, and what names which key is counted on the way.
// Bounded a run, resumed where it stopped, begun again while anything old is left, and once a day besides. Called by the clock through
// outer-keys.ts. A row that comes up behind it under an older key is found by the next pass.

import { parseSealed } from "../crypto/seal.ts"
import type { Database } from "../db/database.ts"
import { SECOND_MS } from "../foundation/clock.ts"
import type { Log } from "../foundation/log.ts"
import {
  LAG_MS,
  LOOKED_AGAIN_MS,
  RECOUNT_MS,
  sum,
  type OuterKey,
  type Progress,
  type Tally,
} from "./outer-key.ts"
import {
  enterOuterKey,
  listOuterValues,
  putProgress,
  putTallies,
  replaceOuterValues,
  type OuterValue,
} from "./outer-key-store.ts"
import { OUTER_COLUMNS, outerPlace, type OuterColumn } from "./sealed-columns.ts"
import type { Vault } from "./vault.ts"

/** What the pass needs. `realNow` bounds a run. */
export interface PassWorld {
  readonly db: Database
  readonly vault: Pick<Vault, "rewrap">
  readonly newest: string
  readonly now: () => number
  readonly realNow: () => number
  readonly log: Log
}

/** A run ends here, and the next one, a minute later, goes on. */
const RUN_MS = 10 * SECOND_MS
const ROWS_A_READ = 250
/** Under this name stands what is no sealed text at all: it is logged, and no key is entered for it. */
const NO_KID = "?"

/** Whether a pass is due: one goes on, an old key was not counted since nobody seals under it, something old was left an hour ago (it
 * does not open, or came back from a backup), or the last was a day ago. */
export function isPassDue(register: readonly OuterKey[], newest: string, now: number): boolean {
  const own = register.find(({ kid }) => kid === newest)
  if (!own) return false
  if (own.progress.pass) return true
  const old = register.filter(({ kid, removedAt }) => kid !== newest && removedAt === undefined)
  if (old.some((key) => key.countedAt <= (key.replacedAt ?? 0) + LAG_MS)) return true
  const left = old.some((key) => sum(key.left) > 0)
  return now - own.countedAt >= (left ? LOOKED_AGAIN_MS : RECOUNT_MS)
}

/** Go on with the pass of the newest key, or begin one.
 * @returns whether it came to its end in this run */
export async function runPass(world: PassWorld, own: OuterKey): Promise<boolean> {
  const until = world.realNow() + RUN_MS
  let pass = own.progress.pass ?? { startedAt: world.now(), column: 0, after: 0, tally: {} }
  for (;;) {
    const column = OUTER_COLUMNS[pass.column]
    if (!column) break
    const values = await listOuterValues(world.db, column, pass.after, ROWS_A_READ)
    const tally = count(pass.tally, column, await rewrapAll(world, column, values))
    const last = values.at(-1)
    pass =
      values.length < ROWS_A_READ || !last
        ? { ...pass, column: pass.column + 1, after: 0, tally }
        : { ...pass, after: last.at, tally }
    if (world.realNow() >= until) break
  }
  if (OUTER_COLUMNS[pass.column]) {
    await putProgress(world.db, own.kid, { ...own.progress, pass })
    return false
  }
  const kids = Object.keys(pass.tally).filter((kid) => kid !== NO_KID)
  for (const kid of kids) await enterOuterKey(world.db, kid, world.now())
  // Counted from its beginning: what came up meanwhile may have been missed.
  await putTallies(world.db, pass.tally, pass.startedAt)
  const { pass: _, ...rest } = own.progress
  await putProgress(world.db, own.kid, rest satisfies Progress)
  return true
}

/** @returns the kids the values name after this */
async function rewrapAll(
  { db, vault, newest, log }: PassWorld,
  column: OuterColumn,
  values: readonly OuterValue[],
): Promise<readonly string[]> {
  const changes: { readonly from: OuterValue; readonly sealed: string }[] = []
  const kids: string[] = []
  const reasons = new Set<string>()
  for (const from of values) {
    const kid = kidOf(from.sealed)
    if (kid === newest) {
      kids.push(kid)
      continue
    }
    const anew = await vault.rewrap(from.sealed, outerPlace(column, from.bank, from.row))
    if (anew.ok) changes.push({ from, sealed: anew.value })
    else reasons.add(anew.error.reason)
    kids.push(anew.ok ? newest : kid)
  }
  await replaceOuterValues(db, column, changes)
  const { table, column: name } = column
  if (reasons.size > 0)
    log.error("outer_values_sealed", { table, column: name, reason: [...reasons].join(" ") })
  return kids
}

function kidOf(sealed: string): string {
  const parsed = parseSealed(sealed)
  return parsed.ok ? parsed.value.kid : NO_KID
}

function count(
  tally: Readonly<Record<string, Tally>>,
  { table }: OuterColumn,
  kids: readonly string[],
): Readonly<Record<string, Tally>> {
  const counted: Record<string, Tally> = { ...tally }
  for (const kid of kids) counted[kid] = { ...counted[kid], [table]: (counted[kid]?.[table] ?? 0) + 1 }
  return counted
}
