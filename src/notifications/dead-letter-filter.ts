// Which dead letters are meant: a filter as an operator writes it, and as it stands in what one person asked and another approves. Pure.
// Instants are RFC 3339 in both, so that whoever approves reads what was meant. Used by the admin API and by replaying.ts.

import * as z from "zod/mini"
import { isBankId, isPageId, type BankId, type PageId } from "../foundation/id.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import { QUEUES, type QueueName } from "../jobs/job.ts"
import { DEAD_LETTER_REASONS, type DeadLetterReason } from "./dead-letter.ts"

/** Letters that fit every member given. */
export interface DeadLetterFilter {
  /** Those for one Page. A letter that names no Page counts where its bank has that one only. */
  readonly page?: PageId
  readonly queue?: QueueName
  /** A job's kind. */
  readonly kind?: string
  readonly reason?: DeadLetterReason
  /** Which lie here since this instant or later, epoch milliseconds. */
  readonly from?: number
  /** Which lie here since before this instant. */
  readonly to?: number
}

/** A filter for the letters of one bank. */
export interface BankLettersFilter extends DeadLetterFilter {
  readonly bank: BankId
}

const INSTANT = z.iso.datetime({ offset: true })

/** `bank`, `page`, `queue`, `kind`, `reason`, `from`, `to`, as texts. */
const members = {
  bank: z.optional(z.string().check(z.refine(isBankId))),
  page: z.optional(z.string().check(z.refine(isPageId))),
  queue: z.optional(z.enum(QUEUES)),
  kind: z.optional(z.string().check(z.regex(/^[a-z_]{1,30}$/))),
  reason: z.optional(z.enum(DEAD_LETTER_REASONS)),
  from: z.optional(INSTANT),
  to: z.optional(INSTANT),
}
const input = z.strictObject(members)

/** What each member must be, for whoever wrote one that cannot be taken. */
export const FILTER_RULES: Readonly<Record<keyof typeof members, string>> = {
  bank: "must be the id of a bank",
  page: "must be the id of a Page",
  queue: `must be one of ${QUEUES.join(", ")}`,
  kind: "must be the kind of a job",
  reason: `must be one of ${DEAD_LETTER_REASONS.join(", ")}`,
  from: "must be an instant with its offset, RFC 3339",
  to: "must be an instant with its offset, RFC 3339",
}

/** Read a filter.
 * @returns refusal: the members at fault; '' for one that is not known */
export function parseLetterFilter(
  given: unknown,
): Result<DeadLetterFilter & { readonly bank?: BankId }, readonly string[]> {
  const parsed = z.safeParse(input, given)
  if (!parsed.success) return err([...new Set(parsed.error.issues.map(({ path }) => String(path[0] ?? "")))])
  const { bank, page, queue, kind, reason, from, to } = parsed.data
  return ok({
    ...(bank === undefined ? {} : { bank: bank as BankId }),
    ...(page === undefined ? {} : { page: page as PageId }),
    ...(queue === undefined ? {} : { queue }),
    ...(kind === undefined ? {} : { kind }),
    ...(reason === undefined ? {} : { reason }),
    ...(from === undefined ? {} : { from: Date.parse(from) }),
    ...(to === undefined ? {} : { to: Date.parse(to) }),
  })
}

/** A filter as it is written down: what `parseLetterFilter` reads. */
export function renderLetterFilter({
  from,
  to,
  ...rest
}: BankLettersFilter): Readonly<Record<string, string>> {
  return {
    ...rest,
    ...(from === undefined ? {} : { from: new Date(from).toISOString() }),
    ...(to === undefined ? {} : { to: new Date(to).toISOString() }),
  }
}
