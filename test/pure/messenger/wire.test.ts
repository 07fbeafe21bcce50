// Our messages as the platform's JSON: the shapes of messenger-platform.md 4 and 5.
import { describe, expect, it } from "vitest"
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
