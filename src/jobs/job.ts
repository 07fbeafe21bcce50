// Shapes of all that travels on queues. A job carries ids or a sealed text, never a key or clear data, and a version:
// a release reads what the one before it wrote; an unknown version is retried later, never dropped.

import type { BankId, LinkId, PackId, PageId, PersonId } from "../foundation/id.ts"
import { err, ok, type Result } from "../foundation/result.ts"

/** The queues we post to. Each has a dead-letter queue `<name>-dlq`. */
export const QUEUES = ["alerts", "updates", "notices", "inbound", "chores", "callbacks"] as const
export type QueueName = (typeof QUEUES)[number]

/** What a bank's events travel on: fraud and security before everything, the rest behind. */
export type Lane = "alerts" | "updates"

/** Many people's events in one message, sealed once as a whole (jobs/pack.ts). */
export interface PackJob {
  readonly v: 1
  readonly kind: "pack"
  readonly lane: Lane
  readonly bank: BankId
  readonly pack: PackId
  /** `YYYY-MM` of the bank key it is sealed under. */
  readonly month: string
  readonly sealed: string
  readonly items: number
  readonly postedAt: number
  /** Which of its lane's queues it goes to, from 0, where there are several (jobs/queues.ts). */
  readonly shard?: number
  /** Where all that is left in it waits for one Page: among the dead letters it is found by that. */
  readonly page?: PageId
}

/** Webhook events of one person whose Conversation could not take them in time, sealed under a day key. */
export interface InboundJob {
  readonly v: 1
  readonly kind: "inbound"
  readonly bank: BankId
  readonly page: PageId
  readonly person: PersonId
  /** Id the sealing is bound to. */
  readonly id: string
  readonly sealed: string
  readonly postedAt: number
}

/** Who asked for a person's data to be deleted: the person in the chat or on their own page, their bank, an operator, nobody for a year,
 * a bank that leaves, a restored database. */
export type ErasureCause = "chat" | "me" | "bank" | "operator" | "idle" | "bank_left" | "restore"

/** Delete all that is kept of a person. */
export interface ErasePersonJob {
  readonly v: 1
  readonly kind: "erase_person"
  readonly bank: BankId
  readonly page: PageId
  readonly person: PersonId
  /** Names the erasure on its page. */
  readonly code: string
  readonly cause: ErasureCause
  readonly requestedAt: number
  /** After which of the bank's dead letters it goes on; absent at the beginning. */
  readonly lettersAfter?: string
  readonly postedAt: number
}

/** A bank leaves: one step of deleting everything of it. */
export interface LeaveBankJob {
  readonly v: 1
  readonly kind: "leave_bank"
  readonly bank: BankId
  readonly postedAt: number
}

/** Two people want dead letters replayed by a filter: one step of it. */
export interface ReplayLettersJob {
  readonly v: 1
  readonly kind: "replay_letters"
  readonly bank: BankId
  /** The ask, in which the filter stands. */
  readonly approval: string
  readonly postedAt: number
}

/** Work that may take its time and may be done twice. */
export type ChoreJob =
  /** Make the directory say what the Conversation says of this link, and tidy up behind it. */
  | {
      readonly v: 1
      readonly kind: "settle_link"
      readonly bank: BankId
      readonly link: LinkId
      readonly postedAt: number
    }
  /** Revoke at the bank and destroy the link's key. */
  | {
      readonly v: 1
      readonly kind: "revoke_link"
      readonly bank: BankId
      readonly link: LinkId
      readonly postedAt: number
    }
  /** A link has ended in the directory, and its Conversation did not answer: end it there. */
  | {
      readonly v: 1
      readonly kind: "end_link"
      readonly bank: BankId
      readonly link: LinkId
      /** A word of links/link-store.ts. */
      readonly reason: string
      /** Nothing is said in the chat. */
      readonly silent: boolean
      readonly postedAt: number
    }
  /** Delete all that is kept of a person. */
  | ErasePersonJob
  | LeaveBankJob
  | ReplayLettersJob
  /** A Page was stopped: let those who run it know. */
  | {
      readonly v: 1
      readonly kind: "page_paused"
      readonly bank: BankId
      readonly page: PageId
      /** A word of ours. */
      readonly reason: string
      readonly postedAt: number
    }

  /** Give a person's key a successor, where it is from before an instant, and everything under it. */
  | {
      readonly v: 1
      readonly kind: "renew_person"
      readonly bank: BankId
      readonly page: PageId
      readonly person: PersonId
      readonly since: number
      readonly postedAt: number
    }
  /** Give a link another key, and its tokens from the bank anew. */
  | {
      readonly v: 1
      readonly kind: "renew_link"
      readonly bank: BankId
      readonly link: LinkId
      readonly postedAt: number
    }

/** What we tell a bank, on its way there: many callbacks in one message, sealed under the bank's month key, for they name customers. */
export interface CallbackJob {
  readonly v: 1
  readonly kind: "callback"
  readonly bank: BankId
  /** Id the sealing is bound to. */
  readonly id: string
  /** `YYYY-MM` of the bank key it is sealed under. */
  readonly month: string
  readonly sealed: string
  readonly items: number
  /** Each is posted alone, before all that is not. */
  readonly urgent: boolean
  /** When it was first posted: it is tried for three days from then. */
  readonly postedAt: number
}

/** Go on telling everybody linked of a notice, on one Page. */
export interface NoticeJob {
  readonly v: 1
  readonly kind: "notice"
  readonly bank: BankId
  readonly page: PageId
  /** Id of the run (notifications/notice-run.ts). */
  readonly run: string
  /** The Page's present job has this number; another is an old copy. */
  readonly number: number
  /** Of the notice's templates on the Page so many were decided when it was last looked; none where left out. */
  readonly decided?: number
  /** When it was more of them than before. */
  readonly decidedAt?: number
  readonly postedAt: number
}

export type Job = PackJob | NoticeJob | InboundJob | ChoreJob | CallbackJob

/** Why a message on a queue is not a job of ours. */
export type JobRefusal = { readonly reason: "job_malformed" } | { readonly reason: "job_version_unknown" }

const KINDS = [
  "pack",
  "notice",
  "inbound",
  "settle_link",
  "revoke_link",
  "end_link",
  "page_paused",
  "callback",
  "erase_person",
  "leave_bank",
  "replay_letters",
  "renew_person",
  "renew_link",
] as const

/** Read a message. Only its envelope is looked at: what is inside is sealed and checked by whoever opens it. */
export function parseJob(body: unknown): Result<Job, JobRefusal> {
  if (typeof body !== "object" || body === null) return err({ reason: "job_malformed" })
  const { v, kind } = body as { v?: unknown; kind?: unknown }
  if (v !== 1) return err({ reason: typeof v === "number" ? "job_version_unknown" : "job_malformed" })
  if (!(KINDS as readonly unknown[]).includes(kind)) return err({ reason: "job_version_unknown" })
  return ok(body as Job)
}
