// Callbacks on their way to the queue: those the bank wants, many to a message, sealed under the bank's key of the month, urgent ones
// apart. Whoever reports must not acknowledge anything before this says `ok` (P1). Posting to the bank is done by the queue's consumer.
// Composed by conversations/means.ts, for fan-out and the Conversations alike.

import { utf8 } from "../crypto/text.ts"
import { monthOf, type Now } from "../foundation/clock.ts"
import type { Outage } from "../foundation/failure.ts"
import { randomText, type BankId, type Random } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { CallbackJob } from "../jobs/job.ts"
import type { Post } from "../jobs/post.ts"
import type { BankRecord } from "./bank.ts"
import { isUrgent, isWanted, type Callback } from "./callback.ts"

/** A queue message is billed by 64 kB: a sealed job stays below, base64 and envelope included. */
const CLEAR_BYTES_MAX = 44_000
/** Two posts to the bank. */
const ITEMS_MAX = 200

/** Tell a bank. `ok` means that all of it is durable, or that the bank takes no callbacks; an outage that some may be: telling again is
 * harmless, the ids are the same. */
export type Report = (bank: BankId, callbacks: readonly Callback[]) => Promise<Result<void, Outage>>

/** Texts sealed under a bank's key of one month. */
type Sealing = (
  bank: BankId,
  month: string,
) => Promise<{ readonly seal: (text: string, place: string) => Promise<string> }>

/** What reporting needs. */
export interface ReportWorld {
  readonly findBank: (bank: BankId) => Promise<Result<BankRecord | undefined, Outage>>
  readonly forSealing: Sealing
  readonly post: Post
  readonly now: Now
  readonly random: Random
  readonly log: Log
}

/** A reporter over the queue `callbacks`. */
export function createReport(world: ReportWorld): Report {
  return async (id, callbacks) => {
    if (callbacks.length === 0) return ok(undefined)
    const bank = await world.findBank(id)
    if (!bank.ok) return bank
    const record = bank.value
    if (!record?.callbackUrl) return ok(undefined)
    const wanted = callbacks.filter((callback) => isWanted(callback, record))
    const urgent = wanted.filter(isUrgent)
    const postedAt = world.now()
    try {
      const jobs = [
        ...(await sealCallbacks(world, id, urgent, { urgent: true, postedAt })),
        ...(await sealCallbacks(
          world,
          id,
          wanted.filter((callback) => !isUrgent(callback)),
          { urgent: false, postedAt },
        )),
      ]
      return jobs.length > 0 ? await world.post("callbacks", jobs) : ok(undefined)
    } catch (fault) {
      world.log.error("callbacks_not_posted", { bank: id, ...describeFault(fault) })
      return err({ reason: "unavailable", retry: "later" })
    }
  }
}

/** Share callbacks out over jobs and seal each. Also used for what is left of a job. @throws where the bank has no key */
export async function sealCallbacks(
  world: Pick<ReportWorld, "forSealing" | "now" | "random">,
  bank: BankId,
  callbacks: readonly Callback[],
  about: Pick<CallbackJob, "urgent" | "postedAt">,
): Promise<readonly CallbackJob[]> {
  if (callbacks.length === 0) return []
  const month = monthOf(world.now())
  const key = await world.forSealing(bank, month)
  return Promise.all(
    shareOut(callbacks.map((callback) => JSON.stringify(callback))).map(async (texts) => {
      const id = `callback_${randomText(world.random)}`
      const sealed = await key.seal(`[${texts.join(",")}]`, callbackPlace(bank, id))
      return { v: 1, kind: "callback", bank, id, month, sealed, items: texts.length, ...about } as const
    }),
  )
}

/** Additional data of a job's seal: where it belongs, through queue and dead letter. */
export function callbackPlace(bank: BankId, id: string): string {
  return `${bank}|callbacks|${id}|told`
}

function shareOut(texts: readonly string[]): readonly (readonly string[])[] {
  const shares: string[][] = []
  let bytes = 0
  for (const text of texts) {
    const size = utf8(text).length + 1
    const last = shares.at(-1)
    if (!last || bytes + size > CLEAR_BYTES_MAX || last.length >= ITEMS_MAX) {
      shares.push([text])
      bytes = size
    } else {
      last.push(text)
      bytes += size
    }
  }
  return shares
}
