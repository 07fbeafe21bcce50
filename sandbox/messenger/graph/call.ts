// One Graph call from arrival to answer: fault, version, token, Page, handler, record. The handlers are in routes.ts
// and give a body or a refusal; nothing else writes an answer.

import type { Fault } from "../control/fault.ts"
import { breakConnection, failingBody, wait } from "../control/faulting.ts"
import type { Emulator } from "../emulator.ts"
import type { JsonObject } from "../json.ts"
import { isObject, parseJson } from "../json.ts"
import { randomTrace } from "../random.ts"
import type { Result } from "../result.ts"
import { refuse } from "../result.ts"
import { authenticate } from "./access.ts"
import { CALLS_PER_ENGAGED } from "./call-store.ts"
import type { GraphError } from "./graph-error.ts"
import { GRAPH_ERRORS, renderGraphError, unknownPath } from "./graph-error.ts"
import type { Page } from "./page-store.ts"
import type { FilePart } from "./parameters.ts"
import { readParameters } from "./parameters.ts"
import type { Standing } from "./standing.ts"
import type { Usage } from "./usage.ts"
import { percentOf, usageHeaders } from "./usage.ts"
import { readPath } from "./version.ts"

/** What a handler is given. `node` is the first part of the path after the version, `me` already resolved. */
export type Call = {
  readonly emulator: Emulator
  readonly page: Page
  readonly standing: Standing
  readonly url: URL
  readonly node: string
  readonly values: JsonObject
  /** The file of a multipart call */
  readonly file: FilePart | undefined
  /** The Page has used up its calls of 24 hours */
  readonly overBudget: boolean
}

/** What a handler of app-level calls is given. */
export type AppCall = Pick<Call, "emulator" | "node" | "values">

type Answer = Result<JsonObject, GraphError>

/** Answers one call of a Page. */
export type Handler = (call: Call) => Answer | Promise<Answer>

/** Answers one call of the app itself. */
export type AppHandler = (call: AppCall) => Answer | Promise<Answer>

/** Finds handlers by method, node and what follows the node. */
export type Router = {
  readonly page: (method: string, node: string, edge: string) => Handler | undefined
  readonly app: (method: string, node: string, edge: string) => AppHandler | undefined
}

/** How far a call came: its answer, and whose usage it counts towards. */
type Outcome = { readonly answer: Answer; readonly pageId?: string; readonly usage?: Usage }

/** Take a call, find its handler, answer, and write it down. */
export async function takeCall(emulator: Emulator, request: Request, router: Router): Promise<Response> {
  const url = new URL(request.url)
  const { version } = readPath(url.pathname, emulator.clock.now())
  const content = await request.clone().arrayBuffer()
  const text = new TextDecoder().decode(content.slice(0, TEXT_BYTES_MAX))
  const id = emulator.sent.add({
    at: emulator.clock.now(),
    realAt: Date.now(),
    method: request.method,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: Object.fromEntries(request.headers),
    body: isMultipart(request) ? `multipart, ${content.byteLength} bytes` : (parseJson(text) ?? text),
  })
  const fault = emulator.faults.take(url.pathname, text)
  const headers = { "facebook-api-version": version ?? "" }
  const early = fault?.afterAccept === false ? await failEarly(fault, headers) : undefined
  const response = early ?? (await answerFully(emulator, request, url, router, fault, headers))
  const isBroken = fault?.afterAccept === true && fault.status === undefined && fault.error === undefined
  emulator.sent.finish(id, {
    status: isBroken ? 0 : response.status,
    response: await bodyOf(response),
    fault: fault !== undefined,
  })
  return isBroken ? breakConnection() : response
}

/** What is kept of a body that is text. */
const TEXT_BYTES_MAX = 1_000_000

const isMultipart = (request: Request): boolean =>
  request.headers.get("content-type")?.startsWith("multipart/form-data") ?? false

/** The wrong answer of a fault that strikes before anything is done; nothing where it only delays or sets usage. */
async function failEarly(fault: Fault, headers: Record<string, string>): Promise<Response | undefined> {
  await wait(fault.delayMs)
  if (fault.error !== undefined) return answerError(fault.error, { ...headers, ...faultUsage(fault, "0") })
  return fault.status === undefined ? undefined : failingBody(fault.status)
}

async function answerFully(
  emulator: Emulator,
  request: Request,
  url: URL,
  router: Router,
  fault: Fault | undefined,
  versionHeader: Record<string, string>,
): Promise<Response> {
  const outcome = await perform(emulator, request, url, router)
  const pageId = outcome.pageId ?? ""
  const headers = {
    ...versionHeader,
    ...(outcome.usage === undefined ? {} : usageHeaders(pageId, outcome.usage)),
    ...(fault === undefined ? {} : faultUsage(fault, pageId)),
  }
  const { answer } = outcome
  const response = answer.ok
    ? Response.json(answer.value, { headers: { ...headers, "x-fb-trace-id": randomTrace() } })
    : answerError(answer.error, headers)
  if (fault?.afterAccept !== true) return response
  await wait(fault.delayMs)
  // It was done, and the caller hears otherwise.
  if (fault.error !== undefined) return answerError(fault.error, headers)
  return fault.status === undefined ? response : failingBody(fault.status)
}

async function perform(emulator: Emulator, request: Request, url: URL, router: Router): Promise<Outcome> {
  const now = emulator.clock.now()
  const { version, node, edge } = readPath(url.pathname, now)
  const path = `/${[node, edge].filter(Boolean).join("/")}`
  if (version === undefined) return { answer: refuse(unknownPath(path)) }
  const parameters = await readParameters(request, url)
  if (!parameters.ok) return { answer: parameters }
  const { values, token, file } = parameters.value
  const caller = await authenticate(emulator, token, values)
  if (!caller.ok) return { answer: caller }
  const asApp = router.app(request.method, node, edge)
  if (asApp !== undefined) return { answer: await asApp({ emulator, node, values }) }
  if (caller.value.kind === "app") return { answer: refuse(GRAPH_ERRORS.permissions) }

  const { page } = caller.value
  const standing = emulator.standings.of(page.id)
  const allowed = standing.engaged * CALLS_PER_ENGAGED
  const calls = emulator.calls.count(page.id, now)
  const overBudget = calls > allowed
  const percent = standing.usagePercent ?? percentOf(calls, allowed)
  const regainMinutes = percent >= 100 ? emulator.calls.regainMinutes(page.id, now) : 0
  const known = { pageId: page.id, usage: { percent, regainMinutes } }

  const handler = router.page(request.method, node, edge)
  if (handler === undefined) return { ...known, answer: refuse(unknownPath(path)) }
  const isOwn = node === "me" || node === page.id
  if (edge !== "" && !isOwn) return { ...known, answer: refuse(GRAPH_ERRORS.noObject) }
  // A send looks at its recipient first and refuses by itself.
  if (overBudget && edge !== "messages") return { ...known, answer: refuse(GRAPH_ERRORS.messengerCalls) }
  const call = { emulator, page, standing, url, node: isOwn ? page.id : node, values, file, overBudget }
  return { ...known, answer: await handler(call) }
}

function answerError(error: GraphError, headers: Record<string, string>): Response {
  const trace = randomTrace()
  const challenge =
    error.code === 190
      ? { "www-authenticate": `OAuth "Facebook Platform" "invalid_token" "${error.message}"` }
      : {}
  return Response.json(renderGraphError(error, trace), {
    status: error.status,
    headers: { ...headers, ...challenge, "x-fb-trace-id": trace },
  })
}

const faultUsage = ({ usage }: Fault, pageId: string): Record<string, string> =>
  usage === undefined ? {} : usageHeaders(pageId, usage)

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.clone().text()
  const body = parseJson(text)
  return isObject(body) ? body : text
}
