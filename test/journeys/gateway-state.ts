// What lies in the gateway's directory on disk, read beside the running gateway: how many links stand in which state.
// Read only, by Node's own SQLite; the write-ahead log is taken into account. The storage scan reads bytes instead.
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"

/** How many links of everybody are in that state. */
export function countLinks(stateDir: string, state: "pending" | "live" | "ended"): number {
  const database = new DatabaseSync(directoryOf(stateDir), { readOnly: true })
  try {
    const row = database.prepare("SELECT count(*) AS n FROM links WHERE state = ?").get(state)
    return Number(row?.["n"])
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
