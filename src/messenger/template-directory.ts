// What a Page's utility templates are worth now, kept a minute in each isolate: every send asks, D1 should see few of those.
// Where D1 does not answer, what is kept is used; nothing kept counts as no template. Loading is given. Composed by means.ts.

import { MINUTE_MS, type Now } from "../foundation/clock.ts"
import type { PageId } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import type { GraphTemplate } from "./client.ts"
import { templateStateOf, type TemplateState } from "./template.ts"
import { templateName } from "./template-sync.ts"

/** States of a Page's templates by `name language`. */
export type TemplateStates = ReadonlyMap<string, TemplateState>

/** Templates as the rooms above see them. */
export interface TemplateDirectory {
  find(page: PageId): Promise<TemplateStates>
  /** Drop what is kept: a status was just written here. */
  forget(page: PageId): void
}

const FRESH_MS = MINUTE_MS

/** A directory over a store. */
export function createTemplateDirectory(given: {
  readonly load: (page: PageId) => Promise<readonly GraphTemplate[]>
  readonly now: Now
  readonly log: Log
}): TemplateDirectory {
  const kept = new Map<PageId, { readonly states: TemplateStates; readonly at: number }>()
  return {
    async find(page) {
      const known = kept.get(page)
      if (known && Math.abs(given.now() - known.at) < FRESH_MS) return known.states
      try {
        const statuses = await given.load(page)
        const states = new Map(
          statuses.map((each) => [templateName(each), templateStateOf(each.status)] as const),
        )
        kept.set(page, { states, at: given.now() })
        return states
      } catch (fault) {
        given.log.warn("templates_not_read", { page, ...describeFault(fault) })
        return known?.states ?? new Map()
      }
    },
    forget: (page) => void kept.delete(page),
  }
}
