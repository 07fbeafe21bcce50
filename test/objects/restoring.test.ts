// A database put back, told by two counts: raised and compared so that being cut off never looks like a restore, and finished so that being cut
// off leaves it to be finished. In real D1 and a real register; the whole story with files on disk is a journey.
import { env } from "cloudflare:workers"
import { beforeEach, describe, expect, it } from "vitest"
import { createAuditLogs, type AuditLogs } from "../../src/audit/audit-log-of.ts"
import { auditStatement, findNewestWaiting } from "../../src/audit/audit-store.ts"
import {
  compareGenerations,
  createRestoreWatch,
  isBehind,
  mayActOn,
  raiseGenerations,
} from "../../src/audit/generation.ts"
import { readEntry } from "../../src/audit/log-entry.ts"
import { moveLines } from "../../src/audit/moving.ts"
import { createDatabase } from "../../src/db/database.ts"
import { advanceClockOffset } from "../../src/db/deployment-store.ts"
import type { BankId } from "../../src/foundation/id.ts"
import { createLog } from "../../src/foundation/log.ts"
import { finishRestore, type RestoringWorld } from "../../src/notifications/restoring.ts"
import { dying } from "../support/dying.ts"

const NOVEMBER = Date.UTC(2026, 10, 22, 9)
const DEMO = "demo" as BankId
const BY = { actor: "ines", reason: "yesterday's copy", at: NOVEMBER }
const db = createDatabase(env.DB)
const log = createLog()
let logs: AuditLogs
let world: { readonly db: typeof db; readonly logs: AuditLogs }
beforeEach(() => {
  logs = createAuditLogs(env.AUDIT_LOG)
  world = { db, logs }
})

async function write(
  action: string,
  object: string,
  more: { readonly reason?: string; readonly detail?: object } = {},
) {
  const { reason = "test", detail } = more
  const entry = { bank: DEMO, actor: "system", action, object, reason, at: NOVEMBER }
  await db.batch([
    auditStatement(db, { ...entry, ...(detail ? { detail: detail as Record<string, string> } : {}) }),
  ])
}

/** What D1 holds of it, to be put back. */
async function copySettings(): Promise<() => Promise<void>> {
  const { results } = await env.DB.prepare("SELECT name, value FROM settings").all<{
    name: string
    value: string
  }>()
  return async () => {
    await env.DB.batch([
      env.DB.prepare("DELETE FROM settings"),
      ...results.map(({ name, value }) =>
        env.DB.prepare("INSERT INTO settings VALUES (?, ?)").bind(name, value),
      ),
    ])
  }
}

describe("the generation", () => {
  it("rises by one each minute in both, and a fresh state, a first minute and the development clock look like no restore", async () => {
    expect(isBehind(await compareGenerations(world))).toBe(false)
    for (let minute = 1; minute <= 3; minute++) {
      expect(await raiseGenerations(world)).toBe(true)
      expect(await compareGenerations(world)).toEqual({ directory: minute, register: minute })
    }
    const line = auditStatement(db, { ...BY, bank: "*", action: "clock.advance", object: "clock" })
    await advanceClockOffset(db, 400 * 86_400_000, line)
    expect(isBehind(await compareGenerations(world))).toBe(false)
  })

  it("is never behind for being cut off at any step, and rises again afterwards", async () => {
    const whole = dying(env.DB, logs, Infinity, "before")
    expect(await raiseGenerations(whole)).toBe(true)
    const steps = whole.calls()
    expect(steps).toBeGreaterThanOrEqual(3)
    for (let at = 1; at <= steps; at++)
      for (const when of ["before", "after"] as const) {
        await raiseGenerations(dying(env.DB, logs, at, when)).catch(() => undefined)
        expect(isBehind(await compareGenerations(world))).toBe(false)
        expect(await raiseGenerations(world)).toBe(true)
      }
    await Promise.all([raiseGenerations(world), raiseGenerations(world), raiseGenerations(world)])
    expect(isBehind(await compareGenerations(world))).toBe(false)
  })

  it("is behind once the database was put back, and is not raised past it, however often the clock strikes", async () => {
    await raiseGenerations(world)
    const putBack = await copySettings()
    await raiseGenerations(world)
    await putBack()
    for (let minute = 1; minute <= 3; minute++) expect(await raiseGenerations(world)).toBe(false)
    expect(await compareGenerations(world)).toEqual({ directory: 1, register: 2 })
    await env.DB.prepare("DELETE FROM settings").run()
    expect(await raiseGenerations(world)).toBe(false)
    expect(isBehind(await compareGenerations(world))).toBe(true)
  })
})

describe("mayActOn()", () => {
  const watch = { forgot: 0, forget: () => void (watch.forgot += 1) }

  it("says yes once both have risen, and no where the database was put back, or nobody can tell", async () => {
    expect(await mayActOn(world, watch, log)).toBe(true)
    const putBack = await copySettings()
    expect(await mayActOn(world, watch, log)).toBe(true)
    expect(watch.forgot).toBe(0)
    const noObject = (): never => {
      throw new Error("no object")
    }
    const broken = { db, logs: { register: noObject } }
    expect(await mayActOn(broken, watch, log)).toBe(false)
    await putBack()
    expect(await mayActOn(world, watch, log)).toBe(false)
    expect(watch.forgot).toBe(1)
  })
})

describe("createRestoreWatch()", () => {
  const noObject = (): never => {
    throw new Error("no object")
  }

  function watch() {
    const state = { at: 0, waiting: [] as Promise<unknown>[], asked: 0 }
    const counted: AuditLogs = {
      ...logs,
      register: () => {
        state.asked += 1
        return logs.register()
      },
    }
    const made = createRestoreWatch({
      world: { db, logs: counted },
      realNow: () => state.at,
      beside: (work) => void state.waiting.push(work),
      log,
    })
    return { ...made, state }
  }

  it("asks at the start and once a minute, beside the request; after a long pause the request waits for the answer", async () => {
    const { isShut, state } = watch()
    expect([await isShut(), await isShut(), state.asked]).toEqual([false, false, 1])
    await raiseGenerations(world)
    const putBack = await copySettings()
    await raiseGenerations(world)
    await putBack()
    state.at = 59_999
    expect([await isShut(), state.asked]).toEqual([false, 1])
    state.at = 60_000
    expect([await isShut(), await isShut(), state.asked]).toEqual([false, false, 2])
    await Promise.all(state.waiting)
    expect(await isShut()).toBe(true)
    const idle = watch()
    expect(await idle.isShut()).toBe(true)
  })

  it("opens again soon after it was finished elsewhere, at once where it was finished here", async () => {
    await raiseGenerations(world)
    const putBack = await copySettings()
    await raiseGenerations(world)
    const level = await copySettings()
    await putBack()
    const here = watch()
    const there = watch()
    expect([await here.isShut(), await there.isShut()]).toEqual([true, true])
    await level()
    here.forget()
    expect([await here.isShut(), await there.isShut()]).toEqual([false, true])
    there.state.at = 5_000
    expect(await there.isShut()).toBe(false)
  })

  it("keeps its last answer while nobody can be asked, and begins open", async () => {
    const broken = createRestoreWatch({
      world: { db, logs: { register: noObject } },
      realNow: () => 0,
      beside: () => undefined,
      log,
    })
    expect(await broken.isShut()).toBe(false)
  })
})

describe("finishRestore()", () => {
  const done: string[] = []
  beforeEach(() => void done.splice(0))
  const restoring = (more: Partial<RestoringWorld> = {}): RestoringWorld => ({
    ...world,
    leaving: {
      end: async (link, { reason, by, silent }) => {
        done.push(`end ${link} ${reason} ${by.actor} ${by.reason} ${String(silent)}`)
        return "ended"
      },
      settle: async (link) => {
        done.push(`settle ${link}`)
        return true
      },
    },
    holderOf: async ({ page, person }) =>
      ({
        settleLink: async ({ link }: { link: string }) => void done.push(`ask ${page} ${person} ${link}`),
      }) as never,
    eraseAgain: async ({ person, erasedAt, status, doneAt }, by) => {
      const page = status ? ` ${status.code} ${status.page} ${status.bank}` : ""
      done.push(`erase ${person} ${erasedAt === NOVEMBER} ${doneAt === NOVEMBER} ${by.actor}${page}`)
      return true
    },
    revokeKey: async (bank, key) => void done.push(`revoke ${bank} ${key}`),
    log,
    ...more,
  })

  /** Lines before the copy, the copy, lines after it, and the database put back. */
  async function putBackAfter(lines: () => Promise<void>): Promise<void> {
    await write("link.end", "link_before", { reason: "disconnected" })
    await moveLines({ ...world, log })
    await raiseGenerations(world)
    const putBack = await copySettings()
    await lines()
    await moveLines({ ...world, log })
    await raiseGenerations(world)
    await putBack()
  }

  it("refuses where nothing was put back", async () => {
    expect(await finishRestore(restoring(), BY)).toEqual({ ok: false, error: { reason: "not_restored" } })
    await raiseGenerations(world)
    expect(await finishRestore(restoring(), BY)).toEqual({ ok: false, error: { reason: "not_restored" } })
    expect(done).toEqual([])
  })

  it("does again what was forgotten and nothing else, lists the rest, and opens", async () => {
    await putBackAfter(async () => {
      await write("link.narrowed", "link_ended")
      await write("link.end", "link_ended", { reason: "erased" })
      await write("link.end", "link_odd", { reason: "a word of a later release" })
      await write("link.activate", "link_new", { detail: { person: "person_new", page: "100" } })
      await write("link.pending", "link_lost")
      await write("person.erase", "person_gone", { detail: { code: "code_1", page: "100" } })
      await write("person.erased", "person_gone")
      await write("person.erase", "person_going")
      await write("bank_key.revoke", "key_1")
      await write("bank.put", "demo")
      await write("ledger.anchor", "heads_1", { detail: { person_x: "3:h" } })
    })
    const finished = await finishRestore(restoring(), BY)
    expect(finished).toMatchObject({
      ok: true,
      value: {
        ended: 2,
        settled: 1,
        erased: 2,
        revokedKeys: 1,
        toDo: [{ action: "bank.put", object: "demo" }],
      },
    })
    expect(done.toSorted()).toEqual([
      "ask 100 person_new link_new",
      "end link_ended erased ines restore: erased true",
      "end link_odd disconnected ines restore: disconnected true",
      "erase person_going true false ines",
      "erase person_gone true true ines code_1 100 demo",
      "revoke demo key_1",
    ])
    expect(isBehind(await compareGenerations(world))).toBe(false)
    expect(await raiseGenerations(world)).toBe(true)
    // Numbers given twice end here: the next line has one that no log has seen.
    expect(await findNewestWaiting(db)).toBe(13)
    await moveLines({ ...world, log })
    const own = await logs.of("*", "2026-11").entries({ v: 1, from: 0, limit: 9 })
    expect(own.map((entry) => readEntry(entry).action)).toEqual(["restore.finish"])
  })

  it("reads no log of a month before the first that holds nothing new, of each bank by itself", async () => {
    const months = [8, 9, 10].map((month) => Date.UTC(2026, month, 22, 9))
    const writeAt = async (bank: string, at: number, object: string) => {
      const entry = { bank: bank as BankId, actor: "system", action: "link.end", object, reason: "idle", at }
      await db.batch([auditStatement(db, entry)])
    }
    for (const at of months) for (const bank of ["demo", "other"]) await writeAt(bank, at, `link_old_${bank}`)
    await putBackAfter(async () => {
      await writeAt("demo", months[1] ?? 0, "link_october")
      await writeAt("demo", months[2] ?? 0, "link_november")
    })
    const read: string[] = []
    const counted: AuditLogs = {
      ...logs,
      of: (bank, month) => {
        read.push(`${bank} ${month}`)
        return logs.of(bank, month)
      },
    }
    expect(await finishRestore(restoring({ logs: counted }), BY)).toMatchObject({
      ok: true,
      value: { ended: 2 },
    })
    expect(done.map((each) => each.split(" ")[1]).toSorted()).toEqual(["link_november", "link_october"])
    expect([...new Set(read)].toSorted()).toEqual([
      "demo 2026-09",
      "demo 2026-10",
      "demo 2026-11",
      "other 2026-11",
    ])
  })

  it("does some of it a call and goes on where the last one ended", async () => {
    const names = Array.from({ length: 150 }, (_, n) => `link_${String(n).padStart(3, "0")}`)
    await putBackAfter(async () => {
      for (const name of names) await write("link.end", name, { reason: "disconnected" })
    })
    const left: number[] = []
    for (let calls = 0; calls < 9 && left.at(-1) !== 0; calls++) {
      const finished = await finishRestore(restoring(), BY)
      if (!finished.ok) throw new Error(finished.error.reason)
      left.push(finished.value.left)
      expect(isBehind(await compareGenerations(world))).toBe(finished.value.left > 0)
    }
    expect(left).toEqual([90, 30, 0])
    expect(done.map((each) => each.split(" ")[1]).toSorted()).toEqual(names)
  })

  it("keeps a line of its own that was given a number a second time", async () => {
    await putBackAfter(() => write("link.end", "link_a", { reason: "disconnected" }))
    // An alarm ends a link while every way in is shut: D1 gives the number of link_a's line once more.
    await env.DB.prepare("UPDATE sqlite_sequence SET seq = 1 WHERE name = 'audit_outbox'").run()
    await write("link.end", "link_b", { reason: "disconnected" })
    await finishRestore(restoring(), BY)
    await moveLines({ ...world, log })
    const entries = await logs.of(DEMO, "2026-11").entries({ v: 1, from: 0, limit: 9 })
    expect(entries.map((entry) => `${readEntry(entry).id} ${readEntry(entry).object}`)).toEqual([
      "1 link_before",
      "2 link_a",
      "2 link_b",
    ])
    expect(done).toEqual(["end link_a disconnected ines restore: disconnected true"])
  })

  it("stays to be finished wherever it is cut off, and does everything when it is begun again", async () => {
    await putBackAfter(() => write("link.end", "link_a", { reason: "disconnected" }))
    const putBack = await copySettings()
    const lines = await env.DB.prepare("SELECT count(*) AS n FROM audit_outbox").first("n")
    expect(lines).toBe(0)
    const whole = dying(env.DB, logs, Infinity, "before")
    expect(await finishRestore(restoring(whole), BY)).toMatchObject({ ok: true })
    const steps = whole.calls()
    expect(steps).toBeGreaterThan(6)
    for (let at = 1; at <= steps; at++)
      for (const when of ["before", "after"] as const) {
        await putBack()
        done.splice(0)
        await finishRestore(restoring(dying(env.DB, logs, at, when)), BY).catch(() => undefined)
        const level = !isBehind(await compareGenerations(world))
        if (level) expect(done).toContain("end link_a disconnected ines restore: disconnected true")
        else expect(await finishRestore(restoring(), BY)).toMatchObject({ ok: true, value: { ended: 1 } })
        expect(await raiseGenerations(world)).toBe(true)
      }
    const failing = restoring({ eraseAgain: () => Promise.reject(new Error("no queue")) })
    await write("person.erase", "person_a")
    await moveLines({ ...world, log })
    await putBack()
    await expect(finishRestore(failing, BY)).rejects.toThrow("no queue")
    expect(isBehind(await compareGenerations(world))).toBe(true)
  })
})
