// What Messenger can tell us, and what becomes of it: the table of test/fixtures/messenger/events.ts, row by row, through the signed
// way in. Each row reads: the event, the typed value it becomes, whom it is handed to; what is done with it stands in its name.
import { beforeAll, describe, expect, it } from "vitest"
import { hmac, importHmacKey } from "../../../src/crypto/hmac.ts"
import { utf8 } from "../../../src/crypto/text.ts"
import { ok } from "../../../src/foundation/result.ts"
import { Secret } from "../../../src/foundation/secret.ts"
import type { MessengerEvent } from "../../../src/messenger/event.ts"
import type { PageEvent } from "../../../src/messenger/page-event.ts"
import { messengerWebhook } from "../../../src/messenger/webhook.ts"
import { ECHOES, MESSAGES, OTHERS, UNKNOWNS } from "../../fixtures/messenger/events.ts"
import { LABEL, PAGE_EVENTS, STANDBY } from "../../fixtures/messenger/page-events.ts"
import { AT, PAGE, PERSON } from "../../fixtures/messenger/webhooks.ts"

const SECRET = "test_app_secret"
const OUR_APP = "1000000000000001"
const lines: string[] = []
const write = (event: string, fields?: object) => void lines.push(JSON.stringify({ event, ...fields }))
let people: MessengerEvent[]
let pages: PageEvent[]
let key: CryptoKey

const app = messengerWebhook({
  appSecrets: [new Secret(SECRET)],
  verifyToken: new Secret("t"),
  appId: OUR_APP,
  receive: (given) => {
    people.push(...given.flatMap((person) => person.events))
    return Promise.resolve(ok(undefined))
  },
  receivePage: (events) => {
    pages.push(...events)
    return Promise.resolve(ok(undefined))
  },
  now: () => AT,
  log: { info: write, warn: write, error: write },
})

async function tell(entry: object) {
  people = []
  pages = []
  lines.length = 0
  const body = utf8(JSON.stringify({ object: "page", entry: [{ id: PAGE, time: AT, ...entry }] }))
  const signature = `sha256=${(await hmac(key, body)).toHex()}`
  const response = await app.request("/", {
    method: "POST",
    body,
    headers: { "x-hub-signature-256": signature },
  })
  expect(response.status).toBe(200)
}

const said = { sender: { id: PERSON }, recipient: { id: PAGE }, timestamp: AT }
const echoed = { sender: { id: PAGE }, recipient: { id: PERSON }, timestamp: AT }
const head = { v: 1, page: PAGE, psid: PERSON, at: AT }

/** The value without its key; an overheard act without its own head. */
function bare(event: MessengerEvent | undefined): object {
  const { key: _key, ...rest } = event ?? ({} as MessengerEvent)
  if (rest.kind !== "overheard") return rest
  const { v, page, psid, at, key: _inner, ...act } = rest.event as MessengerEvent & { readonly key: string }
  expect({ v, page, psid, at }).toEqual(head)
  return { ...rest, event: act }
}

beforeAll(async () => {
  key = await importHmacKey(utf8(SECRET))
})

describe("what a person writes", () => {
  it.each(MESSAGES)("$event $outcome", async ({ wire, typed }) => {
    await tell({ messaging: [{ ...said, ...wire }] })
    expect(people.map(bare)).toEqual([{ ...head, ...typed }])
    expect(pages).toEqual([])
  })
})

describe("an echo of", () => {
  it.each(ECHOES)("$event $outcome", async ({ wire, typed }) => {
    await tell({ messaging: [{ ...echoed, ...wire }] })
    expect(people.map(bare)).toEqual([{ ...head, ...typed }])
  })
})

describe("what a person does besides", () => {
  it.each(OTHERS)("$event $outcome", async ({ wire, typed }) => {
    await tell({ messaging: [{ ...said, ...wire }] })
    expect(people.map(bare)).toEqual([{ ...head, ...typed }])
    expect(JSON.stringify(people)).not.toMatch(/a-credential|https:/)
  })

  it("a label put on them by staff is noted, though it is told as a change", async () => {
    await tell(LABEL)
    expect(people.map(bare)).toEqual([{ ...head, kind: "label", action: "add", label: "12" }])
    expect(JSON.stringify(people)).not.toContain("VIP")
  })
})

describe("what is not understood", () => {
  it.each(UNKNOWNS)("$event $outcome", async ({ wire, typed }) => {
    await tell({ messaging: [{ ...said, ...wire }] })
    expect(people.map(bare)).toEqual([{ ...head, ...typed }])
    expect(lines.join()).toContain("messenger_events_unknown")
  })
})

describe("overheard while somebody else holds the thread", () => {
  it.each(STANDBY)("$event $outcome", async ({ wire, typed }) => {
    await tell({ standby: [{ ...said, ...wire }] })
    expect(people.map(bare)).toEqual([{ ...head, standby: true, ...typed }])
  })

  it("our own echo settles its send all the same", async () => {
    const message = { is_echo: true, app_id: OUR_APP, metadata: "out_1", mid: "m_x" }
    await tell({ standby: [{ ...echoed, message }] })
    expect(people).toMatchObject([{ kind: "echo", standby: true, by: "ours", metadata: "out_1" }])
  })
})

describe("of a Page as a whole", () => {
  it.each(PAGE_EVENTS)("$event $outcome", async ({ entry, typed }) => {
    await tell(entry)
    const bodies = pages.map(({ key: _key, at: _at, ...rest }) => rest)
    expect(bodies).toEqual([{ v: 1, page: PAGE, ...typed }])
    expect(people).toEqual([])
    expect(lines.join()).not.toContain("private words")
  })
})

it("has a row for every kind there is", () => {
  const kinds: Record<MessengerEvent["kind"], true> = {
    message: true,
    edit: true,
    deletion: true,
    postback: true,
    echo: true,
    delivery: true,
    read: true,
    reaction: true,
    account_linking: true,
    optin: true,
    referral: true,
    thread_control: true,
    feedback: true,
    rating: true,
    order: true,
    customer_information: true,
    coupon: true,
    label: true,
    overheard: true,
    unknown: true,
  }
  const pageKinds: Record<PageEvent["kind"], true> = {
    policy: true,
    integrity: true,
    template_status: true,
    app_roles: true,
    unknown: true,
  }
  const rows = [MESSAGES, ECHOES, OTHERS, UNKNOWNS, STANDBY].flat().map((row) => row.typed.kind)
  expect(new Set([...rows, "label"])).toEqual(new Set(Object.keys(kinds)))
  expect(new Set(PAGE_EVENTS.map((row) => row.typed.kind))).toEqual(new Set(Object.keys(pageKinds)))
})
