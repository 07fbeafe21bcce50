// What the admin API says of a bank's ways in, for its description: operations and JSON Schemas. Data only; the routes are
// bank-way-routes.ts, and a test keeps both alike.

type Schema = Readonly<Record<string, unknown>>

const INSTANT: Schema = { type: "string", format: "date-time" }
const KEY_ID: Schema = { type: "string", pattern: "^bankkey_[A-Za-z0-9_-]{22}$" }
const KEY: Readonly<Record<string, Schema>> = {
  id: KEY_ID,
  name: { type: "string", minLength: 1, maxLength: 80 },
  createdAt: INSTANT,
  expiresAt: INSTANT,
  revokedAt: INSTANT,
}
const REASON: Schema = { type: "string", minLength: 1, maxLength: 500 }

/** Schemas of bearer keys, webhook secrets and refusals. */
export const WAY_SCHEMAS = {
  BankApiKeyId: KEY_ID,
  BankApiKey: {
    type: "object",
    properties: KEY,
    required: ["id", "name", "createdAt", "expiresAt"],
    description: "A bank's bearer key, without the key",
  },
  NewBankApiKey: {
    type: "object",
    properties: { ...KEY, key: { type: "string", description: "Shown this once" } },
    required: ["id", "name", "createdAt", "expiresAt", "key"],
  },
  BankApiKeyInput: {
    type: "object",
    properties: {
      name: { type: "string", minLength: 1, maxLength: 80, description: "Whose or what for" },
      days: { type: "integer", minimum: 1, maximum: 400, default: 400 },
      reason: REASON,
    },
    required: ["name"],
    additionalProperties: false,
  },
  NewWebhookSecret: {
    type: "object",
    properties: {
      id: { type: "string" },
      secret: {
        type: "string",
        description: "`whsec_…`, shown this once; the one before counts for a day more",
      },
    },
    required: ["id", "secret"],
  },
  Refusal: {
    type: "object",
    properties: {
      at: INSTANT,
      way: { enum: ["events", "set", "event-sets", "webhooks", "open-banking", "fdx"] },
      reason: { type: "string", description: "A word of ours" },
      kid: { type: "string", description: "The key the request named" },
      skewSeconds: { type: "integer", description: "How far its time was behind ours; negative: ahead" },
      missing: {
        type: "array",
        items: { type: "string" },
        description: "Components its signature did not cover",
      },
      base: { type: "string", description: "The signature base we computed; in development only" },
    },
    required: ["at", "way", "reason"],
    description: "Why one request was refused; never what was in it",
  },
} as const satisfies Readonly<Record<string, Schema>>

const BODY = ["body_not_json", "body_too_large", "media_type", "invalid", "forbidden", "not_found"] as const

/** Operations below `/banks/{id}`. */
export const WAY_OPERATIONS = [
  {
    method: "get",
    path: "/banks/{id}/api-keys",
    id: "listBankApiKeys",
    summary: "A bank's bearer keys, those that ended included",
    action: "bank_key.read",
    answer: { schema: "BankApiKey", list: "apiKeys" },
    refusals: ["not_found", "forbidden"],
  },
  {
    method: "post",
    path: "/banks/{id}/api-keys",
    id: "createBankApiKey",
    summary: "Make a bearer key for a bank; it is shown once",
    action: "bank_key.change",
    body: "BankApiKeyInput",
    answer: { schema: "NewBankApiKey" },
    refusals: [...BODY, "api_keys_full"],
  },
  {
    method: "post",
    path: "/banks/{id}/api-keys/{key}/revocation",
    id: "revokeBankApiKey",
    summary: "A bearer key counts no more, everywhere within a minute",
    action: "bank_key.change",
    body: "ReasonInput",
    answer: { schema: "BankApiKey" },
    refusals: BODY,
  },
  {
    method: "post",
    path: "/banks/{id}/webhook-secrets",
    id: "createWebhookSecret",
    summary: "Make a new secret for a bank's webhooks; it is shown once",
    action: "bank_key.change",
    body: "ReasonInput",
    answer: { schema: "NewWebhookSecret" },
    refusals: BODY,
  },
  {
    method: "get",
    path: "/banks/{id}/refusals",
    id: "listRefusals",
    summary: "Why requests of a bank were refused, newest first, at most 200 of the last 7 days",
    action: "refusal.read",
    answer: { schema: "Refusal", list: "refusals" },
    refusals: ["not_found", "forbidden"],
  },
] as const
