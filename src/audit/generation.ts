// Whether the database was put back to an older state. Each minute a count is raised in D1 and then in the register of the audit logs, which
// no restore of D1 touches: D1 behind the register means that it forgot ends and erasures. The order keeps that true wherever the work is
// cut off: D1 is written first when the count rises and read last when the two are compared, so that D1 is never behind by itself.

import { generationStatement, loadGeneration, raiseGenerationFrom } from "../db/deployment-store.ts"
import { write, type Database } from "../db/database.ts"
import { SECOND_MS, MINUTE_MS, type Now } from "../foundation/clock.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import type { AuditLogs } from "./audit-log-of.ts"
import { auditStatementAt, findNewestWaiting } from "./audit-store.ts"
import type { AuditBy } from "./audit.ts"

/** What the comparison needs. */
export interface GenerationWorld {
  readonly db: Database
  readonly logs: Pick<AuditLogs, "register">
}

/** How far each has come. */
export interface Generations {
  readonly directory: number
  readonly register: number
}

/** An isolate looks again after this … */
const LOOK_AGAIN_MS = MINUTE_MS
/** … waits for the answer where it has not looked for so long … */
const STALE_MS = 3 * MINUTE_MS
/** … and while it is behind, or could not be told, looks more often. */
const UNSURE_MS = 5 * SECOND_MS
/** A request waits no longer for it. */
const ANSWER_MS_MAX = 2 * SECOND_MS

/** Compare. @throws DatabaseError, or what the register's object throws */
export async function compareGenerations({ db, logs }: GenerationWorld): Promise<Generations> {
  const register = await logs.register().generation({ v: 1 })
  return { register, directory: await loadGeneration(db) }
}

/** `true` where the directory was put back. */
export function isBehind({ directory, register }: Generations): boolean {
  return directory < register
}

/** Raise both by one, each minute. @returns `false` where the directory is behind: then nothing is raised */
export async function raiseGenerations({ db, logs }: GenerationWorld): Promise<boolean> {
  const register = logs.register()
  const raised = await raiseGenerationFrom(db, await register.generation({ v: 1 }))
  if (raised === undefined) return false
  await register.raise({ v: 1, to: raised })
  return true
}

/** Raise both, and say whether anything may be done on the directory's word. Where that cannot be told, nothing is: what is due waits for the
 * next minute. */
export async function mayActOn(
  world: GenerationWorld,
  watch: Pick<RestoreWatch, "forget">,
  log: Log,
): Promise<boolean> {
  try {
    if (await raiseGenerations(world)) return true
    watch.forget()
    log.error("directory_restored")
  } catch (fault) {
    log.error("scheduled_fault", { step: "generation", ...describeFault(fault) })
  }
  return false
}

/** Say that everything the directory forgot was done again: it is level from here on. The line that tells of it gets a number above all that
 * lie in the logs, so that numbers given twice end here. */
export async function levelGenerations(
  { db, logs }: GenerationWorld,
  { register }: Generations,
  newestInLogs: number,
  by: AuditBy,
): Promise<void> {
  const line = Math.max(newestInLogs, await findNewestWaiting(db)) + 1
  const entry = { ...by, bank: "*", action: "restore.finish", object: `generation_${register}` } as const
  await write(db.batch([generationStatement(db, register + 1), auditStatementAt(db, line, entry)]))
  await logs.register().raise({ v: 1, to: register + 1 })
}

async function soon<T>(answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | null = null
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("The register does not answer")), ANSWER_MS_MAX)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

/** What an isolate remembers of it. */
export interface RestoreWatch {
  /** Whether every way in must be shut. Asks at the start, then once a minute; only who comes after a long pause waits for the answer.
   * Where it cannot be asked the last answer stands, and at the start the doors are open: the Conversation, not the directory, decides what
   * may be said. */
  isShut(): Promise<boolean>
  /** Ask again at the next call. */
  forget(): void
}

/** @param given.beside keeps work alive that nobody waits for */
export function createRestoreWatch(given: {
  readonly world: GenerationWorld
  readonly realNow: Now
  readonly beside: (work: Promise<unknown>) => void
  readonly log: Log
}): RestoreWatch {
  const { world, realNow, beside, log } = given
  let known: { readonly shut: boolean; readonly sure: boolean; readonly at: number } | undefined
  /** By the real clock; an answer that never came, its request having been cut off, is not waited for. */
  let askedAt = -Infinity

  async function ask(): Promise<void> {
    askedAt = realNow()
    try {
      const generations = await soon(compareGenerations(world))
      const shut = isBehind(generations)
      if (shut && !known?.shut) log.error("directory_restored", { ...generations })
      known = { shut, sure: true, at: realNow() }
    } catch (fault) {
      log.warn("generation_not_compared", describeFault(fault))
      known = { shut: known?.shut ?? false, sure: false, at: realNow() }
    }
  }

  return {
    async isShut() {
      const age = known ? realNow() - known.at : Infinity
      const due = age >= (known?.sure && !known.shut ? LOOK_AGAIN_MS : UNSURE_MS)
      if (age >= STALE_MS || (due && known?.shut)) await ask()
      else if (due && realNow() - askedAt >= UNSURE_MS) beside(ask())
      return known?.shut ?? false
    },
    forget: () => void (known = undefined),
  }
}
