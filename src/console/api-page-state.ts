// JSON Schemas of how a Page stands, for the description of the admin API. Data only: what is told is notifications/page-desk.ts.
// Composed by api-schemas.ts.

const INSTANT = { type: "string", format: "date-time" }
const COUNT = { type: "integer", minimum: 0 }
const NULL = { type: "null" }

const state = {
  paused: {
    oneOf: [
      { type: "object", properties: { reason: { type: "string" }, at: INSTANT }, required: ["reason", "at"] },
      NULL,
    ],
    description: "Why and since when it sends nothing until somebody acts; null while it speaks",
  },
  heldBackUntil: {
    oneOf: [INSTANT, NULL],
    description: "Messenger fails or throttles: nothing is sent until then",
  },
  waiting: {
    type: "object",
    properties: {
      packs: COUNT,
      events: COUNT,
      stale: { ...COUNT, description: "Of the events, too old to be told" },
    },
    required: ["packs", "events", "stale"],
  },
  recovery: { oneOf: [{ $ref: "#/components/schemas/Recovery" }, NULL] },
  carries: {
    type: "object",
    properties: {
      perSecond: COUNT,
      perHour: COUNT,
      updatesShare: {
        type: "number",
        description: "Share of their rate updates have now: below 1 while Messenger warns",
      },
    },
    required: ["perSecond", "perHour", "updatesShare"],
    description: "Sends it can carry beside replies",
  },
  budget: {
    oneOf: [
      { type: "object", properties: { calls: COUNT, callsMax: COUNT }, required: ["calls", "callsMax"] },
      NULL,
    ],
    description: "Calls of the last 24 hours and what Messenger allows, where engagedPeople is set",
  },
}

/** Member `state` of a Page. */
export const PAGE_STATE = { type: "object", properties: state, required: Object.keys(state) } as const

/** What else is told of Pages, by name. */
export const PAGE_STATE_SCHEMAS = {
  Recovery: {
    type: "object",
    properties: {
      at: INSTANT,
      held: { ...COUNT, description: "Events that waited when it was reconnected" },
      stale: { ...COUNT, description: "Of these, too old to be told by then" },
      sent: { ...COUNT, description: "Handed back so far, and not too old" },
    },
    required: ["at", "held", "stale", "sent"],
  },
  Template: {
    type: "object",
    properties: {
      name: { type: "string" },
      language: { type: "string" },
      status: {
        type: "string",
        description: "Messenger's word: APPROVED, PENDING, REJECTED, PAUSED and others",
      },
      checkedAt: INSTANT,
    },
    required: ["name", "language", "status", "checkedAt"],
  },
  TemplateSync: {
    type: "object",
    properties: {
      created: { type: "array", items: { type: "string" }, description: "Name and language of each" },
      retired: { type: "array", items: { type: "string" }, description: "Old versions that were deleted" },
      refused: {
        type: "array",
        items: {
          type: "object",
          properties: {
            template: { type: "string" },
            reason: { type: "string" },
            code: { type: "integer" },
            subcode: { type: "integer" },
          },
          required: ["template", "reason"],
        },
      },
      templates: { type: "array", items: { $ref: "#/components/schemas/Template" } },
    },
    required: ["created", "retired", "refused", "templates"],
  },
} as const
