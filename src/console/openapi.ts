// The admin API and what banks call described: OpenAPI 3.1 at `/openapi.json`, the same to read at `/docs`. Built from the tables of operations,
// schemas, roles and refusals, so that it says what the code does. Open to anyone: it holds nothing of a deployment.

import { Hono } from "hono"
import { pageHeaders, type RequestVariables } from "../http/headers.ts"
import { problemOf, type AdminRefusal } from "./admin-problems.ts"
import { ADMIN_BASE, OPERATIONS, type Operation } from "./api-operations.ts"
import { SCHEMAS, type SchemaName } from "./api-schemas.ts"
import { bankPaths } from "./api-bank.ts"
import { BANK_SCHEMAS } from "./api-bank-schemas.ts"
import { renderDocs } from "./docs-page.tsx"
import { ACTIONS } from "./operator.ts"

const DOCUMENT_CACHE = "public, max-age=300"
/** What any operation may answer. */
const REFUSALS_OF_EVERY: readonly AdminRefusal[] = [
  "credential_missing",
  "assertion_without_role",
  "certs_unreachable",
]
const REFUSALS_OF_ACTS: readonly AdminRefusal[] = ["cross_site", "reason_missing"]
/** The id in a path, by the noun before it. */
const ID_SCHEMAS = {
  banks: "BankId",
  pages: "PageId",
  "dead-letters": "DeadLetterId",
  links: "LinkId",
  notices: "NoticeId",
  approvals: "ApprovalId",
  keys: "KeyId",
  audit: "AuditOwner",
} as const satisfies Readonly<Record<string, SchemaName>>

/** `GET /openapi.json` and `GET /docs`, to be mounted at the root. */
export function apiDescription(given: {
  readonly publicOrigin: string
  readonly development: boolean
}): Hono<{ Variables: RequestVariables }> {
  const app = new Hono<{ Variables: RequestVariables }>()
  const document = openApiDocument(given)
  app.get("/openapi.json", (context) => context.json(document, 200, { "cache-control": DOCUMENT_CACHE }))
  app.get("/docs", pageHeaders(), (context) =>
    context.html(renderDocs(operationsOf(given.development), context.get("nonce"))),
  )
  return app
}

/** The operations a deployment answers. */
export function operationsOf(development: boolean): readonly Operation[] {
  return OPERATIONS.filter((operation) => development || !operation.developmentOnly)
}

/** The OpenAPI document. @see OpenAPI Specification 3.1.1 */
export function openApiDocument(given: { readonly publicOrigin: string; readonly development: boolean }) {
  const paths: Record<string, Record<string, object>> = {}
  for (const operation of operationsOf(given.development)) {
    const path = (paths[ADMIN_BASE + operation.path] ??= {})
    path[operation.method] = renderOperation(operation)
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Tellerline",
      version: "1",
      description:
        "Onboarding and operation, for people who hold a role; events and links, for banks (tag `bank`). Refusals are RFC 9457 problem documents, except where a standard says otherwise.",
    },
    servers: [{ url: given.publicOrigin }],
    security: [{ adminKey: [] }, { access: [] }],
    paths: { ...paths, ...bankPaths() },
    components: {
      securitySchemes: {
        adminKey: {
          type: "http",
          scheme: "bearer",
          description: "An admin key; ADMIN_KEYS holds its digest",
        },
        access: {
          type: "apiKey",
          in: "header",
          name: "Cf-Access-Jwt-Assertion",
          description: "Set by Cloudflare Access; ACCESS_ROLES maps groups to roles",
        },
        bankKey: {
          type: "http",
          scheme: "bearer",
          description: "A bank's key (`tellerline api-keys create`), for that bank's addresses",
        },
        messageSignature: {
          type: "apiKey",
          in: "header",
          name: "Signature",
          description:
            "RFC 9421 with a key of the bank's JWK set; a token is signed itself. docs/bank-events.md",
        },
      },
      schemas: { ...SCHEMAS, ...BANK_SCHEMAS },
    },
  }
}

function renderOperation(operation: Operation): object {
  const body = operation.body
    ? { requestBody: { required: true, content: { "application/json": { schema: ref(operation.body) } } } }
    : {}
  return {
    operationId: operation.id,
    summary: operation.summary,
    description: `Needs one of the roles ${ACTIONS[operation.action].join(", ")}.`,
    parameters: [...pathParameters(operation), ...queryParameters(operation)],
    ...body,
    responses: {
      "200": { description: "Done", content: { "application/json": { schema: answerSchema(operation) } } },
      ...(operation.twoPeople
        ? {
            "202": {
              description: "Nothing has changed yet: somebody else must approve",
              content: { "application/json": { schema: ref("Approval") } },
            },
          }
        : {}),
      ...refusalResponses([
        ...REFUSALS_OF_EVERY,
        ...(operation.body ? REFUSALS_OF_ACTS : []),
        ...operation.refusals,
      ]),
    },
  }
}

function pathParameters(operation: Operation): readonly object[] {
  const ids = Object.entries(ID_SCHEMAS)
    .filter(([noun]) => operation.path.startsWith(`/${noun}/{id}`))
    .map(([, schema]) => ({ name: "id", in: "path", required: true, schema: ref(schema) }))
  const key = { name: "key", in: "path", required: true, schema: ref("BankApiKeyId") }
  return operation.path.includes("{key}") ? [...ids, key] : ids
}

function queryParameters(operation: Operation): readonly object[] {
  return (operation.query ?? []).map((query) => ({ ...query, in: "query", schema: { type: "string" } }))
}

function answerSchema({ answer }: Operation): object {
  const schema = ref(answer.schema)
  if (answer.list)
    return {
      type: "object",
      properties: {
        [answer.list]: { type: "array", items: schema },
        next: { type: "string" },
        ...answer.beside,
      },
      required: [answer.list, ...Object.keys(answer.beside ?? {})],
    }
  return answer.member ? { type: "object", properties: { [answer.member]: schema } } : schema
}

/** One response a status; refusals that share one are told together. */
function refusalResponses(refusals: readonly AdminRefusal[]): Readonly<Record<string, object>> {
  const titles = new Map<number, Set<string>>()
  for (const refusal of refusals) {
    const { status, title } = problemOf(refusal)
    titles.set(status, (titles.get(status) ?? new Set()).add(title))
  }
  return Object.fromEntries(
    [...titles].map(([status, texts]) => [
      String(status),
      {
        description: [...texts].join("; "),
        content: { "application/problem+json": { schema: ref("Problem") } },
      },
    ]),
  )
}

function ref(name: SchemaName): object {
  return { $ref: `#/components/schemas/${name}` }
}
