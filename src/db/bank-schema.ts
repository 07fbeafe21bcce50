// The directory's tables of banks and of what belongs to one: its ways in, its keys, its Pages. People and everything else: schema.ts,
// whose words on sealed columns and instants hold here too. What each column holds, how long, and what erases it: docs/storage.md.

import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core"

/** A bank as its operator registered it; `record` is JSON without secrets (banks/bank.ts). */
export const banks = sqliteTable("banks", {
  id: text("id").primaryKey(),
  record: text("record").notNull(),
  updatedAt: integer("updated_at").notNull(),
  /** Since when it is leaving: nothing of it is taken any more, and all of it is being deleted. `null` for every other. */
  leavingAt: integer("leaving_at"),
})

/** A bank that leaves, and that it left: how far it is, and what its certificate of deletion says. */
export const departures = sqliteTable("departures", {
  bankId: text("bank_id").primaryKey(),
  /** Its public name: its own row is gone in the end. */
  name: text("name").notNull(),
  requestedAt: integer("requested_at").notNull(),
  /** JSON of rows there were, by table (privacy/departure-store.ts); counted before they are deleted. */
  counts: text("counts").notNull(),
  /** JSON of rows that stay for their own term, by table. */
  kept: text("kept").notNull(),
  doneAt: integer("done_at"),
})

/** A bank's own key for what it asks of us: only its digest. Shown once, to the operator who made it. */
export const bankApiKeys = sqliteTable(
  "bank_api_keys",
  {
    id: text("id").primaryKey(),
    bankId: text("bank_id").notNull(),
    /** Whose or what for, in the operator's words. */
    name: text("name").notNull(),
    /** Hex SHA-256 of the key. */
    sha256: text("sha256").notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    revokedAt: integer("revoked_at"),
  },
  (table) => [index("bank_api_keys_bank").on(table.bankId, table.createdAt)],
)

/** What a small bank signs its webhooks with (Standard Webhooks, HMAC): sealed, at most two at once while one is being replaced. */
export const webhookSecrets = sqliteTable(
  "webhook_secrets",
  {
    id: text("id").primaryKey(),
    bankId: text("bank_id").notNull(),
    secretSealed: text("secret_sealed").notNull(),
    createdAt: integer("created_at").notNull(),
    /** `null` while it is the newest. */
    endsAt: integer("ends_at"),
  },
  (table) => [index("webhook_secrets_bank").on(table.bankId, table.createdAt)],
)

/** Requests of banks that were refused, for their engineers: why, never what. At most 200 a bank, 7 days. */
export const refusals = sqliteTable(
  "refusals",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    bankId: text("bank_id").notNull(),
    at: integer("at").notNull(),
    /** The way in: `events`, `event-sets`, `webhooks`, `open-banking`, `fdx`. */
    way: text("way").notNull(),
    /** A word of ours. */
    reason: text("reason").notNull(),
    /** JSON: kid, clock skew in seconds, missing components; in development the signature base we computed. */
    detail: text("detail").notNull(),
  },
  (table) => [index("refusals_bank").on(table.bankId, table.at)],
)

/** A Facebook Page. It belongs to one bank for life. `record` is JSON without secrets (messenger/page-record.ts). */
export const pages = sqliteTable("pages", {
  id: text("id").primaryKey(),
  bankId: text("bank_id")
    .notNull()
    .references(() => banks.id),
  record: text("record").notNull(),
  tokenSealed: text("token_sealed").notNull(),
  updatedAt: integer("updated_at").notNull(),
})

/** The key of a bank's packs and dead letters of one month. */
export const bankKeys = sqliteTable(
  "bank_keys",
  {
    bankId: text("bank_id").notNull(),
    month: text("month").notNull(),
    wrappedKey: text("wrapped_key").notNull(),
    /** The key before, while anything may still lie under it; `null` else. */
    formerWrappedKey: text("former_wrapped_key"),
    createdAt: integer("created_at").notNull(),
    /** When its present key was made; 0 where it is as old as the row. */
    keyedAt: integer("keyed_at").notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.bankId, table.month] })],
)

/** A utility template at Meta: one for each Page, name and language. */
export const templates = sqliteTable(
  "templates",
  {
    pageId: text("page_id").notNull(),
    name: text("name").notNull(),
    language: text("language").notNull(),
    status: text("status").notNull(),
    checkedAt: integer("checked_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.pageId, table.name, table.language] })],
)

/** Whose Facebook login a Page's token came from: staff of a bank, never customers. `login` is a pseudonym. */
export const pageConnections = sqliteTable(
  "page_connections",
  {
    pageId: text("page_id").notNull(),
    login: text("login").notNull(),
    /** By the real clock: compared with what Meta signed. */
    connectedAt: integer("connected_at").notNull(),
    /** `null` while the Page's token is the one that came with it. */
    endedAt: integer("ended_at"),
  },
  (table) => [
    primaryKey({ columns: [table.pageId, table.login] }),
    index("page_connections_login").on(table.login),
  ],
)

/** A request by a member of staff to delete what is held about their login, and that it was done: what its status page shows. */
export const loginDeletions = sqliteTable(
  "login_deletions",
  {
    /** 128 bits, keyed: the same login has the same code. */
    code: text("code").primaryKey(),
    requestedAt: integer("requested_at").notNull(),
    /** Connections that were deleted. */
    connections: integer("connections").notNull(),
    until: integer("until").notNull(),
  },
  (table) => [index("login_deletions_until").on(table.until)],
)

/** When something is to be looked at again by the clock: a Page's templates, its token and fields. */
export const checks = sqliteTable(
  "checks",
  {
    pageId: text("page_id").notNull(),
    name: text("name", { enum: ["templates", "health"] }).notNull(),
    dueAt: integer("due_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.pageId, table.name] })],
)
