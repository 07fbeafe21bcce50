// The small parts that everything else leans on: one run at a time, one alarm, the outbox's order.
import { describe, expect, test } from "vitest"
import { Outbox } from "../../../src/conversations/outbox.ts"
import { SingleRun } from "../../../src/conversations/single-run.ts"
import { Wake } from "../../../src/conversations/wake.ts"
import { claimRow, type Claim } from "../../../src/conversations/ledger.ts"
import { prepareStorage } from "../../../src/conversations/storage.ts"
import { person } from "../../support/turn-world.ts"
import { createStorage } from "../../support/person-storage.ts"

const tick = () => new Promise((resolve) => setImmediate(resolve))

describe("SingleRun", () => {
  test("runs once at a time, and once more for whoever asked meanwhile", async () => {
    const run = new SingleRun()
    let running = 0
    let rounds = 0
    const round = async () => {
      expect((running += 1)).toBe(1)
      rounds += 1
      await tick()
      running -= 1
    }
    const first = run.ask(round)
    await tick()
    await Promise.all([first, run.ask(round), run.ask(round)])
    expect(rounds).toBe(2)
    await run.ask(round)
    expect(rounds).toBe(3)
  })

  test("misses nothing that is put down in the step in which a run ends", async () => {
    const run = new SingleRun()
    const todo: number[] = []
    const done: number[] = []
    const round = async () => {
      done.push(...todo.splice(0))
    }
    for (let n = 0; n < 200; n += 1) {
      todo.push(n)
      void run.ask(round)
      for (let wait = 0; wait < n % 7; wait += 1) await Promise.resolve()
    }
    await tick()
    expect(done).toHaveLength(200)
  })

  test("a throw ends the run for all who share it, and the next one begins anew", async () => {
    const run = new SingleRun()
    const broken = async () => {
      throw new Error("broken")
    }
    await expect(Promise.all([run.ask(broken), run.ask(broken)])).rejects.toThrow("broken")
    await expect(run.ask(async () => undefined)).resolves.toBeUndefined()
  })
})

describe("Wake", () => {
  function alarm(at: number | null = null) {
    const state = { at, sets: 0, fails: false }
    return {
      state,
      get: async () => {
        await tick()
        return state.at
      },
      set: async (to: number) => {
        if (state.fails) throw new Error("no storage")
        state.at = to
        state.sets += 1
        await tick()
      },
    }
  }

  test("two who arm at once do not push each other back", async () => {
    const given = alarm()
    const wake = new Wake(given)
    await Promise.all([wake.armBy(10), wake.armBy(30), wake.armBy(20)])
    expect(given.state).toMatchObject({ at: 10, sets: 1 })
  })

  test("moves forward only, and writes nothing where it need not", async () => {
    const given = alarm(50)
    const wake = new Wake(given)
    await wake.armBy(60)
    await wake.armBy(50)
    expect(given.state.sets).toBe(0)
    await wake.armBy(49)
    expect(given.state).toMatchObject({ at: 49, sets: 1 })
    wake.rang()
    await wake.armBy(1_000)
    expect(given.state.at).toBe(1_000)
  })

  test("is set in the very step that arms it, once it is known", async () => {
    const given = alarm()
    const wake = new Wake(given)
    await wake.ready()
    const armed = wake.armBy(5)
    expect(given.state.at).toBe(5)
    await armed
  })

  test("what could not be set counts as not set", async () => {
    const given = alarm()
    const wake = new Wake(given)
    given.state.fails = true
    await expect(wake.armBy(5)).rejects.toThrow("no storage")
    given.state.fails = false
    await wake.armBy(5)
    expect(given.state.at).toBe(5)
  })
})

describe("Outbox", () => {
  const row = (more: Partial<Claim>): Claim => ({
    key: "k",
    lane: 1,
    seq: 1,
    state: "queued",
    reason: "",
    at: 0,
    dueAt: 0,
    sends: 0,
    sealed: "",
    leaf: "",
    ...more,
  })
  const of = (...rows: readonly Claim[]) => {
    const { sql } = createStorage()
    prepareStorage(sql)
    for (const each of rows) claimRow(sql, each)
    return (questions: readonly number[] = [], now = 10) => {
      const state = person({
        questions: questions.map((order) => ({ kind: "balances", id: String(order), order, askedAt: 0 })),
      })
      const next = new Outbox().next(sql, state, now)
      return next?.kind === "row" ? next.row.key : undefined
    }
  }

  test("lets an alert go first, then replies by their questions", () => {
    expect(of(row({ key: "reply", seq: 1 }), row({ key: "alert", lane: 0, seq: 9 }))()).toBe("alert")
    expect(of(row({ key: "b", seq: 2 }), row({ key: "a", seq: 1.5 }))()).toBe("a")
  })

  test("holds a reply behind a question asked before it or with it, not one asked after it", () => {
    const next = of(row({ key: "reply", seq: 5 }))
    expect([next([4]), next([5]), next([6])]).toEqual([undefined, undefined, "reply"])
  })

  test("a reply that waits to be sent again keeps those behind it back, urgent ones and alerts go past", () => {
    const waiting = row({ key: "waiting", seq: 1, dueAt: 11 })
    expect(of(waiting, row({ key: "next", seq: 2 }))()).toBeUndefined()
    expect(of(waiting, row({ key: "next", seq: 2 }))([], 11)).toBe("waiting")
    expect(of(waiting, row({ key: "urgent", seq: 2, reason: "urgent" }))()).toBe("urgent")
    expect(of(waiting, row({ key: "alert", lane: 0, seq: 2 }))()).toBe("alert")
  })

  test("an alert that waits keeps no other alert back", () => {
    expect(of(row({ key: "waiting", lane: 0, dueAt: 11 }), row({ key: "other", lane: 0, seq: 2 }))()).toBe(
      "other",
    )
  })

  test("gives what waited in memory back where it breaks", async () => {
    const { sql } = createStorage()
    prepareStorage(sql)
    const outbox = new Outbox()
    const failed: unknown[] = []
    const add = (send: () => Promise<void>) =>
      outbox.add({ at: 1, account: "a", send, fail: (fault) => void failed.push(fault) })
    add(async () => {
      throw new Error("broken")
    })
    add(async () => undefined)
    const drained = outbox.drain(
      () => outbox.next(sql, undefined, 1),
      async () => undefined,
    )
    await expect(drained).rejects.toThrow("broken")
    expect(failed).toHaveLength(1)
    expect(outbox.next(sql, undefined, 1)).toBeUndefined()
  })
})
