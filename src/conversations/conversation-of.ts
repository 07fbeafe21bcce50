// The only place that names a Conversation: by its person's pseudonym, in the jurisdiction of its Page. The jurisdiction is part of
// the name as well, so that the same person never has two objects where jurisdictions are not simulated.

import type { PersonId } from "../foundation/id.ts"
import type { PageRecord } from "../messenger/page-record.ts"

/** What placing an object needs to know of its Page. */
export type PagePlacement = Pick<PageRecord, "jurisdiction"> & {
  readonly locationHint?: PageRecord["locationHint"]
}

/** One person's Conversation. The class is the binding's to say: it places others by this function itself.
 * @param namespaces the binding, and whether it may be asked for a jurisdiction (the local runtime knows none) */
export function conversationOf<Conversation extends Rpc.DurableObjectBranded>(
  namespaces: { readonly conversation: DurableObjectNamespace<Conversation>; readonly development: boolean },
  page: PagePlacement,
  person: PersonId,
): DurableObjectStub<Conversation> {
  const { conversation, development } = namespaces
  const { jurisdiction, locationHint } = page
  const placed =
    jurisdiction === "none" || development ? conversation : conversation.jurisdiction(jurisdiction)
  return placed.getByName(`${jurisdiction}|${person}`, locationHint ? { locationHint } : undefined)
}
