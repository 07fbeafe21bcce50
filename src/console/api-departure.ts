// The admin API's operations about a bank that leaves, and their JSON Schema, for its description. Data only; the routes are
// departure-routes.ts.

type Schema = Readonly<Record<string, unknown>>

const INSTANT: Schema = { type: "string", format: "date-time" }
const ROWS: Schema = { type: "object", additionalProperties: { type: "integer" } }

/** Schemas of a departure. */
export const DEPARTURE_SCHEMAS = {
  Departure: {
    type: "object",
    properties: {
      bank: { type: "string" },
      name: { type: "string" },
      requestedAt: { ...INSTANT, description: "When two people wanted it" },
      doneAt: { ...INSTANT, description: "When everything was gone; absent while it is under way" },
      rows: { ...ROWS, description: "Rows there were, by table" },
      kept: { ...ROWS, description: "Rows that stay for a term of their own, by table" },
      certificate: {
        type: "string",
        description: "Signed JWT: what was deleted and when; verifies with /.well-known/jwks.json",
      },
    },
    required: ["bank", "name", "requestedAt", "rows", "kept"],
    description: "A bank that leaves, or left",
  },
} as const satisfies Readonly<Record<string, Schema>>

/** Operations below `/banks/{id}`. */
export const DEPARTURE_OPERATIONS = [
  {
    method: "post",
    path: "/banks/{id}/departure",
    id: "askDeparture",
    summary: "Ask that a bank leaves and everything of it is deleted; another admin approves it",
    action: "bank.leave",
    body: "ReasonInput",
    answer: { schema: "Approval" },
    refusals: ["body_not_json", "body_too_large", "media_type", "invalid", "forbidden", "not_found"],
  },
  {
    method: "get",
    path: "/banks/{id}/departure",
    id: "findDeparture",
    summary: "How far a bank's departure is, and the signed certificate of deletion once it is done",
    action: "departure.read",
    answer: { schema: "Departure" },
    refusals: ["forbidden", "not_found"],
  },
] as const
