// Which refusals are kept. Whoever posts to a bank's address may be a stranger, and no stranger makes us write for each request (P15):
// an isolate writes what it noted at most once in ten seconds, at most ten a bank and two of one kind. What comes while it writes waits
// for the next refusal; the rest is in the log.
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
/** A writing whose request was cut off never ends: after this another begins. @see Workers, waitUntil: 30 s */
const GIVEN_UP_MS = 40 * SECOND_MS

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
  /** When the writing that is under way began. */
  let begunAt = Number.NEGATIVE_INFINITY

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
      begunAt = Number.NEGATIVE_INFINITY
    }
  }

  return (note) => {
    const notes = noted.get(note.bank) ?? []
    const alike = notes.filter(
      ({ way, reason, kid }) => way === note.way && reason === note.reason && kid === note.kid,
    )
    const room = noted.has(note.bank) || noted.size < BANKS_MAX
    if (room && notes.length < NOTES_A_BANK_MAX && alike.length < NOTES_ALIKE_MAX)
      noted.set(note.bank, [...notes, { ...note, at: given.now() }])
    if (given.realNow() - begunAt < GIVEN_UP_MS) return
    begunAt = given.realNow()
    given.waitUntil(write())
  }
}
