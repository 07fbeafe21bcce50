// The Messenger Profile: limits of each property, and what needs what. Source: messenger-platform.md 6.

import { describe, expect, it } from "vitest"
import type { JsonObject } from "../../../sandbox/messenger/json.ts"
import {
  checkProfile,
  checkProfileRemoval,
  localised,
} from "../../../sandbox/messenger/graph/profile-rules.ts"

const START = { get_started: { payload: "v1.GET_STARTED" } }
const item = (title: string): JsonObject => ({ type: "postback", title, payload: "p" })
const menu = (items: readonly JsonObject[], locale = "default"): JsonObject => ({
  persistent_menu: [{ locale, call_to_actions: items }],
})
const items = (count: number): readonly JsonObject[] => Array.from({ length: count }, () => item("Balance"))
const questions = (count: number): JsonObject => ({
  ice_breakers: [
    {
      locale: "default",
      call_to_actions: Array.from({ length: count }, () => ({ question: "Is this safe?", payload: "p" })),
    },
  ],
})

describe("checkProfile()", () => {
  it.each([
    ["Get Started", START, {}, true],
    ["a menu without Get Started", menu(items(1)), {}, false],
    ["a menu where Get Started is set", menu(items(1)), START, true],
    ["20 items", menu(items(20)), START, true],
    ["21 items", menu(items(21)), START, false],
    ["a title of 30", menu([item("x".repeat(30))]), START, true],
    ["a title of 31", menu([item("x".repeat(31))]), START, false],
    ["no default locale", menu(items(1), "de_DE"), START, false],
    ["4 ice breakers", questions(4), {}, true],
    ["5 ice breakers", questions(5), {}, false],
    ["a greeting of 160", { greeting: [{ locale: "default", text: "x".repeat(160) }] }, {}, true],
    ["a greeting of 161", { greeting: [{ locale: "default", text: "x".repeat(161) }] }, {}, false],
    ["an unknown property", { home_url: "x" }, {}, false],
    ["nothing", {}, {}, false],
  ])("%s", (_, changes, current, good) => {
    expect(checkProfile(changes as JsonObject, current) === undefined).toBe(good)
  })
})

describe("checkProfileRemoval()", () => {
  it("keeps Get Started while a menu needs it", () => {
    const current = { ...START, ...menu(items(1)) }
    expect(checkProfileRemoval(["get_started"], current)).toBeDefined()
    expect(checkProfileRemoval(["get_started", "persistent_menu"], current)).toBeUndefined()
    expect(checkProfileRemoval(["home_url"], current)).toBeDefined()
  })
})

describe("localised()", () => {
  it("prefers the exact locale, then the language, then the default", () => {
    const entries = [{ locale: "default" }, { locale: "ar_AR" }, { locale: "de_DE" }]
    expect(localised(entries, "de_DE")).toEqual({ locale: "de_DE" })
    expect(localised(entries, "ar_EG")).toEqual({ locale: "ar_AR" })
    expect(localised(entries, "fr_FR")).toEqual({ locale: "default" })
    expect(localised(undefined, "fr_FR")).toBeUndefined()
  })
})
