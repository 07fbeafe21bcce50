// The tables of the directory and of the vault's shelf: people, links, consents, and what keeps the deployment. Those of banks and their
// Pages: bank-schema.ts. What each column holds, how long, and what erases it: docs/storage.md. Only `*-store.ts` files name a table. Nothing is written here for an event.
//
// Sealed columns end in `Sealed`, wrapped keys in `WrappedKey`; both are `v1.<kid>.<...>` texts (crypto/seal.ts).
// Instants are epoch milliseconds.

import { sql } from "drizzle-orm"
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core"

/** Facts of the deployment itself: the pseudonym key's check value, the development clock. */
export const settings = sqliteTable("settings", {
  name: text("name").primaryKey(),
  value: text("value").notNull(),
})

/** Someone who wrote to a Page. The id is a pseudonym and names their Conversation. */
export const people = sqliteTable("people", {
  id: text("id").primaryKey(),
  bankId: text("bank_id").notNull(),
  pageId: text("page_id").notNull(),
  wrappedKey: text("wrapped_key").notNull(),
  /** The key before, while the Conversation may still hold something under it; `null` else. */
  formerWrappedKey: text("former_wrapped_key"),
  createdAt: integer("created_at").notNull(),
  /** When the present key was made; 0 where it is as old as the row. */
  keyedAt: integer("keyed_at").notNull().default(0),
})

/** A person tied to a bank customer. `customer` is a pseudonym of the bank's reference. */
export const links = sqliteTable(
  "links",
  {
    id: text("id").primaryKey(),
    /** '' while a pending link waits for the chat that presents its nonce first (links/presenting.ts). */
    personId: text("person_id").notNull(),
    bankId: text("bank_id").notNull(),
    pageId: text("page_id").notNull(),
    customer: text("customer").notNull(),
    /** Pseudonym of the consent resource at the bank that the link rests on, where its dialect has one. */
    bankConsent: text("bank_consent"),
    state: text("state", { enum: ["pending", "live", "ended"] }).notNull(),
    /** Raised by each change; the object's copy must agree, else the stricter side wins. */
    epoch: integer("epoch").notNull(),
    /** base64url SHA-256 of the newest consent record, '' while there is none. */
    recordHash: text("record_hash").notNull(),
    /** `null` once the link has ended: then nothing of it opens again. */
    wrappedKey: text("wrapped_key"),
    /** Tokens and DPoP key, JSON (links/bank-access.ts). */
    tokensSealed: text("tokens_sealed"),
    /** Customer reference, name and accounts, JSON (links/link.ts). */
    customerSealed: text("customer_sealed"),
    /** What the chat is told of a pending link, its code included, JSON (links/link.ts); `null` before [Connect] and once it is live. */
    offerSealed: text("offer_sealed"),
    /** Counts token refreshes: a refresh is stored only over the version it started from. */
    tokensVersion: integer("tokens_version").notNull(),
    /** When the present key was made; 0 where it is as old as the row. */
    keyedAt: integer("keyed_at").notNull().default(0),
    createdAt: integer("created_at").notNull(),
    pendingUntil: integer("pending_until").notNull(),
    endedAt: integer("ended_at"),
    endedReason: text("ended_reason"),
  },
  (table) => [
    index("links_customer").on(table.customer, table.state),
    index("links_person").on(table.personId, table.state),
    index("links_pending").on(table.state, table.pendingUntil),
    index("links_page").on(table.pageId, table.state, table.id),
    index("links_bank_consent").on(table.bankConsent),
  ],
)

/** The consent record: appended, never edited; the newest of a link is the one in force. */
export const consents = sqliteTable(
  "consents",
  {
    id: text("id").primaryKey(),
    linkId: text("link_id").notNull(),
    bankId: text("bank_id").notNull(),
    epoch: integer("epoch").notNull(),
    kind: text("kind", {
      enum: [
        "given",
        "confirmed",
        "reconfirmed",
        "narrowed",
        "widened",
        "withdrawn",
        "expired",
        "revoked_by_bank",
      ],
    }).notNull(),
    /** JSON of the record (links/consent-record.ts): purposes, text version, language; accounts by keyed digest only. */
    record: text("record").notNull(),
    hash: text("hash").notNull(),
    at: integer("at").notNull(),
    until: integer("until").notNull(),
    /** Keyed digest of the bank's reference, once the link's own row is gone: whose consent it was can then still be proved to the bank. */
    customer: text("customer"),
  },
  (table) => [
    index("consents_link").on(table.linkId, table.epoch),
    index("consents_customer").on(table.customer),
  ],
)

/** A person's data being deleted, and that it was: what its status page shows. */
export const erasures = sqliteTable(
  "erasures",
  {
    /** 128 random bits; names it on its page. */
    code: text("code").primaryKey(),
    /** `null` once it is done. */
    personId: text("person_id"),
    pageId: text("page_id").notNull(),
    bankId: text("bank_id").notNull(),
    cause: text("cause", {
      enum: ["chat", "me", "bank", "operator", "idle", "bank_left", "restore"],
    }).notNull(),
    requestedAt: integer("requested_at").notNull(),
    /** Nothing is read or said under any grant any more. */
    endedAt: integer("ended_at"),
    /** The person's key and everything under it is gone. */
    wipedAt: integer("wiped_at"),
    /** The bank took the tokens back, and the links' keys are gone too. */
    doneAt: integer("done_at"),
    /** When the row is deleted; `null` while it is not done. */
    until: integer("until"),
  },
  (table) => [
    index("erasures_person").on(table.personId),
    index("erasures_open").on(table.doneAt, table.requestedAt),
    index("erasures_until").on(table.until),
  ],
)

/** What could not be handled, kept where a person can see and replay it, 14 days. */
export const deadLetters = sqliteTable(
  "dead_letters",
  {
    id: text("id").primaryKey(),
    bankId: text("bank_id").notNull(),
    /** Queue it goes back to when replayed. */
    queue: text("queue", {
      enum: ["alerts", "updates", "notices", "inbound", "chores", "callbacks"],
    }).notNull(),
    reason: text("reason").notNull(),
    attempts: integer("attempts").notNull(),
    /** The job as it travelled: it carries ids or a sealed pack, never clear data. */
    job: text("job").notNull(),
    at: integer("at").notNull(),
    until: integer("until").notNull(),
  },
  (table) => [
    index("dead_letters_bank").on(table.bankId, table.at),
    index("dead_letters_until").on(table.until),
  ],
)

/** Something an operator must know of: what it is, whose, since when; no people's data. Kept 90 days once it is over. */
export const incidents = sqliteTable(
  "incidents",
  {
    id: text("id").primaryKey(),
    /** A word of notifications/incident.ts. */
    kind: text("kind").notNull(),
    /** `*` where it concerns the deployment itself. */
    bankId: text("bank_id").notNull(),
    /** `` where it concerns no single Page. */
    pageId: text("page_id").notNull(),
    /** What exactly: a reason, a template, a version; a word of ours or the platform's. */
    detail: text("detail").notNull(),
    openedAt: integer("opened_at").notNull(),
    closedAt: integer("closed_at"),
  },
  (table) => [
    uniqueIndex("incidents_open")
      .on(table.kind, table.bankId, table.pageId, table.detail)
      .where(sql`${table.closedAt} is null`),
    index("incidents_bank").on(table.bankId, table.openedAt),
  ],
)

/** Who did what, on its way to the audit log: written in the same batch as the change it tells of. */
export const auditOutbox = sqliteTable("audit_outbox", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  bankId: text("bank_id").notNull(),
  actor: text("actor").notNull(),
  action: text("action").notNull(),
  object: text("object").notNull(),
  reason: text("reason").notNull(),
  at: integer("at").notNull(),
  /** JSON of hashes and our own ids that belong to it (audit/audit.ts); `null` where nothing does. */
  detail: text("detail"),
})

/** The outer keys this deployment has sealed with: what names them still, what became of them. No key stands here. */
export const vaultKeys = sqliteTable("vault_keys", {
  kid: text("kid").primaryKey(),
  firstSeenAt: integer("first_seen_at").notNull(),
  /** Since when another one is the newest; `null` for the newest. */
  replacedAt: integer("replaced_at"),
  /** Since when it is known to be in wrong hands. */
  compromisedAt: integer("compromised_at"),
  /** Everything ever sealed under it is under other keys, and its tokens are renewed. */
  renewedAt: integer("renewed_at"),
  /** Two people let it go: the ring may lack it. */
  removedAt: integer("removed_at"),
  /** JSON of rows that name it, by table (vault/outer-key.ts). */
  left: text("left").notNull(),
  countedAt: integer("counted_at").notNull(),
  /** JSON of where the passes stand (vault/outer-key.ts). */
  progress: text("progress").notNull(),
})

/** What one person asked for and another must approve. */
export const approvals = sqliteTable(
  "approvals",
  {
    id: text("id").primaryKey(),
    /** A word of approvals/approval.ts. */
    kind: text("kind").notNull(),
    /** `*` where it concerns the deployment itself. */
    bankId: text("bank_id").notNull(),
    /** Our id of what it is about. */
    object: text("object").notNull(),
    /** JSON of what exactly is asked for; no secret, nobody's data. */
    asked: text("asked").notNull(),
    state: text("state", { enum: ["asked", "approved", "done", "declined", "replaced"] }).notNull(),
    askedBy: text("asked_by").notNull(),
    askedReason: text("asked_reason").notNull(),
    askedAt: integer("asked_at").notNull(),
    until: integer("until").notNull(),
    decidedBy: text("decided_by"),
    decidedReason: text("decided_reason"),
    decidedAt: integer("decided_at"),
  },
  (table) => [index("approvals_bank").on(table.bankId, table.askedAt)],
)

/** A notice of a bank to everybody linked: how far it is. One row a notice; its words are sealed. */
export const noticeRuns = sqliteTable(
  "notice_runs",
  {
    /** A digest over bank, source and the event's id: the same event is the same run. */
    id: text("id").primaryKey(),
    bankId: text("bank_id").notNull(),
    state: text("state", { enum: ["waiting", "running", "stopped", "done", "expired"] }).notNull(),
    /** The event, JSON. */
    eventSealed: text("event_sealed").notNull(),
    /** Who were linked when it came. */
    people: integer("people").notNull(),
    receivedAt: integer("received_at").notNull(),
    staleAt: integer("stale_at").notNull(),
    startedAt: integer("started_at"),
    endedAt: integer("ended_at"),
  },
  (table) => [
    index("notice_runs_bank").on(table.bankId, table.receivedAt),
    index("notice_runs_state").on(table.state, table.receivedAt),
  ],
)

/** How far a notice is on one Page: up to which link, and what became of those before it. */
export const noticePages = sqliteTable(
  "notice_pages",
  {
    runId: text("run_id").notNull(),
    pageId: text("page_id").notNull(),
    /** The last link that was walked by, '' at the beginning. */
    after: text("after").notNull(),
    /** Number of the one job that may go on; another one is an old copy. */
    job: integer("job").notNull(),
    told: integer("told").notNull(),
    notTold: integer("not_told").notNull(),
    /** Everybody was walked by; some may still be in `notice_left`. */
    walkedAt: integer("walked_at"),
    /** Nobody is left. */
    doneAt: integer("done_at"),
    movedAt: integer("moved_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.runId, table.pageId] }),
    index("notice_pages_moved").on(table.doneAt, table.movedAt),
  ],
)

/** Whom a notice walked by without an outcome: they are tried again once everybody had their turn. */
export const noticeLeft = sqliteTable(
  "notice_left",
  {
    runId: text("run_id").notNull(),
    pageId: text("page_id").notNull(),
    linkId: text("link_id").notNull(),
    /** Attempts that count: an outage costs none. */
    attempts: integer("attempts").notNull(),
    dueAt: integer("due_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.pageId, table.linkId] })],
)

/** What consumers did, a row a minute and queue: counts only. `c0` … `c11`: messages by their age when they were settled, on the scale of
 * metering/meter.ts. */
export const meters = sqliteTable(
  "meters",
  {
    minute: integer("minute").notNull(),
    queue: text("queue").notNull(),
    batches: integer("batches").notNull(),
    messages: integer("messages").notNull(),
    /** Events in them. */
    items: integer("items").notNull(),
    /** Messages that have to come again. */
    retried: integer("retried").notNull(),
    c0: integer("c0").notNull(),
    c1: integer("c1").notNull(),
    c2: integer("c2").notNull(),
    c3: integer("c3").notNull(),
    c4: integer("c4").notNull(),
    c5: integer("c5").notNull(),
    c6: integer("c6").notNull(),
    c7: integer("c7").notNull(),
    c8: integer("c8").notNull(),
    c9: integer("c9").notNull(),
    c10: integer("c10").notNull(),
    c11: integer("c11").notNull(),
  },
  (table) => [primaryKey({ columns: [table.minute, table.queue] })],
)

/** How long banks' events waited on a queue, a row a minute, queue and bank, where any did: whose they are that fill it. Counts only; kept
 * an hour. */
export const waits = sqliteTable(
  "waits",
  {
    minute: integer("minute").notNull(),
    /** `alerts` or `updates`. */
    lane: text("lane").notNull(),
    bankId: text("bank_id").notNull(),
    /** Events times the seconds they waited, added up. */
    waited: integer("waited").notNull(),
  },
  (table) => [primaryKey({ columns: [table.minute, table.lane, table.bankId] })],
)
