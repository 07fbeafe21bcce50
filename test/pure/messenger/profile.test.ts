// The Page's profile: read first, written only where it differs, because the platform takes ten calls in ten minutes.
import { beforeEach, describe, expect, it } from "vitest"
import type { PageId } from "../../../src/foundation/id.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import { Secret } from "../../../src/foundation/secret.ts"
import type { Graph } from "../../../src/messenger/client.ts"
import type { JsonObject } from "../../../src/messenger/json.ts"
import { renderProfile, syncProfile, type PageProfile } from "../../../src/messenger/profile.ts"
import type { GraphRefusal } from "../../../src/messenger/refusal.ts"

const wanted: PageProfile = {
  getStarted: "v1.START",
  greeting: { default: "Bank by message", ar_AR: "مرحبا" },
  menu: {
    default: [
      { kind: "postback", title: "Connect", payload: "v1.CONNECT" },
      { kind: "url", title: "Site", url: "https://bank.example" },
    ],
  },
}
let shown: JsonObject
let writes: JsonObject[]
let refusal: GraphRefusal | undefined

const graph: Pick<Graph, "getProfile" | "setProfile"> = {
  getProfile: () => Promise.resolve(ok(shown)),
  setProfile: (_page, _token, properties) => {
    writes.push(properties)
    if (refusal && "greeting" in properties) return Promise.resolve(err(refusal))
    shown = { ...shown, ...properties }
    return Promise.resolve(ok(undefined))
  },
}
const sync = (profile: PageProfile = wanted) => syncProfile(graph, "100" as PageId, new Secret("t"), profile)

beforeEach(() => {
  shown = {}
  writes = []
  refusal = undefined
})

describe("syncProfile()", () => {
  it("writes everything to a new Page, the greeting by itself", async () => {
    expect(await sync()).toEqual({
      ok: true,
      value: { written: ["get_started", "persistent_menu", "greeting"] },
    })
    expect(writes).toHaveLength(2)
    expect(writes[0]).toMatchObject({ get_started: { payload: "v1.START" } })
  })

  it("writes nothing when run again, though the platform adds members and turns locales round", async () => {
    const rendered = renderProfile(wanted)
    const menu = rendered["persistent_menu"] as JsonObject[]
    shown = {
      ...rendered,
      greeting: (rendered["greeting"] as JsonObject[]).toReversed(),
      persistent_menu: menu.map((each) => ({ ...each, composer_input_disabled: false })),
      whitelisted_domains: [],
    }
    expect(await sync()).toEqual({ ok: true, value: { written: [] } })
    expect(writes).toEqual([])
  })

  it.each<readonly [string, PageProfile, string]>([
    [
      "a menu with one item less",
      { ...wanted, menu: { default: wanted.menu["default"]?.slice(1) ?? [] } },
      "persistent_menu",
    ],
    [
      "items in another order",
      { ...wanted, menu: { default: wanted.menu["default"]?.toReversed() ?? [] } },
      "persistent_menu",
    ],
    [
      "another locale",
      { ...wanted, menu: { ...wanted.menu, ar_AR: wanted.menu["default"] ?? [] } },
      "persistent_menu",
    ],
    ["another Get Started", { ...wanted, getStarted: "v2.START" }, "get_started"],
    ["another greeting", { ...wanted, greeting: { default: "Hi" } }, "greeting"],
  ])("writes only what differs: %s", async (_name, profile, property) => {
    shown = renderProfile(wanted)
    expect(await sync(profile)).toEqual({ ok: true, value: { written: [property] } })
    expect(writes.map((each) => Object.keys(each))).toEqual([[property]])
  })

  it("does without a greeting the platform no longer takes", async () => {
    refusal = { reason: "our_fault", retry: "never", code: 100 }
    expect(await sync()).toEqual({ ok: true, value: { written: ["get_started", "persistent_menu"] } })
  })

  it("gives any other refusal", async () => {
    refusal = { reason: "page_stopped", retry: "never", code: 190 }
    expect(await sync()).toMatchObject({ ok: false, error: { code: 190 } })
  })

  it.each<readonly [string, PageProfile, PageProfile]>([
    [
      "a title",
      { ...wanted, menu: { default: [{ kind: "postback", title: "x".repeat(30), payload: "p" }] } },
      { ...wanted, menu: { default: [{ kind: "postback", title: "x".repeat(31), payload: "p" }] } },
    ],
    [
      "items",
      { ...wanted, menu: { default: Array(20).fill(wanted.menu["default"]?.[0]) } },
      { ...wanted, menu: { default: Array(21).fill(wanted.menu["default"]?.[0]) } },
    ],
    [
      "a greeting",
      { ...wanted, greeting: { default: "x".repeat(160) } },
      { ...wanted, greeting: { default: "x".repeat(161) } },
    ],
    ["Get Started", { ...wanted, getStarted: "x".repeat(1000) }, { ...wanted, getStarted: "x".repeat(1001) }],
    ["locales", wanted, { ...wanted, menu: { ar_AR: wanted.menu["default"] ?? [] } }],
  ])("keeps the platform's limit of %s", async (_name, last, first) => {
    expect((await sync(last)).ok).toBe(true)
    await expect(sync(first)).rejects.toThrow(RangeError)
  })
})
