// A Page's object that may not speak: what waits in it, and how it is handed back. In workerd.
import { runInDurableObject } from "cloudflare:test"
import { env } from "cloudflare:workers"
import { describe, expect, it } from "vitest"
import { DAY_MS } from "../../src/foundation/clock.ts"
import type { BankId, PageId } from "../../src/foundation/id.ts"
import type { Job, PackJob } from "../../src/jobs/job.ts"
import { Page } from "../../src/messenger/page.ts"
import { pageObjectOf } from "../../src/messenger/page-object.ts"
import { parsePageRecord } from "../../src/messenger/page-record.ts"

const T = 1_763_800_000_000
const DEMO = "demo" as BankId
function record(id: string, bank = "demo") {
  const parsed = parsePageRecord({ v: 1, id, bank, name: "Harbourline Bank" })
  if (!parsed.ok) throw new Error("Cannot read the Page of the tests")
  return parsed.value
}

describe("Page, stopped", () => {
  /** Queues that remember, or refuse. */
  function fakeQueues() {
    const posted: Job[] = []
    const state = { refuses: false }
    const queue = {
      sendBatch: (messages: Iterable<{ readonly body: Job }>) => {
        if (state.refuses) return Promise.reject(new Error("Too Many Requests"))
        for (const { body } of messages) posted.push(body)
        return Promise.resolve()
      },
    } as unknown as Queue
    return { posted, state, env: { ...env, ALERTS: queue, UPDATES: queue, CHORES: queue } as Env }
  }
  function inPage<T>(
    name: string,
    act: (made: {
      readonly page: () => Page
      readonly queues: ReturnType<typeof fakeQueues>
      readonly state: DurableObjectState
    }) => Promise<T>,
  ) {
    return runInDurableObject(env.PAGE.getByName(name), async (_instance, state) => {
      const queues = fakeQueues()
      const done = await act({ page: () => new Page(state, queues.env), queues, state })
      await state.storage.deleteAlarm()
      return done
    })
  }
  const pack = (id: string, lane: "alerts" | "updates", postedAt: number, items = 2): PackJob => ({
    v: 1,
    kind: "pack",
    lane,
    bank: DEMO,
    pack: `pack_${id}` as PackJob["pack"],
    month: "2026-11",
    sealed: "v1.k.sealed",
    items,
    postedAt,
  })
  const of = { bank: DEMO, page: "100" as PageId }
  const resume = { v: 1, now: T + 10, ceilingPerSecond: 300 } as const

  it("P1: keeps packs while it is paused, through the loss of its memory, and none while it speaks", async () => {
    await inPage("hold", async ({ page }) => {
      const one = page()
      const request = { v: 1, job: pack("a", "updates", T), staleAts: [T, T + 100] } as const
      expect(one.hold(request)).toBe(false)
      await one.pause({ v: 1, reason: "token_refused", now: T })
      expect(one.hold(request)).toBe(true)
      expect(one.hold(request)).toBe(true)
      expect(page().state({ v: 1, now: T }).waiting).toEqual({ packs: 1, events: 2, stale: 1 })
    })
  })

  it("P7: hands back alerts first, then the oldest, once it is resumed; what its queue has is gone", async () => {
    await inPage("release", async ({ page, queues, state }) => {
      const one = page()
      await one.pause({ v: 1, reason: "token_refused", now: T })
      for (const [id, lane, at] of [
        ["u2", "updates", 30],
        ["u1", "updates", 20],
        ["a2", "alerts", 50],
        ["a1", "alerts", 40],
      ] as const)
        one.hold({ v: 1, job: pack(id, lane, at), staleAts: [T + 5, T + DAY_MS] })
      await one.alarm()
      expect(queues.posted).toEqual([])
      expect(await one.resume(resume)).toEqual({ at: T + 10, held: 8, stale: 4, sent: 0 })
      expect(await state.storage.getAlarm()).not.toBeNull()
      await page().alarm()
      expect(queues.posted.map((job) => (job as PackJob).pack)).toEqual([
        "pack_a1",
        "pack_a2",
        "pack_u1",
        "pack_u2",
      ])
      const { paused, waiting, recovery } = page().state({ v: 1, now: T + 20 })
      expect([paused, waiting.packs]).toEqual([null, 0])
      expect(recovery).toEqual({ at: T + 10, held: 8, stale: 4, sent: 4 })
    })
  })

  it("P1: keeps what its queue does not take, and tries again", async () => {
    await inPage("refused", async ({ page, queues, state }) => {
      const one = page()
      await one.pause({ v: 1, reason: "token_refused", now: T })
      one.hold({ v: 1, job: pack("u1", "updates", 20), staleAts: [T + DAY_MS] })
      await one.resume(resume)
      queues.state.refuses = true
      await state.storage.deleteAlarm()
      await one.alarm()
      expect(one.state({ v: 1, now: T }).waiting.packs).toBe(1)
      expect(await state.storage.getAlarm()).not.toBeNull()
      queues.state.refuses = false
      await one.alarm()
      expect(queues.posted).toHaveLength(1)
      expect(one.state({ v: 1, now: T }).recovery?.sent).toBe(2)
    })
  })

  it("hands back no more at once than the Page carries until the next time", async () => {
    await inPage("paced", async ({ page, queues, state }) => {
      const one = page()
      await one.pause({ v: 1, reason: "token_refused", now: T })
      for (let each = 0; each < 10; each += 1)
        one.hold({ v: 1, job: pack(`u${each}`, "updates", each, 150), staleAts: [] })
      // Nine a second, for five seconds: a pack is more, and goes alone.
      await one.resume({ ...resume, ceilingPerSecond: 10 })
      await one.alarm()
      expect(queues.posted).toHaveLength(1)
      expect(await state.storage.getAlarm()).not.toBeNull()
      for (let each = 0; each < 9; each += 1) await one.alarm()
      expect(queues.posted).toHaveLength(10)
      await state.storage.deleteAlarm()
      await one.alarm()
      expect(await state.storage.getAlarm()).toBeNull()
    })
  })

  it("makes its pause known once, and keeps trying until that is durable", async () => {
    await inPage("announce", async ({ page, queues, state }) => {
      const one = page()
      queues.state.refuses = true
      await one.pause({ v: 1, reason: "restricted", now: T, of })
      await one.alarm()
      expect(await state.storage.getAlarm()).not.toBeNull()
      queues.state.refuses = false
      await page().alarm()
      await page().alarm()
      expect(queues.posted).toEqual([{ v: 1, kind: "page_paused", ...of, reason: "restricted", postedAt: T }])
    })
  })

  it.each([
    [89_999, true, false],
    [90_000, true, true],
    [1, false, true],
  ])(
    "%i ms after its token was swapped a refusal (of a token: %s) stops it: %s",
    async (afterMs, token, stops) => {
      await inPage(`swapped-${afterMs}`, async ({ page }) => {
        const one = page()
        await one.resume({ ...resume, now: T })
        await one.pause({ v: 1, reason: "token_refused", now: T + afterMs, token })
        expect(one.state({ v: 1, now: T }).paused !== null).toBe(stops)
      })
    },
  )

  it("counts a day's calls where it is told how many people are engaged, through the loss of its memory", async () => {
    await inPage("budget", async ({ page }) => {
      const one = page()
      const ask = { v: 1, lane: "updates", n: 100, now: T, ceilingPerSecond: 300 } as const
      one.lease(ask)
      expect(one.state({ v: 1, now: T }).callsInDay).toBe(0)
      one.lease({ ...ask, engagedPeople: 1 })
      expect(page().state({ v: 1, now: T }).callsInDay).toBe(100)
      expect(page().state({ v: 1, now: T + 26 * 3_600_000 }).callsInDay).toBe(0)
    })
  })
})

describe("pageObjectOf()", () => {
  it("P13: names a Page's object by its id and jurisdiction", () => {
    const namespaces = { page: env.PAGE, development: true }
    const names = [record("1"), { ...record("1"), jurisdiction: "eu" } as const, record("2")].map((page) =>
      pageObjectOf(namespaces, page).id.toString(),
    )
    expect(new Set(names).size).toBe(3)
  })
})
