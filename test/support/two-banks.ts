// Two banks in one gateway, for tests of what keeps them apart: each with its Page, keys, operators, a customer who is linked, and one of
// everything an address can name. The customer has the same reference at both. Its app is openDoors() over the real house, with admin keys
// of its own. Not for src/.
import { createExecutionContext } from "cloudflare:test"
import { env } from "cloudflare:workers"
import { vi } from "vitest"
import { bySystem } from "../../src/audit/audit.ts"
import { moveLines } from "../../src/audit/moving.ts"
import { createApiKey } from "../../src/banks/api-key.ts"
import { insertApiKey } from "../../src/banks/api-key-store.ts"
import type { BankRecord } from "../../src/banks/bank.ts"
import { putBank } from "../../src/banks/bank-store.ts"
import { parseWebhookSecret } from "../../src/banks/dialects/standard-webhooks.ts"
import { createWebhookSecret } from "../../src/banks/webhook-secrets.ts"
import { insertWebhookSecret, webhookSecretPlace } from "../../src/banks/webhook-secret-store.ts"
import { createApprovals } from "../../src/approvals/approvals.ts"
import type { AdminKey } from "../../src/config.ts"
import { sha256 } from "../../src/crypto/hmac.ts"
import { utf8 } from "../../src/crypto/text.ts"
import { openDoors } from "../../src/doors.ts"
import { randomText, type BankId, type LinkId, type PageId, type PersonId } from "../../src/foundation/id.ts"
import { ok } from "../../src/foundation/result.ts"
import { buildHouse } from "../../src/house.ts"
import { LINKING_COOKIE, sealLinkingState, type LinkingState } from "../../src/links/linking-cookie.ts"
import { parsePageRecord, type PageRecord } from "../../src/messenger/page-record.ts"
import { pagePlace, putPage } from "../../src/messenger/page-store.ts"
import { createIncidents } from "../../src/notifications/incidents.ts"
import { deadLetterOf } from "../../src/notifications/dead-letter.ts"
import { keepDeadLetters } from "../../src/notifications/dead-letter-store.ts"
import { enterErasure } from "../../src/privacy/erasure-store.ts"
import { createSession, sealSession, SESSION_COOKIE } from "../../src/privacy/me/session.ts"
import { bankRecord } from "./bank.ts"
import { createTestKey, type TestKey } from "./bank-signer.ts"
import { ISSUER, METADATA } from "./fake-bank.ts"
import { openGateway, PAGE, type Gateway } from "./gateway.ts"
import { createTokenKey, type TokenKey } from "./set-signer.ts"

/** The customer's reference, at both banks. */
export const CUSTOMER = "Kx7Qm2vX9kLtB4wZ8pR5nYdA"
const PURPOSES = ["transaction_alerts", "fraud_alerts"] as const
/** A day before a key of a test ends. */
const DAY = 86_400_000

/** All that one bank has, and what proves to be of it. */
export interface Side {
  readonly bank: BankRecord
  readonly page: PageRecord
  readonly key: TestKey
  readonly tokenKey: TokenKey
  /** For UK Open Banking's tokens. */
  readonly ukKey: TokenKey
  readonly webhookSecret: Uint8Array<ArrayBuffer>
  /** Bearer key of the bank. */
  readonly apiKey: string
  readonly apiKeyId: string
  /** Bearer key of an admin who holds this bank only. */
  readonly adminKey: string
  readonly psid: string
  readonly person: PersonId
  readonly link: LinkId
  readonly approval: string
  readonly deadLetter: string
  readonly notice: string
  readonly erasure: string
  /** A visit to the own pages, and what its forms carry. */
  readonly visit: string
  readonly form: string
  /** A browser that is at the bank's login. */
  readonly linking: LinkingState
  /** The same as a cookie. */
  readonly linkingCookie: string
  /** What only this bank's things hold, its public name beside them: an answer that has one of them tells of it. */
  readonly marks: readonly string[]
}

/** The gateway with both. */
export interface TwoBanks {
  readonly gateway: Gateway
  readonly app: ReturnType<typeof openDoors>
  readonly north: Side
  readonly south: Side
  /** Bearer key of an admin of the whole deployment. */
  readonly everyBankKey: string
  readonly fetch: (request: Request) => Promise<Response>
  /** Every row of the directory that is not the northern bank's, but the trail of what was done and what was refused. */
  readonly directory: () => Promise<readonly string[]>
}

const SOUTH_BASE = "http://localhost:8788/south"
const southBank = bankRecord({
  id: "south" as BankId,
  name: "Southgate Savings",
  issuer: `${SOUTH_BASE}/oidc`,
  apiBase: `${SOUTH_BASE}/fdx/v6`,
  actionsBase: `${SOUTH_BASE}/actions`,
  callbackUrl: `${SOUTH_BASE}/callbacks`,
  eventSource: SOUTH_BASE,
  jwksUri: `${SOUTH_BASE}/jwks.json`,
})
const keys = Promise.all([
  createTestKey("south-2026-11"),
  createTokenKey("north-set"),
  createTokenKey("south-set"),
  createTokenKey("north-uk", "PS256"),
  createTokenKey("south-uk", "PS256"),
])
let people = 0

/** Begin with both banks linked to somebody. Undone as `openGateway` is. */
export async function openTwoBanks(): Promise<TwoBanks> {
  const gateway = await openGateway()
  const [southKey, northToken, southToken, northUk, southUk] = await keys
  answerKeySets({
    north: [gateway.key.jwk, northToken.jwk, northUk.jwk],
    south: [southKey.jwk, southToken.jwk, southUk.jwk],
  })
  const { db, vault, banks, pages, now, config } = gateway.means
  const by = bySystem("two banks to test", now())
  const southPage = pageOf("100000000000002", southBank)
  await putBank(db, southBank, by)
  await putPage(db, southPage, await vault.seal("dev-page-token", pagePlace(southPage)), by)
  banks.forget(southBank.id)
  pages.forget(southPage.id)
  const [north, south] = [
    await furnish(gateway, bankRecord(), pageOf(PAGE, bankRecord()), gateway.key, northToken, northUk),
    await furnish(gateway, southBank, southPage, southKey, southToken, southUk),
  ]
  await moveLines({ db, logs: gateway.means.auditLogs, log: gateway.means.log })
  const everyBankKey = "every-bank-admin-key"
  const admin = {
    keys: await Promise.all([
      adminKey("admin-north", north.adminKey, north.bank.id),
      adminKey("admin-south", south.adminKey, south.bank.id),
      adminKey("admin-all", everyBankKey, "*"),
    ]),
  }
  const house = buildHouse(env, { ...gateway.means, config: { ...config, admin } })
  const app = openDoors(house, {
    moved: async () => undefined,
    restored: () => undefined,
    waitUntil: (work) => void work.catch(() => undefined),
  })
  return {
    gateway,
    app,
    north,
    south,
    everyBankKey,
    fetch: async (request) => app.fetch(request, env, createExecutionContext()),
    directory: async () => {
      const { results } = await env.DB.prepare(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT IN ('audit_outbox', 'refusals', 'sqlite_sequence')",
      ).all<{ name: string }>()
      const tables = await Promise.all(
        results.map(async ({ name }) => (await env.DB.prepare(`SELECT * FROM ${name}`).all()).results),
      )
      return tables
        .flat()
        .filter((row) => row["bank_id"] !== north.bank.id)
        .map((row) => JSON.stringify(row))
    },
  }
}

/** Give a bank one of everything. */
async function furnish(
  gateway: Gateway,
  bank: BankRecord,
  page: PageRecord,
  key: TestKey,
  tokenKey: TokenKey,
  ukKey: TokenKey,
): Promise<Side> {
  const { db, vault, pseudonyms, random, now } = gateway.means
  people += 1
  const psid = `9200000000000${100 + people}`
  const link = await gateway.link(psid, CUSTOMER, PURPOSES, { bank, page })
  const person = await pseudonyms.personOf(page.id, psid)
  const by = bySystem("two banks to test", now())
  await createIncidents({ db, now, random, log: gateway.means.log }).open({
    kind: "dead_letters",
    bank: bank.id,
    detail: page.id,
  })
  const api = await createApiKey(
    { bank: bank.id, name: `${bank.name}, core`, expiresAt: now() + DAY, createdAt: now() },
    random,
  )
  await insertApiKey(db, api.kept, by)
  const secret = createWebhookSecret(random)
  const secretSealed = await vault.seal(secret.secret.reveal(), webhookSecretPlace(bank.id, secret.id))
  await insertWebhookSecret(db, bank.id, { id: secret.id, secretSealed }, by)
  const approvals = createApprovals({
    db,
    now,
    random,
    acts: {
      "vault_key.remove": async () => ok(undefined),
      "notice.start": async () => ok(undefined),
      "dead_letters.replay": async () => ok(undefined),
      "bank.leave": async () => ok(undefined),
      "bank.change": async () => ok(undefined),
    },
  })
  const ask = { kind: "vault_key.remove", bank: bank.id, object: `test-0-${bank.id}`, asked: {} } as const
  const approval = await approvals.ask(ask, { ...by, actor: "somebody-else" })
  const letter = await deadLetterOf(
    "chores",
    { v: 1, kind: "revoke_link", bank: bank.id, link: `${link.slice(0, -1)}A`, postedAt: now() },
    { attempts: 1, now: now() },
  )
  await keepDeadLetters(db, [letter])
  // Of somebody else of that bank: the linked customer is still needed.
  const code = randomText(random)
  const erased = `person_${randomText(random)}` as PersonId
  await enterErasure(
    db,
    { code, person: erased, page: page.id, bank: bank.id, cause: "operator", requestedAt: now() },
    by,
  )
  // It left once before, and came again.
  await env.DB.prepare(
    "INSERT INTO departures (bank_id, name, requested_at, counts, kept, done_at) VALUES (?, ?, 1, '{}', '{}', 2)",
  )
    .bind(bank.id, bank.name)
    .run()
  const notice = `notice_${randomText(random)}${randomText(random).slice(1)}`
  await env.DB.prepare(
    "INSERT INTO notice_runs (id, bank_id, state, event_sealed, people, received_at, stale_at) VALUES (?, ?, 'waiting', '', 0, ?, ?)",
  )
    .bind(notice, bank.id, now(), now() + DAY)
    .run()
  const session = createSession({ person, page: page.id, bank: bank.id }, "en", now(), random)
  const login = { state: `state-${bank.id}`, nonce: "n", verifier: "v".repeat(43), startedRealAt: Date.now() }
  const linking: LinkingState = {
    v: 1,
    phase: "bank",
    attempt: randomText(random),
    bank: bank.id,
    page: page.id,
    person,
    language: "en",
    startedAt: now(),
    login,
  }
  return {
    bank,
    page,
    key,
    tokenKey,
    ukKey,
    webhookSecret: parseWebhookSecret(secret.secret.reveal()) ?? new Uint8Array(),
    apiKey: api.key.reveal(),
    apiKeyId: api.kept.id,
    adminKey: `admin-key-of-${bank.id}`,
    psid,
    person,
    link,
    approval: approval.id,
    deadLetter: letter.id,
    notice,
    erasure: code,
    visit: `${SESSION_COOKIE}=${await sealSession(vault, session)}`,
    form: session.form,
    linking,
    linkingCookie: `${LINKING_COOKIE}=${await sealLinkingState(vault, linking)}`,
    marks: [page.id, psid, person, link, api.kept.id, approval.id, letter.id, code, erased, notice],
  }
}

function pageOf(id: string, bank: BankRecord): PageRecord {
  const record = parsePageRecord({ v: 1, id: id as PageId, bank: bank.id, name: bank.name })
  if (!record.ok) throw new Error("Cannot read the Page of the tests")
  return record.value
}

async function adminKey(id: string, key: string, bank: string): Promise<AdminKey> {
  const digest = (await sha256(utf8(key))).toHex()
  return { id, role: "admin", banks: [bank], sha256: digest, expiresAt: Date.now() + DAY }
}

/** Each bank publishes its own keys and its login's metadata; everything else is answered as before. */
function answerKeySets(sets: { readonly north: readonly object[]; readonly south: readonly object[] }): void {
  const before = vi.mocked(fetch).getMockImplementation()
  vi.mocked(fetch).mockImplementation(async (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input)
    if (pathname === "/bank/jwks.json") return Response.json({ keys: sets.north })
    if (pathname === "/south/jwks.json") return Response.json({ keys: sets.south })
    const issuer = [bankRecord(), southBank].find((bank) =>
      input.toString().startsWith(`${bank.issuer}/.well`),
    )?.issuer
    if (issuer) return Response.json(JSON.parse(JSON.stringify(METADATA).replaceAll(ISSUER, issuer)))
    // Whose answer is exchanged hears that the bank is not there; anybody else's is refused before.
    if (pathname.endsWith("/oidc/token")) return new Response(null, { status: 503 })
    if (!before) throw new Error("Nothing answers")
    return before(input, init)
  })
}
