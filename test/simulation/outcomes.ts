// What became of events, from three sides that know nothing of each other: what people saw in their chats, what the bank was told,
// and the ledgers and the directory on disk, read beside the running gateway. Counts only; expectations are the journeys'.
import { createHash } from "node:crypto"
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { control } from "../journeys/control.ts"
import { readDirectory } from "../journeys/gateway-state.ts"

const TOLD = ["accepted", "delivered", "read"]
const NOT_TOLD = ["suppressed", "superseded", "undeliverable", "unknown", "failed"]

/** What the bank was told of one event for one person. A late echo makes `unknown` told; a fallback says only that it was not quick. */
export interface Outcome {
  readonly told: boolean
  /** Statuses of one that was not told, with their reasons: `undeliverable person_unavailable`. */
  readonly otherwise: readonly string[]
}

interface Callback {
  readonly verified: boolean
  readonly type: string
  readonly event: {
    readonly id: string
    readonly data: {
      readonly event?: { readonly id: string; readonly source: string }
      readonly reason: string
    }
  }
}

/** Everybody the directory knows: their pseudonyms. */
export function listPeople(stateDir: string): ReadonlySet<string> {
  return new Set(readDirectory(stateDir, "SELECT id FROM people").map(({ id }) => String(id)))
}

/** Outcomes by event id and person. Whom a callback is about stands in its id only: a digest of event, person and status. */
export async function readOutcomes(
  sandbox: string,
  events: readonly string[],
  people: ReadonlySet<string>,
): Promise<ReadonlyMap<string, ReadonlyMap<string, Outcome>>> {
  const { callbacks } = await control<{ callbacks: readonly Callback[] }>(sandbox, "/control/bank/callbacks")
  const byEvent = new Map<string, Callback[]>(events.map((id) => [id, []]))
  for (const callback of callbacks) byEvent.get(callback.event.data.event?.id ?? "")?.push(callback)
  return new Map([...byEvent].map(([id, told]) => [id, outcomesOf(told, people)]))
}

function outcomesOf(
  callbacks: readonly Callback[],
  people: ReadonlySet<string>,
): ReadonlyMap<string, Outcome> {
  const found = new Map<string, { statuses: Set<string>; otherwise: Set<string> }>()
  const [about] = callbacks
  const { event } = about?.event.data ?? {}
  if (!event) return new Map()
  const byId = new Map(callbacks.map((callback) => [callback.event.id, callback.event.data.reason]))
  for (const person of people)
    for (const status of [...TOLD, ...NOT_TOLD]) {
      const reason = byId.get(digest(["event", event.source, event.id, person, status]))
      if (reason === undefined || reason === "fallback") continue
      const known = found.get(person) ?? { statuses: new Set(), otherwise: new Set() }
      found.set(person, known)
      if (TOLD.includes(status)) known.statuses.add(status)
      else known.otherwise.add(`${status} ${reason}`)
    }
  return new Map(
    [...found].map(([person, { statuses, otherwise }]) => {
      const told = statuses.size > 0
      return [
        person,
        { told, otherwise: [...otherwise].filter((each) => !told || !each.startsWith("unknown")) },
      ]
    }),
  )
}

function digest(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url")
}

/** Files of the Conversations there are. */
export function listLedgers(stateDir: string): readonly string[] {
  const folder = join(stateDir, "v3", "do", "tellerline-Conversation")
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sqlite") && name !== "metadata.sqlite")
    .map((name) => join(folder, name))
}

/** How many rows of these ledgers stand in each state, as `lane state reason`: lane 0 alerts, 1 replies, 2 updates. */
export function countLedgers(files: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const file of files) {
    const database = new DatabaseSync(file, { readOnly: true })
    try {
      const rows = database
        .prepare(
          "SELECT lane || ' ' || state || ' ' || reason AS what, count(*) AS n FROM ledger GROUP BY what",
        )
        .all()
      for (const { what, n } of rows) counts.set(String(what), (counts.get(String(what)) ?? 0) + Number(n))
    } finally {
      database.close()
    }
  }
  return counts
}
