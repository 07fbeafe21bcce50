// P13 over every address of the gateway: what one bank's keys, roles, signed events, Page, visit, browser and codes reach of another's. The
// rows are test/support/doors-table.ts; a route without a row fails here.
import { runInDurableObject } from "cloudflare:test"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { env } from "cloudflare:workers"
import { conversationOf } from "../../src/conversations/conversation-of.ts"
import { DOORS, type Door } from "../support/doors-table.ts"
import { ORIGIN } from "../support/gateway.ts"
import { openTwoBanks, type Side, type TwoBanks } from "../support/two-banks.ts"

let banks: TwoBanks

beforeEach(async () => {
  banks = await openTwoBanks()
})

afterEach(() => {
  vi.restoreAllMocks()
})

/** Who is nobody of a bank, by what a row needs filled in. */
async function ask(door: Door, theirs: Side, asker: Side): Promise<{ status: number; text: string }> {
  const asked = await door.ask(theirs, asker)
  const response = await banks.fetch(await filled(asked, theirs, asker))
  return { status: response.status, text: await response.text() }
}

/** What only the gateway itself can say: the hash of their record, the asker's own form of the first page. */
async function filled(request: Request, theirs: Side, asker: Side): Promise<Request> {
  if (request.url.includes("%7Bhash%7D")) {
    const list = await text(new Request(`${ORIGIN}/me/receipts`, { headers: { cookie: theirs.visit } }))
    const hash = /receipts\/([^"]+)\.jwt/.exec(list)?.[1] ?? ""
    expect(hash).not.toBe("")
    return new Request(request.url.replace("%7Bhash%7D", hash), request)
  }
  const body = request.method === "POST" ? new TextDecoder().decode(await request.clone().arrayBuffer()) : ""
  if (!body.includes("%7Bform%7D")) return request
  const page = await text(new Request(`${ORIGIN}/link/${asker.bank.id}?page=${asker.page.id}`))
  const field = (name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(page)?.[1] ?? ""
  expect(field("form")).not.toBe("")
  return new Request(request.url, {
    method: "POST",
    headers: request.headers,
    redirect: "manual",
    body: new URLSearchParams({ attempt: field("attempt"), form: field("form") }).toString(),
  })
}

async function text(request: Request): Promise<string> {
  return (await banks.fetch(request)).text()
}

/** The Conversation of a bank's customer, whole. */
async function conversationRows({ page, person }: Side): Promise<string> {
  const stub = conversationOf({ conversation: env.CONVERSATION, development: true }, page, person)
  return runInDurableObject(stub, (_, { storage: { sql } }) => {
    const tables = sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").toArray()
    const rows = tables
      .filter(({ name }) => !name.startsWith("_cf"))
      .map(({ name }) => [name, sql.exec(`SELECT * FROM ${name}`).toArray()])
    return JSON.stringify(rows, (_key, value: unknown) =>
      value instanceof ArrayBuffer ? new Uint8Array(value).toHex() : value,
    )
  })
}

describe("two banks", () => {
  it("P13: every route has its row, and no row is without a route", () => {
    const routes = banks.app.routes.filter(({ method }) => method !== "ALL")
    const known = new Set(routes.flatMap(({ method, path }) => spelled(method, path)))
    expect([...known].filter((route) => !(route in DOORS))).toEqual([])
    expect(Object.keys(DOORS).filter((route) => !known.has(route))).toEqual([])
  })

  it("P13: nothing of one is reached with the other's key, role, event, link, Page or session", async () => {
    const { north, south } = banks
    const before = { directory: await banks.directory(), conversation: await conversationRows(south) }
    const wrong: string[] = []
    const strangers = new Map<string, { status: number; text: string }>()
    for (const [route, door] of Object.entries(DOORS)) {
      const answer = await ask(door, south, north)
      strangers.set(route, answer)
      const marks = "named" in door ? south.marks : [south.bank.name, ...south.marks]
      const told = marks.filter((mark) => answer.text.includes(mark))
      if (told.length > 0) wrong.push(`${route} tells a stranger ${told.join(", ")}`)
      const expected = "refused" in door ? door.refused : "deployment" in door ? 403 : undefined
      if (expected !== undefined && answer.status !== expected)
        wrong.push(`${route} answers a stranger ${answer.status}: ${answer.text.slice(0, 200)}`)
    }
    expect(wrong).toEqual([])
    expect(await conversationRows(south)).toBe(before.conversation)
    expect(await banks.directory()).toEqual(before.directory)

    // The same requests, by whom they are of: so that none was refused for its form.
    for (const [route, door] of Object.entries(DOORS)) {
      if ("unasked" in door) continue
      const owner = "deployment" in door ? { ...south, adminKey: banks.everyBankKey } : south
      const answer = await ask(door, south, owner)
      const said = `${route} answers its owner ${answer.status}: ${answer.text.slice(0, 300)}`
      if ("refused" in door && answer.status === door.refused) wrong.push(said)
      if ("refused" in door && [400, 401, 403, 415, 422].includes(answer.status)) wrong.push(said)
      if ("deployment" in door && answer.status === 403) wrong.push(said)
      if ("own" in door && ![south.bank.name, ...south.marks].some((mark) => answer.text.includes(mark)))
        wrong.push(said)
      if ("public" in door && answer.status !== strangers.get(route)?.status) wrong.push(said)
    }
    expect(wrong).toEqual([])
  })
})

/** hono writes an address with an optional part as two. */
function spelled(method: string, path: string): readonly string[] {
  const short = path.replace(/\/:[A-Za-z]+\?$/, "")
  const long = path.replace(/\?$/, "")
  return [...new Set([short, long])].map((each) => `${method} ${each.replace(/(?<=.)\/$/, "")}`)
}
