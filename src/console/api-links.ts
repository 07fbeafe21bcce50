// JSON Schemas of what the admin API says of links, for its description. Data only, as api-schemas.ts, which has them.

type Schema = Readonly<Record<string, unknown>>

const LINK_ID: Schema = { type: "string", pattern: "^link_[A-Za-z0-9_-]{22}$" }

/** Schemas of links. */
export const LINK_SCHEMAS = {
  LinkId: LINK_ID,
  Link: {
    type: "object",
    properties: {
      id: LINK_ID,
      bank: { type: "string" },
      state: { enum: ["pending", "live", "ended"] },
      createdAt: { type: "string", format: "date-time" },
      epoch: { type: "integer", description: "Number of its newest consent record" },
      revocationWaits: {
        type: "boolean",
        description: "It has ended, and its bank has not taken the end yet; it is tried again for days",
      },
    },
    required: ["id", "bank", "state", "createdAt", "epoch", "revocationWaits"],
  },
  LinkEnd: {
    type: "object",
    properties: {
      link: LINK_ID,
      left: {
        enum: ["ended", "ending"],
        description: '"ending": its chat did not answer yet and is asked again; everything else has ended',
      },
    },
    required: ["link", "left"],
  },
} as const
