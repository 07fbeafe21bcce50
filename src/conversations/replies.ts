// What a turn says, as rows of the ledger: one a message, with the receipt of what was read for it. Where a question to the bank ended
// without a word, its receipt is a row alone. Pure but for sealing; person.ts claims the rows with the state they belong to.

import { randomText } from "../foundation/id.ts"
import type { Asked, Cause, Entry } from "./entry.ts"
import type { Utterance } from "./leave.ts"
import { LANES, type Claim } from "./ledger.ts"
import type { Sender } from "./perform.ts"
import { ledgerPlace } from "./place.ts"
import { createReceipt, leafOf } from "./receipt.ts"
import { writeEntry } from "./entry-form.ts"

/** The rows of one turn, in the order they are said.
 * @param asked questions that ended with it: they stand in the first row's receipt */
export function replyRows(
  sender: Pick<Sender, "world" | "whom" | "key">,
  cause: Cause & { readonly kind: "reply" },
  say: readonly Utterance[],
  asked: readonly Asked[],
): Promise<readonly Claim[]> {
  const { random } = sender.world
  const { at } = cause
  const entries: readonly Entry[] =
    say.length === 0 && asked.length > 0
      ? [{ v: 1, ...createReceipt(random, at, undefined, asked), cause }]
      : say.map((utterance, index) => ({
          v: 1,
          ...createReceipt(random, at, utterance, index === 0 ? asked : []),
          utterance,
          cause,
        }))
  return Promise.all(entries.map((entry, index) => replyRow(sender, cause, entry, index)))
}

async function replyRow(
  { world, whom, key }: Pick<Sender, "world" | "whom" | "key">,
  { order, urgent, at }: Cause & { readonly kind: "reply" },
  entry: Entry,
  index: number,
): Promise<Claim> {
  const name = `r_${order}_${index}_${randomText(world.random, 6)}`
  return {
    key: name,
    lane: LANES.replies,
    seq: order + index / 100,
    ...(entry.utterance
      ? ({ state: "queued", reason: urgent ? "urgent" : "" } as const)
      : ({ state: "suppressed", reason: "not_linked" } as const)),
    at,
    dueAt: at,
    sends: 0,
    sealed: await key.seal(writeEntry(entry), ledgerPlace(whom, name)),
    leaf: leafOf(name, entry),
  }
}
