// Notices to everybody linked as operators see and move them: by role, for the own banks only, two persons for one that waits.
import { describe, expect, test } from "vitest"
import { createAdminWorld, NOTICES } from "./admin-world.ts"

const [OF_HARBOUR = "", OF_OTHER = "", DONE = ""] = NOTICES.map(({ id }) => id)
const REASON = { reason: "the bank asked" }

describe("/notices", () => {
  test("P13: another bank's, nobody's and no id at all are not there", async () => {
    const { call, acts } = createAdminWorld()
    for (const id of [OF_OTHER, `notice_${"9".repeat(43)}`, "1"]) {
      expect((await call("admin", "GET", `/notices/${id}`)).status).toBe(404)
      for (const act of ["start", "stop", "resume"])
        expect((await call("admin", "POST", `/notices/${id}/${act}`, REASON)).status).toBe(404)
    }
    expect(acts).toEqual([])
    expect((await call("admin", "GET", "/notices")).body).toMatchObject({
      notices: [{ id: OF_HARBOUR }, { id: DONE }],
    })
  })

  test.each([
    ["admin", 200, 200],
    ["operator", 200, 200],
    ["auditor", 200, 403],
    ["agent", 403, 403],
  ])("%s: looking %i, stopping %i", async (who, looking, stopping) => {
    const { call } = createAdminWorld()
    expect((await call(who, "GET", `/notices/${OF_HARBOUR}`)).status).toBe(looking)
    expect((await call(who, "POST", `/notices/${OF_HARBOUR}/stop`, REASON)).status).toBe(stopping)
  })

  test("P14: to start one is to ask; somebody else approves it", async () => {
    const { call, acts } = createAdminWorld()
    const asked = await call("operator", "POST", `/notices/${OF_HARBOUR}/start`, REASON)
    expect(asked.body).toMatchObject({
      kind: "notice.start",
      object: OF_HARBOUR,
      asked: { people: 2_000 },
      state: "asked",
    })
    expect(acts).toMatchObject([{ act: `ask notice.start ${OF_HARBOUR}`, by: { actor: "operator" } }])
  })

  test("says no without a reason, and where the notice is not in a state for it", async () => {
    const { call } = createAdminWorld()
    expect((await call("admin", "POST", `/notices/${OF_HARBOUR}/stop`, {})).status).toBe(400)
    for (const act of ["start", "resume"])
      expect((await call("admin", "POST", `/notices/${DONE}/${act}`, REASON)).status).toBe(409)
  })
})
