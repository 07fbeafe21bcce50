// What lies in the gateway's directory on disk, read beside the running gateway: how many links stand in which state.
// Read only, by Node's own SQLite; the write-ahead log is taken into account. The storage scan reads bytes instead.
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"

/** How many links of everybody are in that state. */
export function countLinks(stateDir: string, state: "pending" | "live" | "ended"): number {
  const [row] = readDirectory(stateDir, "SELECT count(*) AS n FROM links WHERE state = ?", state)
  return Number(row?.["n"])
}

/** Rows of the directory. */
export function readDirectory(
  stateDir: string,
  query: string,
  ...values: readonly string[]
): readonly Readonly<Record<string, unknown>>[] {
  const database = new DatabaseSync(directoryOf(stateDir), { readOnly: true })
  try {
    return database.prepare(query).all(...values)
  } finally {
    database.close()
  }
}

/** D1's file. Beside it lies a file of Miniflare's own. */
function directoryOf(stateDir: string): string {
  const folder = join(stateDir, "v3", "d1", "miniflare-D1DatabaseObject")
  const [file] = readdirSync(folder).filter(
    (name) => name.endsWith(".sqlite") && !name.startsWith("metadata"),
  )
  if (!file) throw new Error("Cannot find the gateway's database")
  return join(folder, file)
}
