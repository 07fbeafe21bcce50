// Dead letters over the admin API: filters, several at once, and what takes two people; whose may be named at all.
import { describe, expect, it } from "vitest"
import { createAdminWorld, HARBOUR, letter, OTHER } from "./admin-world.ts"

const REASON = { reason: "the bank is back" }
const MINE = letter("d", HARBOUR).id
const THEIRS = letter("o", OTHER).id
const NOBODYS = letter("x", "*").id

describe("GET /dead-letters", () => {
  it("lists what the filter means and names a member it cannot take, never its value", async () => {
    const { call } = createAdminWorld()
    const idsOf = async (query: string) =>
      ((await call("admin", "GET", `/dead-letters?${query}`)).body.deadLetters as { id: string }[]).map(
        ({ id }) => id,
      )
    expect(await idsOf("bank=harbour&kind=pack")).toEqual([MINE])
    expect(await idsOf("kind=callback")).toEqual([])
    const refused = await call("admin", "GET", "/dead-letters?from=last-week&reason=planted")
    expect(refused.status).toBe(422)
    expect(refused.body.faults.map(({ field }: { field: string }) => field)).toEqual(["reason", "from"])
    expect(refused.text).not.toContain("planted")
    expect((await call("admin", "GET", "/dead-letters?customer=c")).status).toBe(422)
  })
})

describe("POST /dead-letters/replay", () => {
  it("replays those that are there and yours, and says which were not", async () => {
    const { call, acts } = createAdminWorld()
    const gone = letter("g", HARBOUR).id
    const ids = [MINE, gone, THEIRS, NOBODYS]
    const answer = await call("operator", "POST", "/dead-letters/replay", { ids, ...REASON })
    expect(answer.status).toBe(200)
    expect(answer.body.replayed).toMatchObject([{ id: MINE, bank: HARBOUR }])
    expect(answer.body.notReplayed).toEqual([gone, THEIRS, NOBODYS])
    expect(acts).toMatchObject([{ act: `dead_letter.replay ${MINE}`, by: { actor: "operator", ...REASON } }])
  })

  it("P13: another bank's letters are as good as not there", async () => {
    const { call, acts } = createAdminWorld()
    const [theirs, none] = await Promise.all(
      [[THEIRS, NOBODYS], [letter("z", OTHER).id]].map((ids) =>
        call("admin", "POST", "/dead-letters/replay", { ids, ...REASON }),
      ),
    )
    expect([theirs?.status, none?.status]).toEqual([404, 404])
    expect(theirs?.text).toBe(none?.text)
    expect(acts).toEqual([])
  })

  it("takes 1 to 50 ids of letters, from a role that may", async () => {
    const { call, acts } = createAdminWorld()
    const some = (length: number) => Array.from({ length }, (_, n) => letter(`n${n}-`, HARBOUR).id)
    for (const ids of [[], some(51), ["dead_1"], [5], undefined])
      expect((await call("admin", "POST", "/dead-letters/replay", { ids, ...REASON })).status).toBe(422)
    expect((await call("admin", "POST", "/dead-letters/replay", { ids: [MINE] })).status).toBe(400)
    for (const who of ["agent", "auditor"])
      expect((await call(who, "POST", "/dead-letters/replay", { ids: [MINE], ...REASON })).status).toBe(403)
    expect(acts).toEqual([])
    const full = [MINE, ...some(49)]
    expect((await call("admin", "POST", "/dead-letters/replay", { ids: full, ...REASON })).status).toBe(200)
  })

  it("P1: says where the queue takes nothing", async () => {
    const { call, state } = createAdminWorld()
    state.queueOk = false
    const answer = await call("admin", "POST", "/dead-letters/replay", { ids: [MINE], ...REASON })
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "30"])
  })
})

describe("POST /dead-letters/replay-by-filter", () => {
  const path = "/dead-letters/replay-by-filter"

  it("P14: only asks, with the filter as it was meant", async () => {
    const { call, acts, letters } = createAdminWorld()
    const filter = { bank: HARBOUR, reason: "gave_up", to: "2026-11-21T00:00:00.000Z" }
    const answer = await call("operator", "POST", path, { filter, ...REASON })
    expect(answer.status).toBe(200)
    expect(acts).toMatchObject([{ act: expect.stringContaining("ask"), by: { actor: "operator" } }])
    expect(letters.has(MINE)).toBe(true)
  })

  it("P13: names one bank, one's own", async () => {
    const { call, acts } = createAdminWorld()
    const ask = async (filter: unknown) => (await call("admin", "POST", path, { filter, ...REASON })).status
    expect(await ask({ bank: OTHER })).toBe(404)
    for (const filter of [
      {},
      { kind: "pack" },
      { bank: "*" },
      { bank: HARBOUR, ids: "all" },
      "all",
      undefined,
    ])
      expect(await ask(filter)).toBe(422)
    expect((await call("auditor", "POST", path, { filter: { bank: HARBOUR }, ...REASON })).status).toBe(403)
    expect(acts).toEqual([])
  })
})
