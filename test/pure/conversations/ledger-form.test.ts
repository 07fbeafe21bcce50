// How a ledger is stored: an entry's short form, rows that move when their text goes, and the ledger of the release before.
import * as fc from "fast-check"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { readEntry, writeEntry } from "../../../src/conversations/entry-form.ts"
import type { Cause, Entry } from "../../../src/conversations/entry.ts"
import { headOf, markOf, markOfUnplaced } from "../../../src/conversations/ledger-chain.ts"
import { verifyChain, type LedgerHolder } from "../../../src/conversations/ledger-verify.ts"
import { claimRow, findRow, listRows, settleRow, type Claim } from "../../../src/conversations/ledger.ts"
import { personKeyPlace } from "../../../src/conversations/place.ts"
import { prepareStorage } from "../../../src/conversations/storage.ts"
import { DAY_MS, MINUTE_MS } from "../../../src/foundation/clock.ts"
import type { LinkId } from "../../../src/foundation/id.ts"
import { PURPOSES } from "../../../src/foundation/purpose.ts"
import { fraud, payment, WHOM } from "../../support/person-builders.ts"
import { createRandom, createTestVault } from "../../support/person-given.ts"
import { createStorage, type ObjectStorage } from "../../support/person-storage.ts"
import { Simulation } from "../../support/person-world.ts"

let sim: Simulation
beforeEach(() => {
  sim = new Simulation()
})
afterEach(() => sim.close())

const maybe = <T>(value: fc.Arbitrary<T>, name: string) =>
  fc.oneof(
    fc.constant({}),
    value.map((each) => ({ [name]: each })),
  )
const at = fc.integer({ min: 0, max: 4_000_000_000_000 })
const merged = (...parts: readonly fc.Arbitrary<object>[]) =>
  fc.tuple(...parts).map((each) => Object.assign({}, ...each) as object)

const eventCause = merged(
  fc.record({
    kind: fc.constant("event" as const),
    link: fc.string().map((text) => `link_${text}` as LinkId),
    id: fc.string(),
    source: fc.webUrl(),
    customer: fc.string(),
    type: fc.constantFrom("bank.transaction.posted.v1", "bank.balance.updated.v1", "bank.test.v1"),
    purpose: fc.constantFrom(...PURPOSES),
    at,
    staleAt: at,
  }),
  maybe(fc.string(), "digest"),
  maybe(fc.string(), "account"),
  maybe(fc.nat(), "sequence"),
  maybe(fc.record({ caseId: fc.string(), expiresAt: at, card: fc.record({ last4: fc.string() }) }), "alert"),
)
const replyCause = fc.record({
  kind: fc.constant("reply" as const),
  order: fc.nat(),
  urgent: fc.boolean(),
  at,
})
const entries = merged(
  fc.record({ v: fc.constant(1 as const), at, salt: fc.string(), cause: fc.oneof(eventCause, replyCause) }),
  maybe(fc.constantFrom(...PURPOSES), "purpose"),
  maybe(fc.array(fc.record({ question: fc.constant("balances"), came: fc.constant("read"), at })), "asked"),
  maybe(fc.string(), "paid"),
  maybe(fc.constant(true as const), "offered"),
  maybe(fc.record({ message: fc.record({ kind: fc.constant("text"), text: fc.string() }) }), "utterance"),
  maybe(fc.record({ kind: fc.constant("template") }), "template"),
  maybe(fc.record({ id: fc.string() }), "held"),
) as fc.Arbitrary<unknown> as fc.Arbitrary<Entry>

describe("an entry's form", () => {
  test("writeEntry() is read back by readEntry() as it was, member by member", () => {
    fc.assert(
      fc.property(entries, (entry) => {
        expect(readEntry(writeEntry(entry))).toEqual(entry)
      }),
    )
  })

  test("readEntry() reads what the release before wrote, and what is empty as nothing", () => {
    const cause: Cause = { kind: "reply", order: 1, urgent: false, at: 5 }
    const entry: Entry = { v: 1, at: 7, salt: "s", cause }
    expect(readEntry(JSON.stringify(entry))).toEqual(entry)
    expect(readEntry("")).toBeUndefined()
    expect(() => readEntry("[3,1]")).toThrow("unknown version")
  })
})

const CLAIM: Omit<Claim, "key"> = {
  lane: 2,
  seq: 1,
  state: "sending",
  reason: "",
  at: 1,
  dueAt: 1,
  sends: 1,
  sealed: "v1.k.x",
  leaf: headOf(emptyLedger().sql).head,
}

function emptyLedger(): ObjectStorage {
  const storage = createStorage()
  prepareStorage(storage.sql)
  return storage
}

describe("rows of a ledger", () => {
  test("P2: a key is claimed once, whatever went and came before it, and whoever opens the storage next", () => {
    const { sql, close } = emptyLedger()
    const keys = Array.from({ length: 50 }, (_, n) => `e_${n}`)
    for (const key of keys) expect(claimRow(sql, { ...CLAIM, key, lane: key.length % 3 })).toBe(true)
    for (const key of keys) expect(claimRow(sql, { ...CLAIM, key })).toBe(false)
    prepareStorage(sql)
    for (const key of keys) expect(findRow(sql, key)?.key).toBe(key)
    // The newest ones go: their ids are given again, to other keys.
    sql.exec("DELETE FROM ledger WHERE n > 40")
    expect(findRow(sql, "e_49")).toBeUndefined()
    expect(claimRow(sql, { ...CLAIM, key: "e_new" })).toBe(true)
    expect(findRow(sql, "e_45")).toBeUndefined()
    expect(findRow(sql, "e_new")?.n).toBe(41)
    expect(claimRow(sql, { ...CLAIM, key: "e_45" })).toBe(true)
    expect(claimRow(sql, { ...CLAIM, key: "e_0" })).toBe(false)
    close()
  })

  test("P2: what is claimed through one view of a storage is found through another", () => {
    const { sql, close } = emptyLedger()
    const other = { exec: sql.exec.bind(sql), transaction: sql.transaction.bind(sql) } as typeof sql
    for (const lane of [0, 2]) {
      expect(findRow(other, `e_${lane}`)).toBeUndefined()
      expect(claimRow(sql, { ...CLAIM, key: `e_${lane}`, lane })).toBe(true)
      expect(findRow(other, `e_${lane}`)?.lane).toBe(lane)
      expect(claimRow(other, { ...CLAIM, key: `e_${lane}`, lane })).toBe(false)
    }
    close()
  })

  test("a claim that was rolled back is free again", () => {
    const { sql, close } = emptyLedger()
    expect(() =>
      sql.transaction(() => {
        claimRow(sql, { ...CLAIM, key: "e_1" })
        throw new Error("rolled back")
      }),
    ).toThrow("rolled back")
    expect(findRow(sql, "e_1")).toBeUndefined()
    expect(claimRow(sql, { ...CLAIM, key: "e_2" })).toBe(true)
    expect(claimRow(sql, { ...CLAIM, key: "e_1" })).toBe(true)
    expect(listRows(sql).map(({ key }) => key)).toEqual(["e_2", "e_1"])
    close()
  })

  test("a claim is one row, its outcome one more, its end one", () => {
    const storage = emptyLedger()
    const { sql } = storage
    const before = storage.rowsWritten
    claimRow(sql, { ...CLAIM, key: "e_1" })
    expect(storage.rowsWritten - before).toBe(1)
    settleRow(sql, "e_1", "accepted")
    expect(storage.rowsWritten - before).toBe(2)
    storage.close()
  })

  test("P2: 89 days later, their texts gone and their rows moved, an alert and an update are still not told again", async () => {
    await sim.link({ until: sim.now + 400 * DAY_MS })
    const alert = fraud("old-alert", sim.now)
    const update = payment("old-update", sim.now)
    await sim.tell(alert)
    await sim.tell(update)
    await sim.advance(89 * DAY_MS)
    sim.evict()
    const said = sim.messenger.shown.length
    for (const event of [alert, update]) {
      const { outcome } = await sim.tell(event)
      expect(outcome).toMatchObject({ kind: "settled" })
      expect(outcome).not.toMatchObject({ reason: "stale" })
    }
    await sim.advance(MINUTE_MS)
    expect(sim.messenger.shown.length).toBe(said)
  })
})

describe("a ledger of the release before", () => {
  test("is carried on: its chain holds, its keys are known, and what was damaged stays found", async () => {
    await sim.link()
    await sim.say("balance")
    await sim.tell(payment("a", sim.now))
    await sim.tell(fraud("x", sim.now))
    await sim.advance(MINUTE_MS)
    const head = headOf(sim.storage.sql)
    const rows = listRows(sim.storage.sql)
    for (const damaged of [false, true]) {
      const { sql, close } = await formerLedger(rows, damaged)
      prepareStorage(sql)
      prepareStorage(sql)
      expect(headOf(sql)).toEqual(head)
      expect(listRows(sql).map(({ key }) => key)).toEqual(rows.map(({ key }) => key))
      for (const { key, state } of rows.slice(1)) expect(findRow(sql, key)?.state).toBe(state)
      expect(await verifyChain({ ...(await holder()), sql })).toMatchObject(
        damaged ? { ok: false, error: { reason: "row_changed", n: 1 } } : { ok: true },
      )
      const [first] = rows
      expect(claimRow(sql, { ...CLAIM, key: first?.key ?? "" })).toBe(false)
      expect(sql.exec("SELECT name FROM sqlite_master WHERE name = 'ledger_before'").rows).toEqual([])
      close()
    }
  })

  async function formerLedger(rows: ReturnType<typeof listRows>, damaged: boolean): Promise<ObjectStorage> {
    const storage = createStorage()
    const { sql } = storage
    sql.exec("CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
    sql.exec("INSERT INTO facts (name, value) VALUES ('version', '2')")
    sql.exec(
      "CREATE TABLE days (day INTEGER PRIMARY KEY, count INTEGER, through INTEGER, head TEXT, mark TEXT)",
    )
    sql.exec(
      "CREATE TABLE ledger (key TEXT PRIMARY KEY, lane INTEGER NOT NULL, seq REAL NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL, due_at INTEGER NOT NULL, sends INTEGER NOT NULL, n INTEGER NOT NULL DEFAULT 0, chain TEXT NOT NULL DEFAULT '', mark TEXT NOT NULL DEFAULT '', sealed TEXT NOT NULL) WITHOUT ROWID",
    )
    for (const [index, row] of rows.entries()) {
      expect(row.mark).toBe(markOf(row))
      const { key, lane, seq, reason, at: when, dueAt, sends, n, chain, sealed } = row
      const state = damaged && index === 0 ? "failed" : row.state
      sql.exec(
        "INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        key,
        lane,
        seq,
        state,
        reason,
        when,
        dueAt,
        sends,
        n,
        chain,
        markOfUnplaced(row),
        sealed,
      )
    }
    return storage
  }
})

async function holder(): Promise<LedgerHolder> {
  const vault = createTestVault(() => sim.now, createRandom())
  const key = await vault.openKey(sim.shelf.wrappedKey, personKeyPlace(WHOM))
  if (!key.ok) throw new Error(key.error.reason)
  return { sql: sim.storage.sql, whom: WHOM, key: key.value }
}
