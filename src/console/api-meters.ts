// The admin API's operation on meters and its JSON Schema, for its description. Data only; the route is meter-routes.ts.

type Schema = Readonly<Record<string, unknown>>

const COUNT: Schema = { type: "integer" }
const AGE = (share: string): Schema => ({
  type: ["integer", "null"],
  description: `${share} of what was settled was no older, by the scale; null where nothing was, or where it is beyond the scale`,
})

/** Schemas of meters. */
export const METER_SCHEMAS = {
  Meter: {
    type: "object",
    properties: {
      at: { type: "string", format: "date-time", description: "The minute" },
      queue: { type: "string" },
      batches: { ...COUNT, description: "Invocations of its consumer" },
      messages: COUNT,
      items: { ...COUNT, description: "Events in them" },
      retried: { ...COUNT, description: "Messages that have to come again" },
      ages: {
        type: "array",
        items: COUNT,
        description: "Settled messages by age, in the classes of `ageBoundsMs`; the last is what is older",
      },
      p50Ms: AGE("Half"),
      p99Ms: AGE("99 %"),
    },
    required: ["at", "queue", "batches", "messages", "items", "retried", "ages", "p50Ms", "p99Ms"],
    description: "What the consumers of one queue did in one minute",
  },
} as const satisfies Readonly<Record<string, Schema>>

/** Operations below `/meters`. */
export const METER_OPERATIONS = [
  {
    method: "get",
    path: "/meters",
    id: "listMeters",
    summary: "What consumers of queues did, a row a minute and queue, oldest first",
    action: "meter.read",
    query: [{ name: "minutes", description: "How many up to now, 1 to 1440; 60 without" }],
    answer: {
      schema: "Meter",
      list: "meters",
      beside: {
        ageBoundsMs: {
          type: "array",
          items: COUNT,
          description: "Where each class of ages ends, but the last",
        },
      },
    },
    refusals: ["forbidden", "invalid"],
  },
] as const
