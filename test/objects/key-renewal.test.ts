// An outer key is rotated, then reported as compromised, then let go, while people write and are told: nothing is lost, nothing is told
// twice, and in the end nothing anywhere names it or opens under what it opened. The whole gateway in workerd; the bank's tokens are stubbed.
import { createExecutionContext, runInDurableObject } from "cloudflare:test"
import { env } from "cloudflare:workers"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { keepDeadLetters } from "../../src/notifications/dead-letter-store.ts"
import { deadLetterOf } from "../../src/notifications/dead-letter.ts"
import { parseKeyRing } from "../../src/crypto/key-ring.ts"
import { MINUTE_MS, monthOf } from "../../src/foundation/clock.ts"
import { createPackId } from "../../src/foundation/id.ts"
import { ok } from "../../src/foundation/result.ts"
import { packPlace } from "../../src/jobs/pack.ts"
import { placeOf, type LinkTokens } from "../../src/links/link-tokens.ts"
import { bySystem } from "../../src/audit/audit.ts"
import { parsePageRecord } from "../../src/messenger/page-record.ts"
import { pagePlace, putPage } from "../../src/messenger/page-store.ts"
import { pageObjectOf } from "../../src/messenger/page-object.ts"
import { enterOuterKey, markNewest } from "../../src/vault/outer-key-store.ts"
import { OUTER_COLUMNS, outerPlace } from "../../src/vault/sealed-columns.ts"
import { createVault, type InnerKey } from "../../src/vault/vault.ts"
import worker from "../../src/worker.ts"
import { transactionPosted } from "../support/bank.ts"
import { BANK, openGateway, ORIGIN, PAGE, type Gateway } from "../support/gateway.ts"
import { TEST_KEYS } from "../support/keys.ts"

const OLD = "test-0"
const NEW = "test-1"
const STOPPED = "100000000000002"
const PEOPLE = ["9100000000000001", "9100000000000002", "9100000000000003"]
const customerOf = (psid: string) => `Kx7Qm2vX9kLtB4wZ8pR5${psid.slice(-4)}`

let gateway: Gateway
/** Every inner key that lay under the old outer key, by its row. */
let stolen: Map<string, InnerKey>

beforeEach(async () => {
  gateway = await openGateway()
  const { login } = gateway.means
  vi.spyOn(login, "renew").mockImplementation(async (_, tokens) =>
    ok({ ...tokens, accessToken: "at-renewed", refreshToken: "rt-renewed" }),
  )
  vi.spyOn(login, "retire").mockResolvedValue(ok(undefined))
})

afterEach(() => {
  vi.restoreAllMocks()
})

/** The vault of the release before: it sealed under the old key. */
function vaultBefore() {
  const { keys } = JSON.parse(TEST_KEYS.VAULT_KEYS) as { keys: { kid: string }[] }
  const ring = parseKeyRing(JSON.stringify({ keys: keys.toReversed() }))
  if (!ring.ok || ring.value.newest.kid !== OLD) throw new Error("test keys")
  return createVault(ring.value, gateway.means.now, gateway.means.random)
}

/** Everything as it was before the new key came in front. */
async function setBack(): Promise<void> {
  const vault = vaultBefore()
  stolen = new Map()
  for (const column of OUTER_COLUMNS) {
    const { table, column: name, bank, row } = column
    const { results } = await env.DB.prepare(
      `SELECT ${bank} AS bank, ${row} AS id, ${name} AS sealed FROM ${table} WHERE ${name} <> ''`,
    ).all<{ bank: string; id: string; sealed: string }>()
    for (const value of results) {
      const place = outerPlace(column, value.bank, value.id)
      const anew = await vault.rewrap(value.sealed, place)
      if (!anew.ok) throw new Error(anew.error.reason)
      await env.DB.prepare(`UPDATE ${table} SET ${name} = ? WHERE ${name} = ?`)
        .bind(anew.value, value.sealed)
        .run()
      const key = column.part === "key" ? await vault.openKey(anew.value, place) : undefined
      if (key?.ok) stolen.set(place, key.value)
    }
  }
  for (const psid of PEOPLE) {
    const person = await gateway.personOf(psid)
    await inConversation(psid, async (sql) => {
      for (const { key, sealed } of sql
        .exec<{ key: string; sealed: string }>("SELECT key, sealed FROM inbox")
        .toArray()) {
        const owner = `${person}|${key}`
        const text = await gateway.means.vault.openForDays("inbox", PAGE, owner, sealed)
        if (!text.ok) throw new Error(text.error.reason)
        const old = await vault.sealForDays("inbox", PAGE, owner, text.value)
        sql.exec("UPDATE inbox SET sealed = ? WHERE key = ?", old, key).toArray()
      }
    })
  }
  const { db, now } = gateway.means
  await enterOuterKey(db, OLD, now())
  await enterOuterKey(db, NEW, now())
  await markNewest(db, NEW, now())
}

async function inConversation(psid: string, run: (sql: SqlStorage) => Promise<void> | void): Promise<void> {
  await runInDurableObject(await gateway.conversation(psid), async (_, state) => run(state.storage.sql))
}

/** Everything that is stored anywhere, as text with the place it lies. */
async function everything(): Promise<readonly string[]> {
  const found: string[] = []
  const { results: tables } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
  ).all<{ name: string }>()
  for (const { name } of tables) {
    // The register names keys in clear, as it should.
    if (name === "vault_keys") continue
    const { results } = await env.DB.prepare(`SELECT * FROM ${name}`).all()
    for (const row of results) found.push(`${name} ${JSON.stringify(row)}`)
  }
  for (const psid of PEOPLE)
    await inConversation(psid, (sql) => {
      for (const table of ["facts", "inbox", "ledger"])
        for (const row of sql.exec(`SELECT * FROM ${table}`)) found.push(`${table} ${JSON.stringify(row)}`)
    })
  for (const { job } of await heldPacks()) found.push(`held ${JSON.stringify(job)}`)
  return found
}

/** Another Page of the bank, which is stopped: packs wait in its object. */
async function stoppedPage() {
  const record = parsePageRecord({ v: 1, id: STOPPED, bank: BANK, name: "Stopped" })
  if (!record.ok) throw new Error("Cannot read a Page of the tests")
  return { record: record.value, object: pageObjectOf({ page: env.PAGE, development: true }, record.value) }
}

async function heldPacks() {
  return (await stoppedPage()).object.held({ v: 1, after: null })
}

async function admin(who: string, method: string, path: string, body?: object): Promise<Response> {
  const request = new Request(`${ORIGIN}/admin/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${who}`, "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  return worker.fetch(request as never, env, createExecutionContext())
}

/** Two minutes go by: the clock runs, and chores are done, which is seen by what they leave. A chore that finds nothing to do leaves nothing:
 * then the next two minutes go by. */
async function pass(done: () => Promise<boolean>): Promise<void> {
  expect((await admin("dev-admin-key", "POST", "/clock", { advanceMs: 2 * MINUTE_MS })).status).toBe(200)
  for (let waited = 0; waited < 15; waited += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    if (await done()) return
  }
}

interface KeyState {
  readonly kid: string
  readonly left: Readonly<Record<string, number>>
  readonly renewalLeft?: Readonly<Record<string, number>>
  readonly renewedAt?: string
}

async function keyState(kid: string): Promise<KeyState> {
  const answer = await admin("dev-admin-key", "GET", "/keys")
  const { keys } = (await answer.json()) as { keys: readonly KeyState[] }
  const found = keys.find((key) => key.kid === kid)
  if (!found) throw new Error(`No key ${kid} in the register`)
  return found
}

/** A pack of one event, sealed under the month's key as it is now. */
async function packJob(id: string) {
  const { packKeys, now, random } = gateway.means
  const pack = createPackId(random)
  const month = monthOf(now())
  const key = await packKeys.forSealing(BANK, month)
  const sealed = await key.seal(JSON.stringify([{ event: { id }, attempts: 0 }]), packPlace(BANK, pack))
  return {
    v: 1,
    kind: "pack",
    lane: "updates",
    bank: BANK,
    pack,
    month,
    sealed,
    items: 1,
    postedAt: now(),
  } as const
}

/** Tokens as a bank's login gives them: those of the gateway's tests are empty. */
async function giveTokens(): Promise<void> {
  const { vault } = gateway.means
  const { results } = await env.DB.prepare("SELECT id, wrapped_key FROM links").all<{
    id: never
    wrapped_key: string
  }>()
  const tokens: LinkTokens = { v: 1, accessToken: "at-old", accessExpiresAt: 0, refreshToken: "rt-old" }
  for (const { id, wrapped_key } of results) {
    const key = await vault.openKey(wrapped_key, placeOf(BANK, id, "key"))
    if (!key.ok) throw new Error(key.error.reason)
    const sealed = await key.value.seal(JSON.stringify(tokens), placeOf(BANK, id, "tokens"))
    await env.DB.prepare("UPDATE links SET tokens_sealed = ? WHERE id = ?").bind(sealed, id).run()
  }
}

describe("rotation and compromise under load", () => {
  it("P1, P2, P5, P14: lose nothing, tell nothing twice, and leave nothing under the old key", async () => {
    for (const psid of PEOPLE) await gateway.link(psid, customerOf(psid), ["transaction_alerts"])
    await giveTokens()
    const { db, now } = gateway.means
    const letter = await packJob("evt_letter")
    await keepDeadLetters(db, [await deadLetterOf("updates", letter, { attempts: 1, now: now() })])
    const stopped = await stoppedPage()
    const token = await gateway.means.vault.seal("dev-token-2", pagePlace(stopped.record))
    await putPage(db, stopped.record, token, bySystem("a test", now()))
    const waiting = await packJob("evt_held")
    await stopped.object.pause({ v: 1, reason: "a test", now: now() })
    await stopped.object.hold({ v: 1, job: waiting, staleAts: [now() + 1e9] })
    await setBack()
    expect(stolen.size).toBe(PEOPLE.length * 2 + 1)

    const load = { on: true, events: 0, said: 0 }
    const work = (async () => {
      while (load.on) {
        load.events += 1
        const at = gateway.means.now()
        await gateway.postEvents(
          PEOPLE.map((psid, index) => ({
            ...transactionPosted({
              id: `evt_${load.events}_${index}`,
              at,
              transaction: {
                id: `txn_${load.events}_${index}`,
                merchant: { name: `MART-${load.events}-${index}-END` },
              },
            }),
            subject: customerOf(psid),
          })),
        )
        for (const psid of PEOPLE) {
          load.said += 1
          await gateway.say(psid, "help")
        }
        await new Promise((resolve) => setTimeout(resolve, 250))
      }
    })()

    // Rotation: the new key seals at once, the pass re-wraps.
    const underOld = async () => (await everything()).filter((row) => row.includes(`v1.${OLD}.`))
    await pass(async () => (await underOld()).length === 0)
    expect(await underOld()).toEqual([])

    // Compromise.
    const path = `/keys/${OLD}/compromised`
    expect((await admin("dev-admin-key", "POST", `/keys/${NEW}/compromised`, { reason: "x" })).status).toBe(
      409,
    )
    expect((await admin("dev-admin-key", "POST", path, { reason: "a laptop was stolen" })).status).toBe(200)
    const progress: unknown[] = []
    for (let run = 0; run < 12 && !(await keyState(OLD)).renewedAt; run += 1) {
      const before = JSON.stringify(await keyState(OLD))
      await pass(async () => JSON.stringify(await keyState(OLD)) !== before)
      progress.push((await keyState(OLD)).renewalLeft)
    }
    load.on = false
    await work
    expect((await keyState(OLD)).renewedAt, JSON.stringify(progress)).toBeDefined()
    expect(progress).toContainEqual(expect.objectContaining({ people: 3 }))

    // Nothing names it, day keys included; nothing opens under what it opened.
    const rows = await everything()
    expect(rows.filter((row) => row.includes(`v1.${OLD}.`) || row.includes(`v1.${OLD}~`))).toEqual([])
    for (const psid of PEOPLE) {
      const person = await gateway.personOf(psid)
      const key = stolen.get(`${BANK}|people|${person}|key`)
      await inConversation(psid, async (sql) => {
        const ledger = sql.exec<{ key: string; sealed: string }>("SELECT key, sealed FROM ledger").toArray()
        expect(ledger.length).toBeGreaterThan(0)
        for (const row of ledger)
          expect((await key?.open(row.sealed, `${BANK}|ledger|${person}|${row.key}`))?.ok).toBe(false)
        const [state] = sql.exec<{ value: string }>("SELECT value FROM facts WHERE name = 'state'").toArray()
        expect((await key?.open(state?.value ?? "", `${BANK}|conversation|${person}|state`))?.ok).toBe(false)
      })
    }
    const { results: links } = await env.DB.prepare("SELECT * FROM links").all<Record<string, string>>()
    for (const { id, tokens_sealed, wrapped_key } of links) {
      const place = placeOf(BANK, id as never, "tokens")
      expect(
        (await stolen.get(placeOf(BANK, id as never, "key"))?.open(tokens_sealed ?? "", place))?.ok,
      ).toBe(false)
      const key = await gateway.means.vault.openKey(wrapped_key ?? "", placeOf(BANK, id as never, "key"))
      expect(key.ok && (await key.value.open(tokens_sealed ?? "", place))).toMatchObject({
        value: expect.stringContaining("rt-renewed") as string,
      })
    }
    const month = stolen.get(`${BANK}|bank_keys|${letter.month}|key`)
    const [stored] = (await env.DB.prepare("SELECT job FROM dead_letters").all<{ job: string }>()).results
    const [held] = await heldPacks()
    const opening = await gateway.means.packKeys.forOpening(BANK, letter.month)
    for (const [moved, pack] of [
      [JSON.parse(stored?.job ?? "{}") as typeof letter, letter.pack],
      [held?.job, waiting.pack],
    ] as const) {
      expect((await month?.open(moved?.sealed ?? "", packPlace(BANK, pack)))?.ok, pack).toBe(false)
      expect(await opening.open(moved?.sealed ?? "", packPlace(BANK, pack))).toMatchObject({ ok: true })
    }

    // Everything was told once, everybody was answered.
    await vi.waitFor(
      () => {
        const told = gateway.sent.flatMap(({ text }) => text.match(/MART-\d+-\d+-END/g) ?? [])
        expect(new Set(told).size).toBe(told.length)
        expect(told).toHaveLength(load.events * PEOPLE.length)
        const helped = gateway.sent.filter(({ text }) => text.includes("I can show"))
        expect(helped).toHaveLength(load.said)
      },
      { timeout: 20_000, interval: 500 },
    )

    // Two people let it go, and the gateway starts without it.
    const asked = await admin("dev-admin-key", "POST", `/keys/${OLD}/removal`, { reason: "it is renewed" })
    expect(asked.status).toBe(200)
    const { id } = (await asked.json()) as { id: string }
    const approve = `/approvals/${id}/approve`
    expect((await admin("dev-admin-key", "POST", approve, { reason: "mine" })).status).toBe(403)
    const without = JSON.stringify({
      keys: (JSON.parse(TEST_KEYS.VAULT_KEYS) as { keys: { kid: string }[] }).keys.filter(
        ({ kid }) => kid !== OLD,
      ),
    })
    const start = () =>
      worker.fetch(
        new Request(`${ORIGIN}/healthz`) as never,
        { ...env, VAULT_KEYS: without },
        createExecutionContext(),
      )
    expect((await start()).status).toBe(503)
    expect((await admin("dev-admin-key-2", "POST", approve, { reason: "looked at it" })).status).toBe(200)
    expect((await start()).status).toBe(200)
  }, 90_000)
})
