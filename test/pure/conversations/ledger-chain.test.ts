// The person's chain of receipts: what stands in it, that it survives time, and that nothing in the ledger can be changed unseen.
import * as fc from "fast-check"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { headOf, NO_RECEIPTS, type ChainHead } from "../../../src/conversations/ledger-chain.ts"
import { listReceipts, verifyChain, type LedgerHolder } from "../../../src/conversations/ledger-verify.ts"
import { personKeyPlace } from "../../../src/conversations/place.ts"
import { prepareStorage } from "../../../src/conversations/storage.ts"
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/foundation/clock.ts"
import type { SqlValue } from "../../../src/foundation/world.ts"
import { fraud, payment, tap, text, WHOM } from "../../support/person-builders.ts"
import { createRandom, createTestVault } from "../../support/person-given.ts"
import { createStorage } from "../../support/person-storage.ts"
import { Simulation } from "../../support/person-world.ts"

let sim: Simulation
beforeEach(() => {
  sim = new Simulation()
})
afterEach(() => sim.close())

async function holder(): Promise<LedgerHolder> {
  const vault = createTestVault(() => sim.now, createRandom())
  const key = await vault.openKey(sim.shelf.wrappedKey, personKeyPlace(WHOM))
  if (!key.ok) throw new Error(key.error.reason)
  return { sql: sim.storage.sql, whom: WHOM, key: key.value }
}

const rows = (table: "ledger" | "days") =>
  sim.storage.sql
    .exec<Record<string, SqlValue>>(`SELECT * FROM ${table} ORDER BY ${table === "days" ? "day" : "n"}`)
    .rows.map(({ state: _computed, ...stored }) => stored)

/** A month of everything: chat, a question to the bank, updates, an alert answered and one not, and what a refused send leaves. */
async function live(): Promise<void> {
  await sim.link()
  await sim.say("balance")
  await sim.advance(MINUTE_MS)
  await sim.tell(payment("a", sim.now))
  await sim.tell(fraud("x", sim.now))
  await sim.advance(MINUTE_MS)
  const alert = sim.storage.sql.exec<{ key: string }>("SELECT key FROM ledger WHERE lane = 0").rows[0]?.key
  await sim.webhook(tap(`v1.FRAUD.${alert}.deny`, sim.now))
  sim.messenger.fates.push({ kind: "refuse", refusal: { reason: "throttled", retry: { afterMs: 20_000 } } })
  await sim.tell(payment("b", sim.now))
  await sim.say("help")
  await sim.advance(MINUTE_MS)
}

describe("the chain of a ledger", () => {
  test("holds after everything that happens to a person, and its rows are numbered without a gap", async () => {
    await live()
    const verified = await verifyChain(await holder())
    expect(verified).toMatchObject({ ok: true, value: { days: 0, unchained: 0, ...headOf(sim.storage.sql) } })
    const numbers = rows("ledger").map(({ n }) => n)
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
    expect(numbers.length).toBeGreaterThan(8)
  })

  test("an empty ledger has the head of no receipts", () => {
    const { sql, close } = createStorage()
    prepareStorage(sql)
    expect(headOf(sql)).toEqual(NO_RECEIPTS)
    expect(NO_RECEIPTS.head).toBe("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU")
    close()
  })

  test("each read of the bank's data and each send leaves a receipt that names purpose and kind, and no amount", async () => {
    await live()
    const receipts = await listReceipts(await holder())
    const seen = receipts.map(({ kind, purpose, data, event, outcome }) =>
      [kind, purpose, data, event, outcome].filter((each) => each !== undefined).join(" "),
    )
    expect(seen).toContain("asked account_service balance read")
    expect(seen).toContain("told account_service balance accepted")
    expect(seen).toContain("told transaction_alerts transaction bank.transaction.posted.v1 accepted")
    expect(seen).toContain("told fraud_alerts fraud_case bank.fraud.suspected.v1 delivered")
    const text = JSON.stringify(receipts)
    for (const secret of ["1,204", "249.99", "ELECTRO", "cust"]) expect(text).not.toContain(secret)
  })

  test("a question whose link ended before its answer leaves a receipt too", async () => {
    const { link } = await sim.link()
    sim.bank.afterMs = 3_000
    await sim.say("balance")
    await sim.endLink(link)
    await sim.advance(MINUTE_MS)
    const asked = (await listReceipts(await holder())).filter(({ kind }) => kind === "asked")
    expect(asked.map(({ outcome }) => outcome)).toEqual(["dropped"])
    expect(await verifyChain(await holder())).toMatchObject({ ok: true })
  })

  test("holds while the text goes after 30 days and rows become days after 90, and goes on from them", async () => {
    await live()
    // The fraud question nobody answered is said once more.
    await sim.advance(2 * HOUR_MS)
    const first = headOf(sim.storage.sql)
    const whole = await holder()
    await sim.advance(45 * DAY_MS)
    expect(await verifyChain(whole, [first])).toMatchObject({ ok: true, value: { receipts: first.n } })
    await sim.say("help")
    await sim.advance(MINUTE_MS)
    const later = headOf(sim.storage.sql)
    expect(later.n).toBe(first.n + 1)
    await sim.advance(60 * DAY_MS)
    expect(await verifyChain(whole, [first, later])).toMatchObject({
      ok: true,
      value: { receipts: 1, days: 1, n: later.n },
    })
    await sim.advance(60 * DAY_MS)
    expect(rows("ledger")).toEqual([])
    expect(headOf(sim.storage.sql)).toEqual(later)
    expect(await verifyChain(whole, [first, later])).toMatchObject({ ok: true, value: { days: 2 } })
  })

  test("a flipped bit anywhere in it is found, in rows and in days", { timeout: 30_000 }, async () => {
    await live()
    await sim.advance(95 * DAY_MS)
    await sim.say("balance")
    await sim.tell(payment("c", sim.now))
    await sim.advance(MINUTE_MS)
    const whole = await holder()
    expect(await verifyChain(whole)).toMatchObject({ ok: true, value: { days: 1 } })
    const bits = (["ledger", "days"] as const).flatMap((table) =>
      rows(table).flatMap((row, index) =>
        Object.entries(row).flatMap(([column, value]) =>
          Array.from({ length: bitsOf(value) }, (_, bit) => ({ table, index, column, bit })),
        ),
      ),
    )
    expect(bits.length).toBeGreaterThan(5_000)
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...bits), async ({ table, index, column, bit }) => {
        const row = rows(table)[index] ?? {}
        const flipped = flip(row[column] ?? "", bit)
        if (flipped === undefined) return
        const name = table === "days" ? "day" : "key"
        const put = (value: SqlValue, at: SqlValue) =>
          sim.storage.sql.exec(`UPDATE ${table} SET ${column} = ? WHERE ${name} = ?`, value, at)
        // An id another row has is refused by the database itself.
        if (column === "id" && rows(table).some(({ id }) => id === flipped)) return
        put(flipped, row[name] ?? "")
        const found = await verifyChain(whole)
        put(row[column] ?? "", column === name ? flipped : (row[name] ?? ""))
        expect(found.ok).toBe(false)
      }),
      { numRuns: 600 },
    )
    expect(await verifyChain(whole)).toMatchObject({ ok: true })
  })

  test("a row taken out, the newest too where its head is anchored, a row forged and a ledger begun anew are found", async () => {
    await live()
    const whole = await holder()
    const anchor = headOf(sim.storage.sql)
    const newest = rows("ledger").at(-1)
    const put = (row: Record<string, SqlValue>) =>
      sim.storage.sql.exec(
        `INSERT INTO ledger (${Object.keys(row).join()}) VALUES (${Object.keys(row).map(() => "?")})`,
        ...Object.values(row),
      )
    sim.storage.sql.exec("DELETE FROM ledger WHERE n = ?", anchor.n)
    expect(await verifyChain(whole)).toMatchObject({ ok: true })
    expect(await refusal(whole, anchor)).toEqual({ reason: "not_as_anchored", n: anchor.n })
    put(newest ?? {})
    sim.storage.sql.exec("DELETE FROM ledger WHERE n = 3")
    expect(await refusal(whole)).toEqual({ reason: "receipt_missing", n: 3 })
    sim.storage.sql.exec("DELETE FROM ledger")
    expect(await refusal(whole, anchor)).toEqual({ reason: "not_as_anchored", n: anchor.n })
    expect(await refusal(whole, { n: 0, head: anchor.head })).toEqual({ reason: "not_as_anchored", n: 0 })
  })

  test("a ledger of the release before is carried on", async () => {
    const { sql, close } = createStorage()
    sql.exec("CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
    sql.exec("INSERT INTO facts (name, value) VALUES ('version', '1')")
    sql.exec(
      "CREATE TABLE ledger (key TEXT PRIMARY KEY, lane INTEGER NOT NULL, seq REAL NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL, due_at INTEGER NOT NULL, sends INTEGER NOT NULL, sealed TEXT NOT NULL) WITHOUT ROWID",
    )
    const { key } = await createTestVault(() => sim.now, createRandom()).createKey(personKeyPlace(WHOM))
    sql.exec("INSERT INTO ledger VALUES ('e_old', 2, 1, 'accepted', '', 1, 1, 1, ?)", await sealed())
    prepareStorage(sql)
    prepareStorage(sql)
    expect(headOf(sql)).toEqual(NO_RECEIPTS)
    expect(await verifyChain({ sql, whom: WHOM, key })).toMatchObject({
      ok: true,
      value: { n: 0, receipts: 0, unchained: 1 },
    })
    close()

    function sealed(): Promise<string> {
      const cause = { kind: "reply", order: 1, urgent: false, at: 1 }
      return key.seal(JSON.stringify({ v: 1, cause }), `${WHOM.bank}|ledger|${WHOM.person}|e_old`)
    }
  })
})

describe("the chain's head is anchored", () => {
  const anchors = () => sim.directory.anchors.length
  const anchorOf = ({ outcome }: { readonly outcome?: { readonly anchor?: ChainHead } }) => outcome?.anchor

  test("with a change of consent, then not again in that month; at the first receipt of the next one, by whoever brings it", async () => {
    await sim.link()
    expect(anchorOf(await sim.tell(payment("a", sim.now)))).toBeUndefined()
    await sim.say("balance")
    await sim.advance(MINUTE_MS)
    expect(anchors()).toBe(0)
    await sim.advance(12 * DAY_MS)
    await sim.say("hello")
    expect(anchors()).toBe(1)
    expect(anchorOf(await sim.tell(payment("b", sim.now)))).toBeUndefined()
    await sim.advance(28 * DAY_MS)
    sim.evict()
    await sim.webhook(text("hello", sim.now - 40_000))
    expect(anchors()).toBe(2)
    await sim.advance(32 * DAY_MS)
    await sim.say("balance")
    await sim.advance(MINUTE_MS)
    expect(anchors()).toBe(3)
    expect(await verifyChain(await holder(), sim.directory.anchors)).toMatchObject({ ok: true })
  })

  test("by fan-out where an event is the month's first receipt: its outcome carries the head once", async () => {
    await sim.link()
    await sim.say("hello")
    await sim.advance(12 * DAY_MS)
    sim.messenger.templates = new Map()
    const first = await sim.tell(fraud("x", sim.now))
    const head = anchorOf(first)
    if (first.outcome?.state !== "undeliverable") expect(head).toEqual(headOf(sim.storage.sql))
    expect(anchorOf(await sim.tell(fraud("y", sim.now)))).toBeUndefined()
  })

  test("where a link ends by somebody else's word", async () => {
    const { link } = await sim.link()
    await sim.endLink(link)
    expect(anchors()).toBe(1)
  })

  test("not for somebody who was never linked, and an outage of the directory breaks nothing", async () => {
    await sim.say("hello")
    expect(anchors()).toBe(0)
    const { link } = await sim.link()
    sim.directory.failing = true
    await sim.endLink(link)
    expect(anchors()).toBe(0)
  })
})

async function refusal(whole: LedgerHolder, ...anchors: readonly ChainHead[]): Promise<unknown> {
  const verified = await verifyChain(whole, anchors)
  return verified.ok ? "whole" : verified.error
}

function bitsOf(value: SqlValue): number {
  return typeof value === "string" ? value.length * 8 : 64
}

/** The value with one bit changed; nothing where SQLite could not hold that. */
function flip(value: SqlValue, bit: number): SqlValue | undefined {
  if (typeof value === "string") {
    const at = Math.floor(bit / 8)
    const changed = String.fromCharCode(value.charCodeAt(at) ^ (1 << (bit % 8)))
    return value.slice(0, at) + changed + value.slice(at + 1)
  }
  const view = new DataView(new ArrayBuffer(8))
  if (Number.isSafeInteger(value)) {
    view.setBigInt64(0, BigInt(value ?? 0) ^ (1n << BigInt(bit % 52)))
    return Number(view.getBigInt64(0))
  }
  view.setFloat64(0, value ?? 0)
  view.setBigInt64(0, view.getBigInt64(0) ^ (1n << BigInt(bit)))
  return Number.isFinite(view.getFloat64(0)) ? view.getFloat64(0) : undefined
}
