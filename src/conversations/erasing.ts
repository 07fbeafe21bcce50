// Forgetting a person for good. Their erasure begins here (nothing is read or said any more), is carried out elsewhere, and ends here:
// the whole storage goes. What was running in the object then runs into a fence, so that nothing of the old person is written again.
// What stays is one instant: what Messenger tells of before it is not heard, for a copy of "delete my data" must not make a new person.
// Composed by person.ts; who asks for the storage to go is privacy/.

import { DAY_MS } from "../foundation/clock.ts"
import type { PersonId } from "../foundation/id.ts"
import type { Sql } from "../foundation/world.ts"
import type { ErasureCause } from "../jobs/job.ts"
import type { MessengerEvent } from "../messenger/event.ts"
import type { PersonWorld, Whom } from "./person-world.ts"
import { findWhom, prepareStorage } from "./storage.ts"
import type { State } from "./state.ts"
import { Unready } from "./unready.ts"

/** Somebody's data is to be deleted. Travels by RPC. */
export interface ErasureRequest {
  readonly v: 1
  readonly whom: Whom
  /** Names the erasure on its page. */
  readonly code: string
  readonly cause: ErasureCause
}

/** The storage of one person is to go. Travels by RPC. */
export interface WipeRequest {
  readonly v: 1
  readonly person: PersonId
  /** Whoever was met here after this instant is somebody new, and stays … */
  readonly requestedAt: number
  /** … unless the key is still the old one: it goes, and what is sealed under it with it. */
  readonly oldKey: boolean
}

/** Longer than Messenger repeats and a job may lie on a queue under a day key. */
export const ERASED_KEPT_MS = 14 * DAY_MS
const FACT = "erased"

/** Between a Person and the storage: once shut, nothing passes. */
export class Fence {
  #shut = false

  get isShut(): boolean {
    return this.#shut
  }

  shut(): void {
    this.#shut = true
  }

  /** The same world, as long as the fence is open. @throws Unready from its storage once it is shut */
  around(world: PersonWorld): PersonWorld {
    const { sql, alarm } = world
    const pass = () => {
      if (this.#shut) throw new Unready("Cannot write to a conversation that was erased")
    }
    return {
      ...world,
      sql: {
        exec(statement, ...bindings) {
          pass()
          return sql.exec(statement, ...bindings)
        },
        transaction(step) {
          pass()
          return sql.transaction(step)
        },
      },
      alarm: {
        get: () => alarm.get(),
        async set(at) {
          pass()
          await alarm.set(at)
        },
      },
    }
  }
}

/** Delete everything, unless whoever is here came after the request. Repeatable at every step.
 * @param world outside the fence, which is shut where it was done */
export async function wipe(
  world: PersonWorld,
  fence: Fence,
  { person, requestedAt, oldKey }: WipeRequest,
): Promise<void> {
  const known = findWhom(world.sql)
  if (known && !oldKey && (known.metAt ?? 0) > requestedAt) return
  fence.shut()
  await world.deleteAll()
  prepareStorage(world.sql)
  const now = world.now()
  world.sql.exec("INSERT INTO facts (name, value) VALUES (?, ?)", FACT, String(now))
  await world.alarm.set(now + ERASED_KEPT_MS)
  await world.erasure.forgetKey(person, requestedAt)
}

/** When somebody was erased here, as long as that is kept. */
export function findErasedAt(sql: Sql): number | undefined {
  const [row] = sql.exec<{ value: string }>("SELECT value FROM facts WHERE name = ?", FACT).rows
  return row ? Number(row.value) : undefined
}

/** What may be heard: nothing from before an erasure. */
export function hearable(
  events: readonly MessengerEvent[],
  erasedAt: number | undefined,
): readonly MessengerEvent[] {
  return erasedAt === undefined ? events : events.filter((event) => event.at > erasedAt)
}

/** When it need not be known any more that somebody was erased here. */
export function erasureForgottenAt(sql: Sql): number | undefined {
  const erasedAt = findErasedAt(sql)
  return erasedAt === undefined ? undefined : erasedAt + ERASED_KEPT_MS
}

/** Forget at last that somebody was erased here.
 * @returns `true` where nobody new came, so that now nothing is left at all and the fence is shut */
export async function forgetErasure(world: PersonWorld, fence: Fence): Promise<boolean> {
  const at = erasureForgottenAt(world.sql)
  if (at === undefined || world.now() < at) return false
  if (findWhom(world.sql)) {
    world.sql.exec("DELETE FROM facts WHERE name = ?", FACT)
    return false
  }
  fence.shut()
  await world.deleteAll()
  return true
}

/** Ask for the rest of an erasure that began in the chat. @returns whether there was anything to ask */
export async function requestErasure(world: PersonWorld, whom: Whom, state: State): Promise<boolean> {
  const { erasing } = state
  if (!erasing || erasing.requested) return false
  await world.erasure.request(whom, erasing)
  return true
}
