// Ending a link as an operator: by name and with a reason, for the own banks only.
import { describe, expect, test } from "vitest"
import { createAdminWorld, LINKS } from "./admin-world.ts"

const [OF_HARBOUR = "", OF_OTHER = ""] = LINKS.map(({ id }) => id)

describe("/links", () => {
  test("P13: another bank's, nobody's and no id at all are not there", async () => {
    const { call, acts } = createAdminWorld()
    for (const id of [OF_OTHER, "link_9999999999999999999999", "1"]) {
      expect((await call("admin", "GET", `/links/${id}`)).status).toBe(404)
      expect((await call("admin", "POST", `/links/${id}/end`, { reason: "because" })).status).toBe(404)
    }
    expect(acts).toEqual([])
  })

  test.each([
    ["admin", 200, 200],
    ["operator", 200, 200],
    ["auditor", 200, 403],
    ["agent", 403, 403],
  ])("%s: looking %i, ending %i", async (who, looking, ending) => {
    const { call } = createAdminWorld()
    expect((await call(who, "GET", `/links/${OF_HARBOUR}`)).status).toBe(looking)
    expect((await call(who, "POST", `/links/${OF_HARBOUR}/end`, { reason: "lost phone" })).status).toBe(
      ending,
    )
  })

  test("ends it under the name of whoever asked, who said why", async () => {
    const { call, acts } = createAdminWorld()
    expect((await call("operator", "POST", `/links/${OF_HARBOUR}/end`, {})).status).toBe(400)
    expect(acts).toEqual([])
    const ended = await call("operator", "POST", `/links/${OF_HARBOUR}/end`, { reason: "lost phone" })
    expect(ended.body).toEqual({ link: OF_HARBOUR, left: "ended" })
    expect(acts).toMatchObject([
      { act: `link.end ${OF_HARBOUR}`, by: { actor: "operator", reason: "lost phone" } },
    ])
  })
})
