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

const graph: Pick<Graph, "listTemplates" | "createTemplate" | "deleteTemplate"> = {
  listTemplates: () => {
    calls.push("list")
    return Promise.resolve(ok([...there]))
  },
  createTemplate: (_page, _token, body) => {
    const { name, language } = body as { name: string; language: string }
    calls.push(`create ${name} ${language}`)
    const refusal = refusals.get(name)
    if (refusal) return Promise.resolve(err(refusal))
    there.push({ name, language, status: "PENDING", id: String(there.length) })
    return Promise.resolve(ok({ status: "PENDING", id: String(there.length) }))
  },
  deleteTemplate: (_page, _token, { id, name }) => {
    calls.push(`delete ${name} ${id}`)
    const refusal = refusals.get(`delete ${name}`)
    if (refusal) return Promise.resolve(err(refusal))
    there = there.filter((each) => each.id !== id)
    return Promise.resolve(ok(undefined))
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
      value: { created: ["a_v1 ar", "b_v1 en"], refused: [], retired: [], written: 3 },
    })
    expect([...shelf.values()].map((each) => each.status)).toEqual(["APPROVED", "PENDING", "PENDING"])
  })

  it("changes nothing when run again", async () => {
    await sync(spec("a_v1"), spec("b_v1"))
    calls = []
    expect(await sync(spec("a_v1"), spec("b_v1"))).toEqual({
      ok: true,
      value: { created: [], refused: [], retired: [], written: 0 },
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

  it("puts on the shelf what belongs there and nothing else the platform tells", async () => {
    there = [{ name: "a_v1", language: "en", status: "REJECTED", id: "7", rejection: "INCORRECT_PARAMS" }]
    await sync(spec("a_v1"))
    expect([...shelf.values()]).toEqual([{ name: "a_v1", language: "en", status: "REJECTED" }])
  })
})

describe("syncTemplates(), old versions", () => {
  const at = (name: string, status = "APPROVED", language = "en"): GraphTemplate => ({
    name,
    language,
    status,
    id: `id_${name}_${language}`,
  })
  const deleted = () => calls.filter((call) => call.startsWith("delete"))

  it("keeps an old version while its successor is not approved: an alert needs one of them", async () => {
    there = [at("a_v1"), at("a_v2", "PENDING")]
    expect(await sync(spec("a_v2"))).toMatchObject({ value: { retired: [] } })
    expect(deleted()).toEqual([])
  })

  it("deletes it by its id once the successor is approved, and forgets it", async () => {
    there = [at("a_v1"), at("a_v2")]
    shelf.set("a_v1 en", at("a_v1"))
    expect(await sync(spec("a_v2"))).toMatchObject({ value: { created: [], retired: ["a_v1 en"] } })
    expect(deleted()).toEqual(["delete a_v1 id_a_v1_en"])
    expect([...shelf.keys()]).toEqual(["a_v2 en"])
    calls = []
    expect(await sync(spec("a_v2"))).toMatchObject({ value: { retired: [] } })
    expect(calls).toEqual(["list"])
  })

  it("judges each language by itself, and one no longer offered by nothing", async () => {
    there = [at("a_v1"), at("a_v1", "APPROVED", "ar"), at("a_v1", "APPROVED", "de")].concat(
      at("a_v2"),
      at("a_v2", "PENDING", "ar"),
    )
    expect(await sync(spec("a_v2"), spec("a_v2", "ar"))).toMatchObject({
      value: { retired: ["a_v1 en", "a_v1 de"] },
    })
  })

  it("leaves newer versions, current ones in other languages, and templates of other apps alone", async () => {
    there = [at("a_v2"), at("a_v3"), at("a_v2", "APPROVED", "de"), at("theirs_v1"), at("order_update")]
    expect(await sync(spec("a_v2"))).toMatchObject({ value: { retired: [] } })
    expect(deleted()).toEqual([])
  })

  it("deletes words that were given up where our own shelf knows them", async () => {
    there = [at("a_v1"), at("gone_v1"), at("theirs_v1")]
    shelf.set("gone_v1 en", at("gone_v1"))
    expect(await sync(spec("a_v1"))).toMatchObject({ value: { retired: ["gone_v1 en"] } })
  })

  it("deletes nothing where nothing is wanted: no words is no order", async () => {
    there = [at("a_v1")]
    shelf.set("a_v1 en", at("a_v1"))
    expect(await sync()).toMatchObject({ value: { retired: [] } })
  })

  it("goes on past one that cannot be deleted, and stops where the platform wants to be left alone", async () => {
    there = [at("a_v1"), at("a_v2"), at("b_v1"), at("b_v2")]
    refusals.set("delete a_v1", { reason: "our_fault", retry: "never" })
    expect(await sync(spec("a_v2"), spec("b_v2"))).toMatchObject({ value: { retired: ["b_v1 en"] } })
    there = [at("a_v1"), at("a_v2"), at("b_v1"), at("b_v2")]
    refusals.set("delete a_v1", { reason: "throttled", retry: { afterMs: 1 } })
    expect(await sync(spec("a_v2"), spec("b_v2"))).toMatchObject({ ok: true, value: { retired: [] } })
  })

  it("deletes nothing without the call, or without an id", async () => {
    there = [at("a_v1"), at("a_v2"), { name: "b_v1", language: "en", status: "APPROVED" }, at("b_v2")]
    const { deleteTemplate: _, ...without } = graph
    const world = { graph: without, shelf: store }
    const both = [spec("a_v2"), spec("b_v2")]
    expect(await syncTemplates(world, PAGE, token, both)).toMatchObject({ value: { retired: [] } })
    expect(await sync(...both)).toMatchObject({ value: { retired: ["a_v1 en"] } })
  })
})
