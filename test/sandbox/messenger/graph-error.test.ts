// The error table and its printed form. Source: messenger-platform.md 8.2 and 8.3.

import { describe, expect, it } from "vitest"
import {
  GRAPH_ERRORS,
  findGraphError,
  renderGraphError,
} from "../../../sandbox/messenger/graph/graph-error.ts"
import { parseFault, isBankPath, matchesPath } from "../../../sandbox/messenger/control/fault.ts"

describe("renderGraphError()", () => {
  it("prints members in the platform's names and leaves out what a row lacks", () => {
    expect(renderGraphError(GRAPH_ERRORS.outsideWindow, "AbcTrace")).toEqual({
      error: {
        message: expect.stringContaining("(#10) This message is sent outside of allowed window"),
        type: "OAuthException",
        code: 10,
        error_subcode: 2018278,
        fbtrace_id: "AbcTrace",
      },
    })
    expect(renderGraphError(GRAPH_ERRORS.unavailable, "A")).toMatchObject({ error: { is_transient: false } })
  })
})

describe("findGraphError()", () => {
  it.each([
    [100, 2018001, "noUser"],
    [10, 2018278, "outsideWindow"],
    [551, undefined, "unavailableBare"],
    [551, 1545041, "unavailable"],
    [190, 460, "tokenPassword"],
    [10, 2018300, "threadControl"],
    [2018300, undefined, "threadControlBare"],
    [190, 463, "tokenExpired"],
    [80006, undefined, "messengerCalls"],
    [10303, undefined, "linkingToken"],
  ] as const)("finds %i/%s", (code, subcode, name) => {
    expect(findGraphError(code, subcode)).toBe(GRAPH_ERRORS[name])
  })
})

describe("parseFault()", () => {
  it("looks an error up by its numbers", () => {
    expect(parseFault({ path: "messages", error: { code: 10, error_subcode: 2018278 } })).toMatchObject({
      ok: true,
      value: { times: 1, error: { status: 400, code: 10, subcode: 2018278 } },
    })
  })

  it("looks an error up by its name, and by numbers inside an error body", () => {
    expect(parseFault({ path: "messages", error: "threadControl" })).toMatchObject({
      ok: true,
      value: { error: { code: 10, subcode: 2018300 } },
    })
    expect(parseFault({ path: "/", error: { error: { code: 190, error_subcode: 460 } } })).toMatchObject({
      ok: true,
      value: { error: { status: 401, code: 190, subcode: 460 } },
    })
    expect(parseFault({ path: "/", error: { code: 4711, error_subcode: 1 } })).toMatchObject({
      ok: true,
      value: { error: { code: 4711, subcode: 1 } },
    })
  })

  it("sets usage headers without failing, and strikes one person or by chance", () => {
    const usage = { percent: 96, regainMinutes: 19 }
    expect(parseFault({ path: "/", usage })).toMatchObject({ value: { status: undefined, usage } })
    expect(parseFault({ path: "/", chance: 0.1, recipient: "7" })).toMatchObject({
      value: { chance: 0.1, recipient: "7", status: 500 },
    })
  })

  it("fails with 500 when no way of failing is named, and only delays when told to", () => {
    expect(parseFault({ path: "/me" })).toMatchObject({ ok: true, value: { status: 500 } })
    expect(parseFault({ path: "/me", delayMs: 5 })).toMatchObject({
      ok: true,
      value: { status: undefined, delayMs: 5 },
    })
    expect(parseFault({ path: "/me", afterAccept: true })).toMatchObject({
      ok: true,
      value: { status: undefined },
    })
  })

  it.each([
    {},
    { path: "" },
    { path: "/x", times: 0 },
    { path: "/x", status: 42 },
    { path: "/x", error: "no" },
    { path: "/x", chance: 0 },
    { path: "/x", usage: 1 },
    7,
  ])("refuses %j", (value) => {
    expect(parseFault(value).ok).toBe(false)
  })
})

describe("matchesPath()", () => {
  const path = "/graph/v26.0/100000000000001/messages"
  it.each(["/graph", path, "/graph/*/messages", "*/messages", "messages", "/100000000000001/messages", "*"])(
    "%s means it",
    (pattern) => {
      expect(matchesPath(pattern, path)).toBe(true)
    },
  )
  it.each(["/graph/v26.0/me", "/me/messages", "message_templates", "*/subscribed_apps", "/bank"])(
    "%s does not",
    (pattern) => {
      expect(matchesPath(pattern, path)).toBe(false)
    },
  )
  it("knows the bank's paths", () => {
    expect(["/bank/fdx", "bank/oidc/*", "/bank*"].map(isBankPath)).toEqual([true, true, true])
    expect(["/graph/bank", "/banks/demo", "messages"].map(isBankPath)).toEqual([false, false, false])
  })
})
