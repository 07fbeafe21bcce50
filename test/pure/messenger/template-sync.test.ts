// Templates brought to what notices need, against a platform and a shelf held in memory.
import { beforeEach, describe, expect, it } from "vitest"
import type { PageId } from "../../../src/foundation/id.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import { Secret } from "../../../src/foundation/secret.ts"
import type { Graph, GraphTemplate } from "../../../src/messenger/client.ts"
import type { GraphRefusal } from "../../../src/messenger/refusal.ts"
import type { TemplateSpec } from "../../../src/messenger/template.ts"
import { syncTemplates, type TemplateShelf } from "../../../src/messenger/template-sync.ts"

const PAGE = "100" as PageId
const token = new Secret("t")
const spec = (name: string, language = "en"): TemplateSpec => ({
  name,
  language,
  body: "Your connection ends soon.",
  examples: [],
})
let there: GraphTemplate[]
let shelf: Map<string, GraphTemplate>
let calls: string[]
let refusals: Map<string, GraphRefusal>

const graph: Pick<Graph, "listTemplates" | "createTemplate"> = {
  listTemplates: () => {
    calls.push("list")
    return Promise.resolve(ok([...there]))
  },
  createTemplate: (_page, _token, body) => {
    const { name, language } = body as { name: string; language: string }
    calls.push(`create ${name} ${language}`)
    const refusal = refusals.get(name)
    if (refusal) return Promise.resolve(err(refusal))
    there.push({ name, language, status: "PENDING" })
    return Promise.resolve(ok({ status: "PENDING" }))
  },
}
const store: TemplateShelf = {
  list: () => Promise.resolve([...shelf.values()]),
  put: (_page, statuses) => {
    const changed = statuses.filter(
      (each) => shelf.get(`${each.name} ${each.language}`)?.status !== each.status,
    )
    for (const each of changed) shelf.set(`${each.name} ${each.language}`, each)
    return Promise.resolve(changed.length)
  },
  delete: (_page, gone) => {
    for (const each of gone) shelf.delete(`${each.name} ${each.language}`)
    return Promise.resolve()
  },
}
const sync = (...specs: TemplateSpec[]) => syncTemplates({ graph, shelf: store }, PAGE, token, specs)

beforeEach(() => {
  there = []
  shelf = new Map()
  calls = []
  refusals = new Map()
})

describe("syncTemplates()", () => {
  it("creates what is missing, each language by itself, and notes the statuses", async () => {
    there = [{ name: "a_v1", language: "en", status: "APPROVED" }]
    expect(await sync(spec("a_v1"), spec("a_v1", "ar"), spec("b_v1"))).toEqual({
      ok: true,
      value: { created: ["a_v1 ar", "b_v1 en"], refused: [], written: 3 },
    })
    expect([...shelf.values()].map((each) => each.status)).toEqual(["APPROVED", "PENDING", "PENDING"])
  })

  it("changes nothing when run again", async () => {
    await sync(spec("a_v1"), spec("b_v1"))
    calls = []
    expect(await sync(spec("a_v1"), spec("b_v1"))).toEqual({
      ok: true,
      value: { created: [], refused: [], written: 0 },
    })
    expect(calls).toEqual(["list"])
  })

  it("notes a status that changed at the platform", async () => {
    await sync(spec("a_v1"))
    there = [{ name: "a_v1", language: "en", status: "APPROVED" }]
    expect(await sync(spec("a_v1"))).toMatchObject({ value: { written: 1 } })
    expect(shelf.get("a_v1 en")?.status).toBe("APPROVED")
  })

  it("leaves a rejected template alone: new words are a new name", async () => {
    there = [{ name: "a_v1", language: "en", status: "REJECTED" }]
    expect(await sync(spec("a_v1"))).toMatchObject({ value: { created: [] } })
  })

  it("forgets a template that is no longer at the platform and creates it again", async () => {
    shelf.set("old_v1 en", { name: "old_v1", language: "en", status: "APPROVED" })
    await sync(spec("a_v1"))
    expect([...shelf.keys()]).toEqual(["a_v1 en"])
  })

  it("goes on past one template the platform refuses", async () => {
    refusals.set("a_v1", { reason: "our_fault", retry: "never", code: 100 })
    expect(await sync(spec("a_v1"), spec("b_v1"))).toMatchObject({
      ok: true,
      value: { created: ["b_v1 en"], refused: [{ template: "a_v1 en", refusal: { code: 100 } }] },
    })
  })

  it("stops at a refusal that would meet the next one too, and keeps what it has learned", async () => {
    refusals.set("b_v1", { reason: "throttled", retry: { afterMs: 1 } })
    expect(await sync(spec("a_v1"), spec("b_v1"), spec("c_v1"))).toMatchObject({
      ok: false,
      error: { reason: "throttled" },
    })
    expect(calls).toEqual(["list", "create a_v1 en", "create b_v1 en"])
    expect([...shelf.keys()]).toEqual(["a_v1 en"])
  })

  it("asks nobody where a template breaks a rule", async () => {
    expect(await sync(spec("a_v1"), spec("B"))).toMatchObject({
      ok: false,
      error: { reason: "template_rules", name: "B" },
    })
    expect(calls).toEqual([])
  })

  it("gives the refusal where the list cannot be read", async () => {
    const broken = {
      ...graph,
      listTemplates: () => Promise.resolve(err({ reason: "page_stopped", retry: "never" } as const)),
    }
    expect(await syncTemplates({ graph: broken, shelf: store }, PAGE, token, [spec("a_v1")])).toMatchObject({
      error: { reason: "page_stopped" },
    })
    expect(calls).toEqual([])
  })
})
