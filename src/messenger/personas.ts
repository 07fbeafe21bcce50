// Under which name at Messenger a person at the bank speaks: a persona of the Page with their name, found among those there are, else made.
// Only where the Page's record has the picture that stands beside it. The assistant has none: it may not pose as a person. Nothing is
// stored here. Composed by house.ts, asked for when an agent takes a thread. @see messenger-platform.md 4.8

import { SECOND_MS } from "../foundation/clock.ts"
import type { PageId } from "../foundation/id.ts"
import type { Log } from "../foundation/log.ts"
import type { Graph } from "./client.ts"
import type { PageDirectory } from "./page-directory.ts"

/** An agent who takes a thread is not kept waiting for a name beside their words. */
const PERSONA_MS = 3 * SECOND_MS

/** @returns finds the persona of a name: `undefined` where the Page has none, or the platform does not answer in time; then the Page
 * itself speaks */
export function createPersonas(given: {
  readonly graph: Pick<Graph, "createPersona" | "listPersonas">
  readonly pages: Pick<PageDirectory, "find">
  readonly log: Log
}): (page: PageId, name: string) => Promise<string | undefined> {
  const { graph, pages, log } = given
  return async (page, name) => {
    const found = await pages.find(page)
    const pictureUrl = found.ok ? found.value.record.agentPicture : undefined
    if (!found.ok || pictureUrl === undefined) return undefined
    const { token } = found.value
    const signal = AbortSignal.timeout(PERSONA_MS)
    const listed = await graph.listPersonas(page, token, signal)
    if (!listed.ok) return refused(listed.error.reason)
    const known = listed.value.find((each) => each.name === name)
    if (known) return known.id
    const made = await graph.createPersona(page, token, { name, pictureUrl }, signal)
    return made.ok ? made.value.id : refused(made.error.reason)
  }

  function refused(reason: string): undefined {
    log.warn("persona_not_found", { reason })
    return undefined
  }
}
