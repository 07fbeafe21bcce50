// Faults somebody set: which requests the bank is to fail at, and how often. What a fault does to a request is the gate's matter.

import type { Fault } from "../env.ts"

/** The first fault whose path matches, used up by one. */
export function useFault(sql: SqlStorage, path: string): Fault | null {
  const rows = sql.exec<{ n: number; path: string; left_over: number | null; row: string }>(
    "SELECT n, path, left_over, row FROM fault ORDER BY n",
  )
  const hit = rows.toArray().find((row) => path.startsWith(row.path))
  if (!hit) return null
  if (hit.left_over !== null && hit.left_over <= 1) sql.exec("DELETE FROM fault WHERE n = ?", hit.n)
  else if (hit.left_over !== null) sql.exec("UPDATE fault SET left_over = left_over - 1 WHERE n = ?", hit.n)
  return JSON.parse(hit.row) as Fault
}

/** Replace all faults; an empty list heals everything. */
export function setFaults(sql: SqlStorage, faults: readonly Fault[]): void {
  sql.exec("DELETE FROM fault")
  for (const fault of faults)
    sql.exec(
      "INSERT INTO fault (path, left_over, row) VALUES (?, ?, ?)",
      fault.path,
      fault.times,
      JSON.stringify(fault),
    )
}
