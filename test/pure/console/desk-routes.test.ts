// `/admin/v1/desk`: who may, whose bank, and what is said no to.
import { describe, expect, it } from "vitest"
import { createAdminWorld, HARBOUR, OTHER } from "./admin-world.ts"

const THREADS = `/desk/${HARBOUR}/threads`

describe("the desk", () => {
  it("shows the line without saying who waits", async () => {
    const { call } = createAdminWorld()
    const answer = await call("agent", "GET", `/desk/${HARBOUR}`)
    expect(answer.status).toBe(200)
    const text = JSON.stringify(answer)
    expect(text).toContain("desk_1")
    expect(text).not.toContain("person_1")
  })

  it.each(["GET /desk/other", "GET /desk/other/live", "POST /desk/other/threads/desk_1/claim"])(
    "P13: an agent of another bank finds nothing at %s",
    async (what) => {
      const { call } = createAdminWorld()
      const [method = "", path = ""] = what.split(" ")
      expect((await call("agent", method, path, method === "POST" ? {} : undefined)).status).toBe(404)
      expect(OTHER).toBe("other")
    },
  )

  it.each([
    ["operator", "POST", `${THREADS}/desk_1/claim`, 403],
    ["auditor", "GET", `/desk/${HARBOUR}`, 403],
    ["agent", "POST", `/desk/${HARBOUR}/outage`, 403],
    ["operator", "POST", `/desk/${HARBOUR}/outage`, 200],
    ["agent", "POST", `${THREADS}/desk_1/claim`, 200],
    ["nobody", "POST", `${THREADS}/desk_1/claim`, 401],
  ])("%s: %s %s is answered %i", async (who, method, path, status) => {
    const { call } = createAdminWorld()
    expect((await call(who, method, path, method === "POST" ? {} : undefined)).status).toBe(status)
  })

  it("tells whoever comes second who has the chat", async () => {
    const { call } = createAdminWorld()
    const answer = await call("agent", "POST", `${THREADS}/desk_taken/claim`, {})
    expect(answer.status).toBe(409)
    expect(JSON.stringify(answer)).toContain("is with Ben")
  })

  it.each([
    ["reply", { id: "r", text: "x".repeat(1_000) }, 200],
    ["reply", { id: "r", text: "x".repeat(1_001) }, 422],
    ["reply", { id: "r", text: "" }, 422],
    ["reply", { id: "r r", text: "x" }, 422],
    ["reply", { text: "x" }, 422],
    ["note", { text: "x" }, 200],
    ["draft", { text: "" }, 200],
    ["transfer", { to: "" }, 422],
    ["transfer", { to: "ben" }, 200],
    ["close", { more: 1 }, 422],
  ])("%s %o is answered %i", async (verb, body, status) => {
    const { call } = createAdminWorld()
    expect((await call("agent", "POST", `${THREADS}/desk_1/${verb}`, body)).status).toBe(status)
  })

  it.each([
    ["Maria", 200],
    ["Anne-Marie O'Neil", 200],
    ["مريم", 200],
    ["a".repeat(40), 200],
    ["a".repeat(41), 422],
    ["see bank.example", 422],
    ["4111", 422],
    ["", 422],
  ])("the name customers read may be %s: %i", async (name, status) => {
    const { call } = createAdminWorld()
    expect((await call("agent", "POST", `/desk/${HARBOUR}/presence`, { name })).status).toBe(status)
  })

  it.each(["nothing", "desk_", "desk_ü"])("no thread has the name %s", async (thread) => {
    const { call } = createAdminWorld()
    expect((await call("agent", "GET", `${THREADS}/${encodeURIComponent(thread)}`)).status).toBe(404)
  })
})
