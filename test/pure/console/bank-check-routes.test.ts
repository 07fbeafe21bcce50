// Checking a bank, comparing and putting its record over HTTP: who may, what is answered, what is not called too often.
import { describe, expect, test } from "vitest"
import { bankBody, createAdminWorld } from "./admin-world.ts"

const CHECK = "/banks/harbour/check"

describe("POST /banks/{id}/check", () => {
  test("says what was found, with the rule beside it, and whether the bank passes", async () => {
    const { call, state, acts } = createAdminWorld()
    const well = await call("operator", "POST", CHECK, { reason: "go live" })
    expect(well.body).toEqual({
      passed: true,
      findings: [
        {
          check: "metadata",
          state: "ok",
          said: "so",
          rule: "The bank's login says of itself what its profile needs",
        },
      ],
    })
    expect(acts).toMatchObject([
      { act: "bank.check harbour Harbourline Bank", by: { actor: "operator", reason: "go live" } },
    ])
    state.bankFault = true
    const other = await call("both", "POST", "/banks/other/check", { reason: "r" })
    expect(other.body).toMatchObject({ passed: false })
  })

  test("calls a bank once in a while, however often it is asked (P15)", async () => {
    const { call, acts } = createAdminWorld()
    await call("operator", "POST", CHECK, { reason: "r" })
    const again = await call("operator", "POST", CHECK, { reason: "r" })
    expect([again.status, again.headers.get("retry-after")]).toEqual([429, "5"])
    expect(acts).toHaveLength(1)
  })

  test("looks at a record that is not stored for whoever may put it, and at no other's addresses", async () => {
    const { call, acts } = createAdminWorld()
    const body = { record: { ...bankBody(), name: "Candidate" }, reason: "r" }
    expect((await call("operator", "POST", CHECK, body)).status).toBe(403)
    expect((await call("admin", "POST", CHECK, body)).status).toBe(200)
    expect(acts).toMatchObject([{ act: "bank.check harbour Candidate" }])
    const wrong = await call("admin", "POST", CHECK, {
      record: { ...bankBody(), issuer: "nonsense" },
      reason: "r",
    })
    expect(wrong.body).toMatchObject({ status: 422, faults: [{ field: "record.issuer" }] })
  })

  test.each(["agent", "auditor"])("is nothing for an %s", async (who) => {
    expect((await createAdminWorld().call(who, "POST", CHECK, { reason: "r" })).status).toBe(403)
  })

  test("P13: another's bank is not there", async () => {
    const { call } = createAdminWorld()
    for (const path of ["/banks/other/check", "/banks/other/changes", "/banks/nobody/check"])
      expect((await call("admin", "POST", path, { reason: "r" })).status).toBe(404)
  })
})

describe("a record that is put", () => {
  test("P14: is answered 202 with what somebody else must approve, where its issuer would change", async () => {
    const { call, acts } = createAdminWorld()
    const body = { ...bankBody(), issuer: "https://else.example.com", reason: "r" }
    const put = await call("admin", "PUT", "/banks/harbour", body)
    expect([put.status, put.body.state, put.body.id]).toEqual([
      202,
      "asked",
      expect.stringMatching(/^approval_/),
    ])
    expect(acts).toEqual([])
  })

  test("is refused where somebody else changed it at the same time", async () => {
    const { call, state } = createAdminWorld()
    state.bankRace = true
    expect((await call("admin", "PUT", "/banks/harbour", { ...bankBody(), reason: "r" })).status).toBe(409)
  })

  test("is compared before: each member that would change, and whether it takes two", async () => {
    const { call, acts } = createAdminWorld()
    const record = { ...bankBody(), name: "Harbour", actionsBase: "https://bank.example.com/actions" }
    const { body } = await call("auditor", "POST", "/banks/harbour/changes", { record, reason: "r" })
    expect(body.changes).toEqual([
      { member: "actionsBase", to: "https://bank.example.com/actions", guarded: true },
      { member: "name", from: "Harbourline Bank", to: "Harbour", guarded: false },
    ])
    expect(acts).toEqual([])
  })
})
