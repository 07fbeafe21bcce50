// How webhooks arrive, how they are tried again, and what a person's act looks like as JSON.

import { describe, expect, it } from "vitest"
import { parseAct } from "../../../sandbox/messenger/people/act.ts"
import { echoEvent, entryOf, postbackEvent, shortLink } from "../../../sandbox/messenger/webhooks/event.ts"
import { retryWaitMs } from "../../../sandbox/messenger/webhooks/retry.ts"
import { serialiseWebhook } from "../../../sandbox/messenger/webhooks/serialise.ts"
import { DEFAULT_SETTINGS, parseSettings } from "../../../sandbox/messenger/webhooks/settings.ts"

describe("parseSettings()", () => {
  it("goes back to the default for every knob that is not named", () => {
    expect(parseSettings({})).toEqual({ ok: true, value: DEFAULT_SETTINGS })
    expect(parseSettings({ duplicate: 10, reorder: true })).toEqual({
      ok: true,
      value: { ...DEFAULT_SETTINGS, duplicate: 10, reorder: true },
    })
  })

  it("reads a number of copies, a switch, and nothing else", () => {
    expect(parseSettings({ duplicate: true })).toMatchObject({ ok: true, value: { duplicate: 2 } })
    expect(parseSettings({ duplicate: 0, batch: 0 })).toMatchObject({
      ok: true,
      value: { duplicate: 1, batch: 1 },
    })
    expect(parseSettings({ duplicate: "3" }).ok).toBe(false)
    expect(parseSettings({ batch: 1001 }).ok).toBe(false)
    expect(parseSettings({ speed: 1 }).ok).toBe(false)
  })
})

describe("retryWaitMs()", () => {
  it("tries at once, then less often, then gives up", () => {
    const waits = Array.from({ length: 12 }, (_, index) => retryWaitMs(index + 1))
    const known = waits.filter((wait) => wait !== undefined)
    expect(known[0]).toBe(0)
    expect(known).toEqual(known.toSorted((a, b) => a - b))
    expect(waits.at(-1)).toBeUndefined()
  })
})

describe("events", () => {
  const between = { psid: "74887579174524785", pageId: "100000000000001", at: 1458692752478 }

  it("have their members in the order of the samples, ids as text, the app id as a number", () => {
    const echo = echoEvent(between, {
      appId: "1000000000000001",
      metadata: "out_1",
      mid: "m_x",
      content: { text: "hi" },
    })
    expect(
      serialiseWebhook({ object: "page", entry: [entryOf(between.pageId, between.at, "messaging", echo)] }),
    ).toBe(
      '{"object":"page","entry":[{"id":"100000000000001","time":1458692752478,"messaging":[{"sender":{"id":"100000000000001"},"recipient":{"id":"74887579174524785"},"timestamp":1458692752478,"message":{"is_echo":true,"app_id":1000000000000001,"metadata":"out_1","mid":"m_x","text":"hi"}}]}]}',
    )
  })

  it("carry the referral that led to Get Started", () => {
    const event = postbackEvent(between, {
      mid: "m_p",
      title: "Get Started",
      payload: "v1.GET_STARTED",
      referral: shortLink("nonce_1", true),
    })
    expect(event.postback).toEqual({
      mid: "m_p",
      title: "Get Started",
      payload: "v1.GET_STARTED",
      referral: { ref: "nonce_1", source: "SHORTLINK", type: "OPEN_THREAD" },
    })
  })
})

describe("parseAct()", () => {
  it.each([
    [{ text: "hello" }, { kind: "text", text: "hello", replyTo: undefined }],
    [
      { text: "hello", replyTo: "m_1" },
      { kind: "text", text: "hello", replyTo: "m_1" },
    ],
    [{ edit: { mid: "m_1", text: "hallo" } }, { kind: "edit", mid: "m_1", text: "hallo" }],
    [{ delete: { mid: "m_1" } }, { kind: "delete", mid: "m_1" }],
    [{ reaction: { mid: "m_1", reaction: "love" } }, { kind: "reaction", mid: "m_1", reaction: "love" }],
    [{ block: true }, { kind: "block", blocked: true }],
    [
      { attachment: { type: "image", payload: { url: "https://a.example/" } }, text: "see" },
      {
        kind: "attachments",
        attachments: [{ type: "image", payload: { url: "https://a.example/" } }],
        text: "see",
      },
    ],
    [{ payload: "v1.X" }, { kind: "postback", payload: "v1.X", title: "v1.X" }],
    [
      { payload: "v1.X", title: "Yes", kind: "quick_reply" },
      { kind: "quick_reply", payload: "v1.X", title: "Yes" },
    ],
    [{ referral: "abc-=_9" }, { kind: "referral", ref: "abc-=_9", more: undefined }],
    [{ unlink: true }, { kind: "unlink" }],
  ])("reads %j", (body, expected) => {
    expect(parseAct(body)).toEqual({ ok: true, value: expected })
  })

  it.each([
    undefined,
    {},
    { text: " " },
    { referral: "a b" },
    { payload: "x", kind: "swipe" },
    { attachment: { type: "fax" } },
    { edit: { mid: "m" } },
  ])("refuses %j", (body) => {
    expect(parseAct(body).ok).toBe(false)
  })
})
