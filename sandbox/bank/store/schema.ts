// Every table of the bank's one object. All of it is the pretend bank's own and lies in clear: this is the
// side of the sandbox that a storage scan of the gateway does not read.

export const SCHEMA = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS oidc (
  key TEXT PRIMARY KEY, model TEXT NOT NULL, grant_id TEXT, uid TEXT, account_id TEXT,
  payload TEXT NOT NULL, expires_at INTEGER) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS oidc_grant ON oidc (grant_id);
CREATE INDEX IF NOT EXISTS oidc_uid ON oidc (uid);
CREATE INDEX IF NOT EXISTS oidc_expiry ON oidc (expires_at);

CREATE TABLE IF NOT EXISTS book (
  account_id TEXT PRIMARY KEY, booked TEXT NOT NULL, pending TEXT NOT NULL,
  sequence INTEGER NOT NULL, changed_at INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS payment (
  id TEXT PRIMARY KEY, account_id TEXT NOT NULL, occurred_at INTEGER NOT NULL, posted_at INTEGER,
  minor TEXT NOT NULL, row TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS payment_order ON payment (account_id, occurred_at DESC, id DESC);

CREATE TABLE IF NOT EXISTS card (ref TEXT PRIMARY KEY, state TEXT NOT NULL, changed_at INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fraud_case (
  id TEXT PRIMARY KEY, customer TEXT NOT NULL, opened_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  card_ref TEXT, summary TEXT NOT NULL, answer TEXT, answered_at INTEGER) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS step_up (
  id TEXT PRIMARY KEY, customer TEXT NOT NULL, act TEXT NOT NULL, ref TEXT NOT NULL,
  expires_at INTEGER NOT NULL, done_at INTEGER) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS dispute (
  id TEXT PRIMARY KEY, customer TEXT NOT NULL, opened_at INTEGER NOT NULL, summary TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS repeat_key (
  key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS callback (
  n INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, proof TEXT NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS fault (n INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL, left_over INTEGER, row TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS activity (
  n INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, tone TEXT NOT NULL, title TEXT NOT NULL, detail TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS consent (
  id TEXT PRIMARY KEY, server TEXT NOT NULL, status TEXT NOT NULL, asked TEXT NOT NULL, customer TEXT,
  accounts TEXT NOT NULL, grant_id TEXT, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS consent_grant ON consent (grant_id);

CREATE TABLE IF NOT EXISTS look (what TEXT NOT NULL, day INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (what, day)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS seen (jti TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) WITHOUT ROWID;
`

/** Tables emptied by `POST /control/bank/reset`. Keys stay (in `meta`): the gateway may hold them in its cache. */
export const EMPTIED = [
  "oidc",
  "book",
  "payment",
  "card",
  "fraud_case",
  "step_up",
  "dispute",
  "repeat_key",
  "callback",
  "activity",
  "fault",
  "seen",
  "consent",
  "look",
] as const
