// Schemas of what banks send and are answered, for the description at `/openapi.json`. Data only; a test holds real requests and answers
// against them. Used by api-bank.ts. What an event's data holds is docs/bank-events.md.

import { EVENT_TYPES } from "../banks/event-types.ts"

/** A JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>

/** A hint is ours: dialects make it, no bank posts it by this name. */
const TYPES = Object.keys(EVENT_TYPES).filter((type) => type !== "bank.data.hint.v1")
/** Any text. */
export const TEXT: Schema = { type: "string" }
const INSTANT: Schema = { type: "string", format: "date-time" }
const COUNT: Schema = { type: "integer", minimum: 0 }
/** A compact JWS. */
export const TOKEN: Schema = { type: "string", pattern: "^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$" }

function record(properties: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema {
  return {
    type: "object",
    properties,
    required: Object.keys(properties).filter((name) => !optional.includes(name)),
  }
}

function mapOf(schema: Schema): Schema {
  return { type: "object", additionalProperties: schema }
}

/** A schema of the description by its name. */
export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` }
}

const LINK = {
  purposes: { type: "array", items: TEXT },
  accounts: { type: "array", items: record({ id: TEXT, last4: TEXT }) },
  since: INSTANT,
  until: INSTANT,
}

/** Schemas of what banks send and are answered. */
export const BANK_SCHEMAS = {
  CloudEvent: record(
    {
      specversion: { const: "1.0" },
      id: { type: "string", minLength: 1 },
      source: { type: "string", description: "The one registered for the bank" },
      type: { enum: TYPES },
      subject: {
        type: "string",
        description: "The customer reference; none where the audience is everybody linked",
      },
      time: INSTANT,
      datacontenttype: { const: "application/json" },
      data: { type: "object", description: "By type: docs/bank-events.md" },
    },
    ["subject", "datacontenttype"],
  ),
  IntakeProblem: record(
    {
      type: TEXT,
      title: TEXT,
      status: { type: "integer" },
      detail: TEXT,
      request_id: TEXT,
      err: TEXT,
      description: TEXT,
    },
    ["detail", "err", "description"],
  ),
  SetError: record({ err: TEXT, description: TEXT }),
  Taken: record(
    {
      accepted: COUNT,
      rejected: {
        ...mapOf(ref("SetError")),
        description: "Each by its id, or by its place where it has none",
      },
      tests: { ...mapOf({ type: "object" }), description: "Of `bank.test.v1`: what would happen" },
    },
    ["tests"],
  ),
  Preview: record(
    {
      preview: {
        ...mapOf({ type: "object" }),
        description: "By event, then by language: what would be said",
      },
      rejected: mapOf(ref("SetError")),
    },
    ["rejected"],
  ),
  EventState: record({
    state: { enum: ["reached", "dead_letter", "not_reached"] },
    rows: {
      type: "array",
      items: record({ status: TEXT, reason: { type: ["string", "null"] }, at: { type: "integer" } }),
      description: "One a person it reached",
    },
  }),
  EventSets: record({ sets: { ...mapOf(TEXT), description: "Tokens by their `jti`" } }),
  EventSetsTaken: record({ ack: { type: "array", items: TEXT }, setErrs: mapOf(ref("SetError")) }),
  Webhook: record({ type: { enum: TYPES }, timestamp: INSTANT, subject: TEXT, data: { type: "object" } }, [
    "subject",
  ]),
  OpenBankingError: record({
    Code: TEXT,
    Id: TEXT,
    Message: TEXT,
    Errors: { type: "array", items: record({ ErrorCode: TEXT, Message: TEXT }) },
  }),
  FdxNotification: {
    type: "object",
    description: "FDX 6: notificationId, type, category, sentOn, notificationPayload",
    additionalProperties: true,
  },
  FdxError: record({ code: TEXT, message: TEXT }),
  CustomerLink: record({ linked: { type: "boolean" }, links: { type: "array", items: record(LINK) } }),
  CustomerErasure: record({ erased: COUNT, erasures: { type: "array", items: record({ status: TEXT }) } }),
  LinkedCustomers: record(
    { links: { type: "array", items: record({ customer: TEXT, ...LINK }) }, next: TEXT },
    ["next"],
  ),
} as const satisfies Readonly<Record<string, Schema>>
