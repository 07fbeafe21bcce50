// The Graph client against a fetch that answers in process: what is asked, where the token is, how each answer is judged.
import { beforeEach, describe, expect, it } from "vitest"
import type { PageId } from "../../../src/foundation/id.ts"
import { Secret } from "../../../src/foundation/secret.ts"
import { createGraph } from "../../../src/messenger/client.ts"

const PAGE = "100" as PageId
const token = new Secret("EAAPAGETOKEN")
let asked: { url: string; init: RequestInit }[] = []
let answers: (Response | Error)[] = []

const graph = createGraph({
  origin: "http://localhost:8788/graph",
  version: "v26.0",
  fetch: (input, init) => {
    asked.push({ url: String(input), init: init ?? {} })
    const answer = answers.shift() ?? new Error("no answer prepared")
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
  },
})
const json = (body: unknown, status = 200) => Response.json(body, { status })
const bodyOf = (index = 0) => JSON.parse(String(asked[index]?.init.body)) as unknown

beforeEach(() => {
  asked = []
  answers = []
})

describe("createGraph().send()", () => {
  it("posts to the Page's messages and gives the message id", async () => {
    answers = [json({ recipient_id: "200", message_id: "m_1" })]
    expect(await graph.send(PAGE, token, { recipient: { id: "200" } })).toEqual({
      ok: true,
      value: { messageId: "m_1" },
    })
    expect(asked[0]?.url).toBe("http://localhost:8788/graph/v26.0/100/messages")
    expect(asked[0]?.init).toMatchObject({ method: "POST", redirect: "manual" })
    expect(asked[0]?.init.signal).toBeInstanceOf(AbortSignal)
    expect(bodyOf()).toEqual({ recipient: { id: "200" } })
  })

  it("P5: sends the token in a header, never in the address", async () => {
    answers = [json({ message_id: "m_1" })]
    await graph.send(PAGE, token, {})
    expect(new Headers(asked[0]?.init.headers).get("authorization")).toBe("Bearer EAAPAGETOKEN")
    expect(asked[0]?.url).not.toContain("EAA")
    expect(String(asked[0]?.init.body)).not.toContain("EAA")
  })

  it("gives the platform's refusal", async () => {
    answers = [
      json({ error: { message: "m", type: "OAuthException", code: 10, error_subcode: 2018278 } }, 400),
    ]
    expect(await graph.send(PAGE, token, {})).toMatchObject({
      ok: false,
      error: { reason: "window", retry: "never" },
    })
  })

  it("judges an error object even under a 200", async () => {
    answers = [json({ error: { code: 551 } })]
    expect(await graph.send(PAGE, token, {})).toMatchObject({ error: { reason: "gone" } })
  })

  it.each<readonly [string, Response | Error]>([
    ["a connection that failed", new TypeError("fetch failed")],
    ["a timeout", new DOMException("timed out", "TimeoutError")],
    ["a 502 in HTML", new Response("<html>", { status: 502 })],
    ["a 200 that is no JSON", new Response("OK")],
    ["a 200 without a message id", json({ recipient_id: "200" })],
    ["a 200 with a list", json([])],
    ["an empty 200", new Response(null)],
    ["an answer beyond the cap", json({ message_id: "m_1", filler: "x".repeat(70_000) })],
    [
      "an answer that breaks off",
      new Response(new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) })),
    ],
  ])("P2: takes %s for an unknown outcome, not to be repeated", async (_name, answer) => {
    answers = [answer]
    expect(await graph.send(PAGE, token, {})).toMatchObject({
      ok: false,
      error: { reason: "unknown_outcome", retry: "never" },
    })
  })

  it("follows no redirect: it would carry the token elsewhere", async () => {
    answers = [new Response(null, { status: 302, headers: { location: "https://elsewhere.example" } })]
    expect(await graph.send(PAGE, token, {})).toMatchObject({ error: { reason: "our_fault", status: 302 } })
    expect(asked).toHaveLength(1)
  })

  it("gives up where the caller does", async () => {
    const cut = createGraph({
      origin: "http://localhost",
      version: "v26.0",
      fetch: (_input, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")))
        }),
    })
    const caller = new AbortController()
    const sent = cut.send(PAGE, token, {}, caller.signal)
    caller.abort()
    expect(await sent).toMatchObject({ ok: false, error: { reason: "unknown_outcome" } })
  })
})

describe("createGraph().findPerson()", () => {
  it("asks with the linking token and the token in the header", async () => {
    answers = [json({ id: "100", recipient: "200" })]
    expect(await graph.findPerson(token, "a token+/=")).toEqual({ ok: true, value: "200" })
    const url = new URL(asked[0]?.url ?? "")
    expect(url.pathname).toBe("/graph/v26.0/me")
    expect([...url.searchParams]).toEqual([
      ["fields", "recipient"],
      ["account_linking_token", "a token+/="],
    ])
    expect(asked[0]?.init.method).toBe("GET")
  })

  it("keeps a PSID exact though it is a number beyond 2^53", async () => {
    answers = [new Response('{"id":100,"recipient":90071992547409933}')]
    expect(await graph.findPerson(token, "t")).toEqual({ ok: true, value: "90071992547409933" })
  })

  it("P11: tells a token that was refused from a platform that did not answer", async () => {
    answers = [
      json({ error: { code: 10303, message: "Invalid account_linking_token" } }, 400),
      new TypeError("fetch failed"),
    ]
    expect(await graph.findPerson(token, "t")).toEqual({
      ok: false,
      error: { reason: "linking_token_refused", retry: "never" },
    })
    expect(await graph.findPerson(token, "t")).toMatchObject({
      error: { reason: "unknown_outcome", retry: "later" },
    })
  })

  it("finds nobody in an answer without a recipient", async () => {
    answers = [json({ id: "100" })]
    expect(await graph.findPerson(token, "t")).toMatchObject({ ok: false })
  })
})

describe("createGraph()", () => {
  it("unlinks by PSID in the body", async () => {
    answers = [json({ result: "unlink account success" })]
    expect(await graph.unlinkAccounts(token, "200")).toEqual({ ok: true, value: undefined })
    expect(asked[0]?.url).toBe("http://localhost:8788/graph/v26.0/me/unlink_accounts")
    expect(bodyOf()).toEqual({ psid: "200" })
  })

  it("shows typing dots", async () => {
    answers = [json({ recipient_id: "200" })]
    expect((await graph.act(PAGE, token, { recipient: { id: "200" }, sender_action: "typing_on" })).ok).toBe(
      true,
    )
  })

  it("reads and writes the profile", async () => {
    answers = [
      json({ data: [{ get_started: { payload: "x" } }] }),
      json({ data: [] }),
      json({ result: "success" }),
    ]
    expect(await graph.getProfile(PAGE, token, ["get_started", "greeting"])).toEqual({
      ok: true,
      value: { get_started: { payload: "x" } },
    })
    expect(asked[0]?.url).toContain("/100/messenger_profile?fields=get_started%2Cgreeting")
    expect(await graph.getProfile(PAGE, token, ["greeting"])).toEqual({ ok: true, value: {} })
    expect((await graph.setProfile(PAGE, token, { greeting: [] })).ok).toBe(true)
    expect(bodyOf(2)).toEqual({ greeting: [] })
  })

  it("subscribes to fields", async () => {
    answers = [json({ success: true })]
    expect((await graph.subscribe(PAGE, token, ["messages", "message_echoes"])).ok).toBe(true)
    expect(asked[0]?.url).toBe("http://localhost:8788/graph/v26.0/100/subscribed_apps")
    expect(bodyOf()).toEqual({ subscribed_fields: "messages,message_echoes" })
  })

  it("creates a template and gives its status, PENDING where none is told", async () => {
    answers = [
      json({ id: "1", status: "APPROVED", category: "UTILITY" }),
      json({ id: "1" }),
      json({ id: "1", status: "rejected", rejection_reason: "TAG_SHOULD_BE_MARKETING" }),
    ]
    const create = () => graph.createTemplate(PAGE, token, {})
    expect(await create()).toEqual({ ok: true, value: { id: "1", status: "APPROVED" } })
    expect(await create()).toEqual({ ok: true, value: { id: "1", status: "PENDING" } })
    expect(await create()).toEqual({
      ok: true,
      value: { id: "1", status: "REJECTED", rejection: "TAG_SHOULD_BE_MARKETING" },
    })
  })

  it("lists templates over several pages by cursor, never by the address it is given", async () => {
    const row = (name: string) => ({ name, language: "en", status: "approved" })
    answers = [
      json({
        data: [row("a"), { name: 1 }],
        paging: { cursors: { after: "c1" }, next: "https://elsewhere.example/?access_token=x" },
      }),
      json({ data: [row("b")], paging: { cursors: { after: "c2" } } }),
    ]
    const listed = await graph.listTemplates(PAGE, token)
    expect(listed).toEqual({
      ok: true,
      value: [
        { ...row("a"), status: "APPROVED" },
        { ...row("b"), status: "APPROVED" },
      ],
    })
    expect(asked.map((each) => new URL(each.url).host)).toEqual(["localhost:8788", "localhost:8788"])
    expect(new URL(asked[1]?.url ?? "").searchParams.get("after")).toBe("c1")
  })

  it("stops following cursors that never end", async () => {
    answers = Array.from({ length: 50 }, () =>
      json({ data: [], paging: { cursors: { after: "c" }, next: "n" } }),
    )
    expect((await graph.listTemplates(PAGE, token)).ok).toBe(true)
    expect(asked).toHaveLength(20)
  })
})

describe("createGraph().deleteTemplate()", () => {
  const template = { id: "594425479261596", name: "a_v1" }

  it("deletes one language by its id", async () => {
    answers = [json({ success: true })]
    expect((await graph.deleteTemplate(PAGE, token, template)).ok).toBe(true)
    expect(asked[0]?.init.method).toBe("DELETE")
    expect([...new URL(asked[0]?.url ?? "").searchParams]).toEqual([["template_id", template.id]])
  })

  it("tries the other name of the parameter where the first is refused, and never the template's name alone", async () => {
    answers = [json({ error: { code: 100 } }, 400), json({ success: true })]
    expect((await graph.deleteTemplate(PAGE, token, template)).ok).toBe(true)
    expect([...new URL(asked[1]?.url ?? "").searchParams]).toEqual([
      ["hsm_id", template.id],
      ["name", "a_v1"],
    ])
  })

  it("does not try again where the platform is busy or silent", async () => {
    answers = [json({ error: { code: 80006 } }, 400)]
    expect(await graph.deleteTemplate(PAGE, token, template)).toMatchObject({
      error: { reason: "throttled" },
    })
    expect(asked).toHaveLength(1)
  })
})

describe("createGraph(), personas", () => {
  it("creates, lists and deletes them", async () => {
    answers = [
      json({ id: "77" }),
      json({ data: [{ id: 90071992547409, name: "Maria" }, { name: "no id" }] }),
      json({ success: true }),
    ]
    const face = { name: "Maria", pictureUrl: "https://bank.example/maria.png" }
    expect(await graph.createPersona(PAGE, token, face)).toEqual({ ok: true, value: { id: "77" } })
    expect(bodyOf()).toEqual({ name: "Maria", profile_picture_url: face.pictureUrl })
    expect(await graph.listPersonas(PAGE, token)).toEqual({
      ok: true,
      value: [{ id: "90071992547409", name: "Maria" }],
    })
    expect((await graph.deletePersona(PAGE, token, "77")).ok).toBe(true)
    expect([asked[2]?.init.method, asked[2]?.url]).toEqual(["DELETE", "http://localhost:8788/graph/v26.0/77"])
  })

  it("takes a name of 50 characters and throws for one more", async () => {
    answers = [json({ id: "77" })]
    const create = (name: string) => graph.createPersona(PAGE, token, { name, pictureUrl: "https://x" })
    expect((await create("x".repeat(50))).ok).toBe(true)
    await expect(create("x".repeat(51))).rejects.toThrow(RangeError)
    await expect(create(" ")).rejects.toThrow(RangeError)
  })
})

describe("createGraph(), who holds a thread", () => {
  it.each<readonly [string, () => Promise<unknown>, object]>([
    [
      "pass_thread_control",
      () => graph.passThread(PAGE, token, "200", { toAppId: "263902037430900", metadata: "m" }),
      { target_app_id: "263902037430900", metadata: "m" },
    ],
    ["take_thread_control", () => graph.takeThread(PAGE, token, "200"), {}],
    ["request_thread_control", () => graph.requestThread(PAGE, token, "200"), {}],
    ["release_thread_control", () => graph.releaseThread(PAGE, token, "200"), {}],
    ["extend_thread_control", () => graph.extendThread(PAGE, token, "200", 3_600_500), { duration: 3600 }],
    [
      "extend_thread_control",
      () => graph.extendThread(PAGE, token, "200", 8 * 86_400_000),
      { duration: 604_800 },
    ],
  ])("calls %s", async (edge, call, more) => {
    answers = [json({ success: true })]
    expect(await call()).toEqual({ ok: true, value: undefined })
    expect(asked[0]?.url).toBe(`http://localhost:8788/graph/v26.0/100/${edge}`)
    expect(bodyOf()).toEqual({ recipient: { id: "200" }, ...more })
  })

  it("says that another app holds it", async () => {
    answers = [json({ error: { code: 2018300 } }, 400)]
    expect(await graph.takeThread(PAGE, token, "200")).toMatchObject({
      error: { reason: "window", thread: true },
    })
  })

  it.each([
    [
      { data: [{ thread_owner: { app_id: "263902037430900", expiration: 1769731200 } }] },
      { appId: "263902037430900", until: 1_769_731_200_000 },
    ],
    [{ data: [{ thread_owner: { app_id: 123 } }] }, { appId: "123" }],
    [{ data: [] }, { appId: null }],
    [{}, { appId: null }],
  ])("finds the owner in %j", async (body, owner) => {
    answers = [json(body)]
    expect(await graph.threadOwner(PAGE, token, "200")).toEqual({ ok: true, value: owner })
    expect(asked[0]?.url).toBe("http://localhost:8788/graph/v26.0/100/thread_owner?recipient=200")
  })
})

describe("createGraph(), the Page itself", () => {
  it("lists who gets its events", async () => {
    answers = [json({ data: [{ id: "1", name: "App", subscribed_fields: ["messages", 7] }, { name: "x" }] })]
    expect(await graph.listSubscriptions(PAGE, token)).toEqual({
      ok: true,
      value: [{ appId: "1", fields: ["messages"] }],
    })
    expect(asked[0]?.init.method).toBe("GET")
  })

  it("reads its standing", async () => {
    const standing = {
      status: "RESTRICTED",
      violations: [{ type: "SPAM", description: "a sentence" }],
      restrictions: [{ feature: "MESSAGING", status: "ACTIVE" }],
    }
    const read = {
      status: "RESTRICTED",
      violations: ["SPAM"],
      restrictions: [{ feature: "MESSAGING", status: "ACTIVE" }],
    }
    answers = [json({ data: [standing] }), json(standing), json({})]
    expect(await graph.getStanding(PAGE, token)).toEqual({ ok: true, value: read })
    expect(await graph.getStanding(PAGE, token)).toEqual({ ok: true, value: read })
    expect(await graph.getStanding(PAGE, token)).toMatchObject({ value: { status: "", violations: [] } })
    expect(asked[0]?.url).toBe("http://localhost:8788/graph/v26.0/100/pages_status")
  })

  it("looks into a token by the app's own", async () => {
    answers = [
      json({ data: { app_id: 1, is_valid: true, expires_at: 0, scopes: ["pages_messaging"] } }),
      json({ data: { is_valid: false, expires_at: 1769731200, error: { code: 190 } } }),
    ]
    const by = new Secret("1|app-secret")
    expect(await graph.debugToken(token, by)).toEqual({
      ok: true,
      value: {
        valid: true,
        expiresAt: null,
        dataAccessUntil: null,
        appId: "1",
        scopes: ["pages_messaging"],
      },
    })
    expect(new Headers(asked[0]?.init.headers).get("authorization")).toBe("Bearer 1|app-secret")
    expect(await graph.debugToken(token, by)).toMatchObject({
      value: { valid: false, expiresAt: 1_769_731_200_000, scopes: [] },
    })
  })

  it("takes properties of the profile away, and one person's menu", async () => {
    answers = [json({ result: "success" }), json({ result: "success" }), json({ result: "success" })]
    await graph.deleteProfile(PAGE, token, ["commands"])
    expect([asked[0]?.init.method, bodyOf()]).toEqual(["DELETE", { fields: ["commands"] }])
    await graph.setPersonalMenu(PAGE, token, "200", [{ locale: "default" }])
    expect(bodyOf(1)).toEqual({ psid: "200", persistent_menu: [{ locale: "default" }] })
    await graph.deletePersonalMenu(PAGE, token, "200")
    expect([...new URL(asked[2]?.url ?? "").searchParams]).toEqual([
      ["psid", "200"],
      ["params", '["persistent_menu"]'],
    ])
  })
})
