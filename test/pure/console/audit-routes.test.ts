// Reading audit logs and finishing a restore over the admin API: who may, what is asked, what is refused. What lies in a log is the desk's.
import { describe, expect, it } from "vitest"
import { createAdminWorld, HARBOUR } from "./admin-world.ts"

const { call, acts } = createAdminWorld({ development: false })

describe("/admin/v1/audit", () => {
  it("answers whoever may read that bank's log, of the month asked for or the present one", async () => {
    expect((await call("everywhere", "GET", `/audit/${HARBOUR}`)).body).toEqual({ months: ["2026-11"] })
    expect((await call("everywhere", "GET", "/audit/*/head?month=2026-10")).body).toMatchObject({
      bank: "*",
      month: "2026-10",
    })
    const present = (await call("everywhere", "GET", `/audit/${HARBOUR}/head`)).body
    expect(present.month).toMatch(/^\d{4}-\d{2}$/)
    expect((await call("everywhere", "GET", `/audit/${HARBOUR}/entries`)).body.entries[0].at).toMatch(/Z$/)
  })

  it("P13: shows nobody a log of a bank they hold nothing for, nor the deployment's", async () => {
    expect((await call("auditor", "GET", "/audit/other/export")).status).toBe(404)
    expect((await call("auditor", "GET", "/audit/*/export")).status).toBe(403)
    expect((await call("auditor", "GET", `/audit/${HARBOUR}/export`)).status).toBe(200)
    expect((await call("operator", "GET", `/audit/${HARBOUR}`)).status).toBe(403)
    expect((await call("nobody", "GET", `/audit/${HARBOUR}`)).status).toBe(401)
    expect((await call("everywhere", "GET", "/audit/Not-A-Bank")).status).toBe(404)
  })

  it.each([
    ["head?month=2026-13", "month"],
    ["head?since=-1", "since"],
    ["head?since=1.5", "since"],
    ["entries?from=x", "from"],
    ["proof?index=01", "index"],
    ["proof?size=99999999999999999", "size"],
  ])("refuses %s by the member's name", async (path, field) => {
    const answer = await call("everywhere", "GET", `/audit/${HARBOUR}/${path}`)
    expect([answer.status, answer.body.faults[0].field]).toEqual([422, field])
  })

  it("says that there is no entry beyond the end", async () => {
    expect((await call("everywhere", "GET", `/audit/${HARBOUR}/proof?index=1`)).status).toBe(404)
  })
})

describe("/admin/v1/restore", () => {
  it("says how far both have come, and finishes with a name and a reason", async () => {
    expect((await call("everywhere", "GET", "/restore")).body).toEqual({
      restored: true,
      directory: 1,
      register: 2,
    })
    expect((await call("everywhere", "POST", "/restore/finish", {})).status).toBe(400)
    expect(acts).toEqual([])
    const done = await call("everywhere", "POST", "/restore/finish", { reason: "D1 was put back" })
    expect([done.status, done.body.ended]).toEqual([200, 1])
    expect(acts).toMatchObject([{ act: "restore.finish", by: { reason: "D1 was put back" } }])
  })

  it("is nobody's who does not hold every bank", async () => {
    expect((await call("both", "GET", "/restore")).status).toBe(403)
    expect((await call("both", "POST", "/restore/finish", { reason: "x" })).status).toBe(403)
  })
})
