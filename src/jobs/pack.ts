// A pack: one queue message with many people's events of one bank, sealed once as a whole. At most 60 kB and 150 items,
// so that it costs one 64 kB unit and one consumer invocation can tell everybody in it. Each item keeps its own attempts.
// Sealing is given: this file knows sizes and shapes only.

import type { BankId, PackId, PageId } from "../foundation/id.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import { utf8 } from "../crypto/text.ts"
import type { Lane, PackJob } from "./job.ts"

/** Bytes of a sealed pack, base64 included. */
export const PACK_BYTES_MAX = 60_000
export const PACK_ITEMS_MAX = 150
/** Sealing adds 28 bytes, base64 a third, the job's envelope some 300. */
const CLEAR_BYTES_MAX = Math.floor(((PACK_BYTES_MAX - 400) * 3) / 4) - 28

/** One event on its way to one customer. */
export interface PackItem<Event> {
  readonly event: Event
  /** Attempts that count: an outage costs none. */
  readonly attempts: number
}

/** Additional data of a pack: it stays through queue, Page row and dead letter. */
export function packPlace(bank: BankId, pack: PackId): string {
  return `${bank}|pack|${pack}|events`
}

/** Share items out into packs and seal each.
 * @returns refusal `item_too_large` with the item's index where one alone does not fit */
export async function sealPacks<Event>(
  items: readonly PackItem<Event>[],
  about: {
    readonly lane: Lane
    readonly bank: BankId
    readonly month: string
    readonly now: number
    readonly page?: PageId
    readonly shard?: number
  },
  given: {
    readonly createPackId: () => PackId
    readonly seal: (text: string, place: string) => Promise<string>
  },
): Promise<Result<readonly PackJob[], { readonly reason: "item_too_large"; readonly index: number }>> {
  const packs: string[][] = []
  let bytes = CLEAR_BYTES_MAX + 1
  for (const [index, item] of items.entries()) {
    const text = JSON.stringify(item)
    const size = utf8(text).length + 1
    if (size > CLEAR_BYTES_MAX - 2) return err({ reason: "item_too_large", index })
    const last = packs[packs.length - 1]
    if (!last || bytes + size > CLEAR_BYTES_MAX - 2 || last.length >= PACK_ITEMS_MAX) {
      packs.push([text])
      bytes = size
    } else {
      last.push(text)
      bytes += size
    }
  }
  const jobs = packs.map(async (texts): Promise<PackJob> => {
    const pack = given.createPackId()
    const sealed = await given.seal(`[${texts.join(",")}]`, packPlace(about.bank, pack))
    return {
      v: 1,
      kind: "pack",
      lane: about.lane,
      bank: about.bank,
      pack,
      month: about.month,
      sealed,
      items: texts.length,
      postedAt: about.now,
      ...(about.shard ? { shard: about.shard } : {}),
      ...(about.page === undefined ? {} : { page: about.page }),
    }
  })
  return ok(await Promise.all(jobs))
}

/** Open a pack. */
export async function openPack<Event, Refusal>(
  job: PackJob,
  open: (sealed: string, place: string) => Promise<Result<string, Refusal>>,
): Promise<Result<readonly PackItem<Event>[], Refusal>> {
  const text = await open(job.sealed, packPlace(job.bank, job.pack))
  if (!text.ok) return text
  return ok(JSON.parse(text.value) as readonly PackItem<Event>[])
}
