// The emulator against the sheet, row by row: messenger-platform.md 11.1 is the table of contents, each name carries the
// row. It runs in workerd in this process and is spoken to over HTTP alone. Limits of single members are send.test.ts.

import { describe, expect, it } from "vitest"
import {
  APP,
  DAY,
  emulator,
  knobs,
  later,
  MINUTE,
  PAGE,
  person,
  psid,
  send,
  verdict,
} from "./emulated-page.ts"
import type { Answered, Json } from "./running.ts"

describe("Auth", () => {
  it.each([
    ["in the header", {}, "/v26.0/me", "dev-page-token", "ok"],
    ["in the query", {}, "/v26.0/me?access_token=dev-page-token", null, "ok"],
    ["none", {}, "/v26.0/me", null, "2500"],
    ["unknown", {}, "/v26.0/me", "other", "190"],
    ["of a dead session", { tokenError: 463 }, "/v26.0/me", "dev-page-token", "190/463"],
    ["after a password change", { tokenError: 460 }, "/v26.0/me", "dev-page-token", "190/460"],
    ["without the proof demanded", { requireProof: true }, "/v26.0/me", "dev-page-token", "100"],
    ["with a wrong proof", {}, "/v26.0/me?appsecret_proof=00", "dev-page-token", "100"],
  ] as const)("token %s", async (_, change, path, token, expected) => {
    await knobs(change)
    expect(verdict(await emulator.graph("GET", path, undefined, token))).toBe(expected)
  })

  it("token in the body, and another token from one moment to the next", async () => {
    const body = { access_token: "dev-page-token", recipient: { id: psid }, sender_action: "typing_on" }
    await person({ text: "Hi" })
    expect(verdict(await emulator.graph("POST", "/v26.0/me/messages", body, null))).toBe("ok")
    await knobs({ token: "second-token" })
    expect(verdict(await send())).toBe("190")
    await emulator.control(`/pages/${PAGE}`, { token: "dev-page-token" })
    expect(verdict(await send())).toBe("ok")
  })

  it("version in the path: an expired or unknown one is no path, none at all is the oldest", async () => {
    for (const version of ["v20.0", "v27.0"]) {
      const answer = await emulator.graph("GET", `/${version}/me`, undefined, null)
      expect(answer.body).toMatchObject({ error: { message: "Unknown path components: /me" } })
    }
    const oldest = await emulator.graph("GET", "/me")
    expect(oldest.headers.get("facebook-api-version")).toBe("v21.0")
  })

  it("debug_token says what is wrong with a token", async () => {
    const path = `/v26.0/debug_token?input_token=dev-page-token&access_token=${APP}|dev-app-secret`
    const alive = await emulator.graph("GET", path, undefined, null)
    expect(alive.body).toMatchObject({ data: { is_valid: true, app_id: APP, profile_id: PAGE } })
    await knobs({ tokenError: 458 })
    const dead = await emulator.graph("GET", path, undefined, null)
    expect(dead.body).toMatchObject({ data: { is_valid: false, error: { code: 190, subcode: 458 } } })
  })
})

describe("POST messages checks in the order of the sheet", () => {
  it("token → page → recipient → blocked → thread control → restricted → rate → limits → tag → window → template", async () => {
    await person({ text: "Hi" })
    await later(DAY + 1000)
    const badTemplate = { messaging_type: "UTILITY", message: { template: { name: "none" } } }
    // Everything is wrong at once; one fault after another is mended, and the next shows.
    await person({ block: true })
    await emulator.control(`/people/${psid}/inbox`, { text: "A person here" })
    await knobs({ tokenError: 467, restricted: true, sendsPerSecond: 0 })
    const wrong = {
      messaging_type: "MESSAGE_TAG",
      tag: "ACCOUNT_UPDATE",
      message: { text: "x".repeat(2001) },
    }
    expect(verdict(await send(wrong))).toBe("190/467")
    await knobs({ tokenError: null })
    expect(verdict(await emulator.graph("POST", "/v26.0/100000000000009/messages", wrong))).toBe("100/33")
    expect(verdict(await send({ ...wrong, recipient: { id: "42" } }))).toBe("100/2018001")
    expect(verdict(await send(wrong))).toBe("551/1545041")
    await person({ block: false })
    expect(verdict(await send(wrong))).toBe("10/2018300")
    await emulator.control(`/people/${psid}/control`, { action: "release" })
    expect(verdict(await send(wrong))).toBe("10/1893063")
    await knobs({ restricted: false })
    expect(verdict(await send(wrong))).toBe("80006")
    await knobs({ sendsPerSecond: 300 })
    const limit = await send(wrong)
    expect(limit.body).toMatchObject({ error: { code: 100, message: expect.stringContaining("2000") } })
    const tag = await send({ ...wrong, message: { text: "x" } })
    expect(tag.body).toMatchObject({ error: { code: 100, message: "(#100) Invalid parameter" } })
    expect(verdict(await send())).toBe("10/2018278")
    expect(verdict(await send(badTemplate))).toBe("100")
    await person({ text: "Still here?" })
    expect((await send()).body).toMatchObject({
      recipient_id: psid,
      message_id: expect.stringMatching(/^m_\w{20,}/),
    })
  })

  it("a reaction opens the window, a typing sign outside it does not pass", async () => {
    await person({ text: "Hi" })
    const { message_id: mid } = (await send()).body
    await later(DAY + 1000)
    const typing = { message: undefined, sender_action: "typing_on" }
    expect(verdict(await send(typing))).toBe("10/2018278")
    await person({ reaction: { mid, reaction: "love" } })
    expect(verdict(await send(typing))).toBe("ok")
  })

  it("Removed tags answer 100, HUMAN_AGENT lives seven days and needs its feature", async () => {
    await person({ text: "Hi" })
    const tagged = (tag: string): Promise<Answered> => send({ messaging_type: "MESSAGE_TAG", tag })
    for (const tag of ["ACCOUNT_UPDATE", "CONFIRMED_EVENT_UPDATE", "POST_PURCHASE_UPDATE"])
      expect(verdict(await tagged(tag))).toBe("100")
    await later(7 * DAY - MINUTE)
    expect(verdict(await tagged("HUMAN_AGENT"))).toBe("ok")
    await knobs({ humanAgent: false })
    expect(verdict(await tagged("HUMAN_AGENT"))).toBe("100")
    await knobs({ humanAgent: true })
    await later(2 * MINUTE)
    expect(verdict(await tagged("HUMAN_AGENT"))).toBe("10/2018278")
  })
})

describe("rates and usage headers", () => {
  it("200 calls for each engaged person in 24 hours, then 80006 until the clock frees some", async () => {
    await person({ text: "Hi" })
    await knobs({ engaged: 0 })
    const full = await send()
    expect(verdict(full)).toBe("80006")
    const usage = JSON.parse(full.headers.get("x-business-use-case-usage") ?? "{}") as Record<string, Json[]>
    expect(usage[PAGE]?.[0]).toMatchObject({ type: "messenger", call_count: 100 })
    expect(usage[PAGE]?.[0]?.["estimated_time_to_regain_access"]).toBeGreaterThan(1400)
    expect(verdict(await emulator.graph("GET", `/v26.0/${PAGE}/personas`))).toBe("80006")
    await knobs({ engaged: 1 })
    expect(verdict(await send())).toBe("ok")
  })

  it("audio and video ten a second, and headers as a knob says", async () => {
    await person({ text: "Hi" })
    await knobs({ mediaPerSecond: 0, usagePercent: 96 })
    const video = {
      message: { attachment: { type: "video", payload: { url: "https://bank.example/v.mp4" } } },
    }
    expect(verdict(await send(video))).toBe("80006")
    const text = await send()
    expect(verdict(text)).toBe("ok")
    expect(JSON.parse(text.headers.get("x-app-usage") ?? "{}")).toMatchObject({ call_count: 96 })
  })
})

describe("Templates", () => {
  const create = (name: string): Promise<Answered> =>
    emulator.graph("POST", `/v26.0/${PAGE}/message_templates`, {
      name,
      language: "en",
      category: "UTILITY",
      components: [
        { type: "BODY", text: "Your card was used at {{1}} today.", example: { body_text: [["a"]] } },
      ],
    })
  const unique = (): string => `alert_${crypto.randomUUID().slice(0, 8)}_v1`
  const utility = (name: string): Json => ({
    messaging_type: "UTILITY",
    message: {
      template: {
        name,
        language: { code: "en" },
        components: [{ type: "body", parameters: [{ type: "text", text: "Cafe Uno" }] }],
      },
    },
  })

  it("create, approve seconds late with a webhook, send outside the window, pause, delete", async () => {
    const name = unique()
    const made = await create(name)
    expect(made.body).toMatchObject({ status: "PENDING", category: "UTILITY" })
    expect(verdict(await send(utility(name)))).toBe("100")
    const event = await emulator.event("field")
    expect(event).toMatchObject({
      part: "changes",
      field: "message_template_status_update",
      value: { event: "APPROVED", message_template_name: name, message_template_language: "en" },
    })
    expect(verdict(await send(utility(name)))).toBe("ok")
    expect(
      verdict(await emulator.graph("POST", `/v26.0/${String(made.body["id"])}`, { components: [] })),
    ).toBe("100")
    await emulator.control(`/templates/${name}`, { status: "PAUSED" })
    expect(verdict(await send(utility(name)))).toBe("100")
    const listed = await emulator.graph("GET", `/v26.0/${PAGE}/message_templates?name=${name}&fields=status`)
    expect(listed.body).toMatchObject({ data: [{ status: "PAUSED" }] })
    expect((await emulator.graph("DELETE", `/v26.0/${PAGE}/message_templates?name=${name}`)).body).toEqual({
      success: true,
    })
  })

  it("a review that refuses, with its reason", async () => {
    const name = unique()
    await emulator.control("/templates/review", { delayMs: 0, reject: { [name]: "TAG_SHOULD_BE_MARKETING" } })
    expect((await create(name)).body).toMatchObject({
      status: "REJECTED",
      rejection_reason: "TAG_SHOULD_BE_MARKETING",
    })
  })

  it("library: found by its words, made with one call", async () => {
    const found = await emulator.graph("GET", "/v26.0/message_template_library?name_or_content=fraud")
    expect(found.body).toMatchObject({ data: [{ name: "fraud_alert", category: "UTILITY" }] })
    const body = { name: unique(), language: "en", category: "UTILITY", library_template_name: "fraud_alert" }
    const button = { library_template_button_inputs: [{ type: "PHONE_NUMBER", phone_number: "+4930000000" }] }
    const path = `/v26.0/${PAGE}/message_templates`
    expect(verdict(await emulator.graph("POST", path, { ...body, ...button }))).toBe("ok")
  })
})

describe("Profile, personas, attachments, the rest of a Page", () => {
  it("personas: made, used in a send, deleted softly", async () => {
    await person({ text: "Hi" })
    const picture = "https://bank.example/ana.png"
    const made = await emulator.graph("POST", `/v26.0/${PAGE}/personas`, {
      name: "Ana",
      profile_picture_url: picture,
    })
    const id = String(made.body["id"])
    expect((await emulator.graph("GET", `/v26.0/${id}`)).body).toEqual({
      name: "Ana",
      profile_picture_url: picture,
      id,
    })
    expect(verdict(await send({ persona_id: id }))).toBe("ok")
    expect((await emulator.graph("DELETE", `/v26.0/${id}`)).body).toEqual({ success: true })
    expect(verdict(await send({ persona_id: id }))).toBe("100")
    const { messages } = (await emulator.control(`/people/${psid}/thread`)).body as {
      messages: readonly Json[]
    }
    expect(messages.at(-1)).toMatchObject({ persona: { name: "Ana" } })
    const long = { name: "x".repeat(51), profile_picture_url: picture }
    expect(verdict(await emulator.graph("POST", `/v26.0/${PAGE}/personas`, long))).toBe("100")
  })

  it("attachments: an id lives 90 days, and is this Page's", async () => {
    await person({ text: "Hi" })
    const message = {
      attachment: { type: "image", payload: { url: "https://bank.example/a.png", is_reusable: true } },
    }
    const stored = await emulator.graph("POST", `/v26.0/${PAGE}/message_attachments`, { message })
    const reuse = (id: unknown): Promise<Answered> =>
      send({ message: { attachment: { type: "image", payload: { attachment_id: id } } } })
    expect(verdict(await reuse(stored.body["attachment_id"]))).toBe("ok")
    expect(verdict(await reuse("42"))).toBe("100/2018074")
    const again = await send({ message })
    expect(verdict(await reuse(again.body["attachment_id"]))).toBe("ok")
    await later(90 * DAY + 1000)
    await person({ text: "Back" })
    expect(verdict(await reuse(stored.body["attachment_id"]))).toBe("100/2018074")
  })

  it("pages_status and the integrity webhook follow a restriction", async () => {
    await knobs({ restricted: true })
    const event = await emulator.event("field")
    expect(event).toMatchObject({ field: "messaging_integrity", value: { status: "RESTRICTED" } })
    const status = await emulator.graph("GET", `/v26.0/${PAGE}/pages_status`)
    expect(status.body).toMatchObject({
      data: [{ status: "RESTRICTED", restrictions: [{ status: "ACTIVE" }] }],
    })
    await emulator.control(`/pages/${PAGE}/policy`, { action: "unblock" })
    expect(await emulator.event("policy_enforcement")).toMatchObject({
      policy_enforcement: { action: "unblock" },
    })
    await person({ text: "Hi" })
    expect(verdict(await send())).toBe("ok")
  })

  it("custom_user_settings ten times in ten minutes for each person", async () => {
    const menu = [{ locale: "default", call_to_actions: [{ type: "postback", title: "Mine", payload: "p" }] }]
    const set = (): Promise<Answered> =>
      emulator.graph("POST", "/v26.0/me/custom_user_settings", { psid, persistent_menu: menu })
    for (let call = 0; call < 10; call += 1) expect(verdict(await set())).toBe("ok")
    expect(verdict(await set())).toBe("613")
    await later(10 * MINUTE + 1000)
    expect(verdict(await set())).toBe("ok")
  })

  it("conversations: what was said, the newest first, and two calls a second", async () => {
    await person({ text: "Hi" })
    await send()
    const fields = "id,is_owner,messages{id,message,from}"
    const path = `/v26.0/${PAGE}/conversations?platform=messenger&user_id=${psid}&fields=${fields}`
    const listed = await emulator.graph("GET", path)
    expect(listed.body).toMatchObject({
      data: [
        { id: `t_${psid}`, is_owner: true, messages: { data: [{ message: "Hello" }, { message: "Hi" }] } },
      ],
    })
    const more = await Promise.all([1, 2, 3, 4, 5].map(() => emulator.graph("GET", path)))
    expect(more.map(verdict)).toContain("80001")
  })
})
