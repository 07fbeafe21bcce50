// What banks call is described whole: every route has an entry and every entry a route, and what real requests send and are answered is
// what stands there, member by member.
import { Hono } from "hono"
import { describe, expect, it } from "vitest"
import { bankIntake } from "../../../src/banks/intake.ts"
import type { BankIntake } from "../../../src/banks/intake-given.ts"
import { createAuditRoutes } from "../../../src/console/bank-audit-routes.ts"
import { BANK_OPERATIONS } from "../../../src/console/api-bank.ts"
import { openApiDocument } from "../../../src/console/openapi.ts"
import type { BankId, LinkId } from "../../../src/foundation/id.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import { requestIdentity, type RequestVariables } from "../../../src/http/headers.ts"
import { createBankLinkRoutes } from "../../../src/privacy/bank-routes.ts"
import { bankRecord, eventBody, recordingLog, transactionPosted } from "../../support/bank.ts"
import { BATCH_TYPE, createTestKey, EVENTS_TYPE, signHeaders } from "../../support/bank-signer.ts"
import { BANK_KEY, NOW, ORIGIN, standingIntake } from "../../support/intake.ts"
import { faultsOf } from "../../support/json-schema.ts"
import { claimsOf, createTokenKey, openBankingClaims, signToken } from "../../support/set-signer.ts"
import { signWebhook, webhookBody, webhookPair } from "../../support/webhook-signer.ts"

const document = openApiDocument({ publicOrigin: ORIGIN, development: false })
const schemas = document.components.schemas
const CUSTOMER = "Kx7Qm2vX9kLtB4wZ8pR5nYdA"

interface Described {
  readonly requestBody?: Content
  readonly responses: Readonly<Record<string, Content | undefined>>
}
interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Readonly<Record<string, unknown>> }>>
}

const linkRoutes = createBankLinkRoutes({
  auth: {
    authenticate: async (request) =>
      request.headers.get("authorization") === `Bearer ${BANK_KEY}`
        ? ok({ bank: bankRecord(), keyId: "bankkey_1" })
        : err({ reason: "bank_key_missing" }),
  },
  links: {
    ofCustomer: async () => [LINK],
    all: async (_, cursor) => (cursor === "bad" ? undefined : { links: [LINK], next: "cursor" }),
  },
  erase: async (_, reference) => (reference === CUSTOMER ? ["code"] : []),
  publicOrigin: ORIGIN,
  now: () => NOW,
  log: recordingLog().log,
})
const LINK = {
  id: "link_1" as LinkId,
  customer: CUSTOMER,
  purposes: ["receipts"],
  accounts: [{ id: "acc_1", last4: "4821" }],
  since: NOW,
  until: NOW + 1,
} as const
const auditRoutes = createAuditRoutes({
  now: () => NOW,
  authenticate: async () => ok("demo" as BankId),
  desk: {
    head: async (bank, month) =>
      month === "2026-01"
        ? err({ reason: "not_found" })
        : ok({
            bank,
            month,
            size: 3,
            root: "r".repeat(43),
            head: "a.b.c",
            consistency: { first: 1, path: [] },
          }),
  },
})

it("every route has an entry, and every entry a route", () => {
  const routes = [...bankIntake({} as BankIntake).routes, ...linkRoutes.routes, ...auditRoutes.routes].map(
    ({ method, path }) => `${method} ${path.replaceAll(/:[A-Za-z]+/g, "{}")}`,
  )
  const described = Object.entries(document.paths)
    .filter(([path]) => path.startsWith("/banks/"))
    .flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, "{}")}`),
    )
  expect(described.toSorted()).toEqual([...new Set(routes)].toSorted())
})

describe("what is sent and answered is described", async () => {
  const key = await createTestKey("bank-1")
  const [setKey, obKey, pair] = await Promise.all([
    createTokenKey("es-1"),
    createTokenKey("ob-1", "PS256"),
    webhookPair(),
  ])
  const { fetch: intake } = standingIntake([key.jwk, setKey.jwk, obKey.jwk], {
    webhookSecrets: async () => ok([pair.secret]),
    findStatus: async () => ok({ state: "reached", rows: [{ status: "accepted", reason: "sent", at: NOW }] }),
  })
  const rest = new Hono<{ Variables: RequestVariables }>()
    .use(requestIdentity)
    .route("/", linkRoutes)
    .route("/", auditRoutes)

  const event = transactionPosted({ at: NOW - 1_000 })
  const bearer = { authorization: `Bearer ${BANK_KEY}` }
  const json = { "content-type": "application/json" }
  const signed = async (
    value: unknown,
    contentType: string,
    query = "",
    more: Record<string, string> = {},
  ) => {
    const body = eventBody(value)
    const url = `${ORIGIN}/banks/demo/events${query}`
    const headers = await signHeaders(key, url, body, { contentType, created: NOW / 1_000 - 1 })
    for (const [name, each] of Object.entries(more)) headers.set(name, each)
    return new Request(url, { method: "POST", headers, body })
  }
  const post = (path: string, headers: Record<string, string>, body: BodyInit) =>
    new Request(ORIGIN + path, { method: "POST", headers, body })
  const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    new Request(ORIGIN + path, { method, headers })
  const subject = { "tellerline-subject": CUSTOMER }
  const webhook = webhookBody()
  const sets = JSON.stringify({ sets: { evt_1: await signToken(setKey, claimsOf()), bad: "x" } })
  const obie = "/banks/demo/open-banking/v4.0/event-notifications"
  const fdx = JSON.stringify({
    notificationId: "note-1",
    type: "CUSTOM",
    category: "NEW_DATA",
    sentOn: new Date(NOW - 1_000).toISOString(),
    notificationPayload: { id: CUSTOMER, idType: "CUSTOMER" },
  })

  const CASES: readonly (readonly [string, number, Request])[] = [
    ["postEvents", 202, await signed(event, EVENTS_TYPE)],
    ["postEvents", 202, await signed([event, { ...event, id: "evt_2", type: "bank.x.v1" }], BATCH_TYPE)],
    ["postEvents", 202, await signed({ ...event, type: "bank.test.v1", data: {} }, EVENTS_TYPE)],
    ["postEvents", 200, await signed(event, EVENTS_TYPE, "?preview=1")],
    ["postEvents", 400, await signed({ ...event, type: "bank.x.v1" }, EVENTS_TYPE)],
    ["postEvents", 400, await signed(event, EVENTS_TYPE, "?x=1")],
    ["postEvents", 401, await signed(event, EVENTS_TYPE, "", { signature: "sig1=:AAAA:" })],
    ["postEvents", 403, await signed({ ...event, source: "https://x.example" }, EVENTS_TYPE)],
    ["postEvents", 415, post("/banks/demo/events", { "content-type": "text/plain" }, "x")],
    [
      "postEvents",
      202,
      post(
        "/banks/demo/events",
        { "content-type": "application/secevent+jwt" },
        await signToken(setKey, claimsOf()),
      ),
    ],
    ["getEvent", 200, get("/banks/demo/events/evt_1", { ...bearer, ...subject })],
    ["getEvent", 400, get("/banks/demo/events/evt_1", bearer)],
    ["getEvent", 401, get("/banks/demo/events/evt_1", subject)],
    ["postEventSets", 202, post("/banks/demo/event-sets", { ...json, ...bearer }, sets)],
    ["postEventSets", 400, post("/banks/demo/event-sets", { ...json, ...bearer }, "[]")],
    ["postEventSets", 400, post("/banks/demo/event-sets", json, sets)],
    ["postEventSets", 415, post("/banks/demo/event-sets", bearer, sets)],
    [
      "postWebhook",
      202,
      post("/banks/demo/webhooks", { ...json, ...(await signWebhook("v1", pair, webhook)) }, webhook),
    ],
    [
      "postWebhook",
      200,
      post(
        "/banks/demo/webhooks?preview=1",
        { ...json, ...(await signWebhook("v1", pair, webhook)) },
        webhook,
      ),
    ],
    ["postWebhook", 401, post("/banks/demo/webhooks", json, webhook)],
    ["postWebhook", 415, post("/banks/demo/webhooks", {}, webhook)],
    [
      "postOpenBankingEvent",
      202,
      post(
        obie,
        { "content-type": "application/jwt" },
        await signToken(obKey, openBankingClaims(), { typ: undefined }),
      ),
    ],
    ["postOpenBankingEvent", 400, post(obie, { "content-type": "application/jwt" }, "x")],
    ["postOpenBankingEvent", 415, post(obie, json, "x")],
    ["postOpenBankingEvent", 404, post(obie.replace("v4.0", "v9"), json, "x")],
    ["postFdxNotification", 204, post("/banks/demo/fdx/v6/notifications", { ...json, ...bearer }, fdx)],
    ["postFdxNotification", 400, post("/banks/demo/fdx/v6/notifications", { ...json, ...bearer }, "{}")],
    ["postFdxNotification", 401, post("/banks/demo/fdx/v6/notifications", json, fdx)],
    ["postFdxNotification", 404, post("/banks/demo/fdx/v9/notifications", json, fdx)],
    ["getCustomerLink", 200, get("/banks/demo/link", { ...bearer, ...subject })],
    ["getCustomerLink", 400, get("/banks/demo/link", bearer)],
    ["getCustomerLink", 401, get("/banks/demo/link", subject)],
    ["eraseLinkedCustomer", 202, get("/banks/demo/link", { ...bearer, ...subject }, "DELETE")],
    [
      "eraseLinkedCustomer",
      200,
      get("/banks/demo/link", { ...bearer, "tellerline-subject": "no" }, "DELETE"),
    ],
    ["listCustomerLinks", 200, get("/banks/demo/links", bearer)],
    ["listCustomerLinks", 400, get("/banks/demo/links?cursor=bad", bearer)],
    ["getBankAuditHead", 200, get("/banks/demo/audit/head?since=1")],
    ["getBankAuditHead", 400, get("/banks/demo/audit/head?since=x")],
    ["getBankAuditHead", 404, get("/banks/demo/audit/head?month=2026-01")],
  ]

  it("has a case for each operation's good answer", () => {
    const good = CASES.filter(([, status]) => status < 300).map(([id]) => id)
    expect([...new Set(good)].toSorted()).toEqual(BANK_OPERATIONS.map(({ id }) => id).toSorted())
  })

  it.each(CASES.map(([id, status, request], index) => ({ id, status, request, index })))(
    "$id $status ($index)",
    async ({ id, status, request }) => {
      const sent = await request.clone().text()
      const { pathname } = new URL(request.url)
      const answer = /\/(links?|audit\/head)$/.test(pathname)
        ? await rest.request(request)
        : await intake(request)
      expect(answer.status).toBe(status)
      const { path, method } = BANK_OPERATIONS.find((each) => each.id === id) ?? { path: "", method: "get" }
      const described = document.paths[path]?.[method] as Described
      const response = described.responses[String(status)]
      expect(response, "an answer nobody described").toBeDefined()
      const text = await answer.text()
      if (text !== "") {
        const [type = ""] = (answer.headers.get("content-type") ?? "").split(";")
        const schema = response?.content?.[type]?.schema
        expect(schema, type).toBeDefined()
        if (schema) expect(faultsOf(JSON.parse(text), schema, schemas)).toEqual([])
      }
      // What was taken is what the description asks for.
      if (status < 300 && sent !== "") {
        const [type = ""] = (request.headers.get("content-type") ?? "").split(";")
        const schema = described.requestBody?.content?.[type]?.schema
        expect(schema, type).toBeDefined()
        const value = type.endsWith("jwt") ? sent : (JSON.parse(sent) as unknown)
        if (schema && !sent.includes("bank.x.v1")) expect(faultsOf(value, schema, schemas)).toEqual([])
      }
    },
  )
})
