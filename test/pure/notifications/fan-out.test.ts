// From a pack to people: who is asked, what is counted, what comes again, and where what is left lies before a pack is acknowledged.
import { describe, expect, it } from "vitest"
import type { TellOutcome } from "../../../src/conversations/person-world.ts"
import { DatabaseError } from "../../../src/db/database.ts"
import type { BankId, PageId } from "../../../src/foundation/id.ts"
import { err } from "../../../src/foundation/result.ts"
import { ATTEMPTS_MAX, HANDED_OUT_MAX } from "../../../src/notifications/pack-settling.ts"
import {
  BANK,
  createFanOutWorld,
  items,
  linkOf,
  objectError,
  opened,
  pack,
  payment,
  T,
} from "./fan-out-world.ts"

const DONE = { kind: "done" }

describe("fanOut()", () => {
  it("asks the directory once for everybody in a batch, whatever the number of packs", async () => {
    const fan = createFanOutWorld()
    const customers = Array.from({ length: 5 * 150 }, (_, index) => `c${index}`)
    fan.links.push(...customers.map((customer) => linkOf(customer)))
    const packs = Array.from({ length: 5 }, (_, index) =>
      pack(
        `p${index}`,
        items(...customers.slice(index * 150, index * 150 + 150).map((each) => payment(each, each))),
      ),
    )
    expect(await fan.run(...packs)).toEqual(packs.map(() => DONE))
    expect(fan.counts.queries).toBe(1)
    expect(fan.told).toHaveLength(750)
    expect(fan.posted).toEqual([])
  })

  it("tells each person linked to a customer, and tells the bank what became of it", async () => {
    const fan = createFanOutWorld()
    fan.links.push(linkOf("joint"), { ...linkOf("joint"), person: "person_other" as never })
    expect(await fan.run(pack("a", items(payment("e1", "joint"), payment("e2", "nobody"))))).toEqual([DONE])
    expect(fan.told.map(({ whom }) => whom.person)).toEqual(["person_joint", "person_other"])
    expect(fan.reported).toEqual(["e1 accepted sent", "e1 accepted sent", "e2 suppressed not_linked"])
  })

  it("P13: never takes a customer of one bank for another bank's of the same reference", async () => {
    const other = "other" as BankId
    const fan = createFanOutWorld()
    fan.links.push(linkOf("c1"), linkOf("c1", "200" as PageId, other))
    await fan.run(pack("a", items(payment("e1", "c1")), { bank: other }))
    expect(fan.told.map(({ whom }) => whom.bank)).toEqual(["other"])
  })

  it("gives a pack that is empty its acknowledgement", async () => {
    expect(await createFanOutWorld().run(pack("a", []))).toEqual([DONE])
  })

  it("P3: tells one person's events in the order they happened, whatever pack they came in", async () => {
    const fan = createFanOutWorld()
    fan.links.push(linkOf("c1"), linkOf("c2"))
    await fan.run(
      pack("a", items(payment("late", "c1", T + 3), payment("other", "c2", T + 9))),
      pack("b", items(payment("first", "c1", T + 1), payment("middle", "c1", T + 2))),
    )
    expect(fan.toldIds().filter((id) => id !== "other")).toEqual(["first", "middle", "late"])
  })

  it("P3: an update that must come again keeps those after it back, for that person alone", async () => {
    const fan = createFanOutWorld()
    fan.links.push(linkOf("c1"), linkOf("c2"))
    fan.answers.set("first", { kind: "no_permit" })
    const [verdict] = await fan.run(
      pack(
        "a",
        items(payment("first", "c1", T), payment("second", "c1", T + 1), payment("theirs", "c2", T + 2)),
      ),
    )
    expect(fan.toldIds()).toEqual(["first", "theirs"])
    expect(verdict).toEqual(DONE)
    expect(opened(fan.posted[0]?.jobs[0]).map(({ event, attempts }) => [event.id, attempts])).toEqual([
      ["first", 0],
      ["second", 0],
    ])
  })

  it("P7: an alert that must come again keeps no other back", async () => {
    const fan = createFanOutWorld()
    fan.links.push(linkOf("c1"))
    fan.answers.set("first", { kind: "no_permit" })
    await fan.run(
      pack("a", items(payment("first", "c1", T), payment("second", "c1", T + 1)), { lane: "alerts" }),
    )
    expect(fan.toldIds()).toEqual(["first", "second"])
  })

  it("an update whose outcome is unknown keeps none back: it may stand in the chat already", async () => {
    const fan = createFanOutWorld()
    fan.links.push(linkOf("c1"))
    fan.answers.set("first", { kind: "pending", afterMs: 30_000 })
    await fan.run(pack("a", items(payment("first", "c1", T), payment("second", "c1", T + 1))))
    expect(fan.toldIds()).toEqual(["first", "second"])
    expect(fan.posted).toMatchObject([{ queue: "updates", delaySeconds: 30 }])
  })
})

describe("fanOut(), what is left", () => {
  it("gives every item its own verdict: what is left is on the queue before the pack is acknowledged", async () => {
    const fan = createFanOutWorld()
    fan.links.push(linkOf("c1"), linkOf("c2"), linkOf("c3"))
    fan.answers.set("e2", () => Promise.reject(objectError({ remote: true })))
    fan.answers.set("e3", { kind: "pending", afterMs: 12_000 })
    const content = items(payment("e1", "c1"), payment("e2", "c2"), payment("e3", "c3"))
    expect(await fan.run(pack("a", content))).toEqual([DONE])
    const [again] = fan.posted
    expect(again).toMatchObject({ queue: "updates", delaySeconds: 12 })
    expect(opened(again?.jobs[0]).map(({ event, attempts }) => [event.id, attempts])).toEqual([
      ["e2", 1],
      ["e3", 0],
    ])
    expect(fan.reported).toEqual(["e1 accepted sent"])
  })

  it("keeps the pack where what is left cannot be posted", async () => {
    const fan = createFanOutWorld()
    fan.links.push(linkOf("c1"), linkOf("c2"))
    fan.answers.set("e2", { kind: "no_permit" })
    fan.state.postOk = false
    expect(await fan.run(pack("a", items(payment("e1", "c1"), payment("e2", "c2"))))).toEqual([
      { kind: "retry", afterSeconds: 1 },
    ])
  })

  it("P1: keeps the pack where the bank cannot be told what became of it", async () => {
    const fan = createFanOutWorld()
    fan.links.push(linkOf("c1"))
    fan.state.reportOk = false
    expect(await fan.run(pack("a", items(payment("e1", "c1"))))).toEqual([{ kind: "retry" }])
  })

  it("a pack nobody in it could be told of stays the message it is", async () => {
    const fan = createFanOutWorld()
    fan.links.push(linkOf("c1"), linkOf("c2"))
    for (const id of ["e1", "e2"]) fan.answers.set(id, { kind: "no_permit" })
    const [verdict] = await fan.run(pack("a", items(payment("e1", "c1"), payment("e2", "c2"))))
    expect(verdict).toEqual({ kind: "retry", afterSeconds: 1 })
    expect(fan.posted).toEqual([])
  })

  it.each([
    [HANDED_OUT_MAX - 1, "retry", 0],
    [HANDED_OUT_MAX, "done", 1],
  ])(
    "at hand-out %i an untouched pack gets %s: a new message, the same pack",
    async (attempts, kind, sent) => {
      const fan = createFanOutWorld()
      fan.links.push(linkOf("c1"))
      fan.answers.set("e1", { kind: "no_permit" })
      const handed = pack("a", items(payment("e1", "c1")), { attempts })
      expect(await fan.run(handed)).toMatchObject([{ kind }])
      expect(fan.posted.map(({ jobs }) => jobs)).toEqual(sent ? [[handed.job]] : [])
    },
  )

  it("an outage costs no attempt, a fault one: the fifth is a dead letter, and the bank hears of it", async () => {
    const outages = [
      objectError({ retryable: true }),
      objectError({ remote: true, overloaded: true }),
      objectError({ remote: true, retryable: true }),
      new TypeError("not from an object"),
    ]
    for (const outage of outages) {
      const fan = createFanOutWorld()
      fan.links.push(linkOf("c1"))
      fan.answers.set("e1", () => Promise.reject(outage))
      const content = [{ event: payment("e1", "c1"), attempts: ATTEMPTS_MAX - 1 }]
      expect(await fan.run(pack("a", content))).toEqual([{ kind: "retry", afterSeconds: 2 }])
      expect(fan.buried).toEqual([])
    }
    for (const attempts of [0, 1, 2, 3, 4]) {
      const fan = createFanOutWorld()
      fan.links.push(linkOf("c1"))
      fan.answers.set("e1", () => Promise.reject(objectError({ remote: true })))
      expect(await fan.run(pack("a", [{ event: payment("e1", "c1"), attempts }]))).toEqual([DONE])
      const dead = attempts === ATTEMPTS_MAX - 1
      expect(fan.buried).toHaveLength(dead ? 1 : 0)
      expect(fan.posted).toHaveLength(dead ? 0 : 1)
      expect(fan.reported).toEqual(dead ? ["e1 failed gave_up"] : [])
    }
  })

  it("a fault in settling one pack is that pack's alone", async () => {
    const fan = createFanOutWorld({ bury: () => Promise.reject(new DatabaseError("failed", "no disk")) })
    fan.links.push(linkOf("c1"), linkOf("c2"))
    fan.answers.set("e1", () => Promise.reject(objectError({ remote: true })))
    const broken = pack("a", [{ event: payment("e1", "c1"), attempts: 4 }])
    expect(await fan.run(broken, pack("b", items(payment("e2", "c2"))))).toEqual([{ kind: "retry" }, DONE])
  })

  it("a directory that does not answer costs nobody anything, to the 80th hand-out and beyond", async () => {
    const fan = createFanOutWorld({ findLive: () => Promise.reject(new DatabaseError("deadline", "late")) })
    const early = pack("a", items(payment("e1", "c1")))
    const late = pack("b", items(payment("e2", "c2")), { attempts: HANDED_OUT_MAX })
    expect(await fan.run(early, late)).toEqual([{ kind: "retry" }, DONE])
    expect(fan.posted.map(({ jobs }) => jobs)).toEqual([[late.job]])
    expect(fan.told).toEqual([])
  })

  it("heads of people's chains that are due go to their bank's log, one line a bank, and an outage of it costs nobody anything", async () => {
    const fan = createFanOutWorld()
    const head = (n: number) => ({ n, head: `h${n}` })
    fan.links.push(linkOf("c1"), linkOf("c2"), linkOf("c3"), linkOf("c4", "200" as PageId, "other" as BankId))
    const anchored = (n: number): TellOutcome => ({
      kind: "settled",
      state: "accepted",
      reason: "sent",
      anchor: head(n),
    })
    for (const [n, id] of ["e1", "e2", "e4"].entries()) fan.answers.set(id, anchored(n + 1))
    const mine = pack("a", items(payment("e1", "c1"), payment("e2", "c2"), payment("e3", "c3")))
    const theirs = pack("b", items(payment("e4", "c4")), { bank: "other" as BankId })
    expect(await fan.run(mine, theirs)).toEqual([DONE, DONE])
    expect(fan.anchored.map(({ bank, heads }) => [bank, ...heads])).toEqual([
      ["demo", ["person_c1", head(1)], ["person_c2", head(2)]],
      ["other", ["person_c4", head(3)]],
    ])
    fan.world.anchor = () => Promise.reject(new DatabaseError("deadline", "late"))
    expect(await fan.run(mine)).toEqual([DONE])
  })

  it("a pack whose key cannot be had waits; one that does not open is left to the dead letters", async () => {
    const keyless = createFanOutWorld()
    const handed = pack("a", items(payment("e1", "c1")), { attempts: HANDED_OUT_MAX })
    keyless.world.packKeys = {
      ...keyless.world.packKeys,
      forOpening: () => Promise.reject(new DatabaseError("deadline", "late")),
    }
    expect(await keyless.run(handed)).toEqual([DONE])
    expect(keyless.posted).toHaveLength(1)
    const sealed = createFanOutWorld()
    const key = {
      seal: (text: string) => Promise.resolve(text),
      open: () => Promise.resolve(err({ reason: "seal_broken" } as never)),
    }
    sealed.world.packKeys = { ...sealed.world.packKeys, forOpening: () => Promise.resolve(key) }
    sealed.links.push(linkOf("c1"))
    expect(await sealed.run(handed, pack("b", []))).toEqual([{ kind: "retry" }, { kind: "retry" }])
    expect(sealed.posted).toEqual([])
  })

  it("one pack that does not open keeps no other back", async () => {
    const fan = createFanOutWorld()
    fan.links.push(linkOf("c1"))
    const key = await fan.world.packKeys.forOpening(BANK, "")
    const unopened = { ...key, open: () => Promise.resolve(err({} as never)) }
    fan.world.packKeys = {
      ...fan.world.packKeys,
      forOpening: (_bank, month) => Promise.resolve(month === "2026-10" ? unopened : key),
    }
    const outcome = await fan.run(
      { attempts: 1, job: { ...pack("a", []).job, month: "2026-10" } },
      pack("b", items(payment("e1", "c1"))),
    )
    expect(outcome).toEqual([{ kind: "retry" }, DONE])
  })
})
