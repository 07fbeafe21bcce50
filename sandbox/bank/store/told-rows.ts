// What the bank was told by the gateway, and what somebody did at its desk: kept to be looked at.

const ACTIVITIES_KEPT = 20

/** Something the gateway told the bank: `proof` says how far its signature was good. */
export type Callback = {
  readonly at: number
  readonly proof: string
  readonly type: string
  readonly body: string
}

/** What somebody did at the desk and what came of it, in words. */
export type Activity = {
  readonly at: number
  readonly tone: "good" | "bad" | "plain"
  readonly title: string
  readonly detail: string
}

export function keepCallbacks(sql: SqlStorage, rows: readonly Callback[]): void {
  for (const { at, proof, type, body } of rows)
    sql.exec("INSERT INTO callback (at, proof, type, body) VALUES (?, ?, ?, ?)", at, proof, type, body)
}

export function listCallbacks(sql: SqlStorage): readonly Callback[] {
  return sql.exec<Callback>("SELECT at, proof, type, body FROM callback ORDER BY n").toArray()
}

export function noteActivity(sql: SqlStorage, { at, tone, title, detail }: Activity): void {
  sql.exec("INSERT INTO activity (at, tone, title, detail) VALUES (?, ?, ?, ?)", at, tone, title, detail)
  sql.exec("DELETE FROM activity WHERE n <= (SELECT max(n) FROM activity) - ?", ACTIVITIES_KEPT)
}

/** Newest first. */
export function listActivities(sql: SqlStorage): readonly Activity[] {
  return sql.exec<Activity>("SELECT at, tone, title, detail FROM activity ORDER BY n DESC").toArray()
}
