// The admin API over things in memory: permission, refusals, what is stored and under whose name, what never leaves.

import { describe, expect, it } from "vitest"
import { BASE, bankBody, bankRecord, createAdminWorld, HARBOUR, letter, NOW, OTHER } from "./admin-world.ts"

const REASON = { reason: "because of a test" }
const LETTER = letter("d", HARBOUR).id

describe("/admin/v1", () => {
  it("answers a stranger alike on every path, existing or not, and says how to come in", async () => {
    const { app, warnings } = createAdminWorld()
    const answers = await Promise.all(
      ["/banks", "/banks/harbour", "/banks/none", "/nothing", "", "/clock"].map((path) =>
        Promise.resolve(app.request(BASE + path)),
      ),
    )
    for (const answer of answers) {
      expect(answer.status).toBe(401)
      expect(answer.headers.get("www-authenticate")).toContain("Bearer")
      expect(answer.headers.get("cache-control")).toBe("no-store")
    }
    expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1)
    expect(warnings).toContainEqual({ event: "admin_refused", reason: "key_unknown", requestId: undefined })
  })

  it("is never cached", async () => {
    const { call } = createAdminWorld()
    expect((await call("admin", "GET", "/banks")).headers.get("cache-control")).toBe("no-store")
  })

  it("P13: answers what belongs to another bank like what does not exist", async () => {
    const { call, acts } = createAdminWorld()
    const pairs = [
      ["GET", "/banks/other", "/banks/none", undefined],
      ["PUT", "/banks/other", "/banks/none", { ...bankBody(), ...REASON }],
      ["GET", "/pages/22", "/pages/33", undefined],
      ["GET", `/dead-letters/${letter("o", OTHER).id}`, `/dead-letters/${letter("z", OTHER).id}`, undefined],
      ["GET", `/dead-letters/${letter("x", "*").id}`, `/dead-letters/${letter("z", OTHER).id}`, undefined],
      [
        "POST",
        `/dead-letters/${letter("o", OTHER).id}/replay`,
        `/dead-letters/${letter("z", OTHER).id}/replay`,
        REASON,
      ],
      [
        "POST",
        `/dead-letters/${letter("x", "*").id}/replay`,
        `/dead-letters/${letter("z", OTHER).id}/replay`,
        REASON,
      ],
      ["GET", "/dead-letters?bank=other", "/dead-letters?bank=none", undefined],
    ] as const
    for (const who of ["admin", "auditor"])
      for (const [method, theirs, nobodys, body] of pairs) {
        const answers = [await call(who, method, theirs, body), await call(who, method, nobodys, body)]
        expect(answers.map((answer) => answer.status)).toEqual([404, 404])
        expect(answers[0]?.text).toBe(answers[1]?.text)
      }
    expect(acts).toEqual([])
  })

  it("P13: lists the things of one's own banks only", async () => {
    const { call } = createAdminWorld()
    const idsOf = async (who: string, path: string, member: string) =>
      ((await call(who, "GET", path)).body as Record<string, { id: string }[]>)[member]?.map(
        (each) => each.id,
      )
    expect(await idsOf("admin", "/banks", "banks")).toEqual(["harbour"])
    expect(await idsOf("everywhere", "/banks", "banks")).toEqual(["harbour", "other"])
    expect(await idsOf("agent", "/pages", "pages")).toEqual(["11"])
    expect(await idsOf("admin", "/dead-letters", "deadLetters")).toEqual([LETTER])
    expect(await idsOf("both", "/dead-letters?bank=other", "deadLetters")).toEqual([letter("o", OTHER).id])
    expect(await idsOf("everywhere", "/dead-letters", "deadLetters")).toHaveLength(3)
  })

  it("refuses a role without the act, and changes nothing", async () => {
    const { call, acts } = createAdminWorld()
    for (const who of ["operator", "agent", "auditor"]) {
      expect((await call(who, "PUT", "/banks/harbour", { ...bankBody(), ...REASON })).status).toBe(403)
      expect((await call(who, "PUT", "/pages/11", { bank: "harbour", name: "N", ...REASON })).status).toBe(
        403,
      )
    }
    for (const who of ["agent", "auditor"])
      expect((await call(who, "POST", `/dead-letters/${LETTER}/replay`, REASON)).status).toBe(403)
    expect((await call("agent", "GET", "/dead-letters")).status).toBe(403)
    expect((await call("agent", "GET", `/dead-letters/${LETTER}`)).status).toBe(403)
    expect((await call("agent", "GET", "/health")).status).toBe(403)
    expect(acts).toEqual([])
  })

  it("lets no other site act with somebody's session", async () => {
    const { call, acts } = createAdminWorld()
    for (const site of ["cross-site", "same-site"]) {
      const answer = await call("operator", "POST", `/dead-letters/${LETTER}/replay`, REASON, {
        "sec-fetch-site": site,
      })
      expect(answer.status).toBe(403)
    }
    expect(acts).toEqual([])
    const own = await call("operator", "POST", `/dead-letters/${LETTER}/replay`, REASON, {
      "sec-fetch-site": "same-origin",
    })
    expect(own.status).toBe(200)
  })
})

describe("an act", () => {
  const put = (body: unknown, headers?: object) =>
    createAdminWorld().call("admin", "PUT", "/banks/harbour", body, headers)

  it("carries the operator's name, the reason and the time to its audit line", async () => {
    const { call, acts } = createAdminWorld()
    await call("admin", "PUT", "/banks/harbour", { ...bankBody(), reason: "  new name \u202e of the bank\n" })
    await call("admin", "PUT", "/banks/harbour", bankBody(), { "tellerline-reason": "by header" })
    expect(acts.map(({ by }) => by)).toEqual([
      { actor: "admin", reason: "new name   of the bank", at: NOW },
      { actor: "admin", reason: "by header", at: NOW },
    ])
  })

  it("needs a reason outside development, of at most 500 characters", async () => {
    expect((await put(bankBody())).body.type).toBe("urn:tellerline:problem:reason")
    for (const reason of ["", "  ", "\u0007", 5, null, "r".repeat(501)])
      expect((await put({ ...bankBody(), reason })).status).toBe(400)
    expect((await put({ ...bankBody(), reason: "r".repeat(500) })).status).toBe(200)
  })

  it("has the reason 'development' in development where none is given, and keeps a given one", async () => {
    const { call, acts } = createAdminWorld({ development: true })
    await call("admin", "PUT", "/banks/harbour", bankBody())
    await call("admin", "PUT", "/banks/harbour", { ...bankBody(), ...REASON })
    expect(acts.map(({ by }) => by.reason)).toEqual(["development", "because of a test"])
    expect((await call("admin", "PUT", "/banks/harbour", { ...bankBody(), reason: "" })).status).toBe(400)
  })

  it("P12: refuses a body that is no JSON object, with a status each, and changes nothing", async () => {
    const { call, acts } = createAdminWorld()
    const send = async (body: string, type = "application/json") =>
      (await call("admin", "PUT", "/banks/harbour", body, { "content-type": type })).status
    expect(await send("{", "application/json")).toBe(400)
    expect(await send("[]")).toBe(400)
    expect(await send("null")).toBe(400)
    expect(await send('"text"')).toBe(400)
    expect(await send("")).toBe(400)
    expect(await send(JSON.stringify(bankBody()), "text/plain")).toBe(415)
    expect(await send(JSON.stringify(bankBody()), "application/x-www-form-urlencoded")).toBe(415)
    expect(await send(JSON.stringify({ ...bankBody(), ...REASON }), "Application/JSON; charset=utf-8")).toBe(
      200,
    )
    expect(acts).toHaveLength(1)
  })

  it("P12: takes a body of 64 KiB and refuses one byte more", async () => {
    const padded = (bytes: number) => {
      const bare = JSON.stringify({ ...bankBody(), ...REASON, pad: "" }).length
      return JSON.stringify({ ...bankBody(), ...REASON, pad: "p".repeat(bytes - bare) })
    }
    expect((await put(padded(64 * 1024))).status).toBe(200)
    expect((await put(padded(64 * 1024 + 1))).status).toBe(413)
  })
})

describe("PUT /banks/:id", () => {
  it("stores the record under the id of the path and answers it", async () => {
    const { call, banks } = createAdminWorld()
    const answer = await call("everywhere", "PUT", "/banks/new-bank", {
      ...bankBody(),
      id: "harbour",
      ...REASON,
    })
    expect(answer.status).toBe(200)
    expect(answer.body.id).toBe("new-bank")
    expect(banks.get("new-bank" as typeof HARBOUR)).toEqual(answer.body)
    expect((await call("everywhere", "GET", "/banks/new-bank")).body).toEqual(answer.body)
    expect(answer.text).not.toContain("because of a test")
  })

  it("P12: names the members at fault and echoes nothing", async () => {
    const { call, acts } = createAdminWorld()
    const planted = {
      ...bankBody(),
      issuer: "http://planted-value.example",
      emergencyPhone: "planted-value",
      ...REASON,
    }
    const answer = await call("admin", "PUT", "/banks/harbour", planted)
    expect(answer.status).toBe(422)
    expect(answer.body.faults.map((fault: { field: string }) => fault.field)).toEqual([
      "issuer",
      "emergencyPhone",
    ])
    expect(answer.text).not.toContain("planted-value")
    expect(acts).toEqual([])
  })

  it("refuses ids that are none", async () => {
    const { call } = createAdminWorld()
    for (const id of ["A", "-bank", "a".repeat(41), "a%2Fb", "..%2fharbour"])
      expect((await call("everywhere", "PUT", `/banks/${id}`, { ...bankBody(), ...REASON })).status).toBe(404)
  })

  it("refuses the development bank outside development, and takes it there", async () => {
    const body = { ...bankBody(), ...REASON }
    const answer = await createAdminWorld().call("everywhere", "PUT", "/banks/demo", body)
    expect(answer.status).toBe(422)
    expect(answer.body.type).toBe("urn:tellerline:problem:development-value")
    const there = createAdminWorld({ development: true })
    expect((await there.call("everywhere", "PUT", "/banks/demo", body)).status).toBe(200)
  })
})

describe("PUT /pages/:id", () => {
  const body = { bank: "harbour", name: "Harbourline", token: "page-token-1", ...REASON }

  it("hands the token on as a secret and never gives it out", async () => {
    const { call, acts, pages } = createAdminWorld()
    const answer = await call("admin", "PUT", "/pages/44", body)
    expect(answer.status).toBe(200)
    expect(acts).toMatchObject([{ act: "page.put 44", token: "page-token-1" }])
    const all = [answer, await call("admin", "GET", "/pages/44"), await call("admin", "GET", "/pages")]
    for (const each of all) expect(each.text).not.toContain("page-token-1")
    expect(JSON.stringify([...pages])).not.toContain("page-token-1")
  })

  it("needs a token for a new Page and keeps the one there is", async () => {
    const { call, acts } = createAdminWorld()
    const { token: _, ...without } = body
    const answer = await call("admin", "PUT", "/pages/44", without)
    expect(answer.status).toBe(422)
    expect(answer.body.type).toBe("urn:tellerline:problem:page-token-missing")
    expect((await call("admin", "PUT", "/pages/11", without)).status).toBe(200)
    expect(acts).toMatchObject([{ act: "page.put 11", token: undefined }])
  })

  it.each([["two words"], ["t\u00f6ken"], [""], [5], [null], ["t".repeat(2_001)]])(
    "refuses the token %j",
    async (token) => {
      expect((await createAdminWorld().call("admin", "PUT", "/pages/11", { ...body, token })).status).toBe(
        422,
      )
    },
  )

  it("P13: refuses another bank for life with 409, to whoever holds both", async () => {
    const { call, acts } = createAdminWorld()
    for (const who of ["both", "everywhere"]) {
      const answer = await call(who, "PUT", "/pages/22", body)
      expect(answer.status).toBe(409)
      expect(answer.body.type).toBe("urn:tellerline:problem:page-of-another-bank")
    }
    expect((await call("admin", "PUT", "/pages/22", body)).status).toBe(404)
    expect((await call("admin", "PUT", "/pages/44", { ...body, bank: "other" })).status).toBe(404)
    expect(acts).toEqual([])
  })

  it("P13: refuses with 409 where another bank was first in the meantime", async () => {
    const { call, state } = createAdminWorld()
    state.pageRace = true
    expect((await call("admin", "PUT", "/pages/44", body)).status).toBe(409)
  })

  it("refuses a bank that is not registered", async () => {
    const answer = await createAdminWorld().call("everywhere", "PUT", "/pages/44", {
      ...body,
      bank: "none",
    })
    expect(answer.status).toBe(422)
  })

  it("refuses the development Page and its token outside development, and takes them there", async () => {
    const { call } = createAdminWorld()
    expect((await call("admin", "PUT", "/pages/100000000000001", body)).status).toBe(422)
    expect((await call("admin", "PUT", "/pages/44", { ...body, token: "dev-page-token" })).status).toBe(422)
    const there = createAdminWorld({ development: true })
    const answer = await there.call("admin", "PUT", "/pages/100000000000001", {
      ...body,
      token: "dev-page-token",
    })
    expect(answer.status).toBe(200)
  })
})

describe("dead letters", () => {
  it("are listed with their times as RFC 3339 and the next page", async () => {
    const { body } = await createAdminWorld().call("auditor", "GET", "/dead-letters")
    expect(body).toEqual({
      deadLetters: [
        {
          id: LETTER,
          bank: "harbour",
          queue: "alerts",
          reason: "retries_exhausted",
          attempts: 101,
          kind: "pack",
          items: 3,
          at: "2026-11-21T23:59:59.000Z",
          until: "2026-12-05T23:59:59.000Z",
          postedAt: "2026-11-21T23:59:58.000Z",
        },
      ],
      next: "100.dead_next",
    })
  })

  it("are replayed once, with a reason, and are gone then", async () => {
    const { call, acts } = createAdminWorld()
    expect((await call("operator", "POST", `/dead-letters/${LETTER}/replay`, {})).status).toBe(400)
    const answer = await call("operator", "POST", `/dead-letters/${LETTER}/replay`, REASON)
    expect(answer.status).toBe(200)
    expect(answer.body.replayed.id).toBe(LETTER)
    expect(acts).toEqual([
      {
        act: `dead_letter.replay ${LETTER}`,
        by: { actor: "operator", reason: "because of a test", at: NOW },
      },
    ])
    expect((await call("operator", "POST", `/dead-letters/${LETTER}/replay`, REASON)).status).toBe(404)
  })

  it("stay where they are when the queue takes nothing", async () => {
    const { call, state, letters } = createAdminWorld()
    state.queueOk = false
    const answer = await call("operator", "POST", `/dead-letters/${LETTER}/replay`, REASON)
    expect(answer.status).toBe(503)
    expect(answer.headers.get("retry-after")).toBe("30")
    expect(letters.has(LETTER)).toBe(true)
  })

  it("refuse a body with anything but a reason", async () => {
    const answer = await createAdminWorld().call("operator", "POST", `/dead-letters/${LETTER}/replay`, {
      ...REASON,
      plantedMember: "planted-value",
    })
    expect(answer.status).toBe(422)
    expect(answer.text).not.toContain("planted")
  })
})

describe("GET /health", () => {
  it("adds the dead letters of one's own banks", async () => {
    const { call } = createAdminWorld()
    expect((await call("auditor", "GET", "/health")).body).toEqual({
      status: "ok",
      checks: [{ name: "database", ok: true }],
      deadLetters: { alerts: 1 },
    })
    expect((await call("everywhere", "GET", "/health")).body.deadLetters).toEqual({ alerts: 3 })
  })
})

describe("POST /clock", () => {
  it("moves the clock in development and says how far it is", async () => {
    const { call, acts } = createAdminWorld({ development: true })
    expect((await call("everywhere", "POST", "/clock", { advanceMs: 60_000 })).body).toEqual({
      offsetMs: 60_000,
    })
    expect((await call("everywhere", "POST", "/clock", { advanceMs: 0 })).body).toEqual({ offsetMs: 60_000 })
    expect(acts[0]).toEqual({
      act: "clock.advance",
      by: { actor: "everywhere", reason: "development", at: NOW },
    })
  })

  it("does not exist elsewhere", async () => {
    const { app, acts } = createAdminWorld()
    const headers = { authorization: "Bearer everywhere", "content-type": "application/json" }
    const answer = await app.request(`${BASE}/clock`, { method: "POST", headers, body: '{"advanceMs":1}' })
    expect(answer.status).toBe(404)
    expect(acts).toEqual([])
  })

  it("belongs to whoever holds every bank", async () => {
    const { call } = createAdminWorld({ development: true })
    expect((await call("admin", "POST", "/clock", { advanceMs: 1 })).status).toBe(403)
  })

  it("moves from nothing to five years forward, in whole milliseconds", async () => {
    const { call, acts } = createAdminWorld({ development: true })
    const years = 5 * 366 * 24 * 3_600_000
    expect((await call("everywhere", "POST", "/clock", { advanceMs: years })).status).toBe(200)
    for (const advanceMs of [-1, years + 1, 1.5, "60000", null, undefined])
      expect((await call("everywhere", "POST", "/clock", { advanceMs })).body.faults).toEqual([
        { field: "advanceMs", fault: "must be a whole number of milliseconds from 0 to five years" },
      ])
    expect(acts).toHaveLength(1)
  })
})

describe("the record of a bank", () => {
  it("is given out whole: it holds no secret", async () => {
    expect((await createAdminWorld().call("agent", "GET", "/banks/harbour")).body).toEqual(
      bankRecord(HARBOUR),
    )
  })
})
