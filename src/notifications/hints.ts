// Hints on their way to people: the Conversation asks the bank, and what is new is posted as events like any other, before the hint itself is
// settled (P1). Composed by fan-out.ts.

import type { DataHint } from "../banks/event.ts"
import { EVENT_TYPES } from "../banks/event-types.ts"
import type { LookOutcome, LookRequest } from "../conversations/hints.ts"
import { settled, type Settled } from "../conversations/outcome.ts"
import type { LiveLink } from "../links/link-store.ts"
import { postItems, type PackingWorld } from "./acceptance.ts"

/** What hearing a hint needs. */
export interface HintWorld extends PackingWorld {
  readonly look: (request: LookRequest) => Promise<LookOutcome>
}

const RETRY_MS = 2_000

/** Let one person's Conversation look.
 * @returns settled, or when to bring the hint again */
export async function hearHint(
  world: HintWorld,
  link: LiveLink,
  hint: DataHint,
): Promise<Settled | { readonly afterMs: number }> {
  const { page, person, bank, id, epoch, recordHash, personWrappedKey: wrappedKey } = link
  const outcome = await world.look({
    v: 1,
    whom: { person, page, bank },
    hint,
    shelf: { wrappedKey, link: id, epoch, recordHash },
  })
  switch (outcome.kind) {
    case "settled":
      return outcome
    case "pending":
      return { afterMs: outcome.afterMs }
    case "link_ended":
      return settled("suppressed", "not_linked")
    case "events": {
      const { lane } = EVENT_TYPES["bank.transaction.posted.v1"]
      const items = outcome.events.map((event) => ({ event, attempts: 0 }))
      const posted = items.length === 0 || (await postItems(world, { lane, bank }, items)).ok
      return posted ? settled("superseded", "asked") : { afterMs: RETRY_MS }
    }
  }
}
