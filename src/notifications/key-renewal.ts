// After an outer key fell into wrong hands: everything that was ever under it is given new inner keys and sealed under those, tokens are
// renewed at the banks, and when nothing is left the key counts as renewed and may be let go. The clock shares the work out as chores, some
// a minute, going round until none is left; how far it is stands in the register. Composed by house.ts.

import {
  countUnkeyedMonths,
  dropFormerMonthKey,
  listUnkeyedMonths,
  listWithFormer,
  replaceMonthKey,
} from "../banks/bank-key-store.ts"
import { countUnkeyed, listUnkeyed } from "../conversations/person-key-store.ts"
import { DAY_MS, type Now } from "../foundation/clock.ts"
import type { Post } from "../jobs/post.ts"
import { countUnkeyedLinks, listUnkeyedLinks } from "../links/link-key-store.ts"
import { LAG_MS, sum, type OuterKey, type Progress } from "../vault/outer-key.ts"
import { markRenewed, putProgress } from "../vault/outer-key-store.ts"
import type { Vault } from "../vault/vault.ts"
import type { Incidents } from "./incidents.ts"
import { createPackMoving, type PackMoving, type PackRenewalWorld } from "./key-renewal-packs.ts"

/** What a renewal needs. */
export interface RenewalWorld extends PackRenewalWorld {
  readonly vault: Pick<Vault, "createKey" | "openForDays" | "sealForDays">
  readonly incidents: Pick<Incidents, "open">
  readonly post: Post
  readonly now: Now
}

/** Chores posted in one run of the clock. */
const PEOPLE_A_RUN = 200
const LINKS_A_RUN = 100
const MONTHS_A_RUN = 50
/** A month's former key stays this long: longer than a job is on its way, or lies among the dead letters. */
export const FORMER_KEPT_MS = 15 * DAY_MS
const MOVED = "moved"

/** Scheduled: go on with the oldest compromise, and let go of months' former keys whose time is over. */
export async function renewKeys(world: RenewalWorld, register: readonly OuterKey[]): Promise<void> {
  const moving = createPackMoving(world)
  await dropFormers(world, moving)
  const [key] = register
    .filter(({ compromisedAt, renewedAt }) => compromisedAt !== undefined && renewedAt === undefined)
    .toSorted((left, right) => (left.compromisedAt ?? 0) - (right.compromisedAt ?? 0))
  if (!key) return
  // Until then an isolate of the release before may still seal under it.
  const since = Math.max(key.compromisedAt ?? 0, (key.replacedAt ?? 0) + LAG_MS)
  if (world.now() < since) return
  await renew(world, moving, key, since)
}

async function renew(world: RenewalWorld, moving: PackMoving, key: OuterKey, since: number): Promise<void> {
  const { db, now } = world
  const { renewal } = key.progress
  if (!renewal) await exposeTokens(world, key.kid)
  const after: Record<string, string> = { ...renewal?.after }
  await renewMonths(world, moving, since)
  after["people"] = await postPeople(world, since, after["people"] ?? "")
  after["links"] = await postLinks(world, since, after["links"] ?? "")
  const [people, links, months] = await Promise.all([
    countUnkeyed(db, since),
    countUnkeyedLinks(db, since),
    countUnkeyedMonths(db, since),
  ])
  // By then every isolate seals under the months' new keys.
  if (months === 0 && now() >= since + LAG_MS && after["packs"] !== MOVED) {
    const from = (after["packsFrom"] ??= String(now()))
    if (await moving.movedSince(Number(from))) after["packs"] = MOVED
  }
  const left = { people, links, bank_keys: months, packs: after["packs"] === MOVED ? 0 : 1 }
  await putProgress(db, key.kid, { ...key.progress, renewal: { after, left } } satisfies Progress)
  if (sum(left) === 0) await markRenewed(db, key.kid, now())
}

/** A Page's token lay directly under the key, and only Meta gives another: a person must. */
async function exposeTokens({ listPages, incidents }: RenewalWorld, kid: string): Promise<void> {
  for (const { id: page, bank } of await listPages())
    await incidents.open({ kind: "page_token_exposed", bank, page, detail: kid })
}

async function renewMonths(world: RenewalWorld, moving: PackMoving, since: number): Promise<void> {
  const { db, vault, now } = world
  for (const month of await listUnkeyedMonths(db, since, MONTHS_A_RUN)) {
    if (month.formerWrappedKey !== null) {
      // From a compromise days before: what is left under it is moved first, however many runs that takes.
      if (!(await moving.movedSince(since))) continue
      await dropFormerMonthKey(db, month)
    }
    const { wrapped } = await vault.createKey(`${month.bank}|bank_keys|${month.month}|key`)
    await replaceMonthKey(db, { ...month, formerWrappedKey: null }, wrapped, now())
  }
}

/** @returns after whom the next run goes on; '' begins again, with what was not done */
async function postPeople({ db, post, now }: RenewalWorld, since: number, after: string): Promise<string> {
  const people = await listUnkeyed(db, since, after, PEOPLE_A_RUN)
  if (people.length === 0) return ""
  const posted = await post(
    "chores",
    people.map((whom) => ({ v: 1, kind: "renew_person", ...whom, since, postedAt: now() })),
  )
  return posted.ok ? (people.at(-1)?.person ?? "") : after
}

async function postLinks({ db, post, now }: RenewalWorld, since: number, after: string): Promise<string> {
  const links = await listUnkeyedLinks(db, since, after, LINKS_A_RUN)
  if (links.length === 0) return ""
  const posted = await post(
    "chores",
    links.map(({ id, bank }) => ({ v: 1, kind: "renew_link", bank, link: id, postedAt: now() })),
  )
  return posted.ok ? (links.at(-1)?.id ?? "") : after
}

/** Nothing on its way is that old: what still lies under a former lies here, and is moved by a pass that begins now at the earliest. */
async function dropFormers({ db, now }: RenewalWorld, moving: PackMoving): Promise<void> {
  for (const month of await listWithFormer(db, now() - FORMER_KEPT_MS, MONTHS_A_RUN))
    if (await moving.movedSince(month.keyedAt + FORMER_KEPT_MS)) await dropFormerMonthKey(db, month)
}
