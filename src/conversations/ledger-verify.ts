// Checking one person's ledger, and reading it as receipts: every row's mark, every receipt against the chain, every day, and the heads that
// were anchored elsewhere. A bit changed anywhere in `ledger` or `days` is found. Reads only; needs the person's key.

import type { BankEventType } from "../banks/event.ts"
import type { Purpose } from "../foundation/purpose.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { Sql } from "../foundation/world.ts"
import type { InnerKey } from "../vault/vault.ts"
import type { Entry } from "./entry.ts"
import { headOfDay, listDays, markOfDay } from "./ledger-days.ts"
import { markOf, NO_RECEIPTS, nextHead, type ChainHead } from "./ledger-chain.ts"
import { listRows, type LedgerRow, type LedgerState } from "./ledger.ts"
import { openEntry } from "./perform.ts"
import type { Whom } from "./person-world.ts"
import { dataOfEvent, leafOf, DATA_OF_QUESTION, type DataKind } from "./receipt.ts"

/** Whose ledger, and what opens it. */
export interface LedgerHolder {
  readonly sql: Sql
  readonly whom: Whom
  readonly key: InnerKey
}

/** What is wrong with a ledger, and at which receipt or day (days since 1970-01-01). */
export type ChainRefusal =
  | { readonly reason: "row_changed"; readonly n: number }
  | { readonly reason: "receipt_changed"; readonly n: number }
  | { readonly reason: "receipt_missing"; readonly n: number }
  | { readonly reason: "day_changed"; readonly day: number }
  | { readonly reason: "not_as_anchored"; readonly n: number }

/** A ledger that is whole. */
export interface VerifiedChain extends ChainHead {
  /** Receipts that lie there. */
  readonly receipts: number
  /** Days that older ones were put into. */
  readonly days: number
  /** Rows from before the chain began: only their content proves itself. */
  readonly unchained: number
}

/** One line of "who used my data". */
export interface Receipt {
  /** Order in the chain. */
  readonly n: number
  readonly at: number
  /** `told`: said in the chat; `asked`: read at the bank. */
  readonly kind: "told" | "asked"
  /** None where it held no bank data: an answer, a notice about the link. */
  readonly purpose?: Purpose
  readonly data?: DataKind
  /** The bank's event it was told of. */
  readonly event?: BankEventType
  /** What became of it: the row's state, or how the question ended. */
  readonly outcome: LedgerState | "none" | "dropped"
}

/** Check a whole ledger.
 * @param anchors heads that lie in the audit log, whichever of their receipts is still here */
export async function verifyChain(
  holder: LedgerHolder,
  anchors: readonly ChainHead[] = [],
): Promise<Result<VerifiedChain, ChainRefusal>> {
  const heads = new Map<number, string>([[0, NO_RECEIPTS.head]])
  const days = listDays(holder.sql)
  let end: ChainHead | undefined
  for (const day of days) {
    const follows = end === undefined || day.through === end.n + day.count
    if (day.mark !== markOfDay(day) || !follows) return err({ reason: "day_changed", day: day.day })
    end = headOfDay(day)
    heads.set(end.n, end.head)
  }
  let { n, head } = end ?? NO_RECEIPTS
  const rows = listRows(holder.sql)
  const chained = rows.filter((row) => row.n !== 0)
  for (const row of rows) {
    // Whether a row stands outside the chain is itself under its mark; the oldest ones have none.
    if ((row.n !== 0 || row.mark !== "") && row.mark !== markOf(row))
      return err({ reason: "row_changed", n: row.n })
    const entry = await openEntry(holder, row)
    if (!entry) return err({ reason: "receipt_changed", n: row.n })
    if (row.n === 0) continue
    if (row.n !== n + 1) return err({ reason: "receipt_missing", n: n + 1 })
    if (row.chain !== nextHead(head, leafOf(row.key, entry)))
      return err({ reason: "receipt_changed", n: row.n })
    ;({ n, chain: head } = row)
    heads.set(n, head)
  }
  for (const anchor of anchors) {
    const known = heads.get(anchor.n)
    if (anchor.n > n || (known !== undefined && known !== anchor.head))
      return err({ reason: "not_as_anchored", n: anchor.n })
  }
  return ok({
    n,
    head,
    receipts: chained.length,
    days: days.length,
    unchained: rows.length - chained.length,
  })
}

/** Every receipt that lies there and opens, oldest first. */
export async function listReceipts(holder: LedgerHolder): Promise<readonly Receipt[]> {
  const receipts: Receipt[] = []
  for (const row of listRows(holder.sql)) {
    const entry = await openEntry(holder, row)
    if (entry) receipts.push(...receiptsOf(row, entry))
  }
  return receipts
}

function receiptsOf(row: LedgerRow, entry: Entry): readonly Receipt[] {
  const { n } = row
  const asked = (entry.asked ?? []).map(({ question, purpose, at, came }): Receipt => ({
    n,
    at,
    kind: "asked",
    purpose,
    data: DATA_OF_QUESTION[question],
    outcome: came,
  }))
  const first = entry.asked?.[0]
  const { cause } = entry
  const about =
    cause.kind === "event"
      ? { purpose: cause.purpose, data: dataOfEvent(cause.type), event: cause.type }
      : entry.purpose === undefined
        ? {}
        : { purpose: entry.purpose, ...(first ? { data: DATA_OF_QUESTION[first.question] } : {}) }
  return [...asked, { n, at: row.at, kind: "told", ...about, outcome: row.state }]
}
