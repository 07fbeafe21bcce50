// The description says what the code does: every documented route answers, every route is documented, schemas name the records'
// own members, and every reference leads somewhere.

import { Hono } from "hono"
import { describe, expect, it } from "vitest"
import { SCHEMAS } from "../../../src/console/api-schemas.ts"
import { apiDescription, openApiDocument } from "../../../src/console/openapi.ts"
import { requestIdentity } from "../../../src/http/headers.ts"
import { faultsOf } from "../../support/json-schema.ts"
import {
  API_KEYS,
  APPROVALS,
  LINKS,
  NOTICES,
  BASE,
  bankBody,
  bankRecord,
  createAdminWorld,
  HARBOUR,
  letter,
  pageRecord,
} from "./admin-world.ts"

const ORIGIN = "https://chat.example.com"
type Document = ReturnType<typeof openApiDocument>
interface DocumentedOperation {
  readonly operationId: string
  readonly requestBody?: unknown
  readonly responses: Readonly<Record<string, unknown>>
}

/** Those of the admin API; what banks call is bank-api.test.ts. */
function operationsOf(document: Document) {
  const paths = Object.entries(document.paths).filter(([path]) => path.startsWith("/admin/"))
  return paths.flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation: operation as DocumentedOperation,
    })),
  )
}

/** The schema of a JSON body, or of a problem. */
function schemaOf(described: unknown): Readonly<Record<string, unknown>> | undefined {
  const { content } = (described ?? {}) as { content?: Record<string, { schema?: object }> }
  const body = content?.["application/json"] ?? content?.["application/problem+json"]
  return body?.schema as Readonly<Record<string, unknown>> | undefined
}

for (const development of [false, true])
  describe(`openapi.json ${development ? "in development" : "of a deployment"}`, () => {
    const document = openApiDocument({ publicOrigin: ORIGIN, development })

    it("documents every route and nothing else", () => {
      const { app } = createAdminWorld({ development })
      const routes = app.routes
        .filter((route) => route.method !== "ALL")
        .map((route) => `${route.method} ${route.path.replaceAll(/:([a-z]+)/g, "{$1}")}`)
      const documented = operationsOf(document).map(({ method, path }) => `${method} ${path}`)
      expect(documented.toSorted()).toEqual([...new Set(routes)].toSorted())
    })

    it("documents routes that answer, with documented statuses", async () => {
      const bodies: Readonly<Record<string, object>> = {
        putBank: bankBody(),
        putPage: { bank: HARBOUR, name: "Harbourline" },
        registerPage: { id: "11", bank: HARBOUR, name: "Harbourline" },
        reconnectPage: { token: "EAAG" },
        replayDeadLetter: {},
        replayDeadLetters: { ids: [letter("d", HARBOUR).id] },
        askReplay: { filter: { bank: HARBOUR } },
        advanceClock: { advanceMs: 0 },
        exportCustomer: { customer: "c" },
        eraseCustomer: { customer: "c" },
        consentsAt: { at: "2026-11-22T00:00:00Z" },
        disclosuresBetween: { from: "2026-11-21T00:00:00Z", to: "2026-11-22T00:00:00Z" },
        putDeskAnswers: { answers: [] },
        putDeskPresence: { name: "Maria" },
        replyInDeskThread: { id: "r1", text: "Hello" },
        draftInDeskThread: { text: "Hel" },
        noteInDeskThread: { text: "rang" },
        transferDeskThread: { to: "agent" },
        createBankApiKey: { name: "core banking" },
      }
      const ids: Readonly<Record<string, string>> = {
        banks: HARBOUR,
        pages: "11",
        "dead-letters": letter("d", HARBOUR).id,
        keys: "k1",
        links: LINKS[0]?.id ?? "",
        audit: HARBOUR,
        notices: NOTICES[0]?.id ?? "",
        approvals: APPROVALS[0]?.id ?? "",
      }
      const faults: string[] = []
      for (const { method, path, operation } of operationsOf(document)) {
        const { call } = createAdminWorld({ development })
        const filled = path
          .slice(BASE.length)
          .replace("{id}", ids[path.split("/")[3] ?? ""] ?? "")
          .replace("{bank}", HARBOUR)
          .replace("{thread}", "desk_1")
          .replace("{key}", API_KEYS[0]?.id ?? "")
        const body = operation.requestBody ? { ...bodies[operation.operationId], reason: "test" } : undefined
        const stranger = await call("nobody", method, filled, body)
        expect(Object.keys(operation.responses)).toContain(String(stranger.status))
        const answer = await call("everywhere", method, filled, body)
        expect([operation.operationId, answer.status]).toEqual([operation.operationId, 200])
        // What was sent and what came are what is described, member by member.
        for (const [what, value, described] of [
          ["sent", body, operation.requestBody],
          ["answered", answer.body, operation.responses["200"]],
          ["refused", stranger.body, operation.responses[String(stranger.status)]],
        ] as const) {
          const schema = value === undefined ? undefined : schemaOf(described)
          if (schema) faults.push(...faultsOf(value, schema, SCHEMAS, `${operation.operationId} ${what} $`))
        }
      }
      expect(faults).toEqual([])
    })

    it("refers only to schemas it has, and names each operation once", () => {
      const references = [
        ...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([A-Za-z]+)"/g),
      ]
      expect(references.length).toBeGreaterThan(10)
      for (const [, name] of references) expect(Object.keys(document.components.schemas)).toContain(name)
      const names = operationsOf(document).map(({ operation }) => operation.operationId)
      expect(new Set(names).size).toBe(names.length)
    })
  })

describe("the schemas", () => {
  it("name the members of a bank's record, and require what has no default", () => {
    const record = bankRecord(HARBOUR, {
      actionsBase: "https://bank.example.com/actions",
      callbackUrl: "https://bank.example.com/callbacks",
      eventIssuers: [{ issuer: "https://else.example.com", ways: ["set"] }],
      webhookKeys: [`whpk_${"A".repeat(43)}=`],
      looksADay: 4,
      desk: "own",
      hours: [{ days: [1], from: "08:00", to: "18:00" }],
      defaults: { digestAt: "18:00" },
      appLink: "https://bank.example.com/app",
      helpUrl: "https://bank.example.com/help",
      complaintsUrl: "https://bank.example.com/complaints",
      colours: { light: "#0b5261" },
      logo: "data:image/png;base64,iVBORw0KGgo=",
    })
    expect(Object.keys(SCHEMAS.Bank.properties).toSorted()).toEqual(Object.keys(record).toSorted())
    expect([...SCHEMAS.Bank.required].toSorted()).toEqual(Object.keys(bankRecord(HARBOUR)).toSorted())
    expect(SCHEMAS.BankInput.required.toSorted()).toEqual(Object.keys(bankBody()).toSorted())
  })

  it("name the members of a Page's record, and no token among what is given out", () => {
    const {
      locationHint: _,
      country: _1,
      engagedPeople: _2,
      agentPicture: _3,
      ...members
    } = SCHEMAS.Page.properties
    expect(Object.keys(members).toSorted()).toEqual(Object.keys(pageRecord("11", HARBOUR)).toSorted())
    expect([...SCHEMAS.Page.required].toSorted()).toEqual(Object.keys(members).toSorted())
    expect(Object.keys(SCHEMAS.Page.properties)).not.toContain("token")
  })
})

describe("/docs and /openapi.json", () => {
  const app = new Hono()
    .use(requestIdentity)
    .route("/", apiDescription({ publicOrigin: ORIGIN, development: false }))

  it("are open and say where the API lives", async () => {
    const answer = await app.request("/openapi.json")
    expect(answer.headers.get("content-type")).toContain("application/json")
    expect(await answer.json()).toMatchObject({ openapi: "3.1.1", servers: [{ url: ORIGIN }] })
  })

  it("are a page without script or anything from elsewhere, its style under the nonce", async () => {
    const answer = await app.request("/docs")
    const html = await answer.text()
    const policy = answer.headers.get("content-security-policy") ?? ""
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? "none"
    expect(html.startsWith('<!doctype html><html lang="en">')).toBe(true)
    expect(html).toContain(`<style nonce="${nonce}">`)
    expect(html).not.toContain("<script")
    expect(html).not.toMatch(/(src|href)="https?:/)
    expect(html).toContain("PUT /admin/v1/pages/{id}")
    expect(html).not.toContain("/admin/v1/clock")
    expect(html).not.toContain("[object")
    for (const [, id] of html.matchAll(/href="#([A-Za-z]+)"/g)) expect(html).toContain(`<h2 id="${id}">`)
  })
})
