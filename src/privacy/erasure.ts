// Erasing a person, step by step; each may be repeated and interrupted anywhere, for it runs as a chore that is brought again until it is done:
//
//   ended   nothing is read or said under any grant; the directory, and the bank, know that the links have ended
//   wiped   the Conversation's storage and the person's key are gone, who the customer was too; what waited of theirs is taken out of the letters
//   done    the bank took the tokens back, the links' keys and rows are gone; their consent records keep only a keyed digest
//
// Who writes afterwards is somebody new. Composed by house.ts; asked for by the chat's job, routes, the console.

import { bySystem, type AuditBy } from "../audit/audit.ts"
import type { BankRecord } from "../banks/bank.ts"
import type { ErasureRequest, WipeRequest } from "../conversations/erasing.ts"
import type { Leaving } from "../conversations/leaving.ts"
import type { Whom } from "../conversations/person-world.ts"
import { findEnteredAt, findPerson } from "../conversations/person-store.ts"
import type { Pseudonyms } from "../crypto/pseudonym.ts"
import type { Database } from "../db/database.ts"
import { DAY_MS, MINUTE_MS, type Now } from "../foundation/clock.ts"
import { randomText, type BankId, type PersonId, type Random } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import { DONE, type Verdict } from "../jobs/consume.ts"
import type { ErasePersonJob, ErasureCause } from "../jobs/job.ts"
import type { Post } from "../jobs/post.ts"
import type { BankAccess } from "../links/bank-access.ts"
import { revokeAndDestroy } from "../links/ending.ts"
import { listEverLive } from "../links/consent-history-store.ts"
import { endLink } from "../links/link-store.ts"
import {
  forgetCustomer,
  listLinksOfCustomer,
  listLinksOfPerson,
  releaseLinks,
  type HeldLink,
} from "../links/release-store.ts"
import type { ErasedBefore } from "../notifications/restoring.ts"
import type { Incidents } from "../notifications/incidents.ts"
import type { ForgetLetters } from "./erased-letters.ts"
import {
  enterDone,
  enterErasure,
  findErasure,
  findOpenErasure,
  finishErasure,
  listOpenErasures,
  markErasure,
  type Erasure,
  type OpenErasure,
} from "./erasure-store.ts"

/** A bank that does not take tokens back for so long does not keep an erasure from its end: their key goes, and an operator hears of it. */
export const REVOCATION_TRIED_MS = 3 * DAY_MS
/** A job is not missed before this. */
const MISSED_MS = 10 * MINUTE_MS
const RESUMED_A_RUN = 50
/** A bank that is down for days must not fill the queue. */
const RESUMED_EVERY_MINUTES = 30

/** What erasing needs. */
export interface ErasureWorld {
  readonly db: Database
  readonly pseudonyms: Pick<Pseudonyms, "customerOf" | "recordSubjectOf">
  readonly conversation: (whom: Whom) => Promise<{
    beginErasure(request: ErasureRequest): Promise<void>
    erase(request: WipeRequest): Promise<void>
  }>
  readonly leaving: Pick<Leaving, "end">
  readonly access: Pick<BankAccess, "revoke">
  readonly findBank: (bank: BankId) => Promise<BankRecord | undefined>
  readonly forgetLetters: ForgetLetters
  readonly incidents: Pick<Incidents, "open">
  readonly post: Post
  readonly now: Now
  readonly random: Random
  readonly log: Log
}

/** Erases people. */
export interface Erasures {
  /** Erase somebody. When this returns nothing is read or said under any grant of theirs any more; the rest follows by itself.
   * @returns the code of its status page: one that is under way already keeps its own. @throws where it could not be ended now: ask again */
  request(whom: Whom, cause: ErasureCause, by: AuditBy): Promise<string>
  /** Erase everybody who is, or was, linked to a bank's customer. @returns a code for each person; none for a customer nobody is linked to */
  requestCustomer(
    bank: BankId,
    reference: string,
    cause: ErasureCause,
    by: AuditBy,
  ): Promise<readonly string[]>
  /** Erase somebody once more whose erasure the directory does not know of any more: it was restored to an earlier day. Whoever came since
   * is left alone. Its status page answers again under its own code. @returns `false` where nothing of them is there */
  eraseAgain(erased: ErasedBefore, by: AuditBy): Promise<boolean>
  /** The consumer's part: go on with one. */
  consume(job: ErasePersonJob): Promise<Verdict>
  /** Scheduled: bring back erasures whose job was lost. @returns how many */
  resume(): Promise<number>
  /** How far one is. */
  find(code: string): Promise<Erasure | undefined>
}

/** Erasures over the directory and the Conversations. */
export function createErasures(world: ErasureWorld): Erasures {
  const { db, now } = world

  async function postJob(erasure: OpenErasure): Promise<boolean> {
    const { code, person, page, bank, cause, requestedAt } = erasure
    const about = { code, person, page, bank, cause, requestedAt, postedAt: now() }
    return (await world.post("chores", [{ v: 1, kind: "erase_person", ...about }])).ok
  }

  async function request(
    whom: Whom,
    cause: ErasureCause,
    by: AuditBy,
    known: string = randomText(world.random),
  ): Promise<string> {
    const { person, page, bank } = whom
    const open = await findOpen(db, person)
    const code = open?.code ?? known
    const asked = { code, person, page, bank, cause, requestedAt: by.at }
    const erasure = open ?? (await enterErasure(db, asked, by))
    if (!isOpen(erasure)) return code
    await end(world, erasure)
    // Lost, it is found by the clock.
    if (!(await postJob(erasure))) world.log.warn("erasure_not_posted", { cause })
    return code
  }

  return {
    request,
    async requestCustomer(bank, reference, cause, by) {
      const links = await listLinksOfCustomer(db, await world.pseudonyms.customerOf(bank, reference))
      const everLive = await listEverLive(db, links)
      const codes: string[] = []
      for (const [person, { page, customer }] of new Map(links.map((link) => [link.person, link]))) {
        const held = person === "" ? [] : await listLinksOfPerson(db, person)
        const other = held.some((link) => link.state === "live" && link.customer !== customer)
        const mine = held.filter((link) => link.customer === customer)
        const underWay = person === "" ? undefined : await findOpenErasure(db, person)
        // Nothing of that customer came since: a bank is waited for, and the chat may be somebody else's by now.
        if (underWay?.wipedAt !== undefined && mine.every((link) => isBehind(link, underWay)))
          codes.push(underWay.code)
        else if (!other && everLive.some((link) => link.person === person))
          codes.push(await request({ person, page, bank }, cause, by))
        else
          await endOfOther(
            world,
            links.filter((link) => link.person === person),
            by,
          )
      }
      return codes
    },
    async eraseAgain({ person, erasedAt, status, doneAt }, by) {
      const links = await listLinksOfPerson(db, person)
      const there = (await findPerson(db, person)) ?? links[0]
      const enteredAt = await findEnteredAt(db, person)
      const since = enteredAt !== undefined && enteredAt > erasedAt
      // One that had not come to its end goes on in the Conversation, whether the directory knows its person or not.
      const whom = since ? undefined : (there ?? (doneAt === undefined ? status : undefined))
      if (whom) {
        const { page, bank } = whom
        await request({ person, page, bank }, "restore", { ...by, at: erasedAt }, status?.code)
        return true
      }
      if (status)
        await enterDone(db, { ...status, cause: "restore", requestedAt: erasedAt, doneAt: doneAt ?? by.at })
      return false
    },
    async consume(job) {
      const { code, person, page, bank, cause, requestedAt } = job
      const by = cause === "chat" ? { actor: person, reason: cause, at: now() } : bySystem(cause, now())
      const erasure = await enterErasure(db, { code, person, page, bank, cause, requestedAt }, by)
      return isOpen(erasure) ? advance(world, erasure, job) : DONE
    },
    async resume() {
      if (Math.floor(now() / MINUTE_MS) % RESUMED_EVERY_MINUTES !== 0) return 0
      const missed = await listOpenErasures(db, now() - MISSED_MS, RESUMED_A_RUN)
      for (const erasure of missed) await postJob(erasure)
      return missed.length
    },
    find: (code) => findErasure(db, code),
  }
}

/** The erasure that is still to take whoever writes from that chat now. One that has wiped its person and waits for a bank does not: who
 * came since is somebody new, whose own wish to be forgotten is another erasure. */
async function findOpen(db: Database, person: PersonId): Promise<Erasure | undefined> {
  const open = await findOpenErasure(db, person)
  if (open?.wipedAt === undefined) return open
  const enteredAt = await findEnteredAt(db, person)
  return enteredAt !== undefined && enteredAt > open.requestedAt ? undefined : open
}

/** A link of before an erasure wiped its person. */
function isBehind({ createdAt }: HeldLink, { wipedAt = Number.POSITIVE_INFINITY }: Erasure): boolean {
  return createdAt <= wipedAt
}

/** A customer's links in a chat that is another customer's by now, or never was theirs: they end, and who the customer was goes; the chat,
 * which is not this customer's, stays. */
async function endOfOther(world: ErasureWorld, links: readonly HeldLink[], by: AuditBy): Promise<void> {
  const { db, random } = world
  for (const { id, bank } of links) {
    await endLink(db, id, "erased", by, random, { keepSealed: true })
    await world.post("chores", [{ v: 1, kind: "revoke_link", bank, link: id, postedAt: world.now() }])
  }
  await forgetCustomer(
    db,
    links.map(({ id }) => id),
  )
}

/** From wherever it stands to its end, or as far as it gets. */
async function advance(world: ErasureWorld, erasure: OpenErasure, job: ErasePersonJob): Promise<Verdict> {
  const { db, now, log } = world
  try {
    await end(world, erasure)
    const lettersAfter = await wipe(world, erasure, job.lettersAfter ?? "")
    if (lettersAfter !== undefined) {
      const posted = await world.post("chores", [{ ...job, lettersAfter, postedAt: now() }])
      return posted.ok ? DONE : { kind: "retry" }
    }
    if (!(await revoke(world, erasure))) return { kind: "retry" }
    await releaseLinks(db, world.pseudonyms, await listTheirs(world, erasure))
    // A read gives a bounded number.
    if ((await listTheirs(world, erasure)).length > 0) return { kind: "retry" }
    await finishErasure(db, erasure, bySystem(erasure.cause, now()))
    return DONE
  } catch (fault) {
    log.warn("erasure_interrupted", { cause: erasure.cause, ...describeFault(fault) })
    return { kind: "retry" }
  }
}

/** Links of the person who goes. While a bank is waited for, the same chat may have become somebody new with links of their own. */
async function listTheirs({ db }: ErasureWorld, { code, person }: OpenErasure): Promise<readonly HeldLink[]> {
  const erasure = await findErasure(db, code)
  const held = await listLinksOfPerson(db, person)
  return erasure ? held.filter((link) => isBehind(link, erasure)) : held
}

async function end(world: ErasureWorld, erasure: OpenErasure): Promise<void> {
  if (erasure.endedAt !== undefined) return
  const { db, now } = world
  const { person, page, bank, code, cause } = erasure
  const by = bySystem(cause, now())
  const conversation = await world.conversation({ person, page, bank })
  await conversation.beginErasure({ v: 1, whom: { person, page, bank }, code, cause })
  await endAll(world, await listLinksOfPerson(db, person), by)
  await markErasure(db, code, "endedAt", now())
}

async function endAll({ leaving }: ErasureWorld, links: readonly HeldLink[], by: AuditBy): Promise<void> {
  for (const link of links)
    if (link.state !== "ended") await leaving.end(link.id, { reason: "erased", by, silent: true })
}

/** @returns after which dead letter it goes on in another job; `undefined` once the person is wiped */
async function wipe(
  world: ErasureWorld,
  erasure: OpenErasure,
  lettersAfter: string,
): Promise<string | undefined> {
  if (erasure.wipedAt !== undefined) return undefined
  const { db, now } = world
  const { person, page, bank, code, requestedAt } = erasure
  const enteredAt = await findEnteredAt(db, person)
  const oldKey = enteredAt !== undefined && enteredAt <= requestedAt
  const conversation = await world.conversation({ person, page, bank })
  await conversation.erase({ v: 1, person, requestedAt, oldKey })
  const links = await listLinksOfPerson(db, person)
  // One they made between the request and this instant has no Conversation any more either.
  await endAll(world, links, bySystem(erasure.cause, now()))
  const next = await world.forgetLetters(erasure, await withoutOthers(db, links), lettersAfter)
  if (next !== undefined) return next
  await forgetCustomer(
    db,
    links.map(({ id }) => id),
  )
  await markErasure(db, code, "wipedAt", now())
  return undefined
}

/** Customers of theirs nobody else is linked to: another chat's events are not theirs alone. */
async function withoutOthers(db: Database, links: readonly HeldLink[]): Promise<readonly string[]> {
  const alone: string[] = []
  for (const customer of new Set(links.map((link) => link.customer))) {
    const all = await listLinksOfCustomer(db, customer)
    if (!all.some(({ state }) => state === "live")) alone.push(customer)
  }
  return alone
}

/** @returns whether the bank has taken back what it gave, or will not be waited for any longer */
async function revoke(world: ErasureWorld, erasure: OpenErasure): Promise<boolean> {
  const { db, now, random, incidents } = world
  const bank = await world.findBank(erasure.bank)
  const keyed = (await listTheirs(world, erasure)).filter((link) => link.keyed)
  for (const { id } of keyed) {
    if (bank && (await isTaken(world, bank, id))) continue
    if (bank && now() - erasure.requestedAt < REVOCATION_TRIED_MS) return false
    await incidents.open({ kind: "erasure_not_revoked", bank: erasure.bank, detail: id })
    await endLink(db, id, "erased", bySystem(erasure.cause, now()), random)
  }
  return true
}

/** What does not open cannot be given back either: it must not keep an erasure from its end. */
async function isTaken(world: ErasureWorld, bank: BankRecord, link: HeldLink["id"]): Promise<boolean> {
  try {
    return (await revokeAndDestroy(world, bank, link, "erased", world.now())).ok
  } catch (fault) {
    world.log.warn("erasure_not_revoked", describeFault(fault))
    return false
  }
}

function isOpen(erasure: Erasure): erasure is OpenErasure {
  return erasure.person !== undefined && erasure.doneAt === undefined
}
