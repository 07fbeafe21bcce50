// Every address of the gateway, and how one bank would try another's there: what is asked for is `theirs`, who asks is `asker`. Asked by the
// owner the same request is answered, which shows that it was refused for whose it is and not for how it looks. Judged by
// test/objects/two-banks.test.ts, which fails for a route that has no row. Rows that change what the others ask for stand last. Not for src/.
import { transactionPosted } from "./bank.ts"
import { signHeaders } from "./bank-signer.ts"
import { ORIGIN, signedWebhook } from "./gateway.ts"
import { claimsOf, openBankingClaims, signToken } from "./set-signer.ts"
import { CUSTOMER, type Side } from "./two-banks.ts"
import { signWebhook, webhookBody } from "./webhook-signer.ts"

type Ask = (theirs: Side, asker: Side) => Request | Promise<Request>
/** What one route is tried with. */
export type Door =
  /** Refused to strangers with this status, and to the owner not so. `unasked`: why its owner is not asked for the proof. `named`: a public page, which says the name of its bank. */
  | { readonly ask: Ask; readonly refused: number; readonly named?: true; readonly unasked?: string }
  /** Answers everybody, each with their own things: the stranger's answer has nothing of theirs, the owner's has. */
  | { readonly ask: Ask; readonly own: true }
  /** The deployment's, no bank's: neither bank's people may. */
  | { readonly ask: Ask; readonly deployment: true }
  /** The same for everybody who asks, and nothing of any bank in it. */
  | { readonly ask: Ask; readonly public: string }

const REASON = { "tellerline-reason": "two banks" }

const request = (method: string, path: string, headers: Record<string, string>, body?: BodyInit): Request =>
  new Request(ORIGIN + path, { method, headers, redirect: "manual", ...(body === undefined ? {} : { body }) })

/** By an operator's key. */
const admin =
  (method: string, path: (theirs: Side) => string, body?: (theirs: Side, asker: Side) => object): Ask =>
  (theirs, asker) =>
    request(
      method,
      `/admin/v1${path(theirs)}`,
      { authorization: `Bearer ${asker.adminKey}`, "content-type": "application/json", ...REASON },
      method === "GET" ? undefined : JSON.stringify(body?.(theirs, asker) ?? {}),
    )

/** By a bank's bearer key. */
const bank =
  (method: string, path: string, more: Record<string, string> = { "tellerline-subject": CUSTOMER }): Ask =>
  (theirs, asker) =>
    request(method, `/banks/${theirs.bank.id}${path}`, { authorization: `Bearer ${asker.apiKey}`, ...more })

/** By a visit to the own pages. */
const look =
  (path: string): Ask =>
  (_, asker) =>
    request("GET", path, { cookie: asker.visit })
/** With a form of theirs. */
const press =
  (path: string, fields: Record<string, string> = {}): Ask =>
  (theirs, asker) =>
    form(path, asker.visit, { form: theirs.form, ...fields })

const form = (path: string, cookie: string, fields: Record<string, string>): Request =>
  request(
    "POST",
    path,
    { origin: ORIGIN, cookie, "content-type": "application/x-www-form-urlencoded" },
    new URLSearchParams(fields).toString(),
  )

const free =
  (method: string, path: string): Ask =>
  (): Request =>
    request(method, path, {})
const bytes = (value: unknown): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(
    typeof value === "string" ? value : JSON.stringify(value),
  ) as Uint8Array<ArrayBuffer>

/** Addresses of one log, of which each question is a path. */
const log = (question: string): Door => ({
  ask: admin("GET", ({ bank: { id } }) => `/audit/${id}${question}`),
  refused: 404,
})
const hidden = (ask: Ask): Door => ({ ask, refused: 404 })
const keyless = (ask: Ask): Door => ({ ask, refused: 401 })
const pressed = (ask: Ask): Door => ({ ask, refused: 400 })
const letter = (kind: string, body: object): Door =>
  hidden(
    admin(
      "POST",
      ({ bank: { id } }) => `/banks/${id}/${kind}`,
      () => body,
    ),
  )
/** A bank's desk. Who may sit there is asked before anything of a thread. */
function desk(method: string, path: string): Readonly<Record<string, Door>> {
  const asked = path.replace(":thread", "t".repeat(22))
  return {
    [`${method} /admin/v1/desk/:bank${path}`]: {
      ask: admin(
        method,
        ({ bank: { id } }) => `/desk/${id}${asked}`,
        () => (asked === "/answers" ? { answers: [] } : {}),
      ),
      refused: 404,
      ...(asked === "" || asked === "/answers" ? {} : { unasked: "nobody waits at the desk here" }),
    },
  }
}
const days = { from: "2026-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z" }

export const DOORS: Readonly<Record<string, Door>> = {
  "GET /healthz": { ask: free("GET", "/healthz"), public: "whether it works" },
  "GET /.well-known/jwks.json": { ask: free("GET", "/.well-known/jwks.json"), public: "our public keys" },
  "GET /openapi.json": { ask: free("GET", "/openapi.json"), public: "the description" },
  "GET /docs": { ask: free("GET", "/docs"), public: "the description" },
  "GET /messenger/webhook": { ask: free("GET", "/messenger/webhook"), public: "Meta's handshake" },

  "GET /banks/:bankId/events/:eventId": keyless(bank("GET", "/events/evt_1")),
  "GET /banks/:bankId/link": keyless(bank("GET", "/link")),
  "GET /banks/:bankId/links": keyless(bank("GET", "/links")),
  "GET /banks/:bank/audit/head": keyless(bank("GET", "/audit/head")),
  "POST /banks/:bankId/events": keyless(async (theirs, asker) => {
    const url = `${ORIGIN}/banks/${theirs.bank.id}/events`
    const event = { ...transactionPosted({ id: "evt_two", at: Date.now() }), source: theirs.bank.eventSource }
    const body = bytes(event)
    return new Request(url, { method: "POST", body, headers: await signHeaders(asker.key, url, body) })
  }),
  "POST /banks/:bankId/event-sets": {
    ask: async (theirs, asker) =>
      request(
        "POST",
        `/banks/${theirs.bank.id}/event-sets`,
        { authorization: `Bearer ${asker.apiKey}`, "content-type": "application/json" },
        JSON.stringify({ sets: { evt_sets: await signToken(asker.tokenKey, claims(theirs, "evt_sets")) } }),
      ),
    refused: 400,
  },
  "POST /banks/:bankId/webhooks": keyless(async (theirs, asker) => {
    const body = webhookBody({ timestamp: new Date().toISOString() })
    const at = Math.floor(Date.now() / 1_000) * 1_000
    const { pair } = asker.key
    const signed = await signWebhook("v1", { secret: asker.webhookSecret, pair }, body, { id: "evt_web", at })
    const headers = { "content-type": "application/json", ...signed }
    return request("POST", `/banks/${theirs.bank.id}/webhooks`, headers, body)
  }),
  "POST /banks/:bankId/open-banking/:version/event-notifications": {
    ask: async (theirs, asker) =>
      request(
        "POST",
        `/banks/${theirs.bank.id}/open-banking/v4.0/event-notifications`,
        { "content-type": "application/jwt" },
        await signToken(
          asker.ukKey,
          openBankingClaims({
            iss: theirs.bank.issuer,
            iat: Date.now() / 1_000 - 5,
            toe: Date.now() / 1_000 - 6,
            jti: "evt_uk",
          }),
          { typ: "JWT" },
        ),
      ),
    refused: 400,
  },
  "POST /banks/:bankId/fdx/:version/notifications": keyless((theirs, asker) =>
    request(
      "POST",
      `/banks/${theirs.bank.id}/fdx/v6/notifications`,
      { authorization: `Bearer ${asker.apiKey}`, "content-type": "application/json" },
      JSON.stringify({
        notificationId: "evt_fdx",
        type: "BALANCE",
        sentOn: new Date().toISOString(),
        notificationPayload: { id: CUSTOMER, idType: "CUSTOMER" },
      }),
    ),
  ),

  "GET /me": { ask: look("/me"), own: true },
  "GET /me/open": { ask: look("/me/open"), public: "a page without anybody" },
  "GET /me/uses": { ask: look("/me/uses"), own: true },
  "GET /me/receipts": { ask: look("/me/receipts"), own: true },
  // A receipt is named by its record's hash; the test puts theirs in.
  "GET /me/receipts/:file": { ask: look("/me/receipts/{hash}.jwt"), refused: 409 },
  "GET /me/copy": { ask: look("/me/copy"), own: true },
  "GET /me/copy.json": { ask: look("/me/copy.json"), own: true },
  "GET /me/copy/:part": { ask: look("/me/copy/1"), own: true },
  "GET /me/disconnect": { ask: look("/me/disconnect"), own: true },
  "GET /me/delete": { ask: look("/me/delete"), own: true },
  "GET /me/alerts": { ask: look("/me/alerts"), own: true },
  "POST /me/alerts": pressed(press("/me/alerts")),
  "GET /admin/v1/notices": hidden(admin("GET", ({ bank: { id } }) => `/notices?bank=${id}`)),
  "POST /me/session": {
    ask: (theirs) => form("/me/session", "", { token: theirs.visit }),
    public: "what is no one-time link",
  },
  "POST /me/purpose": pressed(press("/me/purpose", { purpose: "fraud_alerts", to: "off" })),
  "POST /me/amounts": pressed(press("/me/amounts", { to: "off" })),
  "POST /me/language": pressed(press("/me/language", { language: "ar" })),
  "POST /me/close": pressed(press("/me/close")),

  "GET /link/:bankId": {
    ask: (theirs, asker) => request("GET", `/link/${theirs.bank.id}?page=${asker.page.id}`, {}),
    refused: 404,
    named: true,
  },
  // The form of the first page is put in by the test.
  "POST /link/:bankId": {
    ask: (theirs) => form(`/link/${theirs.bank.id}`, "", { form: "{form}" }),
    refused: 400,
    named: true,
  },
  "GET /link/callback/:bankId": {
    ask: (theirs, asker) => callback(`/link/callback/${theirs.bank.id}`, theirs, asker),
    refused: 403,
  },
  "GET /link/callback": {
    ask: (theirs, asker) => callback("/link/callback", theirs, asker),
    refused: 403,
  },
  "GET /link/consent": { ask: underWay("GET", "/link/consent"), own: true },
  "POST /link/consent": { ask: underWay("POST", "/link/consent"), own: true },
  "GET /link/code": { ask: underWay("GET", "/link/code"), own: true },

  "POST /privacy/data-deletion": { ask: free("POST", "/privacy/data-deletion"), public: "signed by Meta" },
  "POST /privacy/deauthorize": { ask: free("POST", "/privacy/deauthorize"), public: "signed by Meta" },
  "GET /privacy/data-deletion/:code": {
    ask: ({ erasure }) => request("GET", `/privacy/data-deletion/${erasure}`, {}),
    public: "a code of staff only",
  },
  // Whoever was given its code: how far it is, at which bank; never whose.
  "GET /privacy/erasure/:code": {
    ask: (_, { erasure }) => request("GET", `/privacy/erasure/${erasure}`, {}),
    own: true,
  },

  "GET /admin/v1/banks": { ask: admin("GET", () => "/banks"), own: true },
  "GET /admin/v1/banks/:id": hidden(admin("GET", ({ bank: { id } }) => `/banks/${id}`)),
  "GET /admin/v1/banks/:id/api-keys": hidden(admin("GET", ({ bank: { id } }) => `/banks/${id}/api-keys`)),
  "GET /admin/v1/banks/:id/refusals": hidden(admin("GET", ({ bank: { id } }) => `/banks/${id}/refusals`)),
  "GET /admin/v1/banks/:id/departure": hidden(admin("GET", ({ bank: { id } }) => `/banks/${id}/departure`)),
  "POST /admin/v1/banks/:id/departure": letter("departure", {}),
  "POST /admin/v1/banks/:id/check": letter("check", {}),
  "GET /admin/v1/pages": { ask: admin("GET", () => "/pages"), own: true },
  "GET /admin/v1/pages/:id": hidden(admin("GET", ({ page: { id } }) => `/pages/${id}`)),
  "GET /admin/v1/pages/:id/templates": hidden(admin("GET", ({ page: { id } }) => `/pages/${id}/templates`)),
  "GET /admin/v1/links/:id": hidden(admin("GET", ({ link }) => `/links/${link}`)),
  "GET /admin/v1/approvals": { ask: admin("GET", () => "/approvals?all=true"), own: true },
  "GET /admin/v1/approvals/:id": hidden(admin("GET", ({ approval }) => `/approvals/${approval}`)),
  "GET /admin/v1/audit/:id": log(""),
  "GET /admin/v1/audit/:id/head": log("/head"),
  "GET /admin/v1/audit/:id/entries": log("/entries"),
  "GET /admin/v1/audit/:id/proof": log("/proof?index=0"),
  "GET /admin/v1/audit/:id/check": log("/check"),
  "GET /admin/v1/audit/:id/export": log("/export"),
  "GET /admin/v1/incidents": { ask: admin("GET", () => "/incidents"), own: true },
  "GET /admin/v1/dead-letters": { ask: admin("GET", () => "/dead-letters"), own: true },
  "GET /admin/v1/dead-letters/:id": hidden(admin("GET", ({ deadLetter }) => `/dead-letters/${deadLetter}`)),
  "GET /admin/v1/health": {
    ask: admin("GET", () => "/health"),
    public: "whether it works, and how many letters of the asker's banks lie there",
  },
  "GET /admin/v1/notices/:id": hidden(admin("GET", ({ notice }) => `/notices/${notice}`)),
  ...desk("GET", ""),
  ...desk("GET", "/live"),
  ...desk("GET", "/answers"),
  ...desk("PUT", "/answers"),
  ...desk("POST", "/outage"),
  ...desk("POST", "/presence"),
  ...desk("GET", "/threads/:thread"),
  ...desk("POST", "/threads/:thread/claim"),
  ...desk("POST", "/threads/:thread/beat"),
  ...desk("POST", "/threads/:thread/reply"),
  ...desk("POST", "/threads/:thread/draft"),
  ...desk("POST", "/threads/:thread/note"),
  ...desk("POST", "/threads/:thread/transfer"),
  ...desk("POST", "/threads/:thread/return"),
  ...desk("POST", "/threads/:thread/close"),
  "GET /admin/v1/keys": { ask: admin("GET", () => "/keys"), deployment: true },
  "POST /admin/v1/keys/:id/compromised": {
    ask: admin("POST", () => "/keys/none/compromised"),
    deployment: true,
  },
  "POST /admin/v1/keys/:id/removal": { ask: admin("POST", () => "/keys/none/removal"), deployment: true },
  "GET /admin/v1/meters": { ask: admin("GET", () => "/meters"), deployment: true },
  "GET /admin/v1/restore": { ask: admin("GET", () => "/restore"), deployment: true },
  "POST /admin/v1/restore/finish": { ask: admin("POST", () => "/restore/finish"), deployment: true },
  "POST /admin/v1/clock": {
    ask: admin(
      "POST",
      () => "/clock",
      () => ({ advanceMs: 0 }),
    ),
    deployment: true,
  },

  "POST /admin/v1/banks/:id/consents": letter("consents", { at: "2100-01-01T00:00:00Z" }),
  "POST /admin/v1/banks/:id/disclosures": letter("disclosures", days),
  "POST /admin/v1/banks/:id/customer/export": letter("customer/export", { customer: CUSTOMER }),
  "POST /admin/v1/banks/:id/api-keys": letter("api-keys", { name: "another" }),
  "POST /admin/v1/banks/:id/webhook-secrets": letter("webhook-secrets", {}),
  "POST /admin/v1/banks/:id/changes": letter("changes", {}),
  "PUT /admin/v1/banks/:id": hidden(
    admin(
      "PUT",
      ({ bank: { id } }) => `/banks/${id}`,
      ({ bank: { v: _v, id: _id, ...record } }) => record,
    ),
  ),
  "POST /admin/v1/pages": hidden(
    admin(
      "POST",
      () => "/pages",
      ({ page }) => ({ id: page.id, bank: page.bank, name: page.name, token: "dev-page-token" }),
    ),
  ),
  "PUT /admin/v1/pages/:id": hidden(
    admin(
      "PUT",
      ({ page: { id } }) => `/pages/${id}`,
      ({ page }, asker) => ({ bank: asker.bank.id, name: page.name, token: "dev-page-token" }),
    ),
  ),
  "PUT /admin/v1/pages/:id/token": hidden(
    admin(
      "PUT",
      ({ page: { id } }) => `/pages/${id}/token`,
      () => ({ token: "dev-page-token" }),
    ),
  ),
  "POST /admin/v1/pages/:id/templates/sync": hidden(
    admin("POST", ({ page: { id } }) => `/pages/${id}/templates/sync`),
  ),
  "POST /admin/v1/dead-letters/replay-by-filter": hidden(
    admin(
      "POST",
      () => "/dead-letters/replay-by-filter",
      ({ bank: { id } }) => ({ filter: { bank: id } }),
    ),
  ),
  "POST /admin/v1/dead-letters/replay": {
    ask: admin(
      "POST",
      () => "/dead-letters/replay",
      ({ deadLetter }) => ({ ids: [deadLetter] }),
    ),
    refused: 404,
    unasked: "the letter goes back by the next row",
  },
  "POST /admin/v1/dead-letters/:id/replay": hidden(
    admin("POST", ({ deadLetter }) => `/dead-letters/${deadLetter}/replay`),
  ),
  "POST /admin/v1/approvals/:id/decline": hidden(
    admin("POST", ({ approval }) => `/approvals/${approval}/decline`),
  ),
  "POST /admin/v1/approvals/:id/approve": hidden(
    admin("POST", ({ approval }) => `/approvals/${approval}/approve`),
  ),
  "POST /admin/v1/notices/:id/stop": hidden(admin("POST", ({ notice }) => `/notices/${notice}/stop`)),
  "POST /admin/v1/notices/:id/resume": hidden(admin("POST", ({ notice }) => `/notices/${notice}/resume`)),
  "POST /admin/v1/notices/:id/start": hidden(admin("POST", ({ notice }) => `/notices/${notice}/start`)),
  "POST /me/disconnect": pressed(press("/me/disconnect")),
  "POST /admin/v1/links/:id/end": hidden(admin("POST", ({ link }) => `/links/${link}/end`)),
  "POST /admin/v1/banks/:id/customer/erasure": letter("customer/erasure", { customer: CUSTOMER }),
  "DELETE /banks/:bankId/link": keyless(bank("DELETE", "/link")),
  "POST /me/delete": pressed(press("/me/delete")),
  "POST /admin/v1/banks/:id/api-keys/:key/revocation": hidden(
    admin("POST", ({ bank: { id }, apiKeyId }) => `/banks/${id}/api-keys/${apiKeyId}/revocation`),
  ),
  // Meta signs for all Pages: what it says of one reaches only who wrote there.
  "POST /messenger/webhook": {
    ask: async (theirs, asker) => {
      const event = { sender: { id: theirs.psid }, recipient: { id: asker.page.id }, timestamp: Date.now() }
      const message = { mid: `m_${asker.page.id}`, text: "disconnect now" }
      const entry = [{ id: asker.page.id, time: Date.now(), messaging: [{ ...event, message }] }]
      const signed = await signedWebhook(bytes({ object: "page", entry }))
      return new Request(`${ORIGIN}/messenger/webhook`, signed)
    },
    public: "an answer without a word",
  },
}

function claims(theirs: Side, jti: string): Readonly<Record<string, unknown>> {
  const { id, eventSource } = theirs.bank
  const iat = Math.floor(Date.now() / 1_000) - 5
  return claimsOf({ iss: eventSource, aud: `${ORIGIN}/banks/${id}`, iat, jti })
}

/** The answer of their bank's login, in the asker's browser. */
function callback(path: string, theirs: Side, asker: Side): Request {
  const { state } = asker.linking.phase === "bank" ? asker.linking.login : { state: "" }
  const query = new URLSearchParams({ code: "code", state, iss: theirs.bank.issuer })
  return request("GET", `${path}?${query.toString()}`, { cookie: asker.linkingCookie })
}

/** A page of an attempt that is under way: nothing but the cookie says whose. */
function underWay(method: "GET" | "POST", path: string): Ask {
  return (_, { linkingCookie }) =>
    method === "GET"
      ? request("GET", path, { cookie: linkingCookie })
      : form(path, linkingCookie, { form: "none" })
}
