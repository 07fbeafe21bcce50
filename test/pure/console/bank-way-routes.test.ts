// A bank's bearer keys, webhook secrets and refusals over HTTP: shown once, for those who hold the bank, each change with its reason.
import { describe, expect, test } from "vitest"
import { API_KEYS, createAdminWorld } from "./admin-world.ts"

const [OWN = "", FOREIGN = ""] = API_KEYS.map(({ id }) => id)

describe("a bank's ways in", () => {
  test("a bearer key is shown once, in the answer to the act that made it", async () => {
    const { call, acts } = createAdminWorld()
    const made = await call("admin", "POST", "/banks/harbour/api-keys", {
      name: "core",
      days: 30,
      reason: "go live",
    })
    expect(made.body).toMatchObject({ name: "core", key: "tlbank_shown-once" })
    expect(Date.parse(made.body.expiresAt) - Date.parse(made.body.createdAt)).toBe(30 * 86_400_000)
    expect(acts).toMatchObject([{ act: "bank_key.create core", by: { reason: "go live", actor: "admin" } }])
    const listed = await call("auditor", "GET", "/banks/harbour/api-keys")
    expect(listed.body.apiKeys).toHaveLength(1)
    expect(listed.text).not.toMatch(/tlbank_|sha256/)
  })

  test("a webhook secret too", async () => {
    const { call, acts } = createAdminWorld()
    const made = await call("admin", "POST", "/banks/harbour/webhook-secrets", { reason: "first" })
    expect(made.body).toEqual({ id: "whs_1", secret: "whsec_shown-once" })
    expect(acts).toMatchObject([{ act: "webhook_secret.create harbour" }])
  })

  test("P13: another bank's key cannot be revoked, nor its things be seen", async () => {
    const { call, acts } = createAdminWorld()
    const revoke = (id: string) =>
      call("admin", "POST", `/banks/harbour/api-keys/${id}/revocation`, { reason: "x" })
    expect((await revoke(FOREIGN)).status).toBe(404)
    expect((await revoke("bankkey_x")).status).toBe(404)
    for (const path of ["api-keys", "refusals"])
      expect((await call("admin", "GET", `/banks/other/${path}`)).status).toBe(404)
    expect(acts).toEqual([])
    expect((await revoke(OWN)).body).toMatchObject({ id: OWN, revokedAt: expect.any(String) as unknown })
  })

  test.each(["operator", "agent", "auditor"])("no key is made or revoked by an %s", async (who) => {
    const { call, acts } = createAdminWorld()
    for (const path of ["api-keys", `api-keys/${OWN}/revocation`, "webhook-secrets"])
      expect((await call(who, "POST", `/banks/harbour/${path}`, { name: "n", reason: "r" })).status).toBe(403)
    expect(acts).toEqual([])
  })

  test("faults are named, and a bank that has as many keys as it may is told so", async () => {
    const { call } = createAdminWorld()
    const faults = await call("admin", "POST", "/banks/harbour/api-keys", {
      name: "",
      days: 401,
      reason: "r",
    })
    expect([faults.status, faults.body.faults.map(({ field }: { field: string }) => field)]).toEqual([
      422,
      ["name", "days"],
    ])
    expect(
      (await call("admin", "POST", "/banks/harbour/api-keys", { name: "one too many", reason: "r" })).status,
    ).toBe(409)
  })

  test("refusals say when, where and why", async () => {
    const { call } = createAdminWorld()
    const { body } = await call("operator", "GET", "/banks/harbour/refusals")
    expect(body.refusals).toEqual([
      {
        at: "2026-11-22T00:00:00.000Z",
        way: "events",
        reason: "signature_too_old",
        kid: "bank-1",
        skewSeconds: 400,
        missing: [],
      },
    ])
    expect((await call("agent", "GET", "/banks/harbour/refusals")).status).toBe(403)
  })
})
