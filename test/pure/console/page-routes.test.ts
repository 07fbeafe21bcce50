// Reconnecting Pages, their templates, and incidents over the admin API: who may, what goes in, what is never given out.

import { describe, expect, it } from "vitest"
import { createAdminWorld, NOW } from "./admin-world.ts"

const AT = new Date(NOW).toISOString()

describe("GET /pages/{id}", () => {
  it("says how the Page stands: why it is stopped, what waits, what it can carry", async () => {
    const { call } = createAdminWorld()
    const { status, body } = await call("auditor", "GET", "/pages/11")
    expect(status).toBe(200)
    expect(body).toMatchObject({
      id: "11",
      state: {
        paused: { reason: "token_refused", at: new Date(NOW - 60_000).toISOString() },
        heldBackUntil: null,
        waiting: { packs: 3, events: 12, stale: 2 },
        recovery: null,
        carries: { perSecond: 270, perHour: 972_000, updatesShare: 1 },
        budget: { calls: 10, callsMax: 200 },
      },
    })
  })
})

describe("POST /pages", () => {
  it("registers a Page by the id in the body, as putting it does", async () => {
    const { call, acts } = createAdminWorld()
    const page = {
      id: "33",
      bank: "harbour",
      name: "New",
      token: "EAAG",
      connectedBy: "77",
      reason: "new Page",
    }
    expect(await call("admin", "POST", "/pages", page)).toMatchObject({ status: 200, body: { id: "33" } })
    expect(acts).toMatchObject([{ act: "page.put 33", token: "EAAG", by: { actor: "admin" } }])
    const nameless = await call("admin", "POST", "/pages", { ...page, id: "x" })
    expect(nameless).toMatchObject({ status: 422, body: { faults: [{ field: "id" }] } })
    expect((await call("operator", "POST", "/pages", page)).status).toBe(403)
  })
})

describe("PUT /pages/{id}/token", () => {
  const good = { token: "EAAG-new", connectedBy: "218471", reason: "password was changed" }

  it("reconnects, says what was held, stale and sent, and gives no token out", async () => {
    const { call, acts } = createAdminWorld()
    const { status, body, text } = await call("operator", "PUT", "/pages/11/token", good)
    expect(status).toBe(200)
    expect(body).toEqual({ reconnected: { at: AT, held: 12, stale: 2, sent: 0 } })
    expect(text).not.toContain("EAAG")
    expect(acts).toMatchObject([
      {
        act: "page.reconnect 11",
        token: "EAAG-new",
        connectedBy: "218471",
        by: { actor: "operator", at: NOW },
      },
    ])
  })

  it("tries the Page's own token where none is given", async () => {
    const { call, acts } = createAdminWorld()
    expect((await call("operator", "PUT", "/pages/11/token", { reason: "restriction is over" })).status).toBe(
      200,
    )
    expect(acts).toMatchObject([{ token: undefined, connectedBy: undefined }])
  })

  it.each([
    [{ ...good, token: "with space" }, 422, "token"],
    [{ ...good, token: 7 }, 422, "token"],
    [{ ...good, connectedBy: "me" }, 422, "connectedBy"],
    [{ ...good, name: "stray" }, 422, ""],
    [{ token: "EAAG" }, 400, undefined],
    [{ ...good, token: "dev-page-token" }, 422, undefined],
  ])("refuses %j with %i and quotes nothing of it", async (body, status, field) => {
    const { call, acts } = createAdminWorld()
    const answer = await call("operator", "PUT", "/pages/11/token", body)
    expect(answer.status).toBe(status)
    if (field !== undefined) expect(answer.body.faults).toMatchObject([{ field }])
    expect(answer.text).not.toMatch(/EAAG|dev-page-token|with space/)
    expect(acts).toEqual([])
  })

  it.each([
    ["token_refused", 422],
    ["graph_unavailable", 503],
  ] as const)("changes nothing where Messenger says %s", async (graph, status) => {
    const { call, acts, state } = createAdminWorld()
    state.graph = graph
    expect((await call("operator", "PUT", "/pages/11/token", good)).status).toBe(status)
    expect(acts).toEqual([])
  })

  it("P13: hides another bank's Page, and is not for those who only look", async () => {
    const { call, acts } = createAdminWorld()
    expect((await call("operator", "PUT", "/pages/22/token", good)).status).toBe(404)
    for (const who of ["agent", "auditor"])
      expect((await call(who, "PUT", "/pages/11/token", good)).status).toBe(403)
    expect(acts).toEqual([])
  })
})

describe("templates of a Page", () => {
  it("are listed, and synchronised with a reason", async () => {
    const { call, acts } = createAdminWorld()
    const template = { name: "balance_v1", language: "en", status: "APPROVED", checkedAt: AT }
    expect((await call("auditor", "GET", "/pages/11/templates")).body).toEqual({ templates: [template] })
    const synced = await call("operator", "POST", "/pages/11/templates/sync", { reason: "new words" })
    expect(synced.body).toEqual({
      created: ["balance_v1 en"],
      retired: [],
      refused: [{ template: "fraud_v1 en", reason: "our_fault", code: 100 }],
      templates: [template],
    })
    expect(acts).toMatchObject([{ act: "templates.sync 11", by: { reason: "new words" } }])
    expect((await call("auditor", "POST", "/pages/11/templates/sync", { reason: "x" })).status).toBe(403)
  })
})

describe("GET /incidents", () => {
  const ids = async (who: string, path: string) => {
    const { body } = await createAdminWorld().call(who, "GET", path)
    return (body.incidents as { id: string }[]).map(({ id }) => id.slice(-1))
  }

  it("P13: shows what is open, of one's own banks only", async () => {
    expect(await ids("everywhere", "/incidents")).toEqual(["1", "3"])
    expect(await ids("everywhere", "/incidents?closed=true")).toEqual(["1", "2", "3"])
    expect(await ids("operator", "/incidents?closed=true")).toEqual(["1"])
    expect(await ids("operator", "/incidents?bank=harbour")).toEqual(["1"])
    const { call } = createAdminWorld()
    expect((await call("operator", "GET", "/incidents?bank=other")).status).toBe(404)
    expect((await call("agent", "GET", "/incidents")).status).toBe(403)
  })

  it("says in a sentence what a kind means", async () => {
    const { body } = await createAdminWorld().call("operator", "GET", "/incidents")
    expect(body.incidents).toEqual([
      {
        id: "incident_0000000000000000000001",
        kind: "page_stopped",
        bank: "harbour",
        page: "11",
        detail: "token_refused",
        meaning: "The Page cannot send; what is for its people waits",
        openedAt: AT,
      },
    ])
  })
})
