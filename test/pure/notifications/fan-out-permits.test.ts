// fanOut(): permits, and Pages that give none or are stopped.
import { describe, expect, it } from "vitest"
import type { PageId } from "../../../src/foundation/id.ts"
import { LEASE_MAX } from "../../../src/messenger/pacing.ts"
import { LEASE_WAIT_MS_MAX } from "../../../src/notifications/leases.ts"
import {
  ACCEPTED,
  createFanOutWorld,
  items,
  linkOf,
  objectError,
  opened,
  pack,
  PAGE,
  payment,
  T,
} from "./fan-out-world.ts"

const DONE = { kind: "done" }

describe("fanOut(), permits", () => {
  it("starts each send at the instant its share begins, and tells until when it may start", async () => {
    const starts: [string, number, number][] = []
    const fan = createFanOutWorld({
      lease: () =>
        Promise.resolve({
          granted: 3,
          permit: { until: T + 2_000 },
          shares: [
            { at: T, count: 1 },
            { at: T + 100, count: 2 },
          ],
        }),
      tell: (request) => {
        starts.push([request.event.id, fan.state.now, request.permit.until])
        return Promise.resolve(ACCEPTED)
      },
    })
    fan.links.push(linkOf("c1"))
    await fan.run(
      pack("a", items(payment("e1", "c1", T), payment("e2", "c1", T + 1), payment("e3", "c1", T + 2))),
    )
    expect(starts).toEqual([
      ["e1", T, T + 2_000],
      ["e2", T + 100, T + 2_000],
      ["e3", T + 100, T + 2_000],
    ])
  })

  it("asks for as many as are wanted, and never for more than a Page leases at once", async () => {
    const fan = createFanOutWorld()
    const customers = Array.from({ length: 10 * 150 }, (_, index) => `c${index}`)
    fan.links.push(...customers.map((customer) => linkOf(customer)))
    const packs = Array.from({ length: 10 }, (_, index) =>
      pack(
        `p${index}`,
        items(...customers.slice(index * 150, index * 150 + 150).map((each) => payment(each, each))),
        { lane: "alerts" },
      ),
    )
    await fan.run(...packs)
    expect(fan.counts.leases).toEqual([LEASE_MAX, 500])
    expect(fan.told).toHaveLength(1_500)
  })

  it("does not use a permit that is over: it asks for another", async () => {
    let asked = 0
    const fan = createFanOutWorld({
      lease: (_page, _lane, n) => {
        asked += 1
        const { now } = fan.state
        // The first came back so late that nothing of it is left.
        return Promise.resolve({
          granted: n,
          permit: { until: asked === 1 ? now : now + 2_000 },
          shares: [{ at: now, count: n }],
        })
      },
    })
    fan.links.push(linkOf("c1"))
    expect(await fan.run(pack("a", items(payment("e1", "c1"))))).toEqual([DONE])
    expect(asked).toBe(2)
  })

  it.each([
    [LEASE_WAIT_MS_MAX, true],
    [LEASE_WAIT_MS_MAX + 1, false],
  ])("a busy Page is waited for up to 20 s: %i ms, told: %s", async (retryAfterMs, waits) => {
    let asked = 0
    const fan = createFanOutWorld({
      lease: (_page, _lane, n) => {
        asked += 1
        return Promise.resolve(
          asked === 1
            ? { granted: 0 as const, retryAfterMs }
            : {
                granted: n,
                permit: { until: fan.state.now + 2_000 },
                shares: [{ at: fan.state.now, count: n }],
              },
        )
      },
    })
    fan.links.push(linkOf("c1"))
    expect(await fan.run(pack("a", items(payment("e1", "c1"))))).toEqual(
      waits ? [DONE] : [{ kind: "retry", afterSeconds: 2 }],
    )
    expect(fan.told).toHaveLength(waits ? 1 : 0)
  })

  it("a Page that cannot be asked costs no attempt", async () => {
    const fan = createFanOutWorld({ lease: () => Promise.reject(objectError({ remote: true })) })
    fan.links.push(linkOf("c1"))
    const content = [{ event: payment("e1", "c1"), attempts: 4 }]
    expect(await fan.run(pack("a", content))).toEqual([{ kind: "retry", afterSeconds: 2 }])
    expect(fan.buried).toEqual([])
  })

  it("says of a probe that it went well, and only where it was sent", async () => {
    for (const [outcome, probes] of [
      [ACCEPTED, [PAGE]],
      [{ kind: "settled", state: "suppressed", reason: "stale" }, []],
    ] as const) {
      const fan = createFanOutWorld({
        lease: () =>
          Promise.resolve({
            granted: 1,
            permit: { until: T + 2_000 },
            shares: [{ at: T, count: 1 }],
            probe: true,
          }),
      })
      fan.links.push(linkOf("c1"))
      fan.answers.set("e1", outcome)
      await fan.run(pack("a", items(payment("e1", "c1"))))
      expect(fan.probes).toEqual(probes)
    }
  })

  it("P13: a Page that gives no permits keeps nobody of another Page waiting", async () => {
    const busy = "200" as PageId
    const fan = createFanOutWorld()
    const { lease } = fan.world
    fan.world.lease = (page, lane, n) =>
      page === busy ? Promise.resolve({ granted: 0, retryAfterMs: 60_000 }) : lease(page, lane, n)
    const customers = Array.from({ length: 120 }, (_, index) => `b${index}`)
    fan.links.push(...customers.map((customer) => linkOf(customer, busy)), linkOf("c1"))
    await fan.run(
      pack("a", items(...customers.map((each) => payment(each, each)))),
      pack("b", items(payment("mine", "c1"))),
    )
    expect(fan.toldIds()).toEqual(["mine"])
    expect(fan.state.now).toBe(T)
  })
})

describe("fanOut(), a stopped Page", () => {
  const stopped = () =>
    Promise.resolve({ granted: 0 as const, retryAfterMs: 60_000, paused: "token_refused" })

  it("lets a whole pack wait at its Page as it is, and waits for nothing itself", async () => {
    const fan = createFanOutWorld({ lease: stopped })
    fan.links.push(linkOf("c1"), linkOf("c2"))
    const handed = pack("a", items(payment("e1", "c1"), payment("e2", "c2", T + 5)))
    expect(await fan.run(handed)).toEqual([DONE])
    expect(fan.held).toEqual([{ page: PAGE, job: handed.job, staleAts: [T + 86_400_000, T + 86_400_005] }])
    expect(fan.posted).toEqual([])
    expect(fan.state.now).toBe(T)
    expect(fan.reported).toEqual([])
  })

  it("lets those wait that it concerns: the rest of the pack is told", async () => {
    const other = "200" as PageId
    const fan = createFanOutWorld()
    const { lease } = fan.world
    fan.world.lease = (page, lane, n) => (page === PAGE ? stopped() : lease(page, lane, n))
    fan.links.push(linkOf("c1"), linkOf("c2", other), linkOf("c3"))
    const content = items(payment("e1", "c1"), payment("e2", "c2"), payment("e3", "c3"), payment("e4", "c4"))
    expect(await fan.run(pack("a", content))).toEqual([DONE])
    expect(fan.toldIds()).toEqual(["e2"])
    expect(fan.held.map(({ page, job }) => [page, opened(job).map(({ event }) => event.id)])).toEqual([
      [PAGE, ["e1", "e3"]],
    ])
    expect(fan.held[0]?.job).toMatchObject({ lane: "updates", postedAt: T, items: 2 })
    expect(fan.reported).toEqual(["e2 accepted sent", "e4 suppressed not_linked"])
  })

  it("keeps the pack where the Page speaks again meanwhile, or cannot be reached", async () => {
    for (const hold of [() => Promise.resolve(false), () => Promise.reject(objectError({ remote: true }))]) {
      const fan = createFanOutWorld({ lease: stopped, hold })
      fan.links.push(linkOf("c1"))
      expect(await fan.run(pack("a", items(payment("e1", "c1"))))).toMatchObject([{ kind: "retry" }])
    }
  })

  it("an item that also waits for something else comes again by the queue", async () => {
    const other = "200" as PageId
    const fan = createFanOutWorld()
    const { lease } = fan.world
    fan.world.lease = (page, lane, n) => (page === PAGE ? stopped() : lease(page, lane, n))
    fan.links.push(linkOf("c1"), { ...linkOf("c1", other), person: "person_x" as never })
    fan.answers.set("e1", { kind: "no_permit" })
    expect(await fan.run(pack("a", items(payment("e1", "c1"))))).toEqual([{ kind: "retry", afterSeconds: 2 }])
    expect(fan.held).toEqual([])
    fan.answers.delete("e1")
    expect(await fan.run(pack("a", items(payment("e1", "c1"))))).toEqual([DONE])
    expect(fan.held).toHaveLength(1)
  })
})
