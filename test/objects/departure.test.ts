// A bank leaves, in workerd with the real directory, objects and queues: two people want it, its ways in close, everybody is erased, nothing of
// it is left in any table, and the certificate says so. The other bank stays as it was.
import { runInDurableObject } from "cloudflare:test"
import { env } from "cloudflare:workers"
import { decodeProtectedHeader, importJWK, jwtVerify } from "jose"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { everyTable } from "../support/tables.ts"
import { listEmptied } from "../../src/privacy/departure-store.ts"
import { createDepartures, signCertificate, CLOSED_AFTER_MS } from "../../src/privacy/departure.ts"
import { findBank } from "../../src/banks/bank-store.ts"
import type { BankId, PageId, PersonId } from "../../src/foundation/id.ts"
import { buildHouse } from "../../src/house.ts"
import { lineOf } from "../../src/support/line-of.ts"
import { transactionPosted } from "../support/bank.ts"
import { signHeaders } from "../support/bank-signer.ts"
import { ORIGIN } from "../support/gateway.ts"
import { CUSTOMER, openTwoBanks, type Side, type TwoBanks } from "../support/two-banks.ts"

/** Tables with something of a bank that stay: each says why. */
const STAY = {
  audit_outbox: "on its way to the audit log",
  erasures: "names nobody once done; the erased look at it",
  departures: "what the certificate is made of",
}

let banks: TwoBanks

beforeEach(async () => {
  banks = await openTwoBanks()
})

afterEach(() => {
  vi.restoreAllMocks()
})

async function rowsNaming(needles: readonly string[]): Promise<readonly string[]> {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name <> 'd1_migrations'",
  ).all<{ name: string }>()
  const found: string[] = []
  for (const { name } of results)
    for (const row of (await env.DB.prepare(`SELECT * FROM "${name}"`).all()).results)
      if (needles.some((needle) => JSON.stringify(row).includes(needle))) found.push(name)
  return [...new Set(found)].toSorted()
}

function act(key: string, method: string, path: string): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" }
  return banks.fetch(
    new Request(`${ORIGIN}/admin/v1${path}`, {
      method,
      headers,
      ...(method === "POST" ? { body: JSON.stringify({ reason: "the contract has ended" }) } : {}),
    }),
  )
}

async function post({ bank, key }: Side): Promise<number> {
  const url = `${ORIGIN}/banks/${bank.id}/events`
  const event = { ...transactionPosted({ id: `evt_${bank.id}`, at: Date.now() }), source: bank.eventSource }
  const body = new TextEncoder().encode(JSON.stringify(event)) as Uint8Array<ArrayBuffer>
  const headers = await signHeaders(key, url, body)
  return (await banks.fetch(new Request(url, { method: "POST", headers, body }))).status
}

const lineIn = (bank: BankId) => lineOf(env.LINE, bank)

/** Somebody who waits, somebody who answers, and an answer of theirs. */
async function fillLine(bank: BankId): Promise<void> {
  const line = lineIn(bank)
  const stamp = { v: 1, now: Date.now() } as const
  const joining = {
    thread: `desk_${bank}`,
    person: "person_1" as PersonId,
    page: "1" as PageId,
    kind: "chat",
    windowEndsAt: Date.now(),
  } as const
  await line.join({ ...stamp, joining })
  await line.present({ ...stamp, agent: { id: "maria", name: "Maria", status: "here" } })
  await line.putAnswers({ ...stamp, answers: [{ title: "Hours", text: "We are open from 8 to 6." }] })
}

/** Tables of a line that hold anything. */
async function inLine(bank: BankId): Promise<readonly string[]> {
  return runInDurableObject(lineIn(bank), (_, { storage }) =>
    ["threads", "agents", "answers"].filter(
      (table) => storage.sql.exec(`SELECT 1 FROM ${table} LIMIT 1`).toArray().length > 0,
    ),
  )
}

/** Nothing waits at a bank that does not stand here. */
async function withoutTokens({ link }: Side): Promise<void> {
  await env.DB.prepare("UPDATE links SET tokens_sealed = NULL WHERE id = ?").bind(link).run()
}

describe("a bank that leaves", () => {
  it("every table that names a bank or its Pages is emptied, or says why it stays", () => {
    const named = everyTable
      .filter(({ columns }) => columns.some(({ name }) => name === "bank_id" || name === "page_id"))
      .map(({ name }) => name)
    const listed = [...listEmptied("bank_processor"), ...Object.keys(STAY)]
    expect([...named, "banks", "pages"].filter((name) => !listed.includes(name))).toEqual([])
    expect(listEmptied("third_party")).not.toContain("consents")
  })

  it("is asked for by one and approved by another; then nothing of it is left, and the certificate says how much there was", async () => {
    const { south, north, everyBankKey, gateway } = banks
    await withoutTokens(south)
    // An erasure nobody's Conversation stands behind: it would wait for ever.
    await env.DB.prepare("DELETE FROM erasures WHERE done_at IS NULL").run()
    const asked = await act(south.adminKey, "POST", "/banks/south/departure")
    expect(asked.status).toBe(200)
    const { id } = (await asked.json()) as { id: string }
    expect((await act(south.adminKey, "POST", `/approvals/${id}/approve`)).status).toBe(403)
    expect((await act(north.adminKey, "POST", `/approvals/${id}/approve`)).status).toBe(404)
    expect(await post(south)).toBe(202)
    for (const { bank } of [south, north]) await fillLine(bank.id)
    expect((await act(everyBankKey, "POST", `/approvals/${id}/approve`)).status).toBe(200)

    expect(await post(south)).toBe(401)
    expect((await banks.fetch(new Request(`${ORIGIN}/link/south`))).status).toBe(404)
    const bearer = { authorization: `Bearer ${south.apiKey}`, "tellerline-subject": CUSTOMER }
    expect((await banks.fetch(new Request(`${ORIGIN}/banks/south/link`, { headers: bearer }))).status).toBe(
      401,
    )
    expect(await post(north)).toBe(202)
    const before = await act(south.adminKey, "GET", "/banks/south/departure")
    expect(await before.json()).not.toHaveProperty("certificate")

    await leaveToTheEnd()
    expect(await rowsNaming(["south", ...south.marks])).toEqual([
      "approvals",
      "audit_outbox",
      "departures",
      "erasures",
    ])
    const left = await env.DB.prepare("SELECT kind FROM approvals WHERE bank_id = 'south'").all()
    expect(left.results).toEqual([{ kind: "bank.leave" }])
    expect(
      (await env.DB.prepare("SELECT person_id FROM erasures WHERE bank_id = 'south'").all()).results,
    ).toEqual([{ person_id: null }])

    const answer = await act(south.adminKey, "GET", "/banks/south/departure")
    const { certificate, doneAt } = (await answer.json()) as { certificate: string; doneAt: string }
    const [jwk] = gateway.means.signing.publicJwks.keys
    const { payload } = await jwtVerify(certificate, await importJWK(jwk as never, "ES256"), {
      issuer: ORIGIN,
    })
    expect(decodeProtectedHeader(certificate)).toMatchObject({ typ: "deletion-certificate+jwt" })
    expect(payload).toMatchObject({
      sub: "south",
      deletion: {
        bank: "south",
        name: "Southgate Savings",
        deleted_at: doneAt,
        deleted: {
          people: 1,
          links: 1,
          consents: 3,
          bank_api_keys: 1,
          webhook_secrets: 1,
          dead_letters: 1,
          banks: 1,
          pages: 1,
        },
        kept: [
          { table: "erasures", rows: 1 },
          { table: "approvals", rows: 1 },
        ],
      },
    })
    expect(JSON.stringify(payload)).not.toMatch(/person_|link_|Kx7Q/)

    // Nothing of who waited, who answered and what with is left in its line either; the other's stands.
    expect(await inLine(south.bank.id)).toEqual([])
    expect(await inLine(north.bank.id)).toEqual(["threads", "agents", "answers"])

    // The other bank: as it was, and still working.
    expect(await rowsNaming([north.link])).toContain("links")
    expect((await act(north.adminKey, "GET", "/banks/south/departure")).status).toBe(404)
    expect(await post(north)).toBe(202)
  })

  it("goes on from wherever it was cut off, and takes somebody along who writes meanwhile", async () => {
    const { south, gateway } = banks
    await withoutTokens(south)
    await env.DB.prepare("DELETE FROM erasures WHERE done_at IS NULL").run()
    await departures().begin(south.bank.id, { actor: "two people", reason: "the end", at: Date.now() })
    await gateway.say("9200000000000999", "hello", undefined, south.page.id)
    await vi.waitFor(() => expect(gateway.sent.some(({ psid }) => psid === "9200000000000999")).toBe(true))
    let fails = 0
    const posted = gateway.means.post
    for (let run = 0; run < 40; run += 1) {
      const broken = departures({
        post: async (...given) => {
          fails += 1
          if (fails % 3 === 0) throw new Error("cut off here")
          return posted(...given)
        },
      })
      await broken
        .consume({ v: 1, kind: "leave_bank", bank: south.bank.id, postedAt: 0 })
        .catch(() => undefined)
      if ((await broken.find(south.bank.id))?.doneAt !== undefined) break
      await scheduler.wait(100)
    }
    const departure = await departures().find(south.bank.id)
    expect(departure?.doneAt).toBeDefined()
    expect(departure?.counts).toMatchObject({ people: 2, links: 1 })
    // The log says of whose Page somebody was erased, so that a restored database erases them again.
    expect(await rowsNaming([south.page.id])).toEqual(["audit_outbox", "erasures"])
    expect(
      departure && (await signCertificate(gateway.means.signing, ORIGIN, departure, Date.now())),
    ).toBeDefined()
  })
})

/** Departures whose clock stands behind the two minutes. */
function departures(more: Partial<Parameters<typeof createDepartures>[0]> = {}) {
  const { means } = banks.gateway
  const { db, pseudonyms, post, random } = means
  const house = buildHouse(env, means)
  return createDepartures({
    db,
    pseudonyms,
    erasures: house.erasures,
    findBank: (id) => findBank(db, id, { development: true }),
    listPages: async () => [banks.south.page.id],
    forgetPage: async () => undefined,
    forgetLine: async (bank) => lineIn(bank).forget({ v: 1 }),
    forgetBank: means.banks.forget,
    incidents: house.incidents,
    post,
    now: () => Date.now() + CLOSED_AFTER_MS,
    random,
    ...more,
  })
}

async function leaveToTheEnd(): Promise<void> {
  const { id: bank } = banks.south.bank
  await vi.waitFor(
    async () => {
      await departures().consume({ v: 1, kind: "leave_bank", bank, postedAt: 0 })
      expect((await departures().find(bank))?.doneAt).toBeDefined()
    },
    { timeout: 20_000, interval: 100 },
  )
}
