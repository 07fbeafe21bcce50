// The events of one request, each with its own verdict: a bad one is refused by its id and the rest is taken. Pure.

import type { BankEvent } from "./event.ts"
import { parseEvent, type EventRefusal, type EventTerms } from "./event-parse.ts"
import { isUsableId } from "./event-wire.ts"

/** What became of each element. */
export interface ReadBatch {
  /** Each event once, in the order they stand there. */
  readonly events: readonly BankEvent[]
  /** By event id; by `#<index>` (from 0) where an element has no usable id. */
  readonly rejected: ReadonlyMap<string, EventRefusal>
  /** `true` where there are elements and each of them is another's. */
  readonly allForeign: boolean
}

/** Read the elements of a batch. The same event twice (`source` and `id`) is taken once; another event under an id
 * that was taken already is refused, because one of the two would be lost silently.
 * @param now our own clock */
export function readBatch(elements: readonly unknown[], terms: EventTerms, now: number): ReadBatch {
  const events = new Map<string, BankEvent>()
  const rejected = new Map<string, EventRefusal>()
  let foreign = 0
  for (const [index, element] of elements.entries()) {
    const event = parseEvent(element, terms, now)
    if (!event.ok) {
      if (event.error.err === "access_denied") foreign += 1
      rejected.set(keyOf(element, index), event.error)
      continue
    }
    const first = events.get(event.value.id)
    if (!first) events.set(event.value.id, event.value)
    else if (JSON.stringify(first) !== JSON.stringify(event.value)) {
      rejected.set(event.value.id, {
        err: "conflict",
        description: "Another event of this batch has the same id; the first one was taken",
      })
    }
  }
  return {
    events: [...events.values()],
    rejected,
    allForeign: elements.length > 0 && foreign === elements.length,
  }
}

function keyOf(element: unknown, index: number): string {
  const id =
    typeof element === "object" && element !== null ? (element as { readonly id?: unknown }).id : undefined
  return isUsableId(id) ? id : `#${index}`
}
