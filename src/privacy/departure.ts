// The end of a whole bank, step by step; a chore that may break off anywhere and comes again, each minute, until it is done:
//
//   closed   its events, keys and linking are taken no more, at once here and within a minute everywhere
//   erased   everybody who wrote to it is erased as if they had asked (erasure.ts): grants end, the bank takes its tokens back, keys are destroyed
//   deleted  all else the directory holds of it, counted first; what waits in its Pages' objects, and in its line
//   done     its Pages and its own row are gone; from then on a certificate can be signed
//
// Two people want it (approvals/). Composed by house.ts; routes are console/departure-routes.ts.

import { SignJWT } from "jose"
import { bySystem, type AuditBy } from "../audit/audit.ts"
import type { BankRecord } from "../banks/bank.ts"
import type { SigningKeys } from "../crypto/signing-keys.ts"
import type { Database } from "../db/database.ts"
import { MINUTE_MS, type Now } from "../foundation/clock.ts"
import type { BankId, PageId, Random } from "../foundation/id.ts"
import type { Pseudonyms } from "../crypto/pseudonym.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import { DONE, type Verdict } from "../jobs/consume.ts"
import type { LeaveBankJob } from "../jobs/job.ts"
import type { Post } from "../jobs/post.ts"
import { endLink } from "../links/link-store.ts"
import { releaseLinks } from "../links/release-store.ts"
import type { Incidents } from "../notifications/incidents.ts"
import {
  deleteSome,
  enterDeparture,
  findDeparture,
  finishDeparture,
  isAnybodyLeft,
  listLeftLinks,
  listOpenDepartures,
  listUnerased,
  type Departure,
} from "./departure-store.ts"
import { REVOCATION_TRIED_MS, type Erasures } from "./erasure.ts"

/** By then no isolate remembers the bank as it was: nothing of it comes in any more. */
export const CLOSED_AFTER_MS = 2 * MINUTE_MS
/** Ending somebody's grants asks an object and, some ten times, the directory. */
const PEOPLE_A_STEP = 15
const LINKS_A_STEP = 25
const ROWS_A_STEP = 500
const BANKS_A_RUN = 20
const TYP = "deletion-certificate+jwt"

/** Rows that stay, and why. */
export const KEPT_BECAUSE: Readonly<Record<string, string>> = {
  approvals: "that two people wanted it",
  erasures: "the state of erasures for those erased, 180 days; names nobody",
  consents:
    "consent records this operator answers for itself, three years from their end; accounts and customers by keyed digest",
}

/** What a departure needs. */
export interface DepartureWorld {
  readonly db: Database
  readonly pseudonyms: Pick<Pseudonyms, "recordSubjectOf">
  readonly erasures: Pick<Erasures, "request">
  /** As it stands in the directory now. */
  readonly findBank: (bank: BankId) => Promise<BankRecord | undefined>
  readonly listPages: (bank: BankId) => Promise<readonly PageId[]>
  /** Empty a Page's object. */
  readonly forgetPage: (page: PageId) => Promise<void>
  /** Empty the object of its line of customers who wait for a person. */
  readonly forgetLine: (bank: BankId) => Promise<void>
  /** What this isolate remembers of a bank is asked for anew. */
  readonly forgetBank: (bank: BankId) => void
  readonly incidents: Pick<Incidents, "open">
  readonly post: Post
  readonly now: Now
  readonly random: Random
}

/** Lets banks leave. Every function @throws DatabaseError. */
export interface Departures {
  /** Begin, or go on: harmless to repeat. */
  begin(bank: BankId, by: AuditBy): Promise<Result<void, { readonly reason: "bank_unknown" }>>
  /** The consumer's part: one step. */
  consume(job: LeaveBankJob): Promise<Verdict>
  /** Scheduled: go on with each that is under way. @returns how many */
  resume(): Promise<number>
  find(bank: BankId): Promise<Departure | undefined>
}

/** Departures over the directory. */
export function createDepartures(world: DepartureWorld): Departures {
  const { db, now } = world
  const postJob = async (bank: BankId): Promise<boolean> =>
    (await world.post("chores", [{ v: 1, kind: "leave_bank", bank, postedAt: now() }])).ok
  return {
    async begin(id, by) {
      const bank = await world.findBank(id)
      if (!bank) return err({ reason: "bank_unknown" })
      await enterDeparture(db, bank, by)
      world.forgetBank(id)
      // Lost, it is found by the clock.
      await postJob(id)
      return ok(undefined)
    },
    async consume({ bank }) {
      const step = await advance(world, bank)
      return step === "again" && !(await postJob(bank)) ? { kind: "retry" } : DONE
    },
    async resume() {
      const open = await listOpenDepartures(db, BANKS_A_RUN)
      for (const bank of open) await postJob(bank)
      return open.length
    },
    find: (bank) => findDeparture(db, bank),
  }
}

/** One bounded step. @returns `again` where there is more to do now; else it is done, or the clock goes on with it */
async function advance(world: DepartureWorld, id: BankId): Promise<"again" | "later"> {
  const { db, now } = world
  const departure = await findDeparture(db, id)
  if (!departure || departure.doneAt !== undefined) return "later"
  const by = bySystem("bank_left", now())
  const bank = await world.findBank(id)
  if (!bank) {
    await finishDeparture(db, id, by)
    return "later"
  }
  const unerased = await listUnerased(db, id, PEOPLE_A_STEP)
  for (const whom of unerased) await world.erasures.request(whom, "bank_left", by)
  if (unerased.length > 0) return "again"
  if (await letGo(world, departure, by)) return "again"
  if (now() < departure.requestedAt + CLOSED_AFTER_MS || (await isAnybodyLeft(db, id))) return "later"
  if (await deleteSome(db, bank, ROWS_A_STEP)) return "again"
  for (const page of await world.listPages(id)) await world.forgetPage(page)
  await world.forgetLine(id)
  if (!(await finishDeparture(db, id, by))) return "again"
  world.forgetBank(id)
  return "later"
}

/** Links nobody's erasure takes along: begun in a browser by nobody yet, or whose person is gone while the bank is waited for.
 * @returns whether there may be more to let go of now */
async function letGo(world: DepartureWorld, { bank, requestedAt }: Departure, by: AuditBy): Promise<boolean> {
  const { db, now, random, incidents } = world
  const left = await listLeftLinks(db, bank, LINKS_A_STEP)
  const waitedEnough = now() >= requestedAt + REVOCATION_TRIED_MS
  for (const { id, state, keyed } of left) {
    if (state !== "ended") {
      await world.post("chores", [{ v: 1, kind: "revoke_link", bank, link: id, postedAt: now() }])
      await endLink(db, id, "erased", by, random, { keepSealed: true })
    } else if (keyed && waitedEnough) {
      await incidents.open({ kind: "erasure_not_revoked", bank, detail: id })
      await endLink(db, id, "erased", by, random)
    }
  }
  const over = left.filter((link) => link.state === "ended" && !link.keyed)
  await releaseLinks(db, world.pseudonyms, over)
  return over.length > 0
}

/** That everything of a bank was deleted, as a signed JWT, ES256: by table, how many rows there were. Verifiable for as long as the
 * signing key stays published; signed anew whenever it is asked for.
 * @param issuer our public origin
 * @param realNow epoch milliseconds by the real clock: it is signed
 * @returns `undefined` while it is not done */
export async function signCertificate(
  signing: Pick<SigningKeys, "key" | "kid">,
  issuer: string,
  { bank, name, requestedAt, doneAt, counts, kept }: Departure,
  realNow: number,
): Promise<string | undefined> {
  if (doneAt === undefined) return undefined
  const keys = "every key that opened any of it was destroyed"
  return new SignJWT({
    deletion: {
      v: 1,
      bank,
      name,
      requested_at: new Date(requestedAt).toISOString(),
      deleted_at: new Date(doneAt).toISOString(),
      deleted: counts,
      keys,
      kept: Object.entries(kept)
        .filter(([, rows]) => rows > 0)
        .map(([table, rows]) => ({ table, rows, because: KEPT_BECAUSE[table] ?? "" })),
      audit_log: "kept: who did what, by ids that name nobody",
    },
  })
    .setProtectedHeader({ alg: "ES256", kid: signing.kid, typ: TYP })
    .setIssuer(issuer)
    .setSubject(bank)
    .setIssuedAt(Math.floor(realNow / 1_000))
    .sign(signing.key)
}
