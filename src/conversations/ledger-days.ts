// What is left of receipts after ninety days: for each day how many there were and the chain's head at the last of them. Rows go from
// the chain's beginning only, so that what stays hangs together; the newest day stays for ever, for the chain goes on from it.

import { DAY_MS, dayOf } from "../foundation/clock.ts"
import type { Sql } from "../foundation/world.ts"
import { markOfAll, type ChainHead } from "./ledger-chain.ts"

/** A settled row is kept as the receipt for this long … */
export const RECEIPT_KEPT_MS = 90 * DAY_MS
/** … and its day for thirteen months. */
export const DAYS_KEPT = 396

/** What is left of one day's receipts. */
export interface LedgerDay {
  /** Days since 1970-01-01, UTC. */
  readonly day: number
  readonly count: number
  /** Number of its last receipt. */
  readonly through: number
  /** The chain's head there. */
  readonly head: string
  readonly mark: string
}

/** Put receipts past their term into their days, and forget days past theirs. One transaction; harmless to repeat.
 * @param textKeptMs a receipt stays at least as long as its text */
export function foldLedger(sql: Sql, now: number, textKeptMs = 0): void {
  const before = now - Math.max(RECEIPT_KEPT_MS, textKeptMs)
  sql.transaction(() => {
    // From before the chain began: nothing hangs on them.
    sql.exec("DELETE FROM ledger WHERE n = 0 AND state NOT IN ('queued', 'sending') AND at < ?", before)
    const [kept] = sql.exec<{ n: number | null }>(
      "SELECT min(n) AS n FROM ledger WHERE n > 0 AND (state IN ('queued', 'sending') OR at >= ?)",
      before,
    ).rows
    const old = sql.exec<{ n: number; at: number; chain: string }>(
      "SELECT n, at, chain FROM ledger WHERE n > 0 AND n < ? ORDER BY n",
      kept?.n ?? Number.MAX_SAFE_INTEGER,
    ).rows
    for (const day of daysOf(listDays(sql).at(-1), old)) putDay(sql, day)
    const last = old.at(-1)
    if (last) sql.exec("DELETE FROM ledger WHERE n > 0 AND n <= ?", last.n)
    sql.exec("DELETE FROM days WHERE day < ? AND day < (SELECT max(day) FROM days)", dayOf(now) - DAYS_KEPT)
  })
}

/** The days that are kept, oldest first. */
export function listDays(sql: Sql): readonly LedgerDay[] {
  return sql.exec<LedgerDay & Record<string, string | number>>(
    "SELECT day, count, through, head, mark FROM days ORDER BY day",
  ).rows
}

/** The mark a day's row must carry. */
export function markOfDay({ day, count, through, head }: Omit<LedgerDay, "mark">): string {
  return markOfAll([day, count, through, head])
}

/** The end of a day's receipts. */
export function headOfDay({ through, head }: LedgerDay): ChainHead {
  return { n: through, head }
}

/** The days of these rows. A row claimed earlier but sent later counts where its successor does: days follow the chain. */
function daysOf(
  newest: LedgerDay | undefined,
  rows: readonly { readonly n: number; readonly at: number; readonly chain: string }[],
): readonly Omit<LedgerDay, "mark">[] {
  const days = new Map<number, Omit<LedgerDay, "mark">>()
  if (newest && rows.length > 0) days.set(newest.day, newest)
  let day = newest?.day ?? 0
  for (const { n, at, chain } of rows) {
    day = Math.max(day, dayOf(at))
    days.set(day, { day, count: (days.get(day)?.count ?? 0) + 1, through: n, head: chain })
  }
  return [...days.values()].filter((each) => each !== newest)
}

function putDay(sql: Sql, day: Omit<LedgerDay, "mark">): void {
  sql.exec(
    "INSERT INTO days (day, count, through, head, mark) VALUES (?, ?, ?, ?, ?) ON CONFLICT (day) DO UPDATE SET count = excluded.count, through = excluded.through, head = excluded.head, mark = excluded.mark",
    day.day,
    day.count,
    day.through,
    day.head,
    markOfDay(day),
  )
}
