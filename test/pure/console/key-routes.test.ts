// Outer keys over HTTP: a role for every bank is needed, an act needs a reason, and letting a key go is only asked for (P14).
import { describe, expect, test } from "vitest"
import { createAdminWorld } from "./admin-world.ts"

const WHY = { reason: "a laptop was stolen" }

describe("/keys", () => {
  test("P13: is the deployment's: no role for single banks sees or changes it", async () => {
    for (const who of ["both", "admin", "operator", "agent", "auditor"]) {
      const { call, acts } = createAdminWorld()
      expect((await call(who, "GET", "/keys")).status, who).toBe(403)
      expect((await call(who, "POST", "/keys/k1/compromised", WHY)).status, who).toBe(403)
      expect((await call(who, "POST", "/keys/k1/removal", WHY)).status, who).toBe(403)
      expect(acts).toEqual([])
    }
  })

  test("shows names, counts and instants, and no key", async () => {
    const { call } = createAdminWorld()
    const { status, body } = await call("everywhere", "GET", "/keys")
    expect(status).toBe(200)
    expect(body.keys).toMatchObject([
      { kid: "k1", left: { people: 3 }, onRing: true, newest: false },
      { kid: "k2", newest: true },
    ])
    // Never counted is not counted at 1970.
    expect(body.keys[1].countedAt).toBeUndefined()
  })

  test("reports one as compromised, with name and reason; not the newest, not one nobody knows", async () => {
    const { call, acts } = createAdminWorld()
    expect((await call("everywhere", "POST", "/keys/k1/compromised", {})).status).toBe(400)
    expect((await call("everywhere", "POST", "/keys/k2/compromised", WHY)).body.type).toContain("key-newest")
    expect((await call("everywhere", "POST", "/keys/k9/compromised", WHY)).status).toBe(404)
    expect(acts).toEqual([])
    expect((await call("everywhere", "POST", "/keys/k1/compromised", WHY)).status).toBe(200)
    expect(acts).toMatchObject([
      { act: "vault_key.compromised k1", by: { actor: "everywhere", reason: WHY.reason } },
    ])
  })

  test("P14: only asks that one be let go, and not where something stands against it", async () => {
    const { call, acts } = createAdminWorld()
    const refused = await call("everywhere", "POST", "/keys/k2/removal", WHY)
    expect([refused.status, refused.body.faults]).toEqual([409, [{ field: "", fault: "key_newest" }]])
    const asked = await call("everywhere", "POST", "/keys/k1/removal", WHY)
    expect([asked.status, asked.body.state]).toEqual([200, "asked"])
    expect(acts).toMatchObject([{ act: "ask vault_key.remove k1" }])
  })
})
