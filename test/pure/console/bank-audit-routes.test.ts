// What a bank reads of its audit log: its own only, by its own key, of the month and from the size it asks for.
import { Hono } from "hono"
import { beforeEach, describe, expect, it } from "vitest"
import { createAuditRoutes } from "../../../src/console/bank-audit-routes.ts"
import type { BankId } from "../../../src/foundation/id.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import { requestIdentity } from "../../../src/http/headers.ts"

const NOVEMBER = Date.UTC(2026, 10, 22)
const asked: (readonly [string, string, number | undefined])[] = []
beforeEach(() => void asked.splice(0))

const app = new Hono().use(requestIdentity).route(
  "/",
  createAuditRoutes({
    now: () => NOVEMBER,
    authenticate: async (request, bank) =>
      request.headers.get("authorization") === `Bearer key-of-${bank}`
        ? ok(bank as BankId)
        : err({ status: 401, type: "unauthorized", title: "Who is asking is not known" }),
    desk: {
      head: async (bank, month, since) => {
        asked.push([bank, month, since])
        return month === "2026-11"
          ? ok({ bank, month, size: 3, root: "r", head: "a.b.c" })
          : err({ reason: "not_found" })
      },
    },
  }),
)
const get = (path: string, key = "key-of-demo") =>
  app.request(path, { headers: { authorization: `Bearer ${key}` } })

describe("GET /banks/{bankId}/audit/head", () => {
  it("answers the bank with the head of the present month, or of the one asked for", async () => {
    const answer = await get("/banks/demo/audit/head")
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { bank: "demo", month: "2026-11", size: 3, root: "r", head: "a.b.c" },
    ])
    expect(answer.headers.get("cache-control")).toBe("no-store")
    expect((await get("/banks/demo/audit/head?month=2026-10&since=0")).status).toBe(404)
    expect(asked).toEqual([
      ["demo", "2026-11", undefined],
      ["demo", "2026-10", 0],
    ])
  })

  it.each(["month=2026-00", "month=2026-11-01", "month=", "since=x", "since=-1", "since=1e3", "since="])(
    "refuses %s",
    async (query) => {
      expect((await get(`/banks/demo/audit/head?${query}`)).status).toBe(400)
      expect(asked).toEqual([])
    },
  )

  it("P13: tells nobody without that bank's key anything", async () => {
    for (const key of ["key-of-other", "", "dev-admin-key"])
      expect((await get("/banks/demo/audit/head", key)).status).toBe(401)
    expect((await app.request("/banks/demo/audit/head")).status).toBe(401)
    expect(asked).toEqual([])
  })
})
