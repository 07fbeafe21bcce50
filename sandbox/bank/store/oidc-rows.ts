// Rows of the authorization server, as its adapter asks for them (oidc/adapter.ts). Payloads are JSON text
// that only oidc-provider understands; three members are lifted out to be looked up by.

type Sql = SqlStorage

type Lifted = { grantId?: string; uid?: string; accountId?: string; exp?: number; consumed?: number }

const keyOf = (model: string, id: string) => `${model}:${id}`

export function upsertRow(
  sql: Sql,
  model: string,
  id: string,
  payload: string,
  ttlSeconds: number | null,
  now: number,
): void {
  const lifted = JSON.parse(payload) as Lifted
  sql.exec(
    `INSERT OR REPLACE INTO oidc (key, model, grant_id, uid, account_id, payload, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    keyOf(model, id),
    model,
    model === "Grant" ? id : (lifted.grantId ?? null),
    lifted.uid ?? null,
    lifted.accountId ?? null,
    payload,
    ttlSeconds === null ? null : now + ttlSeconds * 1000,
  )
}

export function findRow(sql: Sql, model: string, id: string, now: number): string | null {
  return first(sql, "key = ?", keyOf(model, id), now)
}

export function findRowByUid(sql: Sql, model: string, uid: string, now: number): string | null {
  return first(sql, "uid = ? AND model = 'Session'", uid, now) ?? findRow(sql, model, uid, now)
}

function first(sql: Sql, where: string, value: string, now: number): string | null {
  const rows = sql.exec<{ payload: string; expires_at: number | null }>(
    `SELECT payload, expires_at FROM oidc WHERE ${where}`,
    value,
  )
  const [row] = rows.toArray()
  if (!row || (row.expires_at !== null && row.expires_at <= now)) return null
  return row.payload
}

export function consumeRow(sql: Sql, model: string, id: string, now: number): void {
  const payload = findRow(sql, model, id, now)
  if (payload === null) return
  const consumed = JSON.stringify({ ...(JSON.parse(payload) as Lifted), consumed: Math.floor(now / 1000) })
  sql.exec("UPDATE oidc SET payload = ? WHERE key = ?", consumed, keyOf(model, id))
}

export function destroyRow(sql: Sql, model: string, id: string): void {
  sql.exec("DELETE FROM oidc WHERE key = ?", keyOf(model, id))
}

/** Everything issued under a grant. The Grant row itself is destroyed by its own name. */
export function revokeGrant(sql: Sql, model: string, grantId: string): void {
  sql.exec("DELETE FROM oidc WHERE grant_id = ? AND model = ?", grantId, model)
}

/** The customer ends it at the bank: every grant, with all that was issued under it. Returns how many grants ended. */
export function revokeCustomer(sql: Sql, reference: string): number {
  const grants = sql
    .exec<{ grant_id: string }>(
      "SELECT grant_id FROM oidc WHERE model = 'Grant' AND account_id = ?",
      reference,
    )
    .toArray()
  for (const { grant_id } of grants) dropGrant(sql, grant_id)
  return grants.length
}

/** A grant ends, with all that was issued under it. */
export function dropGrant(sql: Sql, grantId: string): void {
  sql.exec("DELETE FROM oidc WHERE grant_id = ?", grantId)
}

/** A customer's yes to the client, and whether the client can still use it. */
export type StandingGrant = { readonly customer: string; readonly refreshTokens: number }

/** Every grant that stands. */
export function standingGrants(sql: Sql, now: number): readonly StandingGrant[] {
  return sql
    .exec<{ customer: string; refreshTokens: number }>(
      `SELECT g.account_id AS customer,
         (SELECT count(*) FROM oidc t WHERE t.grant_id = g.grant_id AND t.model = 'RefreshToken' AND t.expires_at > ?) AS refreshTokens
       FROM oidc g WHERE g.model = 'Grant' AND (g.expires_at IS NULL OR g.expires_at > ?)`,
      now,
      now,
    )
    .toArray()
}

/** Whether tokens of this grant still count; a signed token outlives its grant, this does not. */
export function grantStands(sql: Sql, grantId: string, now: number): boolean {
  return findRow(sql, "Grant", grantId, now) !== null
}

/** Make every row as old as if `ms` had passed. Tokens that are signed and not stored age in fdx/access.ts. */
export function ageRows(sql: Sql, ms: number): void {
  sql.exec("UPDATE oidc SET expires_at = expires_at - ? WHERE expires_at IS NOT NULL", ms)
  sql.exec("UPDATE consent SET expires_at = expires_at - ?", ms)
  const seconds = Math.floor(ms / 1000)
  const rows = sql.exec<{ key: string; payload: string }>("SELECT key, payload FROM oidc").toArray()
  for (const { key, payload } of rows) {
    const value = JSON.parse(payload) as Lifted
    if (typeof value.exp !== "number") continue
    sql.exec(
      "UPDATE oidc SET payload = ? WHERE key = ?",
      JSON.stringify({ ...value, exp: value.exp - seconds }),
      key,
    )
  }
}

/** Each link leaves seven rows of used proofs; they and all else expired go here. */
export function sweepRows(sql: Sql, now: number): void {
  sql.exec("DELETE FROM oidc WHERE expires_at IS NOT NULL AND expires_at <= ?", now)
  sql.exec("DELETE FROM seen WHERE expires_at <= ?", now)
}
