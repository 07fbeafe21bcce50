// Telling the bank's line what the state says it does not know: who joins, who wrote, who left, what they said of it; and handing a thread to
// the Page's Inbox once everything we said in it is out. One run at a time, each step repeatable, nothing of it in a turn.

import { describeFault } from "../foundation/log.ts"
import { WINDOW_MS } from "../messenger/route.ts"
import type { Desk } from "./desk-state.ts"
import { listQueued, listSending } from "./ledger.ts"
import type { Settler } from "./link-settling.ts"
import { SingleRun } from "./single-run.ts"
import type { State } from "./state.ts"

/** A wish for a person on its way. */
export class DeskSettling {
  readonly #run = new SingleRun()

  /** Tell whatever is owed, until nothing is. */
  settle(settler: Settler): Promise<void> {
    return this.#run.ask(async () => {
      try {
        while (await step(settler)) continue
      } catch (fault) {
        settler.world.log.warn("desk_not_reached", describeFault(fault))
        await settler.take({ kind: "desk", news: { kind: "unreached" } })
        await settler.flush()
        await settler.later()
      }
    })
  }
}

/** Whether the line, or the platform, is to be told anything. */
export function owesDesk({ desk }: State): boolean {
  return desk !== undefined && desk.owed.length > 0
}

async function step(settler: Settler): Promise<boolean> {
  const { world, take, flush } = settler
  const { whom, state } = settler.remembered() ?? {}
  const word = state?.desk?.owed[0]
  if (!whom || !state?.desk || !word) return false
  if (word.kind === "hand_over") {
    await flush()
    // Whoever has not the thread may not speak in it: what was said goes out first.
    if (listQueued(world.sql).length + listSending(world.sql).length > 0) {
      await settler.later()
      return false
    }
    await world.desk.handOver(whom, state.psid)
    await take({ kind: "desk", news: { kind: "told", word } })
    return true
  }
  const place = await world.desk.tell(word, about(state.desk, state), whom)
  await take({ kind: "desk", news: { kind: "told", word, ...(place ? { place } : {}) } })
  await flush()
  return true
}

function about({ thread, kind }: Desk, { lastActionAt }: State) {
  return { thread, kind, windowEndsAt: lastActionAt + WINDOW_MS }
}
