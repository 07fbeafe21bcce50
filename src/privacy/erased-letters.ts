// What waited of an erased person among the dead letters: webhook events of theirs go whole, packs and callbacks are sealed anew without
// the customer's items. A bank still hears that a link of its customer has ended. Called by erasure.ts; rows are dead-letter-job-store.ts.

import type { Callback } from "../banks/callback.ts"
import { callbackPlace } from "../banks/callback-queue.ts"
import type { BankEvent } from "../banks/event.ts"
import type { Pseudonyms } from "../crypto/pseudonym.ts"
import type { Database } from "../db/database.ts"
import type { BankId } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import { parseJob, type CallbackJob, type PackJob } from "../jobs/job.ts"
import { openPack, packPlace, type PackItem } from "../jobs/pack.ts"
import {
  deleteLetters,
  deleteLettersOfPerson,
  listLetterJobs,
  replaceLetterJob,
} from "../notifications/dead-letter-job-store.ts"
import type { PackKeys } from "../vault/pack-keys.ts"
import type { OpenErasure } from "./erasure-store.ts"

/** Letters looked at in one step: each that holds something of theirs is a statement more. Ten erasures may be one batch. */
export const LETTERS_A_STEP = 60
const PAGE_LETTERS = 20

/** Take a person out of their bank's dead letters, some at a time. Harmless to repeat.
 * @param customers pseudonyms of customers nobody else is linked to
 * @param after the step before returned it; '' begins
 * @returns where the next step begins; `undefined` once all were looked at */
export type ForgetLetters = (
  erasure: Pick<OpenErasure, "person" | "bank">,
  customers: readonly string[],
  after: string,
) => Promise<string | undefined>

/** Over the directory. */
export function createForgetLetters(given: {
  readonly db: Database
  readonly packKeys: Pick<PackKeys, "forOpening">
  readonly customerOf: Pseudonyms["customerOf"]
  readonly log: Log
}): ForgetLetters {
  const { db, packKeys, log } = given

  async function isTheirs(bank: BankId, reference: string, customers: readonly string[]): Promise<boolean> {
    return reference !== "" && customers.includes(await given.customerOf(bank, reference))
  }

  /** The job without their items; `undefined` where none is left, the job itself where none was theirs. */
  async function without(
    job: PackJob | CallbackJob,
    customers: readonly string[],
  ): Promise<PackJob | CallbackJob | undefined> {
    const key = await packKeys.forOpening(job.bank, job.month)
    if (job.kind === "pack") {
      const items = await openPack<BankEvent, { readonly reason: string }>(job, key.open)
      if (!items.ok) return job
      const kept = await keep(items.value, async ({ event }: PackItem<BankEvent>) =>
        isTheirs(job.bank, event.customer, customers),
      )
      if (kept.length === items.value.length) return job
      const sealed = await key.seal(JSON.stringify(kept), packPlace(job.bank, job.pack))
      return kept.length === 0 ? undefined : { ...job, sealed, items: kept.length }
    }
    const place = callbackPlace(job.bank, job.id)
    const text = await key.open(job.sealed, place)
    if (!text.ok) return job
    const told = JSON.parse(text.value) as readonly Callback[]
    const kept = await keep(told, async (callback) =>
      callback.kind === "link" ? false : isTheirs(job.bank, callback.customer, customers),
    )
    if (kept.length === told.length) return job
    const sealed = await key.seal(JSON.stringify(kept), place)
    return kept.length === 0 ? undefined : { ...job, sealed, items: kept.length }
  }

  return async ({ person, bank }, customers, from) => {
    if (from === "") await deleteLettersOfPerson(db, bank, person)
    if (customers.length === 0) return undefined
    let after = from
    for (let seen = 0; seen < LETTERS_A_STEP; seen += PAGE_LETTERS) {
      const page = await listLetterJobs(db, bank, PAGE_LETTERS, after)
      for (const letter of page) {
        const job = parseJob(letter.job)
        if (!job.ok || (job.value.kind !== "pack" && job.value.kind !== "callback")) continue
        try {
          const left = await without(job.value, customers)
          if (left === undefined) await deleteLetters(db, [letter.id])
          else if (left !== job.value) await replaceLetterJob(db, letter, left)
        } catch (fault) {
          // A letter whose key is gone opens for nobody.
          log.warn("letter_not_opened", describeFault(fault))
        }
      }
      after = page.at(-1)?.id ?? after
      if (page.length < PAGE_LETTERS) return undefined
    }
    return after
  }
}

async function keep<T>(items: readonly T[], isGone: (item: T) => Promise<boolean>): Promise<readonly T[]> {
  const gone = await Promise.all(items.map(isGone))
  return items.filter((_, index) => !gone[index])
}
