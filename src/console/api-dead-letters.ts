// The admin API's operations on dead letters, and their JSON Schemas, for its description. Data only; the routes are
// dead-letter-routes.ts.

import { QUEUES } from "../jobs/job.ts"
import { DEAD_LETTER_REASONS } from "../notifications/dead-letter.ts"
import { REPLAYED_BY_ID_MAX } from "../notifications/replaying.ts"

type Schema = Readonly<Record<string, unknown>>

const INSTANT: Schema = { type: "string", format: "date-time" }
const LETTER_ID: Schema = { type: "string", pattern: "^dead_[A-Za-z0-9_-]{43}$" }
const REASON: Schema = {
  type: "string",
  minLength: 1,
  maxLength: 500,
  description: "Why; goes to the audit trail. May stand in the header Tellerline-Reason instead",
}
const BANK_ID: Schema = { type: "string", pattern: "^[a-z0-9][a-z0-9-]{1,39}$" }
const PAGE_ID: Schema = { type: "string", pattern: "^[0-9]{1,32}$" }

/** Members of a filter, and what they say. */
const FILTER = {
  bank: { ...BANK_ID, description: "Whose" },
  page: {
    ...PAGE_ID,
    description: "For this Page; one that names none counts where its bank has that one only",
  },
  queue: { enum: [...QUEUES] },
  kind: { type: "string", description: "The job's kind: pack, callback, inbound, …" },
  reason: { enum: [...DEAD_LETTER_REASONS], description: "Why it lies here" },
  from: { ...INSTANT, description: "Lies here since then or later" },
  to: { ...INSTANT, description: "Lies here since before then" },
} as const satisfies Readonly<Record<string, Schema>>

/** Schemas of dead letters. */
export const DEAD_LETTER_SCHEMAS = {
  DeadLetterId: LETTER_ID,
  DeadLetter: {
    type: "object",
    properties: {
      id: LETTER_ID,
      bank: { type: "string", description: 'The bank, or "*" where none can be named' },
      queue: { enum: [...QUEUES] },
      reason: { enum: [...DEAD_LETTER_REASONS] },
      attempts: { type: "integer" },
      kind: { type: "string" },
      page: { ...PAGE_ID, description: "The Page all of it is for, where that is known" },
      items: { type: "integer", description: "People's events in it" },
      postedAt: INSTANT,
      at: { ...INSTANT, description: "Since when it lies here" },
      until: { ...INSTANT, description: "When it is deleted" },
    },
    required: ["id", "bank", "queue", "reason", "attempts", "kind", "at", "until"],
    description: "What could not be handled, without its content, which is sealed",
  },
  ReplayInput: {
    type: "object",
    properties: {
      ids: { type: "array", items: LETTER_ID, minItems: 1, maxItems: REPLAYED_BY_ID_MAX },
      reason: REASON,
    },
    required: ["ids"],
    additionalProperties: false,
  },
  Replayed: {
    type: "object",
    properties: {
      replayed: { type: "array", items: { $ref: "#/components/schemas/DeadLetter" } },
      notReplayed: {
        type: "array",
        items: LETTER_ID,
        description: "Not there any more, or their queue took nothing: these are where they were",
      },
    },
    required: ["replayed", "notReplayed"],
  },
  ReplayByFilterInput: {
    type: "object",
    properties: {
      filter: {
        type: "object",
        properties: FILTER,
        required: ["bank"],
        additionalProperties: false,
        description: "Letters that fit every member given; those that come after the ask are not meant",
      },
      reason: REASON,
    },
    required: ["filter"],
    additionalProperties: false,
  },
} as const satisfies Readonly<Record<string, Schema>>

const QUERY = Object.entries(FILTER).map(([name, schema]) => ({
  name,
  description: "description" in schema ? schema.description : "The queue it goes back to",
}))
const BODY = ["body_not_json", "body_too_large", "media_type", "invalid", "forbidden", "not_found"] as const

/** Operations below `/dead-letters`. */
export const DEAD_LETTER_OPERATIONS = [
  {
    method: "get",
    path: "/dead-letters",
    id: "listDeadLetters",
    summary: "What could not be handled, newest first, 50 at a time",
    action: "dead_letter.read",
    query: [...QUERY, { name: "cursor", description: "`next` of the page before" }],
    answer: { schema: "DeadLetter", list: "deadLetters" },
    refusals: ["forbidden", "not_found", "invalid"],
  },
  {
    method: "get",
    path: "/dead-letters/{id}",
    id: "getDeadLetter",
    summary: "One letter, without its content",
    action: "dead_letter.read",
    answer: { schema: "DeadLetter" },
    refusals: ["forbidden", "not_found"],
  },
  {
    method: "post",
    path: "/dead-letters/{id}/replay",
    id: "replayDeadLetter",
    summary: "Post a letter's job to its queue again; the letter goes once the queue has it",
    action: "dead_letter.replay",
    body: "ReasonInput",
    answer: { schema: "DeadLetter", member: "replayed" },
    refusals: [...BODY, "queue_unavailable"],
  },
  {
    method: "post",
    path: "/dead-letters/replay",
    id: "replayDeadLetters",
    summary: `The same for up to ${REPLAYED_BY_ID_MAX} letters`,
    action: "dead_letter.replay",
    body: "ReplayInput",
    answer: { schema: "Replayed" },
    refusals: [...BODY, "queue_unavailable"],
  },
  {
    method: "post",
    path: "/dead-letters/replay-by-filter",
    id: "askReplay",
    summary:
      "Ask that every letter of a bank that a filter means be replayed; an admin other than who asked approves it",
    action: "dead_letter.replay",
    body: "ReplayByFilterInput",
    answer: { schema: "Approval" },
    refusals: BODY,
  },
] as const
