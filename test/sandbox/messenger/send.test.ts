// The decision about one Send API call: the order of its checks, both sides of each limit, window and tags.
// Source: messenger-platform.md 4, 5 and 11.1.

import { describe, expect, it } from "vitest"
import type { JsonObject } from "../../../sandbox/messenger/json.ts"
import type { SendFacts } from "../../../sandbox/messenger/graph/send.ts"
import { decideSend } from "../../../sandbox/messenger/graph/send.ts"
import type { Template } from "../../../sandbox/messenger/graph/template.ts"

const NOW = 1_800_000_000_000
const DAY = 86_400_000

const TEMPLATE: Template = {
  id: "1",
  name: "alert_v1",
  language: "en",
  parameterFormat: "POSITIONAL",
  status: "APPROVED",
  reason: undefined,
  components: [
    { type: "BODY", text: "A payment of {{1}} at {{2}} today." },
    {
      type: "BUTTONS",
      buttons: [
        { type: "POSTBACK", text: "Not me", payload: "v1.N.{{1}}" },
        { type: "URL", text: "View", url: "https://bank.example/t/{{1}}" },
        { type: "PHONE_NUMBER", text: "Call", phone_number: "+4930000000" },
      ],
    },
  ],
}

type Over = Partial<{
  actionAt: number
  messageAt: number
  blocked: boolean
  heldElsewhere: boolean
  restricted: boolean
  overRate: boolean
  humanAgent: boolean
  utility: boolean
  regionClosed: boolean
}>

function facts(over: Over = {}): SendFacts {
  const recipient = {
    psid: "7",
    blocked: over.blocked ?? false,
    actionAt: over.actionAt ?? NOW,
    messageAt: over.messageAt ?? over.actionAt ?? NOW,
    isHeldElsewhere: over.heldElsewhere ?? false,
    isRegionClosed: over.regionClosed ?? false,
  }
  return {
    now: NOW,
    restricted: over.restricted ?? false,
    isOverRate: () => over.overRate ?? false,
    humanAgent: over.humanAgent ?? true,
    utility: over.utility ?? true,
    whitelistedDomains: ["https://bank.example"],
    findRecipient: (psid) => (psid === "7" ? recipient : undefined),
    findTemplate: (name, language) =>
      name === TEMPLATE.name && language === TEMPLATE.language ? TEMPLATE : undefined,
    findAttachmentType: (id) => (id === "11" ? "image" : undefined),
    hasPersona: (id) => id === "21",
  }
}

/** The refusal as "code/subcode", or "ok". */
function outcome(params: JsonObject, given: SendFacts = facts()): string {
  const decision = decideSend({ recipient: { id: "7" }, ...params }, given)
  return decision.ok ? "ok" : [decision.error.code, decision.error.subcode].filter(Boolean).join("/")
}

const text = (length: number): JsonObject => ({
  messaging_type: "RESPONSE",
  message: { text: "x".repeat(length) },
})
const template = (payload: JsonObject): JsonObject => ({
  message: { attachment: { type: "template", payload } },
})
const postback = (title = "Go", payload = "p"): JsonObject => ({ type: "postback", title, payload })

describe("decideSend() goes in the platform's order", () => {
  it.each([
    ["no recipient", { recipient: undefined, message: { text: "x" } }, facts(), "100"],
    [
      "a stranger before anything else",
      { recipient: { id: "8" }, message: 1 },
      facts({ overRate: true }),
      "100/2018001",
    ],
    [
      "blocked before thread control",
      { message: 1 },
      facts({ blocked: true, heldElsewhere: true }),
      "551/1545041",
    ],
    [
      "thread control before restriction",
      { message: 1 },
      facts({ heldElsewhere: true, restricted: true }),
      "10/2018300",
    ],
    ["restriction before rate", { message: 1 }, facts({ restricted: true, overRate: true }), "10/1893063"],
    ["rate before limits", { message: 1 }, facts({ overRate: true }), "80006"],
    ["limits before tag", { ...text(2001), messaging_type: "MESSAGE_TAG", tag: "X" }, facts(), "100"],
    ["limits before window", text(2001), facts({ actionAt: 0 }), "100"],
    [
      "tag before window",
      { ...text(1), messaging_type: "MESSAGE_TAG", tag: "ACCOUNT_UPDATE" },
      facts({ actionAt: 0 }),
      "100",
    ],
    ["window", text(1), facts({ actionAt: 0 }), "10/2018278"],
    [
      "region before the template itself",
      { messaging_type: "UTILITY", message: { template: { name: "other" } } },
      facts({ regionClosed: true }),
      "10/2018336",
    ],
    [
      "permission before region",
      { messaging_type: "UTILITY", message: { template: { name: "other" } } },
      facts({ utility: false, regionClosed: true }),
      "10",
    ],
    ["nothing wrong", text(1), facts(), "ok"],
  ] as const)("%s", (_, params, given, expected) => {
    expect(outcome(params as JsonObject, given)).toBe(expected)
  })
})

describe("decideSend() finds nobody but a person by id", () => {
  it.each([
    ["user_ref", "100/2018001"],
    ["comment_id", "100/2018001"],
    ["phone_number", "100/2018001"],
    ["notification_messages_token", "100"],
    ["one_time_notif_token", "100"],
  ])("%s", (key, expected) => {
    expect(outcome({ ...text(1), recipient: { [key]: "x" } })).toBe(expected)
  })
})

describe("decideSend() keeps the window", () => {
  it.each([
    ["RESPONSE at exactly 24 hours", {}, DAY, "ok"],
    ["RESPONSE one millisecond later", {}, DAY + 1, "10/2018278"],
    ["UPDATE gives no right outside", { messaging_type: "UPDATE" }, DAY + 1, "10/2018278"],
    ["HUMAN_AGENT at exactly 7 days", { messaging_type: "MESSAGE_TAG", tag: "HUMAN_AGENT" }, 7 * DAY, "ok"],
    ["HUMAN_AGENT later", { messaging_type: "MESSAGE_TAG", tag: "HUMAN_AGENT" }, 7 * DAY + 1, "10/2018278"],
  ])("%s", (_, claim, ageMs, expected) => {
    expect(outcome({ ...text(1), ...claim }, facts({ actionAt: NOW - ageMs }))).toBe(expected)
  })

  it.each([
    "ACCOUNT_UPDATE",
    "CONFIRMED_EVENT_UPDATE",
    "POST_PURCHASE_UPDATE",
    "NON_PROMOTIONAL_SUBSCRIPTION",
  ])("refuses the removed tag %s with 100 inside the window too", (tag) => {
    const decision = decideSend(
      { recipient: { id: "7" }, ...text(1), messaging_type: "MESSAGE_TAG", tag },
      facts(),
    )
    expect(decision).toMatchObject({ ok: false, error: { code: 100, message: "(#100) Invalid parameter" } })
  })

  it.each([
    ["with the feature", facts(), "ok"],
    ["without the feature", facts({ humanAgent: false }), "100"],
    [
      "by the last message, not the last tap",
      facts({ actionAt: NOW - 2 * DAY, messageAt: NOW - 8 * DAY }),
      "10/2018278",
    ],
  ] as const)("HUMAN_AGENT %s", (_, given, expected) => {
    expect(outcome({ ...text(1), messaging_type: "MESSAGE_TAG", tag: "HUMAN_AGENT" }, given)).toBe(expected)
  })

  it("refuses a sender action beside a message, and outside the window", () => {
    expect(outcome({ sender_action: "typing_on", message: { text: "x" } })).toBe("100/2018014")
    expect(outcome({ sender_action: "TYPING_ON" })).toBe("ok")
    expect(outcome({ sender_action: "dance" })).toBe("100")
    expect(outcome({ sender_action: "typing_on" }, facts({ actionAt: NOW - DAY - 1 }))).toBe("10/2018278")
  })
})

describe("decideSend() keeps every limit, on both sides", () => {
  const chips = (count: number, title = "Yes", payload = "p"): JsonObject => ({
    message: {
      text: "x",
      quick_replies: Array.from({ length: count }, () => ({ content_type: "text", title, payload })),
    },
  })
  const generic = (count: number, element: JsonObject = { title: "t", subtitle: "s" }): JsonObject =>
    template({ template_type: "generic", elements: Array.from({ length: count }, () => element) })
  const buttons = (list: readonly JsonObject[], words = "x"): JsonObject =>
    template({ template_type: "button", text: words, buttons: list })

  const IMAGE = { type: "image", payload: { url: "https://bank.example/a.png" } }
  const extension = (url: string): JsonObject => ({
    type: "web_url",
    title: "Go",
    url,
    messenger_extensions: true,
  })

  it.each([
    ["text 2000", text(2000), "ok"],
    ["text 2001", text(2001), "100"],
    ["blank text", { message: { text: "  " } }, "100"],
    ["no content", { message: { metadata: "m" } }, "100"],
    [
      "text and attachment",
      { message: { text: "x", attachment: { type: "image", payload: { url: "https://a.example/" } } } },
      "100",
    ],
    ["metadata 1000", { message: { text: "x", metadata: "m".repeat(1000) } }, "ok"],
    ["metadata 1001", { message: { text: "x", metadata: "m".repeat(1001) } }, "100"],
    ["13 quick replies", chips(13), "ok"],
    ["14 quick replies", chips(14), "100"],
    ["quick reply title 20", chips(1, "x".repeat(20)), "ok"],
    ["quick reply title 21", chips(1, "x".repeat(21)), "100"],
    ["quick reply payload 1001", chips(1, "x", "p".repeat(1001)), "100"],
    ["button text 640", buttons([postback()], "x".repeat(640)), "ok"],
    ["button text 641", buttons([postback()], "x".repeat(641)), "100"],
    ["3 buttons", buttons([postback(), postback(), postback()]), "ok"],
    ["4 buttons", buttons([postback(), postback(), postback(), postback()]), "100"],
    ["no button", buttons([]), "100"],
    ["button title 20", buttons([postback("x".repeat(20))]), "ok"],
    ["button title 21", buttons([postback("x".repeat(21))]), "100"],
    ["button payload 1000", buttons([postback("x", "p".repeat(1000))]), "ok"],
    ["button payload 1001", buttons([postback("x", "p".repeat(1001))]), "100"],
    ["Log In", buttons([{ type: "account_link", url: "https://bank.example/a" }]), "ok"],
    ["Log In on loopback", buttons([{ type: "account_link", url: "http://localhost:8787/link/demo" }]), "ok"],
    ["Log In over plain http", buttons([{ type: "account_link", url: "http://bank.example/a" }]), "100"],
    [
      "Log In with a title",
      buttons([{ type: "account_link", url: "https://bank.example/a", title: "x" }]),
      "100",
    ],
    ["a phone number", buttons([{ type: "phone_number", title: "Call", payload: "+4930000000" }]), "ok"],
    ["a phone number without +", buttons([{ type: "phone_number", title: "Call", payload: "030" }]), "100"],
    ["an unknown button", buttons([{ type: "nested", title: "x" }]), "100"],
    ["10 elements", generic(10), "ok"],
    ["11 elements", generic(11), "100"],
    ["element title 80", generic(1, { title: "x".repeat(80), subtitle: "s" }), "ok"],
    ["element title 81", generic(1, { title: "x".repeat(81), subtitle: "s" }), "100"],
    ["element subtitle 81", generic(1, { title: "t", subtitle: "s".repeat(81) }), "100"],
    ["element with a title alone", generic(1, { title: "t" }), "100"],
    ["an unknown template", template({ template_type: "list", elements: [] }), "100"],
    ["ended notification messages", template({ template_type: "notification_messages", title: "x" }), "100"],
    ["one-time notifications", template({ template_type: "one_time_notif_req", title: "x" }), "100"],
    ["30 images", { message: { attachments: Array.from({ length: 30 }, () => IMAGE) } }, "ok"],
    ["31 images", { message: { attachments: Array.from({ length: 31 }, () => IMAGE) } }, "100"],
    ["several videos", { message: { attachments: [{ ...IMAGE, type: "video" }] } }, "100"],
    [
      "a file of the Page",
      { message: { attachment: { type: "image", payload: { attachment_id: "11" } } } },
      "ok",
    ],
    [
      "a strange file",
      { message: { attachment: { type: "image", payload: { attachment_id: "12" } } } },
      "100/2018074",
    ],
    [
      "a file of another type",
      { message: { attachment: { type: "video", payload: { attachment_id: "11" } } } },
      "100/2018047",
    ],
    ["a persona", { ...text(1), persona_id: "21" }, "ok"],
    ["no such persona", { ...text(1), persona_id: "22" }, "100"],
    ["a quiet one", { ...text(1), notification_type: "NO_PUSH" }, "ok"],
    ["an odd notification", { ...text(1), notification_type: "LOUD" }, "100"],
    [
      "handing over",
      { ...text(1), thread_control: { control_type: "pass", app_id: "263902037430900" } },
      "ok",
    ],
    ["handing to nobody", { ...text(1), thread_control: { control_type: "pass" } }, "100"],
    ["extensions at a listed domain", buttons([extension("https://bank.example/a")]), "ok"],
    ["extensions elsewhere", buttons([extension("https://other.example/a")]), "100"],
  ])("%s", (_, params, expected) => {
    expect(outcome({ messaging_type: "RESPONSE", ...(params as JsonObject) })).toBe(expected)
  })

  const receipt = {
    template_type: "receipt",
    recipient_name: "You",
    order_number: "1",
    currency: "EUR",
    payment_method: "Visa 1234",
    summary: { total_cost: 1 },
  }
  const line = { title: "x", price: 0 }

  it.each([
    ["the required members", receipt, "ok"],
    ["no total", { ...receipt, summary: {} }, "100"],
    ["no payment method", { ...receipt, payment_method: undefined }, "100"],
    ["100 lines", { ...receipt, elements: Array.from({ length: 100 }, () => line) }, "ok"],
    ["101 lines", { ...receipt, elements: Array.from({ length: 101 }, () => line) }, "100"],
    ["a line without price", { ...receipt, elements: [{ title: "x" }] }, "100"],
    ["half an address", { ...receipt, address: { street_1: "1 Main St" } }, "100"],
  ])("receipt: %s", (_, payload, expected) => {
    expect(outcome(template(payload))).toBe(expected)
  })
})

describe("decideSend() fills utility templates", () => {
  const send = (over: JsonObject = {}, type = "UTILITY"): JsonObject => ({
    messaging_type: type,
    message: {
      template: {
        name: "alert_v1",
        language: { code: "en" },
        components: [
          {
            type: "body",
            parameters: [
              { type: "text", text: "12.50 EUR" },
              { type: "text", text: "Cafe Uno" },
            ],
          },
          {
            type: "buttons",
            parameters: [
              { type: "POSTBACK", payload: "9f2c" },
              { type: "URL", url: "abc" },
            ],
          },
        ],
        ...over,
      },
    },
  })
  const body = {
    type: "body",
    parameters: [
      { type: "text", text: "a" },
      { type: "text", text: "b" },
    ],
  }

  it("outside the window too, every value in its place", () => {
    const decision = decideSend({ recipient: { id: "7" }, ...send() }, facts({ actionAt: 0 }))
    expect(decision).toMatchObject({
      ok: true,
      value: {
        rendered: {
          body: "A payment of 12.50 EUR at Cafe Uno today.",
          buttons: [
            { type: "postback", title: "Not me", payload: "v1.N.9f2c" },
            { type: "web_url", title: "View", url: "https://bank.example/t/abc" },
            { type: "phone_number", title: "Call", payload: "+4930000000" },
          ],
        },
      },
    })
  })

  it.each([
    ["another messaging type", send({}, "RESPONSE"), "100"],
    ["UTILITY without template", { messaging_type: "UTILITY", message: { text: "x" } }, "100"],
    ["unknown name", send({ name: "other" }), "100"],
    ["unknown language", send({ language: { code: "de" } }), "100"],
    [
      "too few body parameters",
      send({ components: [{ ...body, parameters: body.parameters.slice(1) }] }),
      "100",
    ],
    [
      "too few button parameters",
      send({ components: [body, { type: "buttons", parameters: [{ type: "POSTBACK", payload: "x" }] }] }),
      "100/1893029",
    ],
    ["no button parameters", send({ components: [body] }), "100/1893029"],
    [
      "an index",
      send({
        components: [body, { type: "buttons", parameters: [{ type: "POSTBACK", payload: "x", index: 0 }] }],
      }),
      "100",
    ],
  ])("refuses %s", (_, params, expected) => {
    expect(outcome(params as JsonObject)).toBe(expected)
  })
})
