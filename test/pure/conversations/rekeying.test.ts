// A person is given another key while they write, are told and ask: nothing is lost or said twice, nothing stays under the former key,
// wherever the object dies. What each column of an object's storage lies under is known.
import { DatabaseSync } from "node:sqlite"
import { afterEach, describe, expect, test } from "vitest"
import { createStorage as createObjectStorage } from "../../support/person-storage.ts"
import { MINUTE_MS } from "../../../src/foundation/clock.ts"
import type { InnerKey } from "../../../src/vault/vault.ts"
import { ledgerPlace, personKeyPlace, statePlace } from "../../../src/conversations/place.ts"
import { SEALED_BY_PERSON, type Rekeyed } from "../../../src/conversations/rekeying.ts"
import { prepareStorage } from "../../../src/conversations/storage.ts"
import { fraud, payment, text, WHOM } from "../../support/person-builders.ts"
import { Simulation, type Crash } from "../../support/person-world.ts"

let sim: Simulation
afterEach(() => sim?.close())

/** The directory gives another key and keeps the one before, as a chore does it. */
async function shelve(): Promise<void> {
  const { directory, vault } = sim
  directory.formerWrappedKey = directory.wrappedKey ?? null
  directory.wrappedKey = (await vault.createKey(personKeyPlace(WHOM))).wrapped
}

async function rekey(): Promise<readonly Rekeyed[]> {
  const { wrappedKey = "", formerWrappedKey } = sim.directory
  if (formerWrappedKey === null) throw new Error("No key is being replaced")
  const done: Rekeyed[] = []
  await sim.ask(async (person) => void done.push(await person.rekey({ wrappedKey, formerWrappedKey })))
  return done
}

async function keyOf(wrapped: string | null | undefined): Promise<InnerKey> {
  const key = await sim.vault.openKey(wrapped ?? "", personKeyPlace(WHOM))
  if (!key.ok) throw new Error(key.error.reason)
  return key.value
}

/** Rows of the object that a key opens. */
async function openedBy(key: InnerKey): Promise<number> {
  const { sql } = sim.storage
  const ledger = sql.exec<{ key: string; sealed: string }>("SELECT key, sealed FROM ledger").rows
  const state = sql.exec<{ value: string }>("SELECT value FROM facts WHERE name = 'state'").rows
  const opened = await Promise.all([
    ...ledger.map((row) => key.open(row.sealed, ledgerPlace(WHOM, row.key))),
    ...state.map((row) => key.open(row.value, statePlace(WHOM))),
  ])
  return opened.filter((each) => each.ok).length
}

function countRows(): number {
  const [row] = sim.storage.sql.exec<{ n: number }>("SELECT count(*) AS n FROM ledger").rows
  return (row?.n ?? 0) + 1
}

describe("rekey()", () => {
  test("puts every row under the present key: the former opens nothing any more, and the chat goes on", async () => {
    sim = new Simulation()
    await sim.link()
    for (let n = 0; n < 130; n += 1) {
      await sim.tell(payment(`p${n}`, sim.now))
      await sim.advance(1_500)
    }
    await shelve()
    const former = await keyOf(sim.directory.formerWrappedKey)
    const rows = countRows()
    expect(await openedBy(former)).toBe(rows)
    expect(await rekey()).toMatchObject([{ moved: rows, unreadable: 0 }])
    expect(await openedBy(former)).toBe(0)
    expect(await openedBy(await keyOf(sim.directory.wrappedKey))).toBe(rows)
    expect(await rekey()).toMatchObject([{ moved: 0 }])
    sim.directory.formerWrappedKey = null
    sim.evict()
    await sim.say("balance")
    await sim.advance(1_000)
    expect(sim.messenger.texts.at(-1)).toContain("1,204.50 EUR")
    expect(sim.logged.filter((line) => !line.startsWith("info"))).toEqual([])
  })

  test("while the object is cold under the former key, alerts that bring either key are told", async () => {
    sim = new Simulation()
    await sim.link()
    const before = sim.shelf
    await shelve()
    for (const [name, shelf] of [
      ["a", before],
      ["b", sim.shelf],
    ] as const) {
      sim.evict()
      const told = await sim.tell(fraud(name, sim.now), { shelf })
      await sim.advance(MINUTE_MS)
      expect(told.outcome?.state).toMatch(/accepted|delivered/)
    }
    await rekey()
    sim.directory.formerWrappedKey = null
    sim.evict()
    // Fan-out may still hold what the directory said before.
    const late = await sim.tell(fraud("c", sim.now), { shelf: before })
    await sim.advance(MINUTE_MS)
    expect(late.outcome?.state).toMatch(/accepted|delivered/)
    expect(late.faults).toBe(0)
  })

  test("does not open for the key of another person, and changes nothing then", async () => {
    sim = new Simulation()
    await sim.link()
    const dump = sim.storage.dump()
    const other = await sim.vault.createKey(personKeyPlace({ ...WHOM, person: "person_B" as never }))
    const faults: unknown[] = []
    const { wrappedKey = "" } = sim.directory
    await sim.ask(async (person) => {
      await person
        .rekey({ wrappedKey: other.wrapped, formerWrappedKey: wrappedKey })
        .catch((fault: unknown) => faults.push(fault))
    })
    expect(String(faults[0])).toContain("Cannot open a person's key: seal_broken")
    expect(sim.storage.dump()).toBe(dump)
  })
})

describe("under load", () => {
  /** Events told, a question asked and a message written while the key is replaced, twice looked over. */
  async function play(crash?: Crash): Promise<readonly string[]> {
    sim = new Simulation()
    await sim.link()
    await sim.tell(payment("a", sim.now))
    await sim.tell(fraud("b", sim.now))
    await sim.advance(1_000)
    sim.evict()
    sim.watch(crash)
    await shelve()
    const rekeyed = rekey()
    const told = [sim.tell(payment("c", sim.now)), sim.tell(fraud("d", sim.now))]
    const asked = sim.webhook(text("balance", sim.now), text("help", sim.now))
    await Promise.all([rekeyed, ...told, asked])
    await sim.advance(2 * MINUTE_MS)
    await rekey()
    await sim.advance(15 * MINUTE_MS)
    return [...sim.trace]
  }

  const EXPECTED = [/Corner Bakery a/, /Was this you/, /Corner Bakery c/, /1,204\.50 EUR/, /I can show/]

  test.each([undefined, "before", "after"] as const)(
    "P1, P2: nothing is lost, told twice or left under the former key (crash %s each call)",
    async (when) => {
      const calls = await play()
      const crashes = when === undefined ? [undefined] : calls.map((_, at): Crash => ({ at, when }))
      for (const crash of crashes) {
        sim.close()
        await play(crash)
        const where = crash ? `${crash.when} call ${crash.at}, ${calls[crash.at]}` : "no crash"
        const { texts } = sim.messenger
        for (const each of EXPECTED)
          expect(
            texts.some((said) => each.test(said)) || unknownRows() > 0,
            `${where}: ${each} in ${JSON.stringify(texts)}`,
          ).toBe(true)
        for (const each of [/Corner Bakery a/, /Corner Bakery c/, /1,204/])
          expect(texts.filter((said) => each.test(said)).length, `${where}: ${each}`).toBeLessThanOrEqual(1)
        for (const queued of sim.queue) expect(queued.outcome, where).toBeDefined()
        expect(await openedBy(await keyOf(sim.directory.formerWrappedKey)), where).toBe(0)
        expect(await openedBy(await keyOf(sim.directory.wrappedKey)), where).toBe(countRows())
      }
    },
    60_000,
  )

  function unknownRows(): number {
    const [row] = sim.storage.sql.exec<{ n: number }>(
      "SELECT count(*) AS n FROM ledger WHERE state = 'unknown'",
    ).rows
    return row?.n ?? 0
  }
})

describe("an object's storage", () => {
  test("has no column named sealed that giving another key does not know", () => {
    const database = new DatabaseSync(":memory:")
    const storage = createObjectStorage()
    prepareStorage({
      ...storage.sql,
      exec: (statement, ...bindings) => {
        const rows = database.prepare(statement).all(...bindings)
        return { rows: rows as never, rowsWritten: 0 }
      },
      transaction: (step) => step(),
    })
    storage.close()
    const sealed = database
      .prepare(
        "SELECT m.name || '.' || c.name AS name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'sealed'",
      )
      .all()
      .map((row) => String(row["name"]))
    const known = [...SEALED_BY_PERSON.map(({ table, column }) => `${table}.${column}`), "inbox.sealed"]
    for (const name of sealed) expect(known).toContain(name)
    expect(sealed.length).toBeGreaterThan(1)
  })
})
