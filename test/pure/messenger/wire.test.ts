// Our messages as the platform's JSON: the shapes of messenger-platform.md 4 and 5.
import { describe, expect, it } from "vitest"
import type { Sendable } from "../../../src/messenger/message.ts"
import { renderAction, renderSend } from "../../../src/messenger/wire.ts"

const head = { psid: "200", metadata: "out_1" } as const

describe("renderSend()", () => {
  it("writes a text with quick replies", () => {
    const message = {
      kind: "text",
      text: "Was this you?",
      quickReplies: [{ title: "Yes", payload: "v1.Y" }],
    } as const
    expect(renderSend({ ...head, messagingType: "RESPONSE", message })).toEqual({
      recipient: { id: "200" },
      messaging_type: "RESPONSE",
      message: {
        text: "Was this you?",
        quick_replies: [{ content_type: "text", title: "Yes", payload: "v1.Y" }],
        metadata: "out_1",
      },
    })
  })

  it("writes every button", () => {
    const message = {
      kind: "buttons",
      text: "What next?",
      buttons: [
        { kind: "postback", title: "Balance", payload: "v1.BALANCE" },
        { kind: "url", title: "Open", url: "https://bank.example" },
        { kind: "call", title: "Call", phone: "+4930000000" },
        { kind: "log_in", url: "https://bank.example/link" },
      ],
    } as const
    expect(renderSend({ ...head, messagingType: "UPDATE", message })).toMatchObject({
      messaging_type: "UPDATE",
      message: {
        attachment: {
          type: "template",
          payload: {
            template_type: "button",
            text: "What next?",
            buttons: [
              { type: "postback", title: "Balance", payload: "v1.BALANCE" },
              { type: "web_url", title: "Open", url: "https://bank.example", webview_share_button: "hide" },
              { type: "phone_number", title: "Call", payload: "+4930000000" },
              { type: "account_link", url: "https://bank.example/link" },
            ],
          },
        },
      },
    })
  })

  it("writes a utility template directly under the message", () => {
    const message = {
      kind: "template",
      name: "fraud_v1",
      language: "en",
      body: ["12.50 EUR", "Cafe Uno"],
      payloads: ["a", "b"],
    } as const
    expect(renderSend({ ...head, messagingType: "UTILITY", message })).toEqual({
      recipient: { id: "200" },
      messaging_type: "UTILITY",
      message: {
        template: {
          name: "fraud_v1",
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
                { type: "POSTBACK", payload: "a" },
                { type: "POSTBACK", payload: "b" },
              ],
            },
          ],
        },
        metadata: "out_1",
      },
    })
  })

  it("leaves out the components of a template without values", () => {
    const message = { kind: "template", name: "hello_v1", language: "en", body: [] } as const
    expect(renderSend({ ...head, messagingType: "UTILITY", message })).toMatchObject({
      message: { template: { name: "hello_v1", language: { code: "en" } } },
    })
    expect(JSON.stringify(renderSend({ ...head, messagingType: "UTILITY", message }))).not.toContain(
      "components",
    )
  })

  it("writes the tag of a person's late answer", () => {
    const message = { kind: "text", text: "Hello" } as const
    expect(renderSend({ ...head, messagingType: "MESSAGE_TAG", tag: "HUMAN_AGENT", message })).toMatchObject({
      tag: "HUMAN_AGENT",
    })
  })

  it("P9: throws for a template that is not UTILITY, and for UTILITY that is no template", () => {
    const template = { kind: "template", name: "a", language: "en", body: [] } as const
    expect(() => renderSend({ ...head, messagingType: "UPDATE", message: template })).toThrow(TypeError)
    expect(() =>
      renderSend({ ...head, messagingType: "UTILITY", message: { kind: "text", text: "x" } }),
    ).toThrow(TypeError)
  })

  it("takes metadata of 1000 characters and throws for one more", () => {
    const message = { kind: "text", text: "x" } as const
    expect(() =>
      renderSend({ psid: "2", messagingType: "UPDATE", message, metadata: "m".repeat(1000) }),
    ).not.toThrow()
    expect(() =>
      renderSend({ psid: "2", messagingType: "UPDATE", message, metadata: "m".repeat(1001) }),
    ).toThrow(RangeError)
  })
})

it("renderAction() stands alone with its recipient", () => {
  expect(renderAction("200", "typing_on")).toEqual({ recipient: { id: "200" }, sender_action: "typing_on" })
})

describe("renderSend(), structured messages", () => {
  const update = (message: Sendable) => renderSend({ ...head, messagingType: "UPDATE", message })

  it("writes cards that cannot be shared on", () => {
    const message: Sendable = {
      kind: "generic",
      square: true,
      cards: [
        {
          title: "Parcel 4711",
          subtitle: "Out for delivery",
          imageUrl: "https://bank.example/p.png",
          url: "https://bank.example/t",
          buttons: [{ kind: "postback", title: "Details", payload: "p" }],
        },
        { title: "Letter", subtitle: "Tomorrow" },
      ],
    }
    expect(update(message)["message"]).toEqual({
      attachment: {
        type: "template",
        payload: {
          template_type: "generic",
          sharable: false,
          image_aspect_ratio: "square",
          elements: [
            {
              title: "Parcel 4711",
              subtitle: "Out for delivery",
              image_url: "https://bank.example/p.png",
              default_action: {
                type: "web_url",
                url: "https://bank.example/t",
                webview_share_button: "hide",
              },
              buttons: [{ type: "postback", title: "Details", payload: "p" }],
            },
            { title: "Letter", subtitle: "Tomorrow" },
          ],
        },
      },
      metadata: "out_1",
    })
  })

  it("writes a receipt as messenger-platform.md 5.5 prints it, without an address", () => {
    const message: Sendable = {
      kind: "receipt",
      recipientName: "A. Doe",
      merchantName: "Shop",
      orderNumber: "12345678902",
      currency: "EUR",
      paymentMethod: "Visa 1234",
      orderUrl: "https://shop.example/o/1",
      orderedAt: 1_428_444_852_999,
      lines: [
        {
          title: "T-shirt",
          subtitle: "100% cotton",
          quantity: 2,
          price: "50",
          imageUrl: "https://shop.example/t.png",
        },
      ],
      totals: { subtotal: "75.00", shipping: "4.95", tax: "6.19", total: "56.14" },
      adjustments: [{ name: "Coupon", amount: "20" }],
    }
    expect(JSON.stringify(update(message)["message"])).toBe(
      '{"attachment":{"type":"template","payload":{"template_type":"receipt","sharable":false,"recipient_name":"A. Doe",' +
        '"merchant_name":"Shop","order_number":"12345678902","currency":"EUR","payment_method":"Visa 1234",' +
        '"order_url":"https://shop.example/o/1","timestamp":"1428444852",' +
        '"summary":{"subtotal":75.00,"shipping_cost":4.95,"total_tax":6.19,"total_cost":56.14},' +
        '"adjustments":[{"name":"Coupon","amount":20.00}],' +
        '"elements":[{"title":"T-shirt","subtitle":"100% cotton","quantity":2,"price":50.00,"currency":"EUR",' +
        '"image_url":"https://shop.example/t.png"}]}},"metadata":"out_1"}',
    )
  })

  it("throws for an amount nobody checked", () => {
    const message: Sendable = {
      kind: "receipt",
      recipientName: "You",
      orderNumber: "1",
      currency: "EUR",
      paymentMethod: "Visa",
      lines: [],
      totals: { total: "NaN" },
    }
    expect(() => update(message)).toThrow(RangeError)
  })

  it.each([
    [{ kind: "attachment", id: "1857777774821032" } as const, { attachment_id: "1857777774821032" }],
    [{ kind: "facebook", url: "https://www.facebook.com/x" } as const, { url: "https://www.facebook.com/x" }],
  ])("writes media of %j", (source, element) => {
    expect(update({ kind: "media", media: "video", source })["message"]).toMatchObject({
      attachment: {
        payload: {
          template_type: "media",
          sharable: false,
          elements: [{ media_type: "video", ...element }],
        },
      },
    })
  })

  it("writes persona, quote and loudness beside the message, and none where none is given", () => {
    const message = { kind: "text", text: "Hello" } as const
    const full = { personaId: "77", replyTo: "m_a", notification: "silent" } as const
    expect(renderSend({ ...head, messagingType: "RESPONSE", message, ...full })).toMatchObject({
      persona_id: "77",
      reply_to: { mid: "m_a" },
      notification_type: "SILENT_PUSH",
    })
    expect(Object.keys(update(message))).toEqual(["recipient", "messaging_type", "message"])
  })

  it("writes a template where the Page's setting wants it", () => {
    const message = {
      kind: "template",
      name: "parcel_v1",
      language: "en",
      body: ["4711"],
      payloads: ["p"],
      urlSuffixes: ["s"],
    } as const
    const use = {
      name: "parcel_v1",
      language: { code: "en" },
      components: [
        { type: "body", parameters: [{ type: "text", text: "4711" }] },
        {
          type: "buttons",
          parameters: [
            { type: "POSTBACK", payload: "p" },
            { type: "URL", url: "s" },
          ],
        },
      ],
    }
    const utility = { ...head, messagingType: "UTILITY", message } as const
    expect(renderSend({ ...utility, utilityShape: "message_template" })["message"]).toEqual({
      template: use,
      metadata: "out_1",
    })
    expect(renderSend({ ...utility, utilityShape: "attachment" })["message"]).toEqual({
      attachment: { type: "template", payload: { template_type: "utility_messages", ...use } },
      metadata: "out_1",
    })
  })
})

it("renderAction() shows whose dots they are", () => {
  expect(renderAction("200", "typing_on", "77")).toMatchObject({ persona_id: "77" })
})
