// Bringing the directory, Messenger and the bank to what the state says of links: those that ended here are ended there, the one
// whose code was right goes live, changes of the consent are recorded. Where object and directory were seen to differ, what the
// directory proves is held against the state. One run at a time, each step repeatable, nothing of it in a turn.

import { SECOND_MS } from "../foundation/clock.ts"
import type { LinkId } from "../foundation/id.ts"
import { describeFault } from "../foundation/log.ts"
import { applied, changesOf } from "./consent-change.ts"
import { holdingOf } from "./consent-view.ts"
import { requestErasure } from "./erasing.ts"
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

const DOUBT_MS = 5 * SECOND_MS
/** Links of one person whose last look is remembered. */
const DOUBTS_MAX = 10

/** Links on their way. */
export class LinkSettling {
  readonly #run = new SingleRun()
  /** The directory was seen to say something else of these links. */
  readonly #doubted = new Set<LinkId>()
  readonly #doubtedAt = new Map<LinkId, number>()

  /** Object and directory differ: look at it in the next run, at one link not more often than every few seconds. */
  doubt(link: LinkId, now: number): void {
    if (now - (this.#doubtedAt.get(link) ?? -Infinity) < DOUBT_MS) return
    if (this.#doubtedAt.size >= DOUBTS_MAX) this.#doubtedAt.clear()
    this.#doubted.add(link)
    this.#doubtedAt.set(link, now)
  }

  /** Settle whatever the state names, until it names nothing. */
  settle(settler: Settler): Promise<void> {
    return this.#run.ask(async () => {
      try {
        while (await step(settler)) continue
        for (const doubted of this.#doubted) {
          if (await compare(settler, doubted)) while (await step(settler)) continue
          this.#doubted.delete(doubted)
        }
      } catch (fault) {
        settler.world.log.warn("link_not_settled", describeFault(fault))
        await settler.later()
      }
    })
  }
}

/** Whether anything about links is on its way. */
export function isSettling(state: State): boolean {
  const { opening, ending, erasing } = state
  return (
    opening !== undefined || ending.length > 0 || erasing?.requested === false || changesOf(state).length > 0
  )
}

/** @returns whether there was anything to do */
async function step(settler: Settler): Promise<boolean> {
  const { world, take } = settler
  const remembered = settler.remembered()
  if (!remembered) return false
  const { whom, state } = remembered
  const ended = state.ending[0]
  if (ended) {
    await world.links.end(ended, whom, markedAt(state))
    await take({ kind: "closed", link: ended.link })
    if (markedAt(state) !== undefined) world.links.showMenu(whom, state.psid, false)
    return true
  }
  const [change] = changesOf(state)
  if (change) {
    const consent = state.consent && applied(state.consent, change)
    const mark = consent && (await world.links.record(consent, change, whom))
    await take({ kind: "consent_recorded", change: change.id, mark })
    if (!mark && consent) await compare(settler, consent.link)
    await settler.flush()
    return true
  }
  if (await requestErasure(world, whom, state)) {
    await take({ kind: "erasure_requested" })
    return true
  }
  const { opening } = state
  if (!opening) return false
  const opened = await world.links.goLive(opening, whom)
  await take({ kind: "opened", offer: opening, opened })
  if (opened.kind === "live") world.links.showMenu(whom, state.psid, true)
  await settler.flush()
  return true
}

/** Hold what the directory proves against the link held here: what ended there ends here, of two consents the stricter one stays (P4).
 * One that is not held here any more ended here, whatever the directory has come to say: it ends there too, by a chore.
 * @returns whether that left anything to do */
async function compare(settler: Settler, link: LinkId): Promise<boolean> {
  const { world, take } = settler
  const { whom, state } = settler.remembered() ?? {}
  if (!whom || !state) return false
  if (holdingOf(state, link) === "not_held") await world.links.settleLater(link, whom)
  if (state.consent?.link !== link || changesOf(state).length > 0) return false
  const proven = await world.links.prove(link, whom)
  if (proven.ok) await take({ kind: "consent_proven", proven: proven.value })
  else if (proven.error.reason === "link_gone")
    await take({ kind: "link_ended", link, reason: "revoked_by_bank", silent: false })
  else world.log.error("consent_record_broken", { link })
  await settler.flush()
  return proven.ok || proven.error.reason === "link_gone"
}

/** Messenger's own mark of a link belongs to the person, not to one link: while another link is live or on its way it stays. */
function markedAt(state: State): string | undefined {
  return state.consent || state.offer || state.opening ? undefined : state.psid
}
