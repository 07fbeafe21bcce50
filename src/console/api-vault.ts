// JSON Schemas of what the admin API says of approvals and outer keys, for its description. Data only, as api-schemas.ts, which has them.

import { APPROVAL_KINDS } from "../approvals/approval.ts"

type Schema = Readonly<Record<string, unknown>>

const INSTANT: Schema = { type: "string", format: "date-time" }
const APPROVAL_ID: Schema = { type: "string", pattern: "^approval_[A-Za-z0-9_-]{22}$" }
const KEY_ID: Schema = { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" }
const ROWS: Schema = {
  type: "object",
  additionalProperties: { type: "integer" },
  description: "Rows, by table",
}

/** Schemas of approvals and of outer keys. */
export const VAULT_SCHEMAS = {
  ApprovalId: APPROVAL_ID,
  Approval: {
    type: "object",
    properties: {
      id: APPROVAL_ID,
      kind: { enum: Object.keys(APPROVAL_KINDS) },
      meaning: { type: "string", description: "The kind as a sentence" },
      bank: { type: "string", description: 'Whose thing it is; "*" for the deployment' },
      object: { type: "string", description: "What it is about" },
      asked: { type: "object", description: "What exactly; the act is carried out from this alone" },
      state: { enum: ["asked", "approved", "done", "declined", "replaced"] },
      askedBy: { type: "string" },
      askedReason: { type: "string" },
      askedAt: INSTANT,
      until: { ...INSTANT, description: "Nobody may approve it from then on" },
      decidedBy: { type: "string" },
      decidedReason: { type: "string" },
      decidedAt: INSTANT,
    },
    required: [
      "id",
      "kind",
      "meaning",
      "bank",
      "object",
      "asked",
      "state",
      "askedBy",
      "askedReason",
      "askedAt",
      "until",
    ],
    description: "What one person asked for and another must approve",
  },
  KeyId: KEY_ID,
  OuterKey: {
    type: "object",
    properties: {
      kid: KEY_ID,
      onRing: { type: "boolean", description: "Whether VAULT_KEYS has it" },
      newest: { type: "boolean", description: "Whether it seals" },
      left: { ...ROWS, description: "Rows that name it, by table, when they were last counted" },
      countedAt: INSTANT,
      firstSeenAt: INSTANT,
      replacedAt: { ...INSTANT, description: "Since when another one is the newest" },
      compromisedAt: INSTANT,
      renewalLeft: { ...ROWS, description: "What is still to be given new keys after a compromise" },
      renewedAt: INSTANT,
      removableFrom: { ...INSTANT, description: "When it may leave the ring, if nothing names it by then" },
      removedAt: { ...INSTANT, description: "Two people let it go: the ring may lack it" },
    },
    required: ["kid", "onRing", "newest", "left", "firstSeenAt"],
    description: "An outer key by its name; the key itself is never shown",
  },
} as const satisfies Readonly<Record<string, Schema>>
