// The emulator's outgoing side against the sheet: the rows Webhook sender, Echoes, Person simulator, Faults, Clock and
// Callbacks of messenger-platform.md 11.1. Spoken to over HTTP alone, with a gateway that answers as it is told.

import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest"
import { signWebhook } from "../../../sandbox/messenger/webhooks/signature.ts"
import type { Answered, Json, Running } from "./running.ts"
import { eventsOf, run } from "./running.ts"

const PAGE = "100000000000001"
const MINUTE = 60_000
const FIELDS =
  "messages,messaging_postbacks,message_echoes,message_deliveries,message_reads,message_reactions,message_edits," +
  "messaging_referrals,messaging_account_linking,messaging_optins,messaging_feedback"

// A machine busy with other tests is several times slower.
vi.setConfig({ testTimeout: 20_000, hookTimeout: 60_000 })

let emulator: Running
let psid: string

beforeAll(async () => {
  emulator = await run()
})
afterAll(() => emulator.close())
beforeEach(async () => {
  emulator.answer = () => new Response("EVENT_RECEIVED")
  await emulator.control("/reset", {})
  psid = String((await emulator.control("/people", { name: "Zoe Quist" })).body["psid"])
  await emulator.graph("POST", `/v26.0/${PAGE}/subscribed_apps?subscribed_fields=${FIELDS}`)
  emulator.got.length = 0
})

const person = (body: Json): Promise<Answered> => emulator.control(`/people/${psid}/send`, body)
const send = (message: Json = { text: "Hello" }): Promise<Answered> =>
  emulator.graph("POST", `/v26.0/${PAGE}/messages`, {
    recipient: { id: psid },
    messaging_type: "RESPONSE",
    message,
  })
const verdict = ({ body }: Answered): string => {
  const error = body["error"] as Json | undefined
  return error === undefined ? "ok" : [error["code"], error["error_subcode"]].filter(Boolean).join("/")
}
const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (const end = Date.now() + 5_000; !(await holds());) {
    if (Date.now() > end) throw new Error("It did not come to hold")
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe("Webhook sender", () => {
  it("escapes, and signs the bytes twice", async () => {
    await person({ text: "äöå 😀 a/b <50% @home>" })
    await emulator.event("message")
    const [got] = emulator.got
    expect(got?.text).toContain(String.raw`\u00e4\u00f6\u00e5 \ud83d\ude00 a\/b \u003C50\u0025 \u0040home>`)
    const signatures = await signWebhook("dev-app-secret", got?.text ?? "")
    expect(Object.fromEntries(got?.headers ?? [])).toMatchObject(signatures)
  })

  it("duplicates and batches as told, each person's events in order", async () => {
    await emulator.control("/webhooks", { duplicate: 3 })
    await person({ text: "one" })
    await until(() => emulator.got.length === 3)
    expect(new Set(emulator.got.map(({ text }) => text)).size).toBe(1)
    await emulator.control("/webhooks", { batch: 10 })
    emulator.got.length = 0
    // While the first waits for its answer, the others gather.
    let release = (): void => undefined
    const gate = new Promise<void>((resolve) => (release = resolve))
    emulator.answer = async () => {
      await gate
      return new Response("yes")
    }
    await person({ text: "two" })
    await until(() => emulator.got.length === 1)
    for (const text of ["three", "four"]) await person({ text })
    release()
    await until(() => emulator.got.flatMap(eventsOf).length === 3)
    expect(emulator.got.map((got) => eventsOf(got).length)).toEqual([1, 2])
    await emulator.control("/webhooks", {})
  })

  it("reorders: what waits together is shuffled, and each comes once", async () => {
    await emulator.control("/webhooks", { reorder: true })
    const texts = Array.from({ length: 12 }, (_, index) => `text ${index}`)
    for (const text of texts) await person({ text })
    await until(() => emulator.got.length === texts.length)
    const said = emulator.got.flatMap(eventsOf).map((event) => (event["message"] as Json)["text"])
    expect(new Set(said)).toEqual(new Set(texts))
    await emulator.control("/webhooks", {})
  })

  it("waits five seconds for an answer and no longer", async () => {
    const came: number[] = []
    emulator.answer = () => {
      came.push(Date.now())
      return came.length === 1
        ? new Promise<Response>((resolve) => setTimeout(() => resolve(new Response("late")), 7000))
        : new Response("yes")
    }
    await person({ text: "Hi" })
    for (const end = Date.now() + 9_000; came.length < 2 && Date.now() < end;)
      await new Promise((resolve) => setTimeout(resolve, 50))
    expect((came[1] ?? 0) - (came[0] ?? 0)).toBeGreaterThan(4_800)
    expect((came[1] ?? 0) - (came[0] ?? 0)).toBeLessThan(8_000)
  })

  it("tries again until 200, and alerts after 15 minutes", async () => {
    emulator.answer = () => new Response("no", { status: 500 })
    await person({ text: "Hi" })
    await until(() => emulator.got.length >= 2)
    await emulator.control("/clock", { advanceMs: 16 * MINUTE })
    await until(async () =>
      JSON.stringify((await emulator.control("/webhooks")).body["alerts"]).includes("failing"),
    )
    emulator.answer = () => new Response("yes")
    await emulator.control("/clock", { advanceMs: MINUTE })
    await until(async () => (await emulator.control("/webhooks")).body["failingSince"] === null)
    expect(new Set(emulator.got.map(({ text }) => text)).size).toBe(1)
  })

  it("an hour of failure on the virtual clock unsubscribes; subscribed_apps brings it back", async () => {
    emulator.answer = () => new Response("no", { status: 500 })
    await person({ text: "Hi" })
    await until(() => emulator.got.length >= 2)
    await emulator.control("/clock", { advanceMs: 61 * MINUTE })
    await until(
      async () => ((await emulator.control("/webhooks")).body["fields"] as readonly string[]).length === 0,
    )
    expect(JSON.stringify((await emulator.control("/webhooks")).body["alerts"])).toContain(
      "webhooks_disabled",
    )
    expect((await emulator.graph("GET", `/v26.0/${PAGE}/subscribed_apps`)).body).toEqual({ data: [] })
    emulator.answer = () => new Response("yes")
    await emulator.graph("POST", `/v26.0/${PAGE}/subscribed_apps`, { subscribed_fields: ["messages"] })
    emulator.got.length = 0
    await person({ text: "Again" })
    expect(await emulator.event("message")).toMatchObject({ message: { text: "Again" } })
  })

  it("the app's callback is saved once it has answered the handshake", async () => {
    const path = "/v26.0/1000000000000001/subscriptions"
    const token = "1000000000000001|dev-app-secret"
    const body = {
      object: "page",
      callback_url: "http://gateway.test/other",
      fields: "messages",
      verify_token: "v",
    }
    expect((await emulator.graph("POST", path, body, token)).body).toEqual({ success: true })
    await person({ text: "Hi" })
    await emulator.event("message")
    expect(emulator.got[0]?.path).toBe("/other")
  })
})

describe("Echoes, deliveries, reads", () => {
  it("follow each send, the metadata as it was sent", async () => {
    await person({ text: "Hi" })
    await emulator.event("message")
    const from = emulator.got.length
    const { message_id: mid } = (await send({ text: "Hello", metadata: "out_1" })).body
    expect(await emulator.event("message", from)).toMatchObject({
      sender: { id: PAGE },
      recipient: { id: psid },
      message: { is_echo: true, app_id: 1000000000000001, metadata: "out_1", mid, text: "Hello" },
    })
    expect(await emulator.event("delivery", from)).toMatchObject({ delivery: { mids: [mid] } })
    expect(await emulator.event("read", from)).toHaveProperty("read.watermark")
  })
})

describe("Person simulator", () => {
  it.each([
    [
      "a sticker",
      { sticker: true },
      { attachments: [{ type: "sticker", payload: { sticker_id: 369239263222822 } }] },
    ],
    [
      "a picture with words",
      { attachment: { type: "image", payload: { url: "https://x.example/" } }, text: "see" },
      { text: "see", attachments: [{ type: "image" }] },
    ],
    [
      "a place",
      { attachment: { type: "location", payload: { coordinates: { lat: 52.5, long: 13.4 } } } },
      { attachments: [{ type: "location", payload: { coordinates: { lat: 52.5, long: 13.4 } } }] },
    ],
    ["what cannot be expressed", { unsupported: true }, { is_unsupported: true }],
    [
      "a quick reply",
      { payload: "Y", title: "Yes", kind: "quick_reply" },
      { text: "Yes", quick_reply: { payload: "Y" } },
    ],
    ["a reply", { text: "and this?", replyTo: "m_a" }, { text: "and this?", reply_to: { mid: "m_a" } }],
  ])("%s", async (_, act, message) => {
    await person(act)
    expect(await emulator.event("message")).toMatchObject({ part: "messaging", message })
  })

  it("edits an own text five times, within fifteen minutes", async () => {
    const { mid } = (await person({ text: "Helo" })).body
    for (let edit = 1; edit <= 5; edit += 1) {
      expect((await person({ edit: { mid, text: `Hello ${edit}` } })).status).toBe(200)
    }
    await until(() => emulator.got.flatMap(eventsOf).filter((event) => event["message_edit"]).length === 5)
    expect(emulator.got.flatMap(eventsOf).at(-1)).toMatchObject({
      message_edit: { mid, text: "Hello 5", num_edit: 5 },
    })
    expect((await person({ edit: { mid, text: "no" } })).status).toBe(400)
    const late = (await person({ text: "Late" })).body["mid"]
    await emulator.control("/clock", { advanceMs: 16 * MINUTE })
    expect((await person({ edit: { mid: late, text: "no" } })).status).toBe(400)
  })

  it("takes a message back: its id and nothing else", async () => {
    const { mid } = (await person({ text: "Secret" })).body
    await emulator.event("message")
    const from = emulator.got.length
    await person({ delete: { mid } })
    expect((await emulator.event("message", from))["message"]).toEqual({ mid, is_deleted: true })
    const thread = JSON.stringify((await emulator.control(`/people/${psid}/thread`)).body)
    expect(thread).not.toContain("Secret")
  })

  it("reacts and takes it back", async () => {
    const { mid } = (await person({ text: "Hi" })).body
    await person({ reaction: { mid, reaction: "love" } })
    expect(await emulator.event("reaction")).toMatchObject({
      reaction: { mid, action: "react", reaction: "love", emoji: "❤" },
    })
    const from = emulator.got.length
    await person({ reaction: { mid } })
    expect((await emulator.event("reaction", from))["reaction"]).toEqual({ mid, action: "unreact" })
  })

  it("opens m.me links, without their source in Europe, and ads", async () => {
    await person({ text: "Hi" })
    await person({ referral: "nonce_1" })
    expect((await emulator.event("referral"))["referral"]).toEqual({
      ref: "nonce_1",
      source: "SHORTLINK",
      type: "OPEN_THREAD",
    })
    await emulator.control(`/people/${psid}`, { region: "europe" })
    const from = emulator.got.length
    await person({ referral: "nonce_2" })
    expect((await emulator.event("referral", from))["referral"]).toEqual({
      ref: "nonce_2",
      type: "OPEN_THREAD",
    })
  })

  it("opts in, answers feedback, and sends whatever event a test words", async () => {
    await person({
      optin: {
        type: "notification_messages",
        payload: "p",
        notification_messages_status: "STOP NOTIFICATIONS",
      },
    })
    expect(await emulator.event("optin")).toMatchObject({ optin: { type: "notification_messages" } })
    await person({ text: "Hi" })
    const payload = {
      template_type: "customer_feedback",
      title: "Rate us",
      feedback_screens: [{ questions: [{ id: "q1", type: "csat", title: "Satisfied?" }] }],
      business_privacy: { url: "https://bank.example/privacy" },
    }
    const { message_id: mid } = (await send({ attachment: { type: "template", payload } })).body
    await person({ feedback: { mid, answer: "4", followUp: "fast" } })
    expect((await emulator.event("messaging_feedback"))["messaging_feedback"]).toEqual({
      feedback_screens: [
        {
          screen_id: 0,
          questions: {
            q1: { type: "csat", payload: "4", follow_up: { type: "free_form", payload: "fast" } },
          },
        },
      ],
    })
    await person({ event: { order: { products: [] } }, field: "messages" })
    expect(await emulator.event("order")).toMatchObject({ sender: { id: psid }, order: { products: [] } })
  })

  it("blocks, and is unavailable until they unblock", async () => {
    await person({ text: "Hi" })
    await person({ block: true })
    expect(verdict(await send())).toBe("551/1545041")
    await person({ block: false })
    expect(verdict(await send())).toBe("ok")
  })
})

describe("Faults", () => {
  const faults = (body: unknown): Promise<Answered> => emulator.control("/faults", body)

  it("by its numbers, as an error body prints them", async () => {
    await person({ text: "Hi" })
    await faults([{ path: "messages", error: { error: { code: 190, error_subcode: 460 } } }])
    expect(verdict(await send())).toBe("190/460")
  })

  it("after accepting: the message stands, and the caller hears an error or nothing", async () => {
    await person({ text: "Hi" })
    await faults([
      { path: "messages", error: "invalidReply", afterAccept: true },
      { path: "messages", status: 502, afterAccept: true },
      { path: "messages", afterAccept: true },
    ])
    expect(verdict(await send({ text: "one" }))).toBe("1/1357046")
    expect(await send({ text: "two" })).toMatchObject({
      status: 502,
      body: { text: expect.stringContaining("<html>") },
    })
    await expect(send({ text: "three" })).rejects.toThrow()
    const { messages } = (await emulator.control(`/people/${psid}/thread`)).body as {
      messages: readonly Json[]
    }
    expect(messages.map(({ text }) => text)).toEqual(["Hi", "one", "two", "three"])
  })

  it("header usage values, one person only, non-JSON", async () => {
    await person({ text: "Hi" })
    await faults([{ path: "messages", usage: { percent: 97, regainMinutes: 19 } }])
    const slow = await send()
    expect(verdict(slow)).toBe("ok")
    expect(slow.headers.get("x-business-use-case-usage")).toContain('"call_count":97')
    await faults([{ path: "messages", error: "unavailable", recipient: "somebody else" }])
    expect(verdict(await send())).toBe("ok")
    await faults([{ path: "messages", status: 503 }])
    expect(await send()).toMatchObject({ status: 503, body: { text: expect.stringContaining("<html>") } })
  })
})

describe("Callbacks", () => {
  it.each([
    ["deletion", "/privacy/data-deletion"],
    ["deauthorize", "/privacy/deauthorize"],
  ])("a signed %s post", async (kind, path) => {
    emulator.answer = () =>
      Response.json({ url: "https://bank.example/deletion?id=abc123", confirmation_code: "abc123" })
    const told = await emulator.control(`/privacy/${kind}`, { user: "218471" })
    expect(told.body).toMatchObject({ user: "218471", status: 200, body: { confirmation_code: "abc123" } })
    const [got] = emulator.got
    expect(got?.path).toBe(path)
    const signed = new URLSearchParams(got?.text).get("signed_request") ?? ""
    expect(JSON.parse(atob(signed.split(".")[1] ?? ""))).toMatchObject({
      algorithm: "HMAC-SHA256",
      user_id: "218471",
    })
  })
})
