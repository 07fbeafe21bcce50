// A member of a bank's staff takes the app off their Facebook login, or has Meta ask us to delete what we hold about it: the Pages they
// connected lose the token that came from it, and an operator hears of each before it happens. No Conversation is touched: the login is
// no customer's. Composed by worker.ts, called by routes.tsx.

import { bySystem } from "../audit/audit.ts"
import type { Pseudonyms } from "../crypto/pseudonym.ts"
import type { Database } from "../db/database.ts"
import { MINUTE_MS, type Now } from "../foundation/clock.ts"
import type { PageId } from "../foundation/id.ts"
import type { PageRecord } from "../messenger/page-record.ts"
import {
  deleteConnections,
  endConnections,
  findDeletion,
  listConnected,
  type LoginDeletion,
} from "./page-connection-store.ts"
import type { SignedRequest } from "./signed-request.ts"

/** Two well-kept clocks differ by less: who connects a Page and takes it back at once is heard. */
const CLOCK_TOLERANCE_MS = MINUTE_MS

/** What is done about staff's logins. */
export interface StaffLogins {
  /** The login does not use the app any more: what it connected ends. @throws where something of it could not be done: repeat it */
  deauthorize(request: SignedRequest): Promise<void>
  /** Delete everything held about the login. @returns the code its status is found under; the same each time. @throws as above */
  delete(request: SignedRequest): Promise<string>
  /** The status of a deletion; nothing for a code nobody was given, or one whose term is over. */
  findDeletion(code: string): Promise<LoginDeletion | undefined>
}

/** @param given.stop keeps a Page from sending until it has a token again, and opens an incident. Repeatable */
export function createStaffLogins(given: {
  readonly db: Database
  readonly pseudonyms: Pick<Pseudonyms, "loginOf" | "deletionCodeOf">
  readonly findPage: (page: PageId) => Promise<PageRecord | undefined>
  readonly stop: (page: PageRecord) => Promise<void>
  readonly forget: (page: PageId) => void
  readonly now: Now
}): StaffLogins {
  const { db, pseudonyms, findPage, stop, forget, now } = given

  async function depart(
    { login, issuedAt }: SignedRequest,
    reason: string,
    end: (
      login: string,
      before: number,
      dependents: readonly PageRecord[],
      by: ReturnType<typeof bySystem>,
    ) => Promise<void>,
  ): Promise<void> {
    const pseudonym = await pseudonyms.loginOf(login)
    const before = issuedAt + CLOCK_TOLERANCE_MS
    const by = bySystem(reason, now())
    const connected = await listConnected(db, pseudonym, before)
    const dependents = (await Promise.all(connected.map(findPage))).filter((page) => page !== undefined)
    // First the operator, then the records: afterwards nothing would tell which Pages depended on them.
    for (const page of dependents) await stop(page)
    await end(pseudonym, before, dependents, by)
    for (const { id } of dependents) forget(id)
  }

  return {
    deauthorize: (request) =>
      depart(request, "login_deauthorized", (login, before, dependents, by) =>
        endConnections(db, login, before, dependents, by),
      ),
    async delete(request) {
      const code = await pseudonyms.deletionCodeOf(request.login)
      await depart(request, "login_deleted", (login, before, dependents, by) =>
        deleteConnections(db, login, before, dependents, code, by),
      )
      return code
    },
    findDeletion: (code) => findDeletion(db, code, now()),
  }
}
