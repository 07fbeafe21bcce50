// Consents as resources of their own (UK Open Banking, Berlin Group) and, for a server without details in its tokens, which accounts a
// grant covers. One row a consent; what it looks like on the wire is the dialect's.

type Sql = SqlStorage

/** `waiting` for the customer; `allowed`; ended by the customer's no, by time, at the bank, or by the client. */
export type ConsentStatus = "waiting" | "allowed" | "rejected" | "expired" | "revoked" | "deleted"

export type Consent = {
  readonly id: string
  readonly server: string
  readonly status: ConsentStatus
  /** what the client asked for, as it asked */
  readonly asked: string
  readonly customer: string | null
  /** ids of accounts */
  readonly accounts: readonly string[]
  readonly grantId: string | null
  readonly createdAt: number
  readonly expiresAt: number
}

type Row = {
  id: string
  server: string
  status: ConsentStatus
  asked: string
  customer: string | null
  accounts: string
  grant_id: string | null
  created_at: number
  expires_at: number
}

const consentOf = (row: Row | undefined, now: number): Consent | null =>
  row === undefined
    ? null
    : {
        id: row.id,
        server: row.server,
        status: row.status === "allowed" && row.expires_at <= now ? "expired" : row.status,
        asked: row.asked,
        customer: row.customer,
        accounts: JSON.parse(row.accounts) as readonly string[],
        grantId: row.grant_id,
        createdAt: row.created_at,
        expiresAt: row.expires_at,
      }

export function putConsent(sql: Sql, consent: Consent): void {
  const { id, server, status, asked, customer, accounts, grantId, createdAt, expiresAt } = consent
  sql.exec(
    `INSERT OR REPLACE INTO consent (id, server, status, asked, customer, accounts, grant_id, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    id,
    server,
    status,
    asked,
    customer,
    JSON.stringify(accounts),
    grantId,
    createdAt,
    expiresAt,
  )
}

export function findConsent(sql: Sql, id: string, now: number): Consent | null {
  return consentOf(sql.exec<Row>("SELECT * FROM consent WHERE id = ?", id).toArray()[0], now)
}

export function consentOfGrant(sql: Sql, grantId: string, now: number): Consent | null {
  return consentOf(sql.exec<Row>("SELECT * FROM consent WHERE grant_id = ?", grantId).toArray()[0], now)
}

/** Every consent, oldest first. */
export function listConsents(sql: Sql, now: number): readonly Consent[] {
  const rows = sql.exec<Row>("SELECT * FROM consent ORDER BY created_at, id").toArray()
  return rows.flatMap((row) => consentOf(row, now) ?? [])
}

/** All consents a customer allowed end in one way. */
export function endConsents(sql: Sql, customer: string, status: ConsentStatus): void {
  sql.exec("UPDATE consent SET status = ? WHERE customer = ? AND status = 'allowed'", status, customer)
}

/** Count a look without the customer; true while there are no more than `most` of it on that day. */
export function countLook(sql: Sql, what: string, day: number, most: number): boolean {
  sql.exec(
    "INSERT INTO look (what, day, n) VALUES (?, ?, 1) ON CONFLICT (what, day) DO UPDATE SET n = n + 1",
    what,
    day,
  )
  return sql.exec<{ n: number }>("SELECT n FROM look WHERE what = ? AND day = ?", what, day).one().n <= most
}
