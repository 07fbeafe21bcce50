// Reading webhooks: every event of the platform's documents, the odd forms real senders produce, and any JSON at all.
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { utf8 } from "../../../src/crypto/text.ts"
import { parseWebhook, type ParsedWebhook } from "../../../src/messenger/event-parse.ts"
import type { SignedBody } from "../../../src/messenger/signature.ts"
import { AT, PAGE, VECTOR_BODY, bodyOf } from "../../fixtures/messenger/webhooks.ts"

const NOW = AT + 60_000

async function read(body: string | Uint8Array<ArrayBuffer>): Promise<ParsedWebhook> {
  const bytes = typeof body === "string" ? utf8(body) : body
  const parsed = await parseWebhook(bytes as SignedBody, NOW)
  if (!parsed.ok) throw new Error(parsed.error.reason)
  return parsed.value
}

async function readOne(event: object) {
  const { people } = await read(bodyOf([event]))
  expect(people).toHaveLength(1)
  expect(people[0]?.events).toHaveLength(1)
  return people[0]?.events[0]
}

const message = (mid: string, text = mid) => ({ message: { mid, text } })

describe("parseWebhook()", () => {
  it("reads the platform's vector with its escapes", async () => {
    const { people } = await read(VECTOR_BODY)
    expect(people).toEqual([
      {
        page: "100",
        psid: "200",
        events: [
          {
            v: 1,
            kind: "message",
            page: "100",
            psid: "200",
            at: 1_458_692_752_478,
            key: "m_1",
            mid: "m_1",
            text: "äöå 😀 a/b",
            attachments: [],
          },
        ],
      },
    ])
  })

  it("keeps the payload of a quick reply beside its title", async () => {
    expect(
      await readOne({ message: { mid: "m_a", text: "Yes", quick_reply: { payload: "v1.YES" } } }),
    ).toMatchObject({
      text: "Yes",
      payload: "v1.YES",
    })
  })

  it("keeps the kinds of attachments and nothing of their content", async () => {
    const attachments = [
      { type: "image", payload: { url: "https://cdn/x" } },
      { type: "Not a kind!" },
      { payload: 1 },
      7,
    ]
    const event = await readOne({ message: { mid: "m_a", attachments } })
    expect(event).toMatchObject({ text: "", attachments: ["image", "other", "other"] })
    expect(JSON.stringify(event)).not.toContain("cdn")
  })

  it("keeps a referral inside Get Started", async () => {
    const postback = { mid: "m_p", title: "Get Started", payload: "v1.START", referral: { ref: "abc" } }
    expect(await readOne({ postback })).toMatchObject({
      kind: "postback",
      key: "m_p",
      mid: "m_p",
      ref: "abc",
    })
  })

  it("names the recipient as the person of an echo, and keeps numeric app ids exact", async () => {
    const echo = `{"object":"page","entry":[{"id":"100","time":1,"messaging":[{"sender":{"id":"100"},"recipient":{"id":"200"},
      "timestamp":${AT},"message":{"is_echo":true,"app_id":15177764818601119999,"metadata":"out_1","mid":"m_x","text":"hi"}}]}]}`
    const { people } = await read(echo)
    expect(people[0]).toMatchObject({
      psid: "200",
      events: [{ kind: "echo", key: "m_x", appId: "15177764818601119999", metadata: "out_1" }],
    })
  })

  it("keeps ids as text though they are numbers beyond 2^53", async () => {
    const { people } =
      await read(`{"object":"page","entry":[{"id":90071992547409931,"time":${AT},"messaging":[
      {"sender":{"id":90071992547409933},"recipient":{"id":90071992547409931},"timestamp":${AT},"message":{"mid":"m","text":"x"}}]}]}`)
    expect(people[0]).toMatchObject({ page: "90071992547409931", psid: "90071992547409933" })
  })

  it("leaves digits inside a text alone while ids beyond 2^53 stand beside them", async () => {
    const { people } = await read(`{"object":"page","entry":[{"id":90071992547409931,"messaging":[
      {"sender":{"id":5},"timestamp":${AT},"message":{"mid":"m","text":"pay, 12345678901234567890"}}]}]}`)
    expect(people[0]).toMatchObject({ psid: "5", events: [{ text: "pay, 12345678901234567890" }] })
  })

  it.each([
    ["milliseconds", 1_701_599_111_000, 1_701_599_111_000],
    ["seconds", 1_701_599_111, 1_701_599_111_000],
    ["the last value that counts seconds", 99_999_999_999, 99_999_999_999_000],
    ["the first value that counts milliseconds", 100_000_000_000, 100_000_000_000],
    ["digits as text", "1701599111000", 1_701_599_111_000],
    ["nothing", undefined, AT + 5],
    ["zero", 0, AT + 5],
    ["a negative number", -5, AT + 5],
    ["beyond any date", 1e300, AT + 5],
    ["a word", "yesterday", AT + 5],
  ])("takes a timestamp of %s", async (_name, timestamp, at) => {
    expect(await readOne({ timestamp, ...message("m_a") })).toMatchObject({ at })
  })

  it("takes the given time where neither event nor entry has one", async () => {
    const { people } = await read(
      `{"object":"page","entry":[{"id":"1","messaging":[{"sender":{"id":"2"},"read":{"watermark":9}}]}]}`,
    )
    expect(people[0]?.events[0]).toMatchObject({ at: NOW })
  })

  it("groups events by Page and person and keeps their order across entries", async () => {
    const from = (id: string, mid: string) => ({ sender: { id }, timestamp: AT, ...message(mid) })
    const { people } = await read(
      JSON.stringify({
        object: "page",
        entry: [
          { id: "1", messaging: [from("7", "a"), from("8", "b"), from("7", "c")] },
          { id: "2", messaging: [from("7", "d")] },
          { id: "1", messaging: [from("7", "e")] },
        ],
      }),
    )
    expect(people.map((each) => [each.page, each.psid, each.events.map((event) => event.key)])).toEqual([
      ["1", "7", ["a", "c", "e"]],
      ["1", "8", ["b"]],
      ["2", "7", ["d"]],
    ])
  })

  it("reads a body with a byte order mark", async () => {
    expect((await read(`\ufeff${VECTOR_BODY}`)).people).toHaveLength(1)
  })

  it("tells what was only overheard from what was said to us, in one entry", async () => {
    const overheard = { sender: { id: "7" }, ...message("s") }
    const { people, ignored } = await read(
      JSON.stringify({
        object: "page",
        entry: [{ id: "1", standby: [overheard], messaging: [{ sender: { id: "7" }, ...message("m") }] }],
      }),
    )
    expect(people.flatMap((each) => each.events.map((event) => [event.key, event.kind]))).toEqual([
      ["m", "message"],
      ["s", "overheard"],
    ])
    expect(ignored).toBe(0)
  })

  it.each([
    ["no sender", { sender: undefined }],
    ["a sender by user_ref", { sender: { user_ref: "x" } }],
    ["a sender that is the Page, without a recipient", { sender: { id: PAGE }, recipient: undefined }],
    ["a sender that is no id", { sender: { id: "m_1" } }],
  ])("counts an event with %s as ignored", async (_name, event) => {
    expect(await read(bodyOf([{ ...message("m"), ...event }]))).toEqual({ people: [], pages: [], ignored: 1 })
  })

  it("reads a thousand updates of a thousand people in one body", async () => {
    const messaging = Array.from({ length: 1000 }, (_, index) => ({
      sender: { id: String(1000 + index) },
      timestamp: AT,
      ...message(`m_${index}`),
    }))
    const entry = messaging.map((event) => ({ id: PAGE, time: AT, messaging: [event] }))
    const { people } = await read(JSON.stringify({ object: "page", entry }))
    expect(people).toHaveLength(1000)
    expect(people[999]?.events[0]?.key).toBe("m_999")
  })

  it("counts everything of an entry that names no Page as ignored", async () => {
    const entry = [{ messaging: [message("m")], standby: [message("s")], changes: [{ field: "feed" }] }]
    expect(await read(JSON.stringify({ object: "page", entry }))).toEqual({
      people: [],
      pages: [],
      ignored: 3,
    })
  })

  it("gives a label put on again another key, and copies of it the same", async () => {
    const label = (time: number) => ({
      id: PAGE,
      time,
      changes: [{ field: "inbox_labels", value: { user: { id: "7" }, action: "add", label: { id: "12" } } }],
    })
    const { people } = await read(
      JSON.stringify({ object: "page", entry: [label(AT), label(AT), label(AT + 1)] }),
    )
    const [first, copy, again] = people[0]?.events.map((event) => event.key) ?? []
    expect(copy).toBe(first)
    expect(again).not.toBe(first)
  })

  it.each([
    "null",
    "7",
    '"page"',
    "[]",
    "{}",
    '{"object":"page"}',
    '{"object":"page","entry":7}',
    '{"object":"page","entry":[]}',
    '{"object":"page","entry":[null,[],7,{}]}',
    '{"object":"page","entry":[{"id":"1"}]}',
    '{"object":"page","entry":[{"id":"1","messaging":{}}]}',
    '{"object":"instagram","entry":[{"id":"1","messaging":[{"sender":{"id":"2"},"message":{"mid":"m","text":"x"}}]}]}',
  ])("finds nobody in %s", async (body) => {
    expect((await read(body)).people).toEqual([])
  })

  it.each(["", "{", "{]", '{"object":"page"', "undefined", "{'object':'page'}"])(
    "refuses %j as no JSON",
    async (body) => {
      expect(await parseWebhook(utf8(body) as SignedBody, NOW)).toEqual({
        ok: false,
        error: { reason: "json_malformed" },
      })
    },
  )

  it("refuses bytes that are not UTF-8", async () => {
    const bytes = new Uint8Array([0x7b, 0xff, 0x7d]) as SignedBody
    expect(await parseWebhook(bytes, NOW)).toEqual({ ok: false, error: { reason: "json_malformed" } })
  })

  it("does not throw on nesting far beyond any stack", async () => {
    for (const inner of [
      "[".repeat(200_000) + "]".repeat(200_000),
      `12345678901234567890,${"[".repeat(90_000)}${"]".repeat(90_000)}`,
    ]) {
      const body = `{"object":"page","entry":[{"id":"1","messaging":[{"sender":{"id":"2"},"odd":[${inner}]}]}]}`
      const parsed = await parseWebhook(utf8(body) as SignedBody, NOW)
      if (parsed.ok)
        expect(parsed.value.people[0]?.events[0]).toMatchObject({ kind: "unknown", shape: "odd" })
      else expect(parsed.error).toEqual({ reason: "json_malformed" })
    }
  })

  it("gives copies of one event one key, whatever the order of its members", async () => {
    const first = await readOne({ odd: { ref: "a", type: "b" } })
    const second = await readOne({ odd: { type: "b", ref: "a" }, hop_context: [{ app_id: 1 }] })
    expect(second?.key).toBe(first?.key)
  })

  it.each([
    [{ reaction: { mid: "m", action: "react" } }, { reaction: { mid: "m", action: "unreact" } }],
    [{ delivery: { watermark: 9 } }, { read: { watermark: 9 } }],
    [{ delivery: { watermark: 9 } }, { delivery: { watermark: 10 } }],
    [message("m_a"), { message: { mid: "m_a", is_deleted: true } }],
    [message("m_a"), { message_edit: { mid: "m_a", text: "x", num_edit: 1 } }],
    [
      { message_edit: { mid: "m_a", text: "x", num_edit: 1 } },
      { message_edit: { mid: "m_a", text: "x", num_edit: 2 } },
    ],
    [{ message_edit: { mid: "m_a", text: "x" } }, { message_edit: { mid: "m_a", text: "y" } }],
    [{ pass_thread_control: { new_owner_app_id: 1 } }, { pass_thread_control: { new_owner_app_id: 2 } }],
    [{ optin: { ref: "a" } }, { optin: { ref: "b" } }],
    [
      { account_linking: { status: "linked", authorization_code: "a" } },
      { account_linking: { status: "linked", authorization_code: "b" } },
    ],
  ])("gives different events different keys: %j, %j", async (one, another) => {
    expect((await readOne(one))?.key).not.toBe((await readOne(another))?.key)
  })

  it("keeps an authorization code out of the key", async () => {
    const event = await readOne({
      account_linking: { status: "linked", authorization_code: "a-one-time-code" },
    })
    expect(event?.key).not.toContain("a-one-time-code")
  })

  it("names the members of an unknown event, sorted, and nothing that could be data", async () => {
    expect(await readOne({ zeta: { secret: "4111" }, alpha: 1, "4111111111111111": 1 })).toMatchObject({
      shape: "? alpha zeta",
    })
  })

  it("takes a mid of 300 characters and treats a longer one as unknown", async () => {
    expect(await readOne(message("m".repeat(300)))).toMatchObject({ kind: "message", key: "m".repeat(300) })
    expect(await readOne(message("m".repeat(301)))).toMatchObject({ kind: "unknown", shape: "message" })
  })

  it("reads any JSON to something, and keeps ids, keys and times within their bounds", async () => {
    const leaf = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.double({ noNaN: true }),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom("1", PAGE, "m_1"),
    )
    const names = fc.constantFrom(
      "id",
      "mid",
      "text",
      "payload",
      "title",
      "watermark",
      "mids",
      "action",
      "status",
      "ref",
      "app_id",
      "is_echo",
      "attachments",
      "type",
      "odd",
    )
    const member = fc.oneof(
      leaf,
      fc.dictionary(names, fc.oneof(leaf, fc.array(leaf), fc.dictionary(names, leaf))),
    )
    const kinds = fc.constantFrom(
      "sender",
      "recipient",
      "timestamp",
      "message",
      "postback",
      "delivery",
      "read",
      "reaction",
      "account_linking",
      "referral",
      "optin",
      "message_edit",
      "pass_thread_control",
      "messaging_feedback",
      "response_feedback",
      "order",
      "template",
      "policy_enforcement",
      "app_roles",
    )
    const event = fc.oneof(leaf, fc.dictionary(kinds, member))
    const entry = fc.oneof(
      leaf,
      fc.record(
        {
          id: leaf,
          time: leaf,
          messaging: fc.oneof(leaf, fc.array(event)),
          standby: fc.oneof(leaf, fc.array(event)),
          changes: fc.oneof(leaf, fc.array(member)),
        },
        { requiredKeys: [] },
      ),
    )
    const envelope = fc.record({
      object: fc.constantFrom("page", "user"),
      entry: fc.oneof(leaf, fc.array(entry)),
    })
    await fc.assert(
      fc.asyncProperty(fc.oneof(envelope, fc.jsonValue()), async (value) => {
        const { people, pages } = await read(JSON.stringify(value))
        for (const { page, key, at } of pages) {
          expect(page).toMatch(/^[0-9]{1,32}$/)
          expect(key.length).toBeLessThanOrEqual(300)
          expect(new Date(at).getTime()).toBe(at)
        }
        for (const { page, psid, events } of people) {
          expect(page).toMatch(/^[0-9]{1,32}$/)
          expect(psid).toMatch(/^[0-9]{1,32}$/)
          for (const { key, at } of events) {
            expect(key.length).toBeGreaterThan(0)
            expect(key.length).toBeLessThanOrEqual(300)
            expect(new Date(at).getTime()).toBe(at)
          }
        }
      }),
      { numRuns: 500 },
    )
  })
})
