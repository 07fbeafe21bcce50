// Bringing the directory, Messenger and the bank to what the state says of links: those that ended here are ended there, the one
// whose code was right goes live. One run at a time, each step repeatable, nothing of it in a turn.

import { describeFault } from "../foundation/log.ts"
import type { PersonWorld, Whom } from "./person-world.ts"
import { SingleRun } from "./single-run.ts"
import type { State } from "./state.ts"
import type { TurnEvent } from "./turn-context.ts"

/** What settling needs of its person. */
export interface Settler {
  readonly world: PersonWorld
  readonly remembered: () => { readonly whom: Whom; readonly state: State } | undefined
  /** Take the turn that a step of it leads to. */
  readonly take: (event: TurnEvent) => Promise<void>
  readonly flush: () => Promise<void>
  /** Try again soon: something round us does not answer. */
  readonly later: () => Promise<void>
}

/** Links on their way. */
export class LinkSettling {
  readonly #run = new SingleRun()

  /** Settle whatever the state names, until it names nothing. */
  settle(settler: Settler): Promise<void> {
    return this.#run.ask(async () => {
      try {
        while (await step(settler)) continue
      } catch (fault) {
        settler.world.log.warn("link_not_settled", describeFault(fault))
        await settler.later()
      }
    })
  }
}

/** @returns whether there was anything to do */
async function step(settler: Settler): Promise<boolean> {
  const { world, take } = settler
  const remembered = settler.remembered()
  if (!remembered) return false
  const { whom, state } = remembered
  const ended = state.ending[0]
  if (ended) {
    await world.links.end(ended.link, ended.reason, whom, markedAt(state))
    await take({ kind: "closed", link: ended.link })
    if (markedAt(state) !== undefined) world.links.showMenu(whom, state.psid, false)
    return true
  }
  const { opening } = state
  if (!opening) return false
  const live = await world.links.goLive(opening, whom.person)
  await take({ kind: "opened", offer: opening, live })
  if (live) world.links.showMenu(whom, state.psid, true)
  await settler.flush()
  return true
}

/** Messenger's own mark of a link belongs to the person, not to one link: while another link is live or on its way it stays. */
function markedAt(state: State): string | undefined {
  return state.consent || state.offer || state.opening ? undefined : state.psid
}
