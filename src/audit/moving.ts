// Moving lines from D1 to their logs, by the clock: in order, exactly once. Every step may be cut off and done again: the log is put on the
// register before it gets its first line, takes each line once, and only what lies there is deleted here. A bank whose log does not
// answer keeps its lines here and holds up nobody else's.

import { monthOf } from "../foundation/clock.ts"
import type { Database } from "../db/database.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import type { AuditLogs } from "./audit-log-of.ts"
import { deleteMoved, listWaiting, type AuditLine } from "./audit-store.ts"
import { entryOf } from "./log-entry.ts"

/** Lines moved at once: as many as one statement can name. */
const LINES_AT_ONCE = 90
/** Lines one run moves at most; the next goes on. */
const ROUNDS_A_RUN = 20

/** What moving needs. */
export interface MovingWorld {
  readonly db: Database
  readonly logs: AuditLogs
  readonly log: Log
}

/** Move what waits. @returns how many lines were moved */
export async function moveLines(world: MovingWorld): Promise<number> {
  const broken: string[] = []
  let count = 0
  for (let round = 0; round < ROUNDS_A_RUN; round++) {
    const waiting = await listWaiting(world.db, LINES_AT_ONCE, broken)
    if (waiting.length === 0) break
    for (const lines of byLog(waiting)) {
      const [first] = lines
      if (!first || broken.includes(first.bank)) continue
      try {
        await moveTo(world, first.bank, monthOf(first.at), lines)
        count += lines.length
      } catch (fault) {
        broken.push(first.bank)
        world.log.error("audit_not_moved", { bank: first.bank, ...describeFault(fault) })
      }
    }
  }
  return count
}

async function moveTo(
  { db, logs }: MovingWorld,
  bank: AuditLine["bank"],
  month: string,
  lines: readonly AuditLine[],
): Promise<void> {
  await logs.register().register({ v: 1, bank, month })
  await logs.of(bank, month).append({ v: 1, lines: lines.map(entryOf) })
  await deleteMoved(
    db,
    lines.map(({ id }) => id),
  )
}

/** Lines of one log together, each log's in their order. */
function byLog(lines: readonly AuditLine[]): readonly (readonly AuditLine[])[] {
  const logs = new Map<string, AuditLine[]>()
  for (const line of lines) {
    const name = `${line.bank}|${monthOf(line.at)}`
    const known = logs.get(name)
    if (known) known.push(line)
    else logs.set(name, [line])
  }
  return [...logs.values()]
}
