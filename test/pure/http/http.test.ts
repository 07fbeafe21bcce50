// What every way in shares: bodies with a cap, problem documents, headers.
import { Hono } from "hono"
import { describe, expect, it } from "vitest"
import { readCapped } from "../../../src/http/body.ts"
import { pageHeaders, requestIdentity, type RequestVariables } from "../../../src/http/headers.ts"
import { problemResponse } from "../../../src/http/problem.ts"

const URL_ = "https://gateway.example/"

/** A request whose body comes in pieces; `pulled` counts them. */
function streaming(pieces: readonly number[], headers: Record<string, string> = {}, broken = false) {
  const state = { pulled: 0, cancelled: false }
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const size = pieces[state.pulled]
        state.pulled += 1
        if (size !== undefined) controller.enqueue(new Uint8Array(size).fill(state.pulled))
        else if (broken) controller.error(new Error("gone"))
        else controller.close()
      },
      cancel() {
        state.cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { state, request: { headers: new Headers(headers), body } }
}

describe("readCapped()", () => {
  it("gives the bytes in order, up to the cap and not a byte beyond", async () => {
    const { request } = streaming([1, 2, 2])
    expect(await readCapped(request, 5)).toEqual({ ok: true, value: new Uint8Array([1, 2, 2, 3, 3]) })
    const beyond = streaming([1, 2, 3])
    expect(await readCapped(beyond.request, 5)).toEqual({ ok: false, error: { reason: "body_too_large" } })
    expect(beyond.state.cancelled).toBe(true)
  })

  it("leaves a body unread whose declared length is above the cap", async () => {
    const { request, state } = streaming([6], { "content-length": "6" })
    expect(await readCapped(request, 5)).toEqual({ ok: false, error: { reason: "body_too_large" } })
    expect(state.pulled).toBe(0)
    expect(state.cancelled).toBe(true)
  })

  it.each(["1", "nonsense", "-5"])("believes no declared length of %s", async (length) => {
    const { request, state } = streaming([3, 3, 3, 3], { "content-length": length })
    expect(await readCapped(request, 5)).toEqual({ ok: false, error: { reason: "body_too_large" } })
    expect(state.pulled).toBe(2)
  })

  it("reads a missing body as an empty one, and says where one broke off", async () => {
    expect(await readCapped(new Request(URL_), 5)).toEqual({ ok: true, value: new Uint8Array(0) })
    expect(await readCapped(streaming([2], {}, true).request, 5)).toEqual({
      ok: false,
      error: { reason: "body_unreadable" },
    })
  })
})

describe("problemResponse()", () => {
  it("is a problem document that is never cached", async () => {
    const response = problemResponse(
      {
        status: 401,
        type: "signature",
        title: "No",
        detail: "Sign it",
        members: { err: "x" },
        headers: { "retry-after": "1" },
      },
      "request-1",
    )
    expect(response.status).toBe(401)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "retry-after": "1",
    })
    expect(await response.json()).toEqual({
      type: "urn:tellerline:problem:signature",
      title: "No",
      status: 401,
      detail: "Sign it",
      request_id: "request-1",
      err: "x",
    })
  })

  it("leaves out what it was not given", async () => {
    expect(await problemResponse({ status: 400, type: "json", title: "No" }).json()).toEqual({
      type: "urn:tellerline:problem:json",
      title: "No",
      status: 400,
    })
  })
})

describe("headers", () => {
  const app = new Hono<{ Variables: RequestVariables }>()
  app.use(requestIdentity)
  app.get("/id", (context) => context.text(context.get("requestId")))
  app.get(
    "/page",
    pageHeaders(() => ["https://bank.example"]),
    (context) => context.text(context.get("nonce")),
  )

  it("requestIdentity gives an id of ours, never the caller's, and takes the platform's", async () => {
    const own = await app.request("/id", { headers: { "x-request-id": "mine" } })
    expect(await own.text()).toMatch(/^[0-9a-f-]{36}$/)
    const ray = await app.request("/id", { headers: { "cf-ray": "8f2b3c4d5e6f7a8b-FRA" } })
    expect(ray.headers.get("x-request-id")).not.toBe("8f2b3c4d5e6f7a8b-FRA")
    const plain = await app.request("/id", { headers: { "cf-ray": "8f2b3c4d5e6f7a8b" } })
    expect(plain.headers.get("x-request-id")).toBe("8f2b3c4d5e6f7a8b")
    expect(await plain.text()).toBe("8f2b3c4d5e6f7a8b")
  })

  it("pageHeaders lets a page run nothing but its own, and its forms go nowhere else", async () => {
    const [first, second] = [await app.request("/page"), await app.request("/page")]
    const nonce = await first.text()
    const policy = first.headers.get("content-security-policy") ?? ""
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain(`script-src 'nonce-${nonce}'`)
    expect(policy).toContain("form-action 'self' https://bank.example;")
    expect(policy).not.toContain("unsafe")
    expect(first.headers.get("cache-control")).toBe("no-store")
    expect(first.headers.get("x-frame-options")).toBe("DENY")
    expect(await second.text()).not.toBe(nonce)
  })
})
