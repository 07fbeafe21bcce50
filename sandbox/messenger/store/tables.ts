// Every table of the pretend Messenger on one page. All of it lies in one Durable Object and survives a restart;
// `POST /control/reset` empties it, except what the gateway registered. Nothing here is sealed: the sandbox holds invented people only.

const TABLES = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS pages (
  id TEXT PRIMARY KEY, token TEXT NOT NULL UNIQUE, name TEXT NOT NULL, fields TEXT NOT NULL, profile TEXT NOT NULL,
  verified INTEGER NOT NULL, failing_since INTEGER);
CREATE TABLE IF NOT EXISTS people (
  ord INTEGER PRIMARY KEY AUTOINCREMENT, psid TEXT NOT NULL UNIQUE, page_id TEXT NOT NULL, name TEXT NOT NULL,
  locale TEXT NOT NULL, last_action_at INTEGER, last_message_at INTEGER, linked INTEGER NOT NULL DEFAULT 0,
  blocked INTEGER NOT NULL DEFAULT 0, opened INTEGER NOT NULL DEFAULT 0, page_saw_at INTEGER, pending_ref TEXT, menu TEXT);
CREATE TABLE IF NOT EXISTS messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, mid TEXT NOT NULL UNIQUE, psid TEXT NOT NULL, side TEXT NOT NULL,
  at INTEGER NOT NULL, body TEXT NOT NULL, messaging_type TEXT, tag TEXT, rendered TEXT, delivered_at INTEGER,
  read_at INTEGER, reaction TEXT);
CREATE INDEX IF NOT EXISTS messages_by_person ON messages (psid, seq);
CREATE TABLE IF NOT EXISTS templates (
  ord INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, page_id TEXT NOT NULL, name TEXT NOT NULL,
  language TEXT NOT NULL, parameter_format TEXT NOT NULL, components TEXT NOT NULL, status TEXT NOT NULL,
  reason TEXT, created_at INTEGER NOT NULL, decide_at INTEGER, UNIQUE (page_id, name, language));
CREATE TABLE IF NOT EXISTS linking_tokens (
  token TEXT PRIMARY KEY, psid TEXT NOT NULL, page_id TEXT NOT NULL, expires_at INTEGER NOT NULL, used INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT, lane TEXT NOT NULL, page_id TEXT NOT NULL, part TEXT NOT NULL, event TEXT NOT NULL,
  mid TEXT, at INTEGER NOT NULL, due_at INTEGER NOT NULL, next_try_at INTEGER NOT NULL, attempts INTEGER NOT NULL,
  once INTEGER NOT NULL, state TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS outbox_by_state ON outbox (state, lane, due_at, id);
CREATE TABLE IF NOT EXISTS faults (
  id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL, remaining INTEGER NOT NULL, spec TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sent (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, entry TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS profile_calls (page_id TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS threads (psid TEXT PRIMARY KEY, owner TEXT, expires_at INTEGER);
CREATE TABLE IF NOT EXISTS personas (
  ord INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, page_id TEXT NOT NULL, name TEXT NOT NULL,
  picture TEXT NOT NULL, deleted INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS attachments (
  id TEXT PRIMARY KEY, page_id TEXT NOT NULL, type TEXT NOT NULL, url TEXT, content BLOB, content_type TEXT,
  created_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS page_calls (
  page_id TEXT NOT NULL, slot INTEGER NOT NULL, calls INTEGER NOT NULL, PRIMARY KEY (page_id, slot));
`

/** Columns that tables of an older state lack: a developer keeps that state across versions of the sandbox. */
const COLUMNS = {
  people: ["region TEXT"],
  messages: [
    "app_id TEXT",
    "persona_id TEXT",
    "media TEXT",
    "reply_to TEXT",
    "edits INTEGER NOT NULL DEFAULT 0",
    "deleted INTEGER NOT NULL DEFAULT 0",
    "page_reaction TEXT",
  ],
} as const

/** Make what is missing; safe to run again. */
export function makeTables(sql: SqlStorage): void {
  sql.exec(TABLES)
  for (const [table, columns] of Object.entries(COLUMNS)) {
    const names = sql
      .exec<{ name: string }>(`SELECT name FROM pragma_table_info('${table}')`)
      .toArray()
      .map((row) => row.name)
    for (const column of columns) {
      if (!names.includes(column.split(" ")[0] ?? "")) sql.exec(`ALTER TABLE ${table} ADD COLUMN ${column}`)
    }
  }
}

/** Every table that a reset empties. Pages, templates, personas and attachments stay: the gateway registered them and
 * does not hear of a reset. */
export const EMPTIED_TABLES = [
  "meta",
  "people",
  "messages",
  "linking_tokens",
  "outbox",
  "faults",
  "sent",
  "profile_calls",
  "threads",
  "page_calls",
] as const
