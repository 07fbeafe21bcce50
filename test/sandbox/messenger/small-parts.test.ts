// Versions, standing, usage headers, signed requests, feedback: the small pure parts of the emulator.
// Sources: messenger-platform.md 0.3, 5.6, 8.1, 9.1.

import { describe, expect, it } from "vitest"
import { signRequest } from "../../../sandbox/messenger/control/signed-request.ts"
import { checkFeedback } from "../../../sandbox/messenger/graph/feedback-limits.ts"
import { listOf } from "../../../sandbox/messenger/graph/parameters.ts"
import { DEFAULT_STANDING, changeStanding } from "../../../sandbox/messenger/graph/standing.ts"
import { percentOf, usageHeaders } from "../../../sandbox/messenger/graph/usage.ts"
import { readPath } from "../../../sandbox/messenger/graph/version.ts"
import type { JsonObject } from "../../../sandbox/messenger/json.ts"
import { withoutPayload } from "../../../sandbox/messenger/webhooks/event.ts"

const NOVEMBER = Date.UTC(2026, 10, 22)

describe("readPath()", () => {
  it.each([
    ["/graph/v26.0/me/messages", NOVEMBER, { version: "v26.0", node: "me", edge: "messages" }],
    ["/graph/v26.0/123", NOVEMBER, { version: "v26.0", node: "123", edge: "" }],
    ["/graph/me", NOVEMBER, { version: "v21.0", node: "me", edge: "" }],
    ["/graph/v20.0/me", NOVEMBER, { version: undefined, node: "me", edge: "" }],
    ["/graph/v20.0/me", Date.UTC(2026, 8, 23), { version: "v20.0", node: "me", edge: "" }],
    ["/graph/v27.0/me", NOVEMBER, { version: undefined, node: "me", edge: "" }],
    ["/graph/v21.0/me", Date.UTC(2027, 0, 21), { version: undefined, node: "me", edge: "" }],
    ["/graph/me", Date.UTC(2027, 0, 21), { version: "v22.0", node: "me", edge: "" }],
  ])("%s at %i", (path, now, expected) => {
    expect(readPath(path, now)).toEqual(expected)
  })
})

describe("changeStanding()", () => {
  it("changes what is named and refuses the rest", () => {
    expect(changeStanding(DEFAULT_STANDING, { restricted: true, tokenError: 463 })).toMatchObject({
      ok: true,
      value: { ...DEFAULT_STANDING, restricted: true, tokenError: 463 },
    })
    const wrong = [
      { speed: 1 },
      { tokenError: 1 },
      { region: "mars" },
      { engaged: -1 },
      { restricted: "yes" },
    ]
    expect(wrong.map((changes) => changeStanding(DEFAULT_STANDING, changes).ok)).toEqual(
      wrong.map(() => false),
    )
  })
})

describe("usageHeaders()", () => {
  it("prints the platform's shape", () => {
    const headers = usageHeaders("100", { percent: 96, regainMinutes: 19 })
    expect(JSON.parse(headers["x-app-usage"] ?? "")).toEqual({
      call_count: 96,
      total_cputime: 96,
      total_time: 96,
    })
    expect(JSON.parse(headers["x-business-use-case-usage"] ?? "")).toEqual({
      "100": [
        {
          type: "messenger",
          call_count: 96,
          total_cputime: 96,
          total_time: 96,
          estimated_time_to_regain_access: 19,
        },
      ],
    })
    expect([percentOf(0, 0), percentOf(199, 200), percentOf(201, 200)]).toEqual([100, 99, 100])
  })
})

describe("signRequest()", () => {
  it("gives the vector", async () => {
    const claims = {
      algorithm: "HMAC-SHA256",
      expires: 1291840400,
      issued_at: 1291836800,
      user_id: "218471",
    }
    expect(await signRequest("test_app_secret", claims)).toBe(
      "MgChNJTM9CJ75wlk7iDsf-5_LH4rMfst5fvUhiJRiqg.eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsImV4cGlyZXMiOjEyOTE4NDA0MDAsImlzc3VlZF9hdCI6MTI5MTgzNjgwMCwidXNlcl9pZCI6IjIxODQ3MSJ9",
    )
  })
})

describe("checkFeedback()", () => {
  const question = { id: "q1", type: "csat", title: "How satisfied are you?", score_option: "five_stars" }
  const form = (over: JsonObject = {}, asked: JsonObject = question): JsonObject => ({
    title: "Rate us",
    feedback_screens: [{ questions: [asked] }],
    business_privacy: { url: "https://bank.example/privacy" },
    ...over,
  })
  it.each([
    ["the platform's sample", form({ expires_in_days: 3 }), true],
    ["7 days", form({ expires_in_days: 7 }), true],
    ["8 days", form({ expires_in_days: 8 }), false],
    ["no privacy policy", form({ business_privacy: undefined }), false],
    ["two questions", form({ feedback_screens: [{ questions: [question, question] }] }), false],
    [
      "two screens",
      form({ feedback_screens: [{ questions: [question] }, { questions: [question] }] }),
      false,
    ],
    ["a title of 65", form({ title: "x".repeat(65) }), true],
    ["a title of 66", form({ title: "x".repeat(66) }), false],
    ["a question of 4", form({}, { ...question, title: "Well" }), false],
    ["an unknown score", form({}, { ...question, score_option: "thumbs" }), false],
    ["a space in the id", form({}, { ...question, id: "q 1" }), false],
  ])("%s", (_, payload, good) => {
    expect(checkFeedback(payload) === undefined).toBe(good)
  })
})

describe("listOf()", () => {
  it("keeps what stands in braces together", () => {
    expect(listOf("id,messages{id,message},is_owner")).toEqual(["id", "messages{id,message}", "is_owner"])
  })
})

describe("withoutPayload()", () => {
  it("takes what is behind a button from a bystander, and nothing else", () => {
    expect(withoutPayload({ postback: { mid: "m", title: "Go", payload: "p" } })).toEqual({
      postback: { mid: "m", title: "Go" },
    })
    expect(withoutPayload({ message: { quick_reply: { payload: "p" } } })).toEqual({
      message: { quick_reply: { payload: "p" } },
    })
  })
})
