// A month's dead letters and held packs put under another key, some in each run of the clock: it goes on where it stood, asks D1 little each
// time, and the former key goes only when all of it is moved. Real D1; two Pages' objects stand in memory.
import { env } from "cloudflare:workers"
import { beforeEach, expect, it } from "vitest"
import { findKey, insertKeyIfAbsent } from "../../src/banks/bank-store.ts"
import { listWithFormer, replaceMonthKey } from "../../src/banks/bank-key-store.ts"
import { meansOf } from "../../src/conversations/means.ts"
import { createDatabase, type Database } from "../../src/db/database.ts"
import { MINUTE_MS } from "../../src/foundation/clock.ts"
import { createPackId, type BankId, type PageId } from "../../src/foundation/id.ts"
import type { PackJob } from "../../src/jobs/job.ts"
import { openPack, sealPacks } from "../../src/jobs/pack.ts"
import type { HeldKey } from "../../src/messenger/held-packs.ts"
import { deadLetterOf } from "../../src/notifications/dead-letter.ts"
import { listSealedLetters } from "../../src/notifications/dead-letter-job-store.ts"
import { keepDeadLetters } from "../../src/notifications/dead-letter-store.ts"
import { FORMER_KEPT_MS, renewKeys, type RenewalWorld } from "../../src/notifications/key-renewal.ts"
import { createPackMoving, MOVED_A_RUN } from "../../src/notifications/key-renewal-packs.ts"
import { createPackKeys } from "../../src/vault/pack-keys.ts"
import { recordingLog } from "../support/bank.ts"

const BANK = "demo" as BankId
const MONTH = "2019-11"
const T = 1_763_800_000_000
const LETTERS = 2 * MOVED_A_RUN + 15
const HELD = 30
const QUERIES_MAX = 200
const PAGES = ["11", "22"] as unknown as readonly PageId[]

let queries = 0
let now = T
let held: Map<PageId, { readonly key: HeldKey; job: PackJob }[]>
let db: Database
let world: RenewalWorld

/** D1, each statement counted. */
const counting = new Proxy(env.DB, {
  get(target, name) {
    const member = Reflect.get(target, name) as unknown
    if (typeof member !== "function") return member
    return (...given: unknown[]) => {
      if (name === "prepare") queries += 1
      return (member as (...all: unknown[]) => unknown).apply(target, given)
    }
  },
})

beforeEach(async () => {
  const means = await meansOf(env)
  if (!means.ok) throw new Error(means.error.detail)
  const { vault, random } = means.value
  now = T
  db = createDatabase(counting)
  const packKeys = createPackKeys({
    vault,
    find: (bank, month) => findKey(db, bank, month),
    insertIfAbsent: (bank, month, wrappedKey) => insertKeyIfAbsent(db, { bank, month, wrappedKey }, now),
    now: () => now,
  })
  const key = await packKeys.forSealing(BANK, MONTH)
  const packs: PackJob[] = []
  for (let n = 0; n < LETTERS + HELD; n += 1) {
    const sealed = await sealPacks(
      [{ event: { n }, attempts: 0 }],
      { lane: "updates", bank: BANK, month: MONTH, now },
      { createPackId: () => createPackId(random), seal: key.seal },
    )
    if (sealed.ok) packs.push(...sealed.value)
  }
  const rows = await Promise.all(
    packs.slice(0, LETTERS).map((pack) => deadLetterOf("updates", pack, { attempts: 1, now })),
  )
  for (let from = 0; from < rows.length; from += 20) await keepDeadLetters(db, rows.slice(from, from + 20))
  held = new Map(PAGES.map((page) => [page, []]))
  for (const [n, job] of packs.slice(LETTERS).entries())
    held.get(PAGES[n % 2] ?? PAGES[0]!)?.push({ key: { lane: 1, postedAt: n, pack: job.pack }, job })

  // The month's key gets a successor, as after a compromise.
  const shelved = await findKey(db, BANK, MONTH)
  const { wrapped } = await vault.createKey(`${BANK}|bank_keys|${MONTH}|key`)
  const month = {
    bank: BANK,
    month: MONTH,
    wrappedKey: shelved?.wrappedKey ?? "",
    formerWrappedKey: null,
    keyedAt: T,
  }
  await replaceMonthKey(db, month, wrapped, now)
  now += 2 * MINUTE_MS
  const asHeld = 20
  world = {
    db,
    vault,
    packKeys,
    listPages: () => Promise.resolve(PAGES.map((id) => ({ id, bank: BANK }))),
    listHeld: async (page, after) => {
      const all = held.get(page) ?? []
      const from = after === null ? 0 : all.findIndex(({ key: each }) => each.pack === after.pack) + 1
      return all.slice(from, from + asHeld)
    },
    replaceHeld: async (page, at, job) => {
      const found = held.get(page)?.find(({ key: each }) => each.pack === at.pack)
      if (found) found.job = job
    },
    incidents: { open: () => Promise.resolve() },
    post: () => Promise.reject(new Error("Nothing is posted here")),
    now: () => now,
    log: recordingLog().log,
  }
})

/** How many of all do not open under the month's present key alone. */
async function countUnmoved(): Promise<number> {
  const shelved = await findKey(createDatabase(env.DB), BANK, MONTH)
  const present = createPackKeys({
    vault: world.vault as unknown as Parameters<typeof createPackKeys>[0]["vault"],
    find: async () => shelved && { ...shelved, formerWrappedKey: null },
    insertIfAbsent: () => Promise.reject(new Error("It is there")),
    now: () => now,
  })
  const { open } = await present.forOpening(BANK, MONTH)
  const letters = await listSealedLetters(createDatabase(env.DB), "", 1_000)
  const jobs = [
    ...letters.map(({ job }) => JSON.parse(job) as PackJob),
    ...[...held.values()].flat().map(({ job }) => job),
  ]
  expect(jobs).toHaveLength(LETTERS + HELD)
  const opened = await Promise.all(jobs.map((job) => openPack<{ n: number }, unknown>(job, open)))
  return opened.filter((each) => !each.ok).length
}

it("goes on where it stood, run by run, each of which asks D1 little", async () => {
  expect(await countUnmoved()).toBe(LETTERS + HELD)
  const unmoved: number[] = []
  let moved = false
  for (let run = 0; run < 20 && !moved; run += 1) {
    now += MINUTE_MS
    queries = 0
    const moving = createPackMoving(world)
    moved = await moving.movedSince(T + MINUTE_MS)
    // Asked again in the same run it does no more.
    if (!moved) expect(await moving.movedSince(T + MINUTE_MS)).toBe(false)
    expect(queries).toBeLessThanOrEqual(QUERIES_MAX)
    unmoved.push(await countUnmoved())
  }
  expect(moved).toBe(true)
  expect(unmoved.length).toBeGreaterThan(3)
  expect(unmoved.slice(0, 2)).toEqual([LETTERS + HELD - MOVED_A_RUN, LETTERS + HELD - 2 * MOVED_A_RUN])
  expect(unmoved.at(-1)).toBe(0)
  // What was finished stays finished; what is asked of a later instant begins anew.
  expect(await createPackMoving(world).movedSince(T + MINUTE_MS)).toBe(true)
  now += MINUTE_MS
  expect(await createPackMoving(world).movedSince(now)).toBe(false)
})

it("is cut off anywhere and loses nothing: the next run does the step again", async () => {
  let fails = true
  const broken = {
    ...world,
    replaceHeld: async (...given: Parameters<RenewalWorld["replaceHeld"]>) => {
      fails = !fails
      if (!fails) throw new Error("cut off here")
      return world.replaceHeld(...given)
    },
  }
  let moved = false
  for (let run = 0; run < 60 && !moved; run += 1)
    moved = await createPackMoving(broken)
      .movedSince(T)
      .catch(() => false)
  // Every second pack of a step breaks it off, so that no step with packs in it ends.
  expect(moved).toBe(false)
  for (let run = 0; run < 10 && !moved; run += 1) moved = await createPackMoving(world).movedSince(T)
  expect(moved).toBe(true)
  expect(await countUnmoved()).toBe(0)
})

it("P5: the former key goes when its time is over and everything under it was moved, not before", async () => {
  const withFormer = async () => (await listWithFormer(db, Number.MAX_SAFE_INTEGER, 10)).length
  now = T + FORMER_KEPT_MS
  await renewKeys(world, [])
  expect([await withFormer(), await countUnmoved()]).toEqual([1, LETTERS + HELD])
  let runs = 0
  for (; runs < 20 && (await withFormer()) > 0; runs += 1) {
    now += MINUTE_MS
    const before = await countUnmoved()
    queries = 0
    await renewKeys(world, [])
    expect(queries).toBeLessThanOrEqual(QUERIES_MAX)
    expect((await withFormer()) > 0 || before <= MOVED_A_RUN + 20).toBe(true)
  }
  expect(runs).toBeGreaterThan(3)
  expect(await countUnmoved()).toBe(0)
})
