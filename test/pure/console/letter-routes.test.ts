// What is asked about a bank's customers: who may, what leaves its name and reason, what is refused, and nothing of another bank's (P13).
import { describe, expect, it } from "vitest"
import { createAdminWorld, HARBOUR, NOW } from "./admin-world.ts"

const ASKS = {
  "customer/export": { customer: "Kx7Qm2vX9kLtB4wZ8pR5nYdA" },
  "customer/erasure": { customer: "Kx7Qm2vX9kLtB4wZ8pR5nYdA" },
  consents: { at: "2026-11-01T00:00:00+01:00" },
  disclosures: { from: "2026-11-01T00:00:00Z", to: "2026-11-02T00:00:00Z" },
} as const
const READS = ["customer/export", "consents", "disclosures"] as const

describe("/admin/v1/banks/{id}/...", () => {
  it.each(Object.entries(ASKS))(
    "%s is for those who may, of that bank, with a reason",
    async (path, body) => {
      const { call, acts } = createAdminWorld()
      const asked = { ...body, reason: "a letter of the regulator" }
      const statuses: Record<string, number> = {}
      for (const who of ["nobody", "operator", "agent", "auditor", "admin"])
        statuses[who] = (await call(who, "POST", `/banks/${HARBOUR}/${path}`, asked)).status
      const auditor = (READS as readonly string[]).includes(path) ? 200 : 403
      expect(statuses).toEqual({ nobody: 401, operator: 403, agent: 403, auditor, admin: 200 })
      expect(acts.at(-1)?.by).toEqual({ actor: "admin", reason: "a letter of the regulator", at: NOW })
      const before = acts.length
      expect((await call("admin", "POST", `/banks/${HARBOUR}/${path}`, body)).status).toBe(400)
      for (const bank of ["other", "nobody-here"])
        expect((await call("admin", "POST", `/banks/${bank}/${path}`, asked)).status).toBe(404)
      expect(acts).toHaveLength(before)
    },
  )

  it.each([
    ["customer/export", {}],
    ["customer/export", { customer: "" }],
    ["customer/export", { customer: "a b" }],
    ["customer/erasure", { customer: "x".repeat(256) }],
    ["customer/erasure", { customer: "c", more: 1 }],
    ["consents", { at: "2026-11-01" }],
    ["consents", { at: "2026-11-01T00:00:00" }],
    ["disclosures", { from: "2026-11-01T00:00:00Z" }],
    ["disclosures", { from: "2026-11-01T00:00:00Z", to: "x", cursor: "../" }],
  ])("%s refuses %j by its members' names", async (path, body) => {
    const { call, acts } = createAdminWorld()
    const answer = await call("admin", "POST", `/banks/${HARBOUR}/${path}`, { ...body, reason: "r" })
    expect(answer.status).toBe(422)
    expect(answer.body.faults.length).toBeGreaterThan(0)
    expect(acts).toEqual([])
  })

  it("gives instants as RFC 3339 and where the next part begins", async () => {
    const { call, acts } = createAdminWorld()
    const asked = { ...ASKS.consents, cursor: "link_before", reason: "r" }
    const { body } = await call("auditor", "POST", `/banks/${HARBOUR}/consents`, asked)
    expect(body).toEqual({
      consents: [
        {
          link: "link_1",
          purposes: ["receipts"],
          showAmounts: false,
          givenAt: "2026-10-31T23:00:00.000Z",
          until: "2026-10-31T23:00:00.000Z",
        },
      ],
      next: "link_next",
    })
    expect(acts[0]?.act).toContain("link_before")
  })
})
