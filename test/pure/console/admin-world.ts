// An admin API over things in memory: two banks, a Page each, some dead letters, and operators by the name in their key.
// Used by the tests of this folder; storage itself is tested in test/objects/console.test.ts.

import { Hono } from "hono"
import { whyNotDecide, type Approval } from "../../../src/approvals/approval.ts"
import type { NoticeProgress } from "../../../src/notifications/notice-run.ts"
import type { AuditBy } from "../../../src/audit/audit.ts"
import type { BankApiKey } from "../../../src/banks/api-key.ts"
import type { BankRecord } from "../../../src/banks/bank.ts"
import { Secret } from "../../../src/foundation/secret.ts"
import { parseBankRecord } from "../../../src/banks/bank-record.ts"
import { adminApi, type AdminGiven } from "../../../src/console/admin-routes.ts"
import type { Operator } from "../../../src/console/operator.ts"
import type { LinkAbout } from "../../../src/console/link-routes.ts"
import type { DeskView } from "../../../src/conversations/desk-acts.ts"
import type { BankId, LinkId, PageId, PersonId } from "../../../src/foundation/id.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import { parsePageRecord, type PageRecord } from "../../../src/messenger/page-record.ts"
import { renderLetterFilter } from "../../../src/notifications/dead-letter-filter.ts"
import type { DeadLetterAbout } from "../../../src/notifications/dead-letter.ts"
import type { Incident } from "../../../src/notifications/incident.ts"
import type { OuterKeyState } from "../../../src/vault/outer-keys.ts"
import type { PageState } from "../../../src/notifications/page-desk.ts"

const EXPORT = { v: 1, bank: "harbour", month: "2026-11", head: "a.b.c", keys: [], entries: [] }
export const NOW = Date.UTC(2026, 10, 22)
export const BASE = "/admin/v1"
export const HARBOUR = "harbour" as BankId
export const OTHER = "other" as BankId

/** Who a bearer key is, in these tests. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  everywhere: { id: "everywhere", holds: [{ role: "admin", banks: ["*"] }] },
  admin: { id: "admin", holds: [{ role: "admin", banks: ["harbour"] }] },
  both: { id: "both", holds: [{ role: "admin", banks: ["harbour", "other"] }] },
  operator: { id: "operator", holds: [{ role: "operator", banks: ["harbour"] }] },
  agent: { id: "agent", holds: [{ role: "agent", banks: ["harbour"] }] },
  auditor: { id: "auditor", holds: [{ role: "auditor", banks: ["harbour"] }] },
}

/** Bearer keys: one of each bank. */
export const API_KEYS: readonly BankApiKey[] = [
  {
    id: `bankkey_${"a".repeat(22)}`,
    bank: "harbour" as BankId,
    name: "core banking",
    sha256: "00",
    createdAt: NOW,
    expiresAt: NOW + 1,
  },
  {
    id: `bankkey_${"o".repeat(22)}`,
    bank: "other" as BankId,
    name: "other's",
    sha256: "00",
    createdAt: NOW,
    expiresAt: NOW + 1,
  },
]

/** A desk where everything works, and says who did it. */
function deskOf(acts: { push(act: { act: string; by: AuditBy }): unknown }): AdminGiven["desk"] {
  const by = (actor: string) => ({ actor, reason: "desk", at: NOW })
  const done = (what: string) => (bank: BankId, thread: string, agent: string) => {
    acts.push({ act: `desk.${what} ${bank} ${thread}`, by: by(agent) })
    return Promise.resolve(ok(undefined))
  }
  const view: DeskView = {
    thread: "desk_1",
    kind: "chat",
    phase: "with_person",
    language: "en",
    linked: true,
    windowEndsAt: NOW,
    lines: [{ at: NOW, from: "customer", text: "hello" }],
    facts: { accounts: [], events: [{ type: "bank.balance.updated.v1", at: NOW }] },
  }
  return {
    view: () =>
      Promise.resolve({
        threads: [
          {
            thread: "desk_1",
            person: "person_1" as PersonId,
            page: "11" as PageId,
            kind: "chat",
            joinedAt: NOW,
            windowEndsAt: NOW,
          },
        ],
        agents: [],
        ratings: { yes: 0, no: 0 },
      }),
    present: (bank, agent) => {
      acts.push({ act: `desk.present ${bank} ${agent.name}`, by: by(agent.id) })
      return Promise.resolve()
    },
    claim: async (bank, thread, agent) => {
      if (thread === "desk_taken") return err({ reason: "taken", by: "Ben" })
      await done("claim")(bank, thread, agent)
      return ok({ view })
    },
    act: async (bank, thread, agent, ask) => {
      await done(ask.kind)(bank, thread, agent)
      return ok({ view, ...(ask.kind === "reply" ? { sent: "accepted" as const } : {}) })
    },
    beat: done("beat"),
    transfer: done("transfer"),
    giveBack: done("return"),
    close: done("close"),
    outage: () => Promise.resolve(2),
    answers: () => Promise.resolve([]),
    putAnswers: () => Promise.resolve(),
    live: () => Promise.resolve(new Response(null)),
  }
}

export function pageRecord(id: string, bank: BankId): PageRecord {
  const parsed = parsePageRecord({ v: 1, id, bank, name: `Page of ${bank}` })
  if (!parsed.ok) throw new Error("Cannot build a test Page")
  return parsed.value
}

export function bankRecord(id: BankId, change: object = {}): BankRecord {
  const parsed = parseBankRecord({ ...bankBody(), id, ...change }, { development: false })
  if (!parsed.ok) throw new Error("Cannot build a test bank")
  return parsed.value
}

export function bankBody() {
  return {
    name: "Harbourline Bank",
    role: "bank_processor",
    jurisdiction: "EU",
    dialect: "fdx-6",
    issuer: "https://bank.example.com/oidc",
    clientId: "tellerline",
    apiBase: "https://bank.example.com/fdx/v6",
    eventSource: "https://bank.example.com",
    jwksUri: "https://bank.example.com/jwks.json",
    languages: ["en"],
    emergencyPhone: "+49301234567",
    linkHosts: ["bank.example.com"],
  }
}

export function letter(
  id: string,
  bank: BankId | "*",
  change: Partial<DeadLetterAbout> = {},
): DeadLetterAbout {
  return {
    id: `dead_${id.padEnd(43, "0")}`,
    bank,
    queue: "alerts",
    reason: "retries_exhausted",
    attempts: 101,
    at: NOW - 1_000,
    until: NOW + 14 * 24 * 3_600_000 - 1_000,
    kind: "pack",
    items: 3,
    postedAt: NOW - 2_000,
    ...change,
  }
}

/** How every Page stands here. */
const STATE: PageState = {
  paused: { reason: "token_refused", at: NOW - 60_000 },
  breakerOpenUntil: 0,
  waiting: { packs: 3, events: 12, stale: 2 },
  recovery: null,
  carries: { perSecond: 270, perHour: 972_000, updatesShare: 1 },
  budget: { calls: 10, callsMax: 200 },
}

const INCIDENTS: readonly Incident[] = [
  {
    id: "incident_0000000000000000000001",
    kind: "page_stopped",
    bank: HARBOUR,
    page: "11" as PageId,
    detail: "token_refused",
    openedAt: NOW,
  },
  {
    id: "incident_0000000000000000000002",
    kind: "dead_letters",
    bank: OTHER,
    detail: "",
    openedAt: NOW - 2,
    closedAt: NOW - 1,
  },
  {
    id: "incident_0000000000000000000003",
    kind: "graph_version_ending",
    bank: "*",
    detail: "v21.0",
    openedAt: NOW - 3,
  },
]

/** One of a bank's, one the same people may not see. */
export const LINKS: readonly LinkAbout[] = [HARBOUR, OTHER].map((bank, index) => ({
  id: `link_${String(index).padStart(22, "0")}` as LinkId,
  bank,
  state: "live",
  createdAt: NOW - 1_000,
  epoch: 2,
  revocationWaits: false,
}))

/** One of each bank that waits for two persons, and one that is done. */
export const NOTICES: readonly NoticeProgress[] = [HARBOUR, OTHER, HARBOUR].map((bank, index) => ({
  id: `notice_${String(index).padStart(43, "0")}`,
  bank,
  state: index === 2 ? "done" : "waiting",
  people: 2_000,
  told: 0,
  notTold: 0,
  left: 0,
  receivedAt: NOW - 1_000,
  staleAt: NOW + 1_000,
  startedAt: null,
  endedAt: null,
}))

/** One of the deployment's, one of a bank's, one the same people may not see. */
export const APPROVALS: readonly Approval[] = (["*", HARBOUR, OTHER] as const).map((bank, index) => ({
  id: `approval_${String(index).padStart(22, "0")}`,
  kind: "vault_key.remove",
  bank,
  object: "k1",
  asked: {},
  state: "asked",
  askedBy: "admin",
  askedReason: "it is old",
  askedAt: NOW - 1_000,
  until: NOW + 1_000,
}))

/** One that seals, one that was replaced. */
const KEYS: readonly OuterKeyState[] = [
  {
    kid: "k1",
    firstSeenAt: NOW - 3_000,
    replacedAt: NOW - 2_000,
    left: { people: 3 },
    countedAt: NOW - 1_000,
    onRing: true,
    newest: false,
    removableFrom: NOW + 1_000,
  },
  { kid: "k2", firstSeenAt: NOW - 2_000, left: {}, countedAt: 0, onRing: true, newest: true },
]

/** Everything the API changed, and the API itself. */
export function createAdminWorld(settings: { readonly development?: boolean } = {}) {
  const development = settings.development ?? false
  const banks = new Map([HARBOUR, OTHER].map((id) => [id, bankRecord(id)]))
  const pages = new Map<PageId, PageRecord>()
  for (const [id, bank] of [
    ["11", HARBOUR],
    ["22", OTHER],
  ] as const)
    pages.set(id as PageId, pageRecord(id, bank))
  const letters = new Map(
    [letter("d", HARBOUR), letter("o", OTHER), letter("x", "*", { kind: "unknown" })].map((each) => [
      each.id,
      each,
    ]),
  )
  const acts: {
    act: string
    by: AuditBy
    token?: string | undefined
    connectedBy?: string | undefined
  }[] = []
  const warnings: object[] = []
  const state = {
    queueOk: true,
    pageRace: false,
    offsetMs: 0,
    bankFault: false,
    bankRace: false,
    graph: "ok" as "ok" | "token_refused" | "graph_unavailable",
  }
  const decide = (act: "approve" | "decline", id: string, by: AuditBy) => {
    const found = APPROVALS.find((each) => each.id === id)
    const refused = whyNotDecide(found, by.actor, act, NOW)
    if (refused || !found) return Promise.resolve(err(refused ?? { reason: "approval_not_found" as const }))
    acts.push({ act: `${act} ${id}`, by })
    return Promise.resolve(ok(found))
  }
  const given: AdminGiven = {
    development,
    now: () => NOW,
    log: { info() {}, warn: (event, fields) => void warnings.push({ event, ...fields }), error() {} },
    authenticate: (headers) => {
      const operator = OPERATORS[headers.get("authorization")?.replace("Bearer ", "") ?? ""]
      return Promise.resolve(operator ? ok(operator) : err({ reason: "key_unknown" }))
    },
    banks: {
      list: () => Promise.resolve([...banks.values()]),
      find: (id) => Promise.resolve(banks.get(id)),
      parse: (body) => parseBankRecord(body, { development }),
      put: (record, by) => {
        const stored = banks.get(record.id)
        const approval = APPROVALS[1]
        if (state.bankRace) return Promise.resolve({ kind: "changed_meanwhile" })
        if (approval && stored && stored.issuer !== record.issuer)
          return Promise.resolve({ kind: "asked", approval })
        banks.set(record.id, record)
        acts.push({ act: `bank.put ${record.id}`, by })
        return Promise.resolve({ kind: "stored" })
      },
      check: (record, by) => {
        acts.push({ act: `bank.check ${record.id} ${record.name}`, by })
        return Promise.resolve([{ check: "metadata", state: state.bankFault ? "fault" : "ok", said: "so" }])
      },
    },
    ways: {
      listKeys: (bank) => Promise.resolve(API_KEYS.filter((key) => key.bank === bank)),
      createKey: (about, by) => {
        if (about.name === "one too many") return Promise.resolve(undefined)
        acts.push({ act: `bank_key.create ${about.name}`, by })
        const kept = { ...about, id: `bankkey_${"b".repeat(22)}`, sha256: "00", createdAt: by.at }
        return Promise.resolve({ key: new Secret("tlbank_shown-once"), kept })
      },
      revokeKey: (bank, id, by) => {
        const key = API_KEYS.find((each) => each.id === id && each.bank === bank)
        if (key) acts.push({ act: `bank_key.revoke ${id}`, by })
        return Promise.resolve(key && { ...key, revokedAt: by.at })
      },
      createWebhookSecret: (bank, by) => {
        acts.push({ act: `webhook_secret.create ${bank}`, by })
        return Promise.resolve({ id: "whs_1", secret: new Secret("whsec_shown-once") })
      },
      listRefusals: (bank) =>
        Promise.resolve([
          {
            bank,
            at: NOW,
            way: "events",
            reason: "signature_too_old",
            kid: "bank-1",
            skewSeconds: 400,
            missing: [],
          },
        ]),
    },
    pages: {
      list: () => Promise.resolve([...pages.values()]),
      find: (id) => Promise.resolve(pages.get(id)),
      parse: parsePageRecord,
      put: (record, token, by) => {
        if (!token && !pages.has(record.id)) return Promise.resolve(err({ reason: "page_token_missing" }))
        if (state.pageRace) return Promise.resolve(err({ reason: "page_of_another_bank" }))
        pages.set(record.id, record)
        acts.push({ act: `page.put ${record.id}`, by, token: token?.reveal() })
        return Promise.resolve(ok(undefined))
      },
      state: () => Promise.resolve(STATE),
      reconnect: (page, { token, connectedBy }, by) => {
        if (state.graph !== "ok") return Promise.resolve(err({ reason: state.graph }))
        acts.push({ act: `page.reconnect ${page.id}`, by, token: token?.reveal(), connectedBy })
        return Promise.resolve(ok({ at: NOW, held: 12, stale: 2, sent: 0 }))
      },
      listTemplates: () =>
        Promise.resolve([{ name: "balance_v1", language: "en", status: "APPROVED", checkedAt: NOW }]),
      syncTemplates: (page, by) => {
        if (by) acts.push({ act: `templates.sync ${page}`, by })
        if (state.graph === "graph_unavailable")
          return Promise.resolve(err({ reason: "graph_unavailable" as const }))
        return Promise.resolve(
          ok({
            created: ["balance_v1 en"],
            retired: [],
            refused: [
              {
                template: "fraud_v1 en",
                refusal: { reason: "our_fault", retry: "never", code: 100 } as const,
              },
            ],
            written: 1,
          }),
        )
      },
    },
    keys: {
      list: () => Promise.resolve(KEYS),
      compromise: (kid, by) => {
        const key = KEYS.find((each) => each.kid === kid)
        if (!key) return Promise.resolve(err({ reason: "key_unknown" as const }))
        if (key.newest) return Promise.resolve(err({ reason: "key_newest" as const }))
        acts.push({ act: `vault_key.compromised ${kid}`, by })
        return Promise.resolve(ok(undefined))
      },
      whyNotRemove: (kid) => {
        const key = KEYS.find((each) => each.kid === kid)
        return Promise.resolve(!key ? "key_unknown" : key.newest ? "key_newest" : undefined)
      },
    },
    desk: deskOf(acts),
    letters: {
      exportCustomer: (bank, customer, by) => {
        acts.push({ act: `customer.export ${bank}`, by })
        return Promise.resolve({ customer, links: [], records: [], chats: [] })
      },
      consentsAt: (bank, at, after, by) => {
        acts.push({ act: `consents ${bank} ${at} ${after}`, by })
        return Promise.resolve({
          rows: [{ link: "link_1", purposes: ["receipts"], showAmounts: false, givenAt: at, until: at }],
          next: "link_next",
        })
      },
      disclosures: (bank, { from, to }, after, by) => {
        acts.push({ act: `disclosures ${bank} ${from} ${to} ${after}`, by })
        return Promise.resolve({
          rows: [
            {
              person: "person_1",
              customers: ["c"],
              passed: [{ purpose: "receipts", data: "receipt", times: 1, firstAt: from, lastAt: to }],
            },
          ],
        })
      },
    },
    erase: (bank, reference, by) => {
      acts.push({ act: `customer.erase ${bank} ${reference}`, by })
      return Promise.resolve(["code-of-erasure-000001"])
    },
    departures: {
      find: (bank) =>
        Promise.resolve(
          bank === HARBOUR
            ? { bank, name: "Harbourline", requestedAt: NOW, doneAt: NOW, counts: { people: 3 }, kept: {} }
            : undefined,
        ),
      certificate: () => Promise.resolve("ey.signed.certificate"),
    },
    links: {
      find: (id) => Promise.resolve(LINKS.find((each) => each.id === id)),
      end: (id, by) => {
        acts.push({ act: `link.end ${id}`, by })
        return Promise.resolve("ended")
      },
    },
    audit: {
      months: () => Promise.resolve(["2026-11"]),
      head: (bank, month) =>
        Promise.resolve(ok({ bank, month, size: 1, root: "r".repeat(43), head: "a.b.c" })),
      entries: (bank) =>
        Promise.resolve(
          ok({
            entries: [
              { id: 1, bank, at: NOW, actor: "ines", action: "bank.put", object: "harbour", reason: "x" },
            ],
          }),
        ),
      inclusion: (_bank, _month, index) =>
        Promise.resolve(index > 0 ? err({ reason: "not_found" as const }) : ok({ index, size: 1, path: [] })),
      check: () => Promise.resolve(ok({ intact: true })),
      exported: () => Promise.resolve(ok(Response.json(EXPORT).body as ReadableStream<Uint8Array>)),
    },
    restore: {
      compare: () => Promise.resolve({ directory: 1, register: 2 }),
      finish: (by) => {
        acts.push({ act: "restore.finish", by })
        return Promise.resolve(ok({ left: 0, ended: 1, settled: 0, erased: 0, revokedKeys: 0, toDo: [] }))
      },
    },
    meters: (from) =>
      Promise.resolve([
        { minute: from, queue: "updates", batches: 1, messages: 5, items: 700, retried: 0, ages: [5] },
      ]),
    notices: {
      list: (banks) => Promise.resolve(NOTICES.filter(({ bank }) => banks === "*" || banks.includes(bank))),
      find: (id) => Promise.resolve(NOTICES.find((each) => each.id === id)),
      stop: (id, by) => {
        acts.push({ act: `notice.stop ${id}`, by })
        return Promise.resolve(ok(undefined))
      },
      resume: (id) =>
        Promise.resolve(id === NOTICES[2]?.id ? err({ reason: "notice_state" }) : ok(undefined)),
    },
    approvals: {
      ask: (ask, by) => {
        acts.push({ act: `ask ${ask.kind} ${ask.object}`, by })
        const asking = { askedBy: by.actor, askedReason: by.reason, askedAt: by.at, until: by.at + 1 }
        return Promise.resolve({ ...ask, id: APPROVALS[0]?.id ?? "", state: "asked", ...asking })
      },
      find: (id) => Promise.resolve(APPROVALS.find((each) => each.id === id)),
      list: (scope) =>
        Promise.resolve(APPROVALS.filter((each) => scope === "*" || scope.includes(each.bank as BankId))),
      approve: (id, by) => decide("approve", id, by),
      decline: (id, by) => decide("decline", id, by),
    },
    incidents: (scope, closed) =>
      Promise.resolve(
        INCIDENTS.filter(
          (each) => (scope === "*" || scope.includes(each.bank as BankId)) && (closed || !each.closedAt),
        ),
      ),
    deadLetters: {
      list: (scope, _cursor, filter = {}) =>
        Promise.resolve({
          letters: [...letters.values()].filter(
            (each) =>
              (scope === "*" || scope.includes(each.bank as BankId)) &&
              (filter.kind === undefined || filter.kind === each.kind),
          ),
          next: "100.dead_next",
        }),
      findAll: (ids) => Promise.resolve(ids.flatMap((id) => letters.get(id) ?? [])),
      replayAll: (ids, by) => {
        if (!state.queueOk)
          return Promise.resolve(err({ reason: "outage", outage: { reason: "unavailable", retry: "later" } }))
        const found = ids.flatMap((id) => letters.get(id) ?? [])
        for (const { id } of found) letters.delete(id)
        if (found.length > 0) acts.push({ act: `dead_letter.replay ${ids.join(" ")}`, by })
        return Promise.resolve(ok(found))
      },
      describeReplay: (filter) => Promise.resolve({ filter: renderLetterFilter(filter), letters: 1 }),
      find: (id) => Promise.resolve(letters.get(id)),
      count: (scope) => Promise.resolve(scope === "*" ? { alerts: 3 } : { alerts: scope.length }),
      replay: (id, by) => {
        const found = letters.get(id)
        if (!found) return Promise.resolve(err({ reason: "letter_not_found" }))
        if (!state.queueOk)
          return Promise.resolve(err({ reason: "outage", outage: { reason: "unavailable", retry: "later" } }))
        letters.delete(id)
        acts.push({ act: `dead_letter.replay ${id}`, by })
        return Promise.resolve(ok(found))
      },
    },
    health: () => Promise.resolve({ status: "ok", checks: [{ name: "database", ok: true }] }),
    advanceClock: (advanceMs, by) => {
      state.offsetMs += advanceMs
      acts.push({ act: "clock.advance", by })
      return Promise.resolve(state.offsetMs)
    },
  }
  const app = new Hono().route(BASE, adminApi(given))

  /** Call the API as one of `OPERATORS`. */
  async function call(who: string, method: string, path: string, body?: unknown, headers: object = {}) {
    const response = await app.request(BASE + path, {
      method,
      headers: {
        authorization: `Bearer ${who}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      text,
      // oxlint-disable-next-line typescript/no-explicit-any
      body: (text ? JSON.parse(text) : undefined) as any,
    }
  }
  return { app, call, acts, warnings, state, banks, pages, letters }
}
