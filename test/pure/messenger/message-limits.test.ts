// P9: every limit of the platform on a message, from both sides.
import { describe, expect, it } from "vitest"
import { checkMessage } from "../../../src/messenger/message-limits.ts"
import type {
  Button,
  ButtonMessage,
  Message,
  TemplateMessage,
  TextMessage,
} from "../../../src/messenger/message.ts"

const x = (count: number) => "x".repeat(count)
const text = (change: Partial<TextMessage>): Message => ({ kind: "text", text: "hello", ...change })
const postback = { kind: "postback", title: "Balance", payload: "v1.BALANCE" } as const
const buttons = (...list: readonly Button[]): Message => ({
  kind: "buttons",
  text: "What next?",
  buttons: list,
})
const template = (change: Partial<TemplateMessage>): Message => ({
  kind: "template",
  name: "payment_v1",
  language: "en",
  body: ["12.50 EUR"],
  ...change,
})
const chip = { title: "Yes", payload: "y" }
const urlButton = (url: string) => buttons({ kind: "url", title: "Open", url })

describe("checkMessage() accepts", () => {
  it.each<readonly [string, Message]>([
    ["2000 characters", text({ text: x(2000) })],
    ["1000 characters outside the BMP: 2000 UTF-16 units", text({ text: "😀".repeat(1000) })],
    ["13 quick replies", text({ quickReplies: Array(13).fill(chip) })],
    ["a chip of 20 and 1000", text({ quickReplies: [{ title: x(20), payload: x(1000) }] })],
    ["640 characters above buttons", { ...(buttons(postback) as ButtonMessage), text: x(640) }],
    ["three buttons", buttons(postback, postback, postback)],
    ["a button of 20 and 1000", buttons({ kind: "postback", title: x(20), payload: x(1000) })],
    ["an https page", urlButton("https://bank.example/x?y=1")],
    ["a page on loopback, which is development", urlButton("http://localhost:8787/link/demo")],
    ["a number as E.164", buttons({ kind: "call", title: "Call", phone: "+49301234567" })],
    ["Log In", buttons({ kind: "log_in", url: "https://bank.example/link" })],
    ["a template", template({})],
    ["a template without values", template({ body: [] })],
    ["a template of a region", template({ language: "pt_BR", payloads: ["a", "b", "c"] })],
    ["a value of 1024", template({ body: [x(1024)] })],
  ])("%s", (_name, message) => {
    expect(checkMessage(message)).toEqual({ ok: true, value: message })
  })
})

describe("checkMessage() refuses", () => {
  it.each<readonly [string, Message, string, string]>([
    ["2001 characters", text({ text: x(2001) }), "text", "too_long"],
    ["1001 characters outside the BMP", text({ text: "😀".repeat(1000) + "x" }), "text", "too_long"],
    ["white space", text({ text: " \n" }), "text", "empty"],
    ["14 quick replies", text({ quickReplies: Array(14).fill(chip) }), "quickReplies", "too_many"],
    [
      "a chip of 21",
      text({ quickReplies: [{ ...chip, title: x(21) }] }),
      "quickReplies[0].title",
      "too_long",
    ],
    [
      "a chip without a payload",
      text({ quickReplies: [{ ...chip, payload: "" }] }),
      "quickReplies[0].payload",
      "empty",
    ],
    [
      "a chip's payload of 1001",
      text({ quickReplies: [{ ...chip, payload: x(1001) }] }),
      "quickReplies[0].payload",
      "too_long",
    ],
    [
      "641 characters above buttons",
      { ...(buttons(postback) as ButtonMessage), text: x(641) },
      "text",
      "too_long",
    ],
    ["no button", buttons(), "buttons", "empty"],
    ["four buttons", buttons(postback, postback, postback, postback), "buttons", "too_many"],
    ["a button of 21", buttons(postback, { ...postback, title: x(21) }), "buttons[1].title", "too_long"],
    ["a payload of 1001", buttons({ ...postback, payload: x(1001) }), "buttons[0].payload", "too_long"],
    ["a page over http", urlButton("http://bank.example/"), "buttons[0].url", "form"],
    [
      "a host that only begins like loopback",
      urlButton("http://localhost.example/"),
      "buttons[0].url",
      "form",
    ],
    ["a script as a page", urlButton("javascript:alert(1)"), "buttons[0].url", "form"],
    ["credentials in a URL", urlButton("https://user:pass@bank.example/"), "buttons[0].url", "form"],
    ["half a URL", urlButton("/link/demo"), "buttons[0].url", "form"],
    ["a URL of 2001", urlButton(`https://bank.example/${x(1980)}`), "buttons[0].url", "too_long"],
    [
      "a number without its country",
      buttons({ kind: "call", title: "Call", phone: "0301234567" }),
      "buttons[0].phone",
      "form",
    ],
    ["Log In over http", buttons({ kind: "log_in", url: "http://bank.example/" }), "buttons[0].url", "form"],
    ["a template's name with a hyphen", template({ name: "payment-v1" }), "name", "form"],
    ["a language that is none", template({ language: "English" }), "language", "form"],
    ["an empty value", template({ body: ["a", ""] }), "body[1]", "empty"],
    ["a value of 1025", template({ body: [x(1025)] }), "body[0]", "too_long"],
    ["four payloads", template({ payloads: ["a", "b", "c", "d"] }), "payloads", "too_many"],
  ])("%s", (_name, message, field, limit) => {
    const checked = checkMessage(message)
    expect(checked.ok || checked.error.broken).toMatchObject([{ field, limit }])
  })

  it("everything at once, by field", () => {
    const checked = checkMessage({
      kind: "buttons",
      text: "",
      buttons: [{ ...postback, title: "" }],
      quickReplies: [{ title: x(21), payload: "" }],
    })
    expect(checked.ok || checked.error.broken.map((each) => each.field)).toEqual([
      "text",
      "buttons[0].title",
      "quickReplies[0].title",
      "quickReplies[0].payload",
    ])
  })
})
