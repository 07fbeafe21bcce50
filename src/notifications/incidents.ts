// Opening and closing incidents: each opening is a row and a log line, each recovery closes it. Composed by worker.ts, given to whoever
// in this room finds that something is wrong.

import type { Database } from "../db/database.ts"
import type { Now } from "../foundation/clock.ts"
import type { BankId, PageId, Random } from "../foundation/id.ts"
import type { Log } from "../foundation/log.ts"
import {
  DETAIL_CHARS_MAX,
  INCIDENT_KEPT_MS,
  type Incident,
  type IncidentAbout,
  type IncidentKind,
} from "./incident.ts"
import {
  closeIncidents,
  deleteClosed,
  listIncidents,
  listOpen,
  openIncident,
  type IncidentScope,
} from "./incident-store.ts"

/** Incidents of a deployment. Every function @throws DatabaseError. */
export interface Incidents {
  /** Open one; nothing where it is open. */
  open(about: IncidentAbout): Promise<void>
  /** What was wrong is right again: close what is open of these kinds for a Page. */
  close(kinds: readonly IncidentKind[], page: PageId): Promise<void>
  /** Have exactly these details open of a kind for a bank, or for one of its Pages: others are closed, missing ones opened. */
  settle(
    about: { readonly kind: IncidentKind; readonly bank: BankId | "*"; readonly page?: PageId },
    details: readonly string[],
  ): Promise<void>
  /** What is open of a kind, everywhere. */
  listOpen(kind: IncidentKind): Promise<readonly Incident[]>
  /** Newest first, at most 200. */
  list(scope: IncidentScope, closed: boolean): Promise<readonly Incident[]>
  /** Delete what has been over for 90 days. */
  deleteOld(limit: number): Promise<number>
}

/** Incidents over a database. */
export function createIncidents(world: {
  readonly db: Database
  readonly now: Now
  readonly random: Random
  readonly log: Log
}): Incidents {
  const { db, now, random, log } = world
  const shorten = (detail: string) => detail.slice(0, DETAIL_CHARS_MAX)
  const tell = ({ kind, bank, page, detail }: IncidentAbout) => ({ kind, bank, page, detail })

  async function open(given: IncidentAbout): Promise<void> {
    const about = { ...given, detail: shorten(given.detail) }
    if (await openIncident(db, about, now(), random)) log.error("incident_opened", tell(about))
  }
  async function closeAll(over: readonly Incident[]): Promise<void> {
    await closeIncidents(
      db,
      over.map(({ id }) => id),
      now(),
    )
    for (const incident of over) log.info("incident_closed", tell(incident))
  }

  return {
    open,
    close: async (kinds, page) => closeAll(await listOpen(db, kinds, page)),
    async settle({ kind, bank, page }, given) {
      const details = given.map(shorten)
      const known = (await listOpen(db, [kind], page)).filter(
        (each) => each.bank === bank && each.page === page,
      )
      const missing = details.filter((detail) => !known.some((each) => each.detail === detail))
      for (const detail of missing) await open({ kind, bank, detail, ...(page ? { page } : {}) })
      await closeAll(known.filter(({ detail }) => !details.includes(detail)))
    },
    listOpen: (kind) => listOpen(db, [kind]),
    list: (scope, closed) => listIncidents(db, scope, closed),
    deleteOld: (limit) => deleteClosed(db, now() - INCIDENT_KEPT_MS, limit),
  }
}
