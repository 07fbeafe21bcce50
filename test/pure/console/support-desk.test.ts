// The steps of a desk on a line of its own: the line decides whose thread it is, then the Conversation hears of it; where it cannot, the thread
// goes back. Nobody else's line is touched.
import { beforeEach, describe, expect, test } from "vitest"
import { createSupportDesk, type SupportDesk } from "../../../src/console/support-desk.ts"
import type { DeskAnswer, DeskRequest, DeskView } from "../../../src/conversations/desk-acts.ts"
import { MINUTE_MS } from "../../../src/foundation/clock.ts"
import type { BankId, PageId, PersonId } from "../../../src/foundation/id.ts"
import * as store from "../../../src/support/line-store.ts"
import { createStorage } from "../../support/person-storage.ts"

const BANK = "demo" as BankId
const OTHER = "other" as BankId
const MARIA = "maria@bank.example"
const BEN = "ben@bank.example"

describe("the desk of a bank", () => {
  let now: number
  let lines: Map<BankId, ReturnType<typeof lineOn>>
  let asked: { readonly thread: string; readonly ask: DeskRequest["ask"] }[]
  let trail: string[]
  let away: Set<string>
  let personas: Map<string, string>
  let desk: SupportDesk

  beforeEach(() => {
    now = 1_795_337_639_000
    lines = new Map([BANK, OTHER].map((bank) => [bank, lineOn()]))
    asked = []
    trail = []
    away = new Set()
    personas = new Map([["Maria", "77001"]])
    desk = createSupportDesk({
      lineOf: (bank) => lines.get(bank)?.stub as never,
      ask: async ({ thread }, { ask }): Promise<DeskAnswer> => {
        if (away.has(thread)) throw new Error("away")
        asked.push({ thread, ask })
        return { kind: "seen", view: { thread } as DeskView }
      },
      personaOf: async (_, name) => personas.get(name),
      audit: async ({ action, actor }) => void trail.push(`${action} ${actor}`),
      now: () => now,
      log: { info: () => {}, warn: () => {}, error: () => {} },
    })
  })

  async function wait(bank: BankId, ...threads: readonly string[]): Promise<void> {
    for (const thread of threads) {
      now += 1
      lines.get(bank)?.join(thread, now)
    }
    await desk.present(bank, { id: MARIA, name: "Maria", status: "here" })
    await desk.present(bank, { id: BEN, name: "Ben", status: "here" })
  }
  const kinds = () => asked.map(({ thread, ask }) => `${thread} ${ask.kind}`)

  test("tells of an outage to all who wait, to nobody who has a person, and in no other bank's line", async () => {
    await wait(BANK, "desk_1", "desk_2", "desk_3")
    await wait(OTHER, "desk_9")
    await desk.claim(BANK, "desk_2", MARIA)
    asked = []
    expect(await desk.outage(BANK, BEN)).toBe(2)
    expect(kinds()).toEqual(["desk_1 outage", "desk_3 outage"])
    expect(trail).toContain(`desk.outage ${BEN}`)
  })

  test("counts those an outage was told to, and goes on where one does not answer", async () => {
    await wait(BANK, "desk_1", "desk_2", "desk_3")
    away.add("desk_1")
    expect(await desk.outage(BANK, BEN)).toBe(2)
  })

  test("gives a thread to one of two who claim at once, and its name at Messenger with it", async () => {
    await wait(BANK, "desk_1")
    const [first, second] = await Promise.all([
      desk.claim(BANK, "desk_1", MARIA),
      desk.claim(BANK, "desk_1", BEN),
    ])
    expect(first.ok).toBe(true)
    expect(second).toEqual({ ok: false, error: { reason: "taken", by: "Maria" } })
    expect(asked.map(({ ask }) => ask)).toEqual([{ kind: "claimed", name: "Maria", persona: "77001" }])
  })

  test("puts a claim back where its Conversation does not answer: somebody else may have it at once", async () => {
    await wait(BANK, "desk_1")
    away.add("desk_1")
    expect(await desk.claim(BANK, "desk_1", MARIA)).toEqual({ ok: false, error: { reason: "unavailable" } })
    away.clear()
    expect((await desk.claim(BANK, "desk_1", BEN)).ok).toBe(true)
  })

  test("hands a thread to a colleague under their name; who gave it away has it no more", async () => {
    await wait(BANK, "desk_1")
    await desk.claim(BANK, "desk_1", MARIA)
    expect(await desk.transfer(BANK, "desk_1", MARIA, "nobody")).toEqual({
      ok: false,
      error: { reason: "not_here" },
    })
    expect((await desk.transfer(BANK, "desk_1", MARIA, BEN)).ok).toBe(true)
    expect(asked.at(-1)?.ask).toEqual({ kind: "claimed", name: "Ben" })
    expect(await desk.act(BANK, "desk_1", MARIA, { kind: "view" })).toEqual({
      ok: false,
      error: { reason: "not_yours" },
    })
    expect((await desk.act(BANK, "desk_1", BEN, { kind: "view" })).ok).toBe(true)
  })

  test("tells of a claim that lapsed until its Conversation has heard it", async () => {
    await wait(BANK, "desk_1")
    await desk.claim(BANK, "desk_1", MARIA)
    now += 5 * MINUTE_MS
    away.add("desk_1")
    await desk.lapse(BANK)
    away.clear()
    asked = []
    await desk.lapse(BANK)
    await desk.lapse(BANK)
    expect(asked).toEqual([{ thread: "desk_1", ask: expect.objectContaining({ kind: "returned" }) }])
  })

  test("keeps each bank's ready answers for itself", async () => {
    await desk.putAnswers(BANK, [{ title: "Fee", text: "The fee is given back." }], MARIA)
    expect(await desk.answers(BANK)).toEqual([{ title: "Fee", text: "The fee is given back." }])
    expect(await desk.answers(OTHER)).toEqual([])
  })

  test("P13: a thread of another bank is not in this bank's line", async () => {
    await wait(OTHER, "desk_9")
    await wait(BANK)
    expect(await desk.claim(BANK, "desk_9", MARIA)).toEqual({ ok: false, error: { reason: "gone" } })
    expect((await desk.view(BANK)).threads).toEqual([])
  })
})

/** A line as its object answers, without the object. */
function lineOn() {
  const { sql } = createStorage()
  store.prepareLine(sql)
  type Asked = { readonly now: number; readonly thread: string; readonly agent: string }
  const stub = {
    view: async ({ now }: Asked) => ({
      threads: store.listThreads(sql),
      agents: store.listAgents(sql, now),
      ratings: store.countRatings(sql),
    }),
    claim: async ({ thread, agent, now }: Asked) => {
      const claimed = store.claim(sql, thread, agent, now)
      const { name } = store.findPresent(sql, agent, now) ?? { name: "" }
      return claimed.ok ? { ok: true, value: { thread: claimed.value, name } } : claimed
    },
    held: async ({ thread, agent, now }: Asked) => store.held(sql, thread, agent, now),
    transfer: async (asked: Asked & { readonly from: string; readonly to: string }) =>
      store.transfer(sql, asked.thread, asked),
    giveBack: async ({ thread, now }: Asked) => store.giveBack(sql, thread, now),
    lapse: async ({ now }: Asked) =>
      store.lapse(sql, now).map((each) => ({ ...each, ...store.placeOf(sql, each.thread, now) })),
    toldOfLapse: async ({ thread }: Asked) => store.toldOfLapse(sql, thread),
    end: async ({ thread, now }: Asked) => store.end(sql, thread, now),
    present: async ({ agent, now }: { readonly agent: store.Agent; readonly now: number }) =>
      store.present(sql, agent, now),
    answers: async () => store.listAnswers(sql),
    putAnswers: async ({ answers }: { readonly answers: readonly store.CannedAnswer[] }) =>
      store.putAnswers(sql, answers),
  }
  return {
    stub,
    join: (thread: string, now: number) =>
      store.join(
        sql,
        {
          thread,
          person: `person_${thread}` as PersonId,
          page: "100000000000001" as PageId,
          kind: "chat",
          windowEndsAt: now + 60 * MINUTE_MS,
        },
        now,
      ),
  }
}
