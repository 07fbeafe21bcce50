// Conversation Routing: who may speak, who overhears, who may hand over. Source: messenger-platform.md 7.1, 7.2.

import { describe, expect, it } from "vitest"
import type { Control, ControlCall } from "../../../sandbox/messenger/graph/thread-control.ts"
import { decideControl, maySend, seesOwner } from "../../../sandbox/messenger/graph/thread-control.ts"

const [US, INBOX, OTHER] = ["1000000000000001", "263902037430900", "1000000000000002"] as const
const held = (owner: string | undefined, defaultApp: string | null = US): Control => ({ owner, defaultApp })

describe("maySend()", () => {
  it.each([
    ["idle, we are the default app", held(undefined), true],
    ["idle, the Inbox is", held(undefined, INBOX), false],
    ["idle, there is none", held(undefined, null), true],
    ["we hold it", held(US), true],
    ["we hold it without a default app", held(US, null), true],
    ["the Inbox holds it", held(INBOX), false],
    ["the Inbox holds it without a default app", held(INBOX, null), false],
  ])("%s", (_, control, expected) => {
    expect(maySend(control, US)).toBe(expected)
  })
})

describe("seesOwner()", () => {
  it("tells the owner and the default app, and nobody else", () => {
    expect([US, INBOX, OTHER].map((app) => seesOwner(held(INBOX), app))).toEqual([true, true, false])
  })
})

describe("decideControl()", () => {
  const pass: ControlCall = { kind: "pass", target: INBOX }
  it.each([
    ["the owner passes", held(US), US, pass, "own 263902037430900"],
    ["the default app passes an idle thread", held(undefined), US, pass, "own 263902037430900"],
    [
      "anybody passes an idle thread without a default app",
      held(undefined, null),
      US,
      pass,
      "own 263902037430900",
    ],
    ["a bystander may not pass", held(INBOX), US, pass, "10/2018300"],
    ["to an app that is none", held(US), US, { kind: "pass", target: "42" }, "100/2018164"],
    ["the default app takes", held(INBOX), US, { kind: "take" }, "own 1000000000000001"],
    ["another may not take", held(US), OTHER, { kind: "take" }, "100/2534037"],
    ["nobody takes without a default app", held(INBOX, null), US, { kind: "take" }, "100/2534037"],
    ["a request goes to the owner", held(INBOX), OTHER, { kind: "request" }, "ask 263902037430900"],
    [
      "a request goes to the default app while idle",
      held(undefined),
      OTHER,
      { kind: "request" },
      "ask 1000000000000001",
    ],
    ["the owner releases", held(US), US, { kind: "release" }, "own undefined"],
    ["another may not release", held(INBOX), US, { kind: "release" }, "100/2534037"],
    [
      "the owner extends to 7 days",
      held(US),
      US,
      { kind: "extend", seconds: 604_800 },
      "own 1000000000000001",
    ],
    ["no longer than 7 days", held(US), US, { kind: "extend", seconds: 604_801 }, "100"],
    ["another may not extend", held(INBOX), US, { kind: "extend", seconds: 60 }, "100/2534037"],
  ] as const)("%s", (_, control, app, call, expected) => {
    const decided = decideControl(control, app, call)
    const shown = decided.ok
      ? decided.value.kind === "own"
        ? `own ${decided.value.owner}`
        : `ask ${decided.value.asked}`
      : [decided.error.code, decided.error.subcode].filter(Boolean).join("/")
    expect(shown).toBe(expected)
  })
})
