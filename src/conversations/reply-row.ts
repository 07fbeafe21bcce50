// What a turn says, as rows of the ledger: sealed, queued behind what was said before. Composed by person.ts.

import { randomText } from "../foundation/id.ts"
import type { Entry } from "./entry.ts"
import { LANES, type LedgerRow } from "./ledger.ts"
import type { Sender } from "./perform.ts"
import { ledgerPlace } from "./place.ts"

/** A reply as a row. @param index its place among what the turn says */
export async function replyRow(
  { key, whom, world }: Sender,
  entry: Entry & { readonly cause: { readonly kind: "reply" } },
  index: number,
): Promise<LedgerRow> {
  const { order, urgent, at } = entry.cause
  const name = `r_${order}_${index}_${randomText(world.random, 6)}`
  return {
    key: name,
    lane: LANES.replies,
    seq: order + index / 100,
    state: "queued",
    reason: urgent ? "urgent" : "",
    at,
    dueAt: at,
    sends: 0,
    sealed: await key.seal(JSON.stringify(entry), ledgerPlace(whom, name)),
  }
}
