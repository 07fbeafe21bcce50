// P14 over HTTP: nobody approves what they asked for, a bank's admin sees nothing of another bank's or the deployment's.
import { describe, expect, test } from "vitest"
import { APPROVALS, createAdminWorld } from "./admin-world.ts"

const [OF_ALL = "", OF_HARBOUR = "", OF_OTHER = ""] = APPROVALS.map(({ id }) => id)

describe("/approvals", () => {
  test.each([
    ["everywhere", 3],
    ["both", 2],
    ["admin", 1],
    ["auditor", 1],
  ])("P13: %s sees those of the banks held", async (who, count) => {
    const { call } = createAdminWorld()
    const { status, body } = await call(who, "GET", "/approvals")
    expect([status, body.approvals.length]).toEqual([200, count])
  })

  test.each(["operator", "agent"])("is not for an %s", async (who) => {
    const { call } = createAdminWorld()
    expect((await call(who, "GET", "/approvals")).status).toBe(403)
    const path = `/approvals/${OF_HARBOUR}/approve`
    expect((await call(who, "POST", path, { reason: "because" })).status).toBe(403)
  })

  test("P14: somebody else approves, and the trail has who and why; who asked does not", async () => {
    const { call, acts } = createAdminWorld()
    const path = `/approvals/${OF_HARBOUR}/approve`
    const own = await call("admin", "POST", path, { reason: "I asked for it" })
    expect([own.status, own.body.type]).toEqual([403, "urn:tellerline:problem:approval-own"])
    expect(acts).toEqual([])
    expect((await call("both", "POST", path, {})).status).toBe(400)
    expect((await call("both", "POST", path, { reason: "I looked at it" })).status).toBe(200)
    expect(acts).toMatchObject([
      { act: `approve ${OF_HARBOUR}`, by: { actor: "both", reason: "I looked at it" } },
    ])
  })

  test("whoever asked may take it back", async () => {
    const { call, acts } = createAdminWorld()
    const path = `/approvals/${OF_HARBOUR}/decline`
    expect((await call("admin", "POST", path, { reason: "a mistake" })).status).toBe(200)
    expect(acts).toHaveLength(1)
  })

  test.each([
    ["another bank's", OF_OTHER],
    ["the deployment's", OF_ALL],
    ["nobody's", "approval_9999999999999999999999"],
    ["no id at all", "1"],
  ])("P13: %s is not there for a bank's admin", async (_, id) => {
    const { call, acts } = createAdminWorld()
    expect((await call("admin", "GET", `/approvals/${id}`)).status).toBe(404)
    const path = `/approvals/${id}/approve`
    expect((await call("admin", "POST", path, { reason: "because" })).status).toBe(404)
    expect(acts).toEqual([])
  })
})
