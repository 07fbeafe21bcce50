// The Page's profile: read first, written only where it differs, because the platform takes ten calls in ten minutes.
import { beforeEach, describe, expect, it } from "vitest"
import type { PageId } from "../../../src/foundation/id.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import { Secret } from "../../../src/foundation/secret.ts"
import type { Graph } from "../../../src/messenger/client.ts"
import type { JsonObject } from "../../../src/messenger/json.ts"
import { renderProfile, showPersonalMenu, syncProfile } from "../../../src/messenger/profile.ts"
import type { PageProfile } from "../../../src/messenger/profile-limits.ts"
import { createProfileBudget, type ProfileBudget } from "../../../src/messenger/profile-budget.ts"
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

const graph: Pick<Graph, "getProfile" | "setProfile" | "deleteProfile"> = {
  getProfile: () => Promise.resolve(ok(shown)),
  setProfile: (_page, _token, properties) => {
    writes.push(properties)
    if (refusal && "greeting" in properties) return Promise.resolve(err(refusal))
    shown = { ...shown, ...properties }
    return Promise.resolve(ok(undefined))
  },
  deleteProfile: (_page, _token, fields) => {
    writes.push({ deleted: fields })
    shown = Object.fromEntries(Object.entries(shown).filter(([name]) => !fields.includes(name)))
    return Promise.resolve(ok(undefined))
  },
}
const sync = (profile: PageProfile = wanted, budget?: ProfileBudget) =>
  syncProfile(graph, "100" as PageId, new Secret("t"), profile, undefined, budget)
const asked = {
  default: [
    { question: "Connect my bank", payload: "v1.CONNECT" },
    { question: "Is this safe?", payload: "v1.HOW" },
    { question: "Lost card or fraud", payload: "v1.URGENT" },
    { question: "Talk to a person", payload: "v1.HUMAN" },
  ],
}

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

  it("writes ice breakers and where Log In leads, and leaves those of the Page where none are wanted", async () => {
    const full = { ...wanted, iceBreakers: asked, accountLinkingUrl: "https://bank.example/link/demo" }
    expect(await sync(full)).toMatchObject({
      value: {
        written: ["get_started", "persistent_menu", "ice_breakers", "account_linking_url", "greeting"],
      },
    })
    expect(shown["ice_breakers"]).toEqual([{ locale: "default", call_to_actions: asked.default }])
    expect(await sync(full)).toMatchObject({ value: { written: [] } })
    expect(await sync()).toMatchObject({ value: { written: [] } })
  })

  it("takes slash commands away: they hide the menu", async () => {
    shown = { ...renderProfile(wanted), commands: [{ locale: "default", commands: [{ name: "balance" }] }] }
    expect(await sync()).toMatchObject({ value: { written: ["commands"] } })
    expect(writes).toEqual([{ deleted: ["commands"] }])
    expect(await sync()).toMatchObject({ value: { written: [] } })
  })

  it("asks and writes within ten calls in ten minutes", async () => {
    let now = 0
    const budget = createProfileBudget(() => now)
    // Three calls: one to read, two to write; then one each.
    expect((await sync(wanted, budget)).ok).toBe(true)
    for (let run = 0; run < 7; run += 1) expect((await sync(wanted, budget)).ok).toBe(true)
    now = 599_999
    expect(await sync(wanted, budget)).toMatchObject({
      error: { reason: "throttled", retry: { afterMs: 1 } },
    })
    now = 600_000
    expect((await sync(wanted, budget)).ok).toBe(true)
  })

  it.each<readonly [string, PageProfile, PageProfile]>([
    [
      "ice breakers",
      { ...wanted, iceBreakers: asked },
      { ...wanted, iceBreakers: { default: [...asked.default, { question: "a", payload: "b" }] } },
    ],
    [
      "a question",
      { ...wanted, iceBreakers: { default: [{ question: "x".repeat(80), payload: "p" }] } },
      { ...wanted, iceBreakers: { default: [{ question: "x".repeat(81), payload: "p" }] } },
    ],
    ["ice breakers' locales", wanted, { ...wanted, iceBreakers: { ar_AR: asked.default } }],
    [
      "where Log In leads",
      { ...wanted, accountLinkingUrl: "https://bank.example/link" },
      { ...wanted, accountLinkingUrl: "/link" },
    ],
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

describe("showPersonalMenu()", () => {
  const calls: unknown[] = []
  const personal: Pick<Graph, "setPersonalMenu" | "deletePersonalMenu"> = {
    setPersonalMenu: (_page, _token, psid, menu) => {
      calls.push([psid, menu])
      return Promise.resolve(ok(undefined))
    },
    deletePersonalMenu: (_page, _token, psid) => {
      calls.push([psid])
      return Promise.resolve(ok(undefined))
    },
  }
  const show = (menu: PageProfile["menu"] | null, budget?: ProfileBudget) =>
    showPersonalMenu(personal, "100" as PageId, new Secret("t"), "200", menu, undefined, budget)

  it("shows a person their own menu, and the Page's again", async () => {
    calls.length = 0
    expect((await show(wanted.menu)).ok).toBe(true)
    expect((await show(null)).ok).toBe(true)
    expect(calls).toEqual([["200", renderProfile(wanted)["persistent_menu"]], ["200"]])
  })

  it("keeps the limits of a menu and of calls", async () => {
    await expect(show({})).rejects.toThrow(RangeError)
    const budget = createProfileBudget(() => 0)
    for (let call = 0; call < 10; call += 1) expect((await show(null, budget)).ok).toBe(true)
    expect(await show(null, budget)).toMatchObject({ error: { reason: "throttled" } })
  })
})
