// Lines of the trail in real D1 and real audit logs: moved in order, each once, wherever the work is cut off; what a bank reads of them.
import { env } from "cloudflare:workers"
import { compactVerify, importJWK } from "jose"
import { beforeEach, describe, expect, it } from "vitest"
import { createAuditDesk } from "../../src/audit/audit-desk.ts"
import { createAuditLogs, type AuditLogs } from "../../src/audit/audit-log-of.ts"
import { auditStatement, findMoved, findNewestWaiting, listAudit } from "../../src/audit/audit-store.ts"
import { readEntry } from "../../src/audit/log-entry.ts"
import { moveLines } from "../../src/audit/moving.ts"
import { parseSigningKeys } from "../../src/crypto/signing-keys.ts"
import { createDatabase } from "../../src/db/database.ts"
import type { BankId } from "../../src/foundation/id.ts"
import { createLog } from "../../src/foundation/log.ts"
import { dying } from "../support/dying.ts"
import { TEST_KEYS } from "../support/keys.ts"

const NOVEMBER = Date.UTC(2026, 10, 22, 9)
const DECEMBER = Date.UTC(2026, 11, 1)
const DEMO = "demo" as BankId
const OTHER = "other" as BankId
const db = createDatabase(env.DB)
const log = createLog()
let logs: AuditLogs
beforeEach(() => {
  logs = createAuditLogs(env.AUDIT_LOG)
})

async function write(bank: BankId | "*", object: string, at = NOVEMBER): Promise<void> {
  const detail = { person: "person_x", n: 3 }
  await db.batch([
    auditStatement(db, { bank, actor: "system", action: "link.end", object, reason: "test", at, detail }),
  ])
}

async function objectsIn(bank: BankId | "*", month: string): Promise<readonly string[]> {
  const entries = await logs.of(bank, month).entries({ v: 1, from: 0, limit: 500 })
  return entries.map((entry) => readEntry(entry).object)
}

describe("moveLines()", () => {
  it("moves lines to the log of their bank and month, in order, and deletes them here", async () => {
    for (const n of [1, 2, 3]) await write(DEMO, `link_${n}`)
    await write(OTHER, "link_other")
    await write("*", "clock")
    await write(DEMO, "link_december", DECEMBER)
    expect(await moveLines({ db, logs, log })).toBe(6)
    expect(await objectsIn(DEMO, "2026-11")).toEqual(["link_1", "link_2", "link_3"])
    expect(await objectsIn(DEMO, "2026-12")).toEqual(["link_december"])
    expect(await objectsIn(OTHER, "2026-11")).toEqual(["link_other"])
    expect(await objectsIn("*", "2026-11")).toEqual(["clock"])
    for (const bank of [DEMO, OTHER, "*"] as const) expect(await listAudit(db, bank, 10)).toEqual([])
    expect(await moveLines({ db, logs, log })).toBe(0)
    expect([await findMoved(db), await findNewestWaiting(db)]).toEqual([6, 0])
    await write(DEMO, "link_4")
    expect([await findMoved(db), await findNewestWaiting(db)]).toEqual([6, 7])
  })

  it("moves more than one round's lines", async () => {
    for (let n = 1; n <= 4; n++)
      await db.batch(
        [...Array(50).keys()].map((k) =>
          auditStatement(db, {
            bank: DEMO,
            actor: "system",
            action: "bank.put",
            object: `o${n}_${k}`,
            reason: "test",
            at: NOVEMBER,
          }),
        ) as never,
      )
    expect(await moveLines({ db, logs, log })).toBe(200)
    const objects = await objectsIn(DEMO, "2026-11")
    expect(objects).toEqual([1, 2, 3, 4].flatMap((n) => [...Array(50).keys()].map((k) => `o${n}_${k}`)))
  })

  it("leaves each line once, in order, wherever it is cut off", async () => {
    const whole = dying(env.DB, logs, Infinity, "before")
    await write(DEMO, "first")
    await moveLines({ ...whole, log })
    const steps = whole.calls()
    expect(steps).toBeGreaterThan(4)
    let expected = ["first"]
    for (let at = 1; at <= steps; at++)
      for (const when of ["before", "after"] as const) {
        const names = [`a_${at}_${when}`, `b_${at}_${when}`]
        for (const name of names) await write(DEMO, name)
        await moveLines({ ...dying(env.DB, logs, at, when), log }).catch(() => undefined)
        await moveLines({ db, logs, log })
        expected = [...expected, ...names]
        expect(await objectsIn(DEMO, "2026-11")).toEqual(expected)
        expect(await listAudit(db, DEMO, 10)).toEqual([])
      }
    expect(await logs.of(DEMO, "2026-11").check({ v: 1 })).toEqual({ differs: null })
  })

  it("P13: a bank whose log does not answer keeps its lines and holds up nobody else's", async () => {
    await write(DEMO, "mine")
    await write(OTHER, "theirs")
    const broken: AuditLogs = {
      ...logs,
      of(bank, month) {
        if (bank === DEMO) throw new Error("no object")
        return logs.of(bank, month)
      },
    }
    expect(await moveLines({ db, logs: broken, log })).toBe(1)
    expect(await objectsIn(OTHER, "2026-11")).toEqual(["theirs"])
    expect(await listAudit(db, DEMO, 10)).toHaveLength(1)
    expect(await moveLines({ db, logs, log })).toBe(1)
    expect(await objectsIn(DEMO, "2026-11")).toEqual(["mine"])
  })
})

describe("createAuditDesk()", () => {
  it("signs the head, proves entries and growth, and knows no log that was never written", async () => {
    const signing = await parseSigningKeys(TEST_KEYS.SIGNING_KEYS)
    if (!signing.ok) throw new Error(signing.error.detail)
    const desk = createAuditDesk({
      logs,
      signing: signing.value,
      publicOrigin: "https://t.example",
      realNow: () => 1_700_000_000_500,
    })
    expect(await desk.head(DEMO, "2026-11")).toEqual({ ok: false, error: { reason: "not_found" } })
    expect(await desk.months(DEMO)).toEqual([])
    for (const n of [1, 2, 3]) await write(DEMO, `link_${n}`)
    await moveLines({ db, logs, log })
    const head = await desk.head(DEMO, "2026-11", 1)
    if (!head.ok) throw new Error(head.error.reason)
    const [jwk] = signing.value.publicJwks.keys
    const { payload, protectedHeader } = await compactVerify(
      head.value.head,
      await importJWK({ ...jwk }, "ES256"),
    )
    expect(protectedHeader).toMatchObject({ alg: "ES256", typ: "tellerline-audit-head+jws", kid: jwk?.kid })
    expect(JSON.parse(new TextDecoder().decode(payload))).toEqual({
      v: 1,
      iss: "https://t.example",
      bank: "demo",
      month: "2026-11",
      size: 3,
      root: head.value.root,
      iat: 1_700_000_000,
    })
    expect(head.value.consistency?.path).toHaveLength(2)
    expect(await desk.inclusion(DEMO, "2026-11", 2)).toMatchObject({
      ok: true,
      value: { size: 3, path: [expect.any(String)] },
    })
    for (const refused of [
      desk.head(DEMO, "2026-11", 4),
      desk.head(DEMO, "2026-10"),
      desk.head(OTHER, "2026-11"),
      desk.inclusion(DEMO, "2026-11", 3),
      desk.inclusion(DEMO, "2026-11", 0, 4),
    ])
      expect(await refused).toEqual({ ok: false, error: { reason: "not_found" } })
    const exported = await desk.exported(DEMO, "2026-11")
    if (!exported.ok) throw new Error(exported.error.reason)
    const whole = JSON.parse(await new Response(exported.value).text()) as { entries: { object: string }[] }
    expect(whole.entries.map(({ object }) => object)).toEqual(["link_1", "link_2", "link_3"])
  })
})
