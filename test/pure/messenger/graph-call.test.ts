// What every call carries and tells: the proof of the app's secret, and what the answer's headers say of usage.
import { describe, expect, it } from "vitest"
import type { PageId } from "../../../src/foundation/id.ts"
import { Secret } from "../../../src/foundation/secret.ts"
import { createGraph } from "../../../src/messenger/client.ts"
import { appSecretProof, createCaller } from "../../../src/messenger/graph-call.ts"
import { exactNumber } from "../../../src/messenger/json.ts"
import type { Usage } from "../../../src/messenger/usage.ts"

const PAGE = "100" as PageId
/** messenger-platform.md 4.9. */
const VECTOR_PROOF = "bad6df0b858104754a0ffde2f0c05fe9731f1a5e141ee1bccf316d05f28d5135"
const appSecret = new Secret("test_app_secret")
const token = new Secret("EAATESTTOKEN")

function world(headers: Record<string, string> = {}) {
  const asked: string[] = []
  const used: (readonly [PageId, Usage])[] = []
  const answer: typeof fetch = (input) => {
    asked.push(String(input))
    return Promise.resolve(Response.json({ message_id: "m_1", recipient: "200" }, { headers }))
  }
  const options = { origin: "http://localhost", version: "v26.0", fetch: answer }
  return { asked, used, options, onUsage: (page: PageId, usage: Usage) => void used.push([page, usage]) }
}

describe("appSecretProof()", () => {
  it("gives the platform's vector", async () => {
    expect(await appSecretProof(appSecret, token)).toBe(VECTOR_PROOF)
  })
})

describe("createCaller()", () => {
  it("proves the app's secret with every call where it is given", async () => {
    const { asked, options } = world()
    const graph = createGraph({ ...options, appSecret })
    await graph.send(PAGE, token, {})
    await graph.findPerson(token, "t")
    expect(new URL(asked[0] ?? "").searchParams.get("appsecret_proof")).toBe(VECTOR_PROOF)
    expect(new URL(asked[1] ?? "").searchParams.get("appsecret_proof")).toBe(VECTOR_PROOF)
    expect(asked.join()).not.toMatch(/EAATEST|test_app_secret/)
  })

  it("carries none where it is not", async () => {
    const { asked, options } = world()
    await createGraph(options).send(PAGE, token, {})
    expect(asked).toEqual(["http://localhost/v26.0/100/messages"])
  })

  it("P4: starts a call in the instant it is asked for, once the token was prepared", async () => {
    const { asked, options } = world()
    const ask = createCaller({ ...options, appSecret })
    await ask.prepare(token)
    const call = ask({ path: "100/messages", token })
    expect(asked).toHaveLength(1)
    await call
  })

  it("tells what the headers say of usage, by Page", async () => {
    const { used, options, onUsage } = world({
      "x-app-usage": '{"call_count":28,"total_time":25,"total_cputime":26}',
    })
    const graph = createGraph({ ...options, onUsage })
    await graph.send(PAGE, token, {})
    await graph.findPerson(token, "t")
    expect(used).toEqual([[PAGE, { appPercent: 28, pagePercent: 0 }]])
  })

  it("tells of nothing where an answer has no such headers", async () => {
    const { used, options, onUsage } = world()
    await createGraph({ ...options, onUsage }).send(PAGE, token, {})
    expect(used).toEqual([])
  })

  it("writes a number digit by digit", async () => {
    const bodies: unknown[] = []
    const graph = createGraph({
      origin: "http://localhost",
      version: "v26.0",
      fetch: (_input, init) => {
        bodies.push(init?.body)
        return Promise.resolve(Response.json({ message_id: "m_1" }))
      },
    })
    await graph.send(PAGE, token, { price: exactNumber("123456789012345.60") })
    expect(bodies).toEqual(['{"price":123456789012345.60}'])
    for (const text of ["", "1.", ".5", "01", "1e3", "NaN", "1,5", "+1"])
      expect(() => exactNumber(text)).toThrow(SyntaxError)
  })
})
