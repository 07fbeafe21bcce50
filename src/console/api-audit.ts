// JSON Schemas of what the admin API says of audit logs and of a restore, for its description. Data only, as api-schemas.ts, which has them;
// their operations are in api-operations.ts.

type Schema = Readonly<Record<string, unknown>>

const COUNT: Schema = { type: "integer", minimum: 0 }
const HASH: Schema = { type: "string", pattern: "^[A-Za-z0-9_-]{43}$", description: "base64url SHA-256" }
const PATH: Schema = { type: "array", items: HASH }
const MONTH: Schema = { type: "string", pattern: "^[0-9]{4}-[0-9]{2}$" }
const OWNER: Schema = {
  type: "string",
  pattern: "^([*]|[a-z0-9][a-z0-9-]{1,39})$",
  description: 'A bank, or "*" for the deployment itself',
}
const LINE = {
  bank: OWNER,
  at: { type: "string", format: "date-time" },
  actor: { type: "string" },
  action: { type: "string" },
  object: { type: "string", description: "An id of ours" },
} as const

/** Schemas of audit logs and of a restore. */
export const AUDIT_SCHEMAS = {
  AuditOwner: OWNER,
  AuditMonth: MONTH,
  AuditHead: {
    type: "object",
    properties: {
      bank: OWNER,
      month: MONTH,
      size: COUNT,
      root: HASH,
      head: { type: "string", description: "JWS under the keys of /.well-known/jwks.json" },
      consistency: {
        type: "object",
        properties: { first: COUNT, path: PATH },
        description: "Proof that the log goes on from the size asked for (RFC 9162, 2.1.4)",
      },
    },
    required: ["bank", "month", "size", "root", "head"],
  },
  AuditEntries: {
    type: "object",
    properties: {
      entries: {
        type: "array",
        items: {
          type: "object",
          properties: {
            ...LINE,
            id: COUNT,
            reason: { type: "string" },
            detail: { type: "object", description: "Hashes and ids of ours that belong to it" },
          },
          required: [...Object.keys(LINE), "id", "reason"],
        },
      },
      next: { ...COUNT, description: "`from` of the entries after these" },
    },
    required: ["entries"],
  },
  AuditProof: {
    type: "object",
    properties: { index: COUNT, size: COUNT, path: PATH },
    required: ["index", "size", "path"],
    description: "Proof that an entry stands in the tree of that size (RFC 9162, 2.1.3)",
  },
  AuditCheck: {
    type: "object",
    properties: {
      intact: { type: "boolean" },
      differs: {
        type: "string",
        description: "The first leaf or node that is not as it was written, as level/index",
      },
    },
    required: ["intact"],
  },
  AuditExport: {
    type: "object",
    properties: {
      v: { const: 1 },
      bank: OWNER,
      month: MONTH,
      head: { type: "string" },
      keys: { type: "array", items: { type: "object" }, description: "The deployment's public keys" },
      entries: { type: "array", items: { type: "object" }, description: "As hashed, once made canonical" },
    },
    required: ["v", "bank", "month", "head", "keys", "entries"],
    description: "Checked by `tellerline audit verify`",
  },
  Restore: {
    type: "object",
    properties: { restored: { type: "boolean" }, directory: COUNT, register: COUNT },
    required: ["restored", "directory", "register"],
    description: "How far the database has come, and how far it had once come",
  },
  RestoreReport: {
    type: "object",
    properties: {
      left: { ...COUNT, description: "Acts left for further calls; at 0 every way in is open" },
      ended: { ...COUNT, description: "Links ended again" },
      settled: { ...COUNT, description: "Links held against their Conversations" },
      erased: { ...COUNT, description: "People erased again" },
      revokedKeys: COUNT,
      toDo: {
        type: "array",
        items: { type: "object", properties: LINE, required: Object.keys(LINE) },
        description: "What people did since that they must do again",
      },
    },
    required: ["left", "ended", "settled", "erased", "revokedKeys", "toDo"],
  },
} as const satisfies Readonly<Record<string, Schema>>
