// The only place that names a Page's object: by its id, in its jurisdiction, for it keeps packs of people's events while it is stopped.
// The jurisdiction is part of the name as well, as it is for Conversations.

import type { Page } from "./page.ts"
import type { PageRecord } from "./page-record.ts"

/** A Page's object.
 * @param namespaces the binding, and whether it may be asked for a jurisdiction (the local runtime knows none) */
export function pageObjectOf(
  namespaces: { readonly page: DurableObjectNamespace<Page>; readonly development: boolean },
  record: Pick<PageRecord, "id" | "jurisdiction" | "locationHint">,
): DurableObjectStub<Page> {
  const { id, jurisdiction, locationHint } = record
  const { page, development } = namespaces
  const placed = jurisdiction === "none" || development ? page : page.jurisdiction(jurisdiction)
  return placed.getByName(`${jurisdiction}|${id}`, locationHint ? { locationHint } : undefined)
}
