// An outsider's client: the requests that the npm package messaging-api-messenger 1.1.0 makes, written down from its
// traffic with the emulator, byte for byte in what matters: token and proof in the query, `me` for the Page, numbers for
// app ids, forms for files. The package itself is not installed: it brings 14 MB, 54 packages and an axios of 2021 with
// known holes. What is read out of the answers is what that client reads. Nothing here is shared with our own client.

import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { appSecretProof } from "../../../sandbox/messenger/webhooks/signature.ts"
import type { Json, Running } from "./running.ts"
import { run } from "./running.ts"

const TOKEN = "dev-page-token"
const APP_TOKEN = "1000000000000001|dev-app-secret"
const ANSWER_MS = 10_000

// A machine busy with other tests is several times slower.
vi.setConfig({ testTimeout: 20_000, hookTimeout: 60_000 })

let emulator: Running
let psid: string
let proof: string

beforeAll(async () => {
  emulator = await run()
  proof = await appSecretProof("dev-app-secret", TOKEN)
  psid = String((await emulator.control("/people", { name: "Zoe Quist" })).body["psid"])
  await emulator.control(`/people/${psid}/send`, { text: "Hi" })
})
afterAll(() => emulator.close())

/** One request as that client makes it. */
async function ask(method: string, path: string, body?: Json | FormData, token = TOKEN): Promise<Json> {
  const url = new URL(`${emulator.origin}/graph/v26.0${path}`)
  url.searchParams.set("access_token", token)
  url.searchParams.set("appsecret_proof", proof)
  const isForm = body instanceof FormData
  const response = await fetch(url, {
    method,
    headers: {
      accept: "application/json, text/plain, */*",
      "user-agent": "axios/0.21.4",
      ...(isForm ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    redirect: "manual",
    signal: AbortSignal.timeout(ANSWER_MS),
  })
  return (await response.json()) as Json
}

const sendMessage = (message: Json, options: Json = {}): Promise<Json> =>
  ask("POST", "/me/messages", { messaging_type: "UPDATE", recipient: { id: psid }, message, ...options })
const template = (payload: Json): Promise<Json> => sendMessage({ attachment: { type: "template", payload } })
const accepted = { recipient_id: expect.any(String), message_id: expect.stringMatching(/^m_/) }

describe("messaging-api-messenger 1.1.0", () => {
  it("getPageInfo(), debugToken(), getUserProfile()", async () => {
    expect(await ask("GET", "/me")).toEqual({ id: "100000000000001", name: "Harbourline Bank" })
    expect(await ask("GET", `/debug_token?input_token=${TOKEN}`, undefined, APP_TOKEN)).toMatchObject({
      data: { is_valid: true, type: "PAGE", expires_at: 0 },
    })
    const fields = "id,name,first_name,last_name,profile_pic"
    expect(await ask("GET", `/${psid}?fields=${fields}`)).toMatchObject({
      id: psid,
      first_name: "Zoe",
      last_name: "Quist",
    })
  })

  it("setGetStarted(), setPersistentMenu(), getPersistentMenu()", async () => {
    const menu = [
      {
        locale: "default",
        composer_input_disabled: false,
        call_to_actions: [{ type: "postback", title: "Balance", payload: "B" }],
      },
    ]
    expect(await ask("POST", "/me/messenger_profile", { get_started: { payload: "GO" } })).toEqual({
      result: "success",
    })
    expect(await ask("POST", "/me/messenger_profile", { persistent_menu: menu })).toEqual({
      result: "success",
    })
    expect(await ask("GET", "/me/messenger_profile?fields=persistent_menu")).toEqual({
      data: [{ persistent_menu: menu }],
    })
  })

  it("setUserPersistentMenu(), getUserPersistentMenu(), deleteUserPersistentMenu()", async () => {
    const menu = [{ locale: "default", call_to_actions: [{ type: "postback", title: "Mine", payload: "M" }] }]
    const path = "/me/custom_user_settings"
    expect(await ask("POST", path, { psid, persistent_menu: menu })).toEqual({ result: "success" })
    expect(await ask("GET", `${path}?psid=${psid}`)).toMatchObject({
      data: [{ user_level_persistent_menu: menu }],
    })
    expect(await ask("DELETE", `${path}?psid=${psid}&params=%5B%22persistent_menu%22%5D`)).toEqual({
      result: "success",
    })
  })

  it("sendText(), with quick replies, and each template", async () => {
    expect(await sendMessage({ text: "Hello" })).toEqual(accepted)
    const chips = [{ content_type: "text", title: "Yes", payload: "Y" }]
    expect(await sendMessage({ text: "Was this you?", quick_replies: chips })).toEqual(accepted)
    const buttons = [{ type: "postback", title: "Balance", payload: "B" }]
    expect(await template({ template_type: "button", text: "What next?", buttons })).toEqual(accepted)
    const elements = [{ title: "Parcel", subtitle: "Out for delivery", buttons: [] }]
    expect(await template({ template_type: "generic", elements })).toEqual(accepted)
    expect(
      await template({
        template_type: "receipt",
        recipient_name: "A. Doe",
        order_number: "1",
        currency: "EUR",
        payment_method: "Visa 1234",
        summary: { total_cost: 56.14 },
        elements: [{ title: "T-shirt", price: 50 }],
      }),
    ).toEqual(accepted)
  })

  it("sendImage() and uploadImage(), by URL and as a file", async () => {
    const byUrl = { type: "image", payload: { url: "https://bank.example/a.png", is_reusable: true } }
    expect(await sendMessage({ attachment: { ...byUrl, payload: { url: byUrl.payload.url } } })).toEqual(
      accepted,
    )
    expect(await ask("POST", "/me/message_attachments", { message: { attachment: byUrl } })).toEqual({
      attachment_id: expect.stringMatching(/^\d+$/),
    })
    const form = (payload: Json): FormData => {
      const made = new FormData()
      made.append("message", JSON.stringify({ attachment: { type: "image", payload } }))
      made.append("filedata", new File(["a picture"], "a.png", { type: "image/png" }))
      return made
    }
    expect(await ask("POST", "/me/message_attachments", form({ is_reusable: true }))).toEqual({
      attachment_id: expect.stringMatching(/^\d+$/),
    })
    const sent = form({})
    sent.append("messaging_type", "UPDATE")
    sent.append("recipient", JSON.stringify({ id: psid }))
    expect(await ask("POST", "/me/messages", sent)).toEqual(accepted)
  })

  it("typingOn(), markSeen()", async () => {
    for (const action of ["typing_on", "mark_seen"]) {
      const body = { recipient: { id: psid }, sender_action: action }
      expect(await ask("POST", "/me/messages", body)).toEqual({ recipient_id: psid })
    }
  })

  it("createPersona(), getAllPersonas() to its end, sendText() as one, deletePersona()", async () => {
    const { id } = await ask("POST", "/me/personas", {
      name: "Ana",
      profile_picture_url: "https://bank.example/ana.png",
    })
    const all: Json[] = []
    let after: string | undefined = ""
    for (let page = 0; after !== undefined && page < 10; page += 1) {
      const path: string = after === "" ? "/me/personas" : `/me/personas?after=${encodeURIComponent(after)}`
      const answer = (await ask("GET", path)) as { data: Json[]; paging?: { cursors: { after: string } } }
      all.push(...answer.data)
      after = answer.paging?.cursors.after
    }
    expect(after).toBeUndefined()
    expect(all).toContainEqual({ id, name: "Ana", profile_picture_url: "https://bank.example/ana.png" })
    expect(await sendMessage({ text: "I am Ana" }, { persona_id: id })).toEqual(accepted)
    expect(await ask("DELETE", `/${String(id)}`)).toEqual({ success: true })
    expect(await ask("GET", `/${String(id)}`)).toMatchObject({ error: { code: 100, error_subcode: 33 } })
  })

  it("passThreadControlToPageInbox(), getThreadOwner(), takeThreadControl(), requestThreadControl()", async () => {
    const recipient = { id: psid }
    const inbox = { recipient, target_app_id: 263902037430900, metadata: "case" }
    expect(await ask("POST", "/me/pass_thread_control", inbox)).toEqual({ success: true })
    expect(await ask("GET", `/me/thread_owner?recipient=${psid}`)).toMatchObject({
      data: [{ thread_owner: { app_id: "263902037430900", expiration: expect.any(Number) } }],
    })
    expect(await sendMessage({ text: "x" })).toMatchObject({ error: { code: 10, error_subcode: 2018300 } })
    expect(await ask("POST", "/me/take_thread_control", { recipient, metadata: "case" })).toEqual({
      success: true,
    })
    expect(await ask("POST", "/me/request_thread_control", { recipient })).toEqual({ success: true })
  })

  it("its errors: what it throws is made of `error.code`, `error.type` and `error.message`", async () => {
    const body = { messaging_type: "UPDATE", recipient: { id: "123" }, message: { text: "x" } }
    expect(await ask("POST", "/me/messages", body)).toMatchObject({
      error: { code: 100, error_subcode: 2018001, type: "OAuthException", message: expect.any(String) },
    })
    const options = { messaging_type: "MESSAGE_TAG", tag: "ACCOUNT_UPDATE" }
    expect(await sendMessage({ text: "x" }, options)).toMatchObject({
      error: { code: 100, type: "OAuthException", message: "(#100) Invalid parameter" },
    })
    const once = { template_type: "one_time_notif_req", title: "t", payload: "p" }
    expect(await template(once)).toMatchObject({ error: { code: 100 } })
  })
})
