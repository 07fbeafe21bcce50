// Which refusals are kept. Whoever posts to a bank's address may be a stranger, and no stranger makes us write for each request (P15):
// an isolate writes what it noted at most once in ten seconds, at most ten a bank and two of one kind. The rest is counted in the log.
// Composed by doors.ts, once an isolate.

import { SECOND_MS, type Now } from "../foundation/clock.ts"
import type { BankId } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import type { RefusalNote } from "./intake-given.ts"
import type { KeptRefusal } from "./refusal-store.ts"

/** Between two writings of one isolate. */
export const NOTES_EVERY_MS = 10 * SECOND_MS
/** Of one bank, in one writing. */
export const NOTES_A_BANK_MAX = 10
/** With the same way in, reason and key, in one writing. */
export const NOTES_ALIKE_MAX = 2
const BANKS_MAX = 20

/** @param given.wait resolves after that long; the writing is kept alive by `waitUntil`
 * @param given.realNow the real clock, for the pace */
export function createRefusalNotes(given: {
  readonly keep: (bank: BankId, notes: readonly KeptRefusal[]) => Promise<void>
  readonly waitUntil: (work: Promise<void>) => void
  readonly wait: (ms: number) => Promise<unknown>
  readonly now: Now
  readonly realNow: Now
  readonly log: Log
}): (note: RefusalNote) => void {
  let noted = new Map<BankId, KeptRefusal[]>()
  let writtenAt = Number.NEGATIVE_INFINITY
  let underWay = false

  async function write(): Promise<void> {
    try {
      const waitMs = writtenAt + NOTES_EVERY_MS - given.realNow()
      if (waitMs > 0) await given.wait(waitMs)
      writtenAt = given.realNow()
      const banks = noted
      noted = new Map()
      for (const [bank, notes] of banks) await given.keep(bank, notes)
    } catch (fault) {
      given.log.warn("refusals_not_kept", describeFault(fault))
    } finally {
      underWay = false
    }
  }

  return (note) => {
    const notes = noted.get(note.bank) ?? []
    const alike = notes.filter(
      ({ way, reason, kid }) => way === note.way && reason === note.reason && kid === note.kid,
    )
    if (notes.length >= NOTES_A_BANK_MAX || alike.length >= NOTES_ALIKE_MAX) return
    if (!noted.has(note.bank) && noted.size >= BANKS_MAX) return
    noted.set(note.bank, [...notes, { ...note, at: given.now() }])
    if (underWay) return
    underWay = true
    given.waitUntil(write())
  }
}
