// What a dead letter is: a job that could not be handled, as it travelled, and what may be said of it. Shapes and their rules only;
// rows are dead-letter-store.ts, what is done with them dead-letters.ts.

import { digestText } from "../crypto/hmac.ts"
import { DAY_MS } from "../foundation/clock.ts"
import { isBankId, type BankId, type PageId } from "../foundation/id.ts"
import { parseJob, QUEUES, type QueueName } from "../jobs/job.ts"

/** As long as anything sealed under a day key can still be opened. */
export const DEAD_LETTER_MS = 14 * DAY_MS
const DLQ_SUFFIX = "-dlq"
const ID = /^dead_[A-Za-z0-9_-]{43}$/

/** Why a job lies here. `gave_up`: its handler will not try again. */
export const DEAD_LETTER_REASONS = [
  "retries_exhausted",
  "job_malformed",
  "job_version_unknown",
  "gave_up",
] as const
export type DeadLetterReason = (typeof DEAD_LETTER_REASONS)[number]

/** What may be said of a letter: no job, no people. */
export interface DeadLetterAbout {
  /** `dead_` and a digest of queue and job: the same job is the same letter. */
  readonly id: string
  /** `*` where the job names no bank. */
  readonly bank: BankId | "*"
  /** Queue it goes back to when replayed. */
  readonly queue: QueueName
  readonly reason: DeadLetterReason
  readonly attempts: number
  readonly at: number
  readonly until: number
  /** The job's kind, `unknown` where it has none. */
  readonly kind: string
  /** The Page all of it is for, where there is one and it is known. */
  readonly page?: PageId
  /** People's events in a pack. */
  readonly items?: number
  readonly postedAt?: number
}

/** A letter with its job, as found. A job of a later release may be one this release cannot read. */
export interface DeadLetter extends DeadLetterAbout {
  readonly job: unknown
}

/** A letter without its job. */
export function withoutJob(letter: DeadLetter): DeadLetterAbout {
  const { job: _, ...about } = letter
  return about
}

/** A letter on its way to its row. */
export interface DeadLetterRow extends Omit<DeadLetterAbout, "kind" | "page" | "items" | "postedAt"> {
  /** JSON. */
  readonly job: string
}

/** `true` for an id a letter may have. */
export function isDeadLetterId(value: string): boolean {
  return ID.test(value)
}

/** The queue whose dead-letter queue this is, or `undefined` for any other name. */
export function queueOfDeadLetters(name: string): QueueName | undefined {
  return QUEUES.find((queue) => name === queue + DLQ_SUFFIX)
}

/** A row for a job that its queue or its handler gave up on.
 * @param body the message as it came; only the bank's id and whether it is a job of ours are looked at */
export async function deadLetterOf(
  queue: QueueName,
  body: unknown,
  about: { readonly attempts: number; readonly now: number; readonly reason?: DeadLetterReason },
): Promise<DeadLetterRow> {
  const job = JSON.stringify(body ?? null)
  const parsed = parseJob(body)
  const bank = parsed.ok ? parsed.value.bank : (body as { bank?: unknown } | null | undefined)?.bank
  return {
    id: `dead_${await digestText(`${queue}|${job}`)}`,
    bank: isBankId(bank) ? bank : "*",
    queue,
    reason: about.reason ?? (parsed.ok ? "retries_exhausted" : parsed.error.reason),
    attempts: about.attempts,
    job,
    at: about.now,
    until: about.now + DEAD_LETTER_MS,
  }
}
