// One Graph call from arrival to answer: fault, version, token, Page, handler, record. The handlers are in routes.ts
// and give a body or a refusal; nothing else writes an answer.

import { breakConnection, failingBody, wait } from "../control/faulting.ts"
import { APP_SECRET } from "../development.ts"
import type { Emulator } from "../emulator.ts"
import type { JsonObject } from "../json.ts"
import { parseJson, textOf } from "../json.ts"
import { randomTrace } from "../random.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"
import { appSecretProof } from "../webhooks/signature.ts"
import type { GraphError } from "./graph-error.ts"
import { GRAPH_ERRORS, invalidParameter, renderGraphError, unknownPath } from "./graph-error.ts"
import type { Page } from "./page-store.ts"
import { readParameters } from "./parameters.ts"
import { SEND_CALLS_MAX } from "./rate.ts"

/** What a handler is given. `node` is the first part of the path after the version, `me` already resolved. */
export type Call = {
  readonly emulator: Emulator
  readonly page: Page
  readonly node: string
  readonly values: JsonObject
}

/** Answers one call. */
export type Handler = (call: Call) => Result<JsonObject, GraphError>

/** Versions that answer in November 2026. Source: messenger-platform.md 0.3. */
const VERSIONS = ["v21.0", "v22.0", "v23.0", "v24.0", "v25.0", "v26.0"]

/** Take a call, find its handler, answer, and write it down.
 * @param route finds the handler by method and the part after the node */
export async function takeCall(
  emulator: Emulator,
  request: Request,
  route: (method: string, edge: string) => Handler | undefined,
): Promise<Response> {
  const url = new URL(request.url)
  const body = await request.text()
  const id = emulator.sent.add({
    at: emulator.clock.now(),
    realAt: Date.now(),
    method: request.method,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: Object.fromEntries(request.headers),
    body: parseJson(body) ?? body,
  })
  const fault = emulator.faults.take(url.pathname)
  if (fault !== undefined && !fault.afterAccept) {
    await wait(fault.delayMs)
    const broken = fault.error ?? (fault.status === undefined ? undefined : fault.status)
    if (broken !== undefined) {
      const response = typeof broken === "number" ? failingBody(broken) : answer(broken)
      emulator.sent.finish(id, { status: response.status, response: await bodyOf(response), fault: true })
      return response
    }
  }
  const outcome = await perform(emulator, request, url, body, route)
  const response = outcome.ok
    ? Response.json(outcome.value, { headers: usageHeaders(emulator, url) })
    : answer(outcome.error)
  if (fault?.afterAccept === true) {
    await wait(fault.delayMs)
    emulator.sent.finish(id, { status: fault.status ?? 0, response: await bodyOf(response), fault: true })
    return fault.status === undefined ? breakConnection() : failingBody(fault.status)
  }
  emulator.sent.finish(id, {
    status: response.status,
    response: await bodyOf(response),
    fault: fault !== undefined,
  })
  return response
}

async function perform(
  emulator: Emulator,
  request: Request,
  url: URL,
  body: string,
  route: (method: string, edge: string) => Handler | undefined,
): Promise<Result<JsonObject, GraphError>> {
  const [version = "", node = "", ...rest] = url.pathname.replace(/^\/graph\//, "").split("/")
  const edge = rest.join("/")
  if (!VERSIONS.includes(version))
    return refuse(unknownPath(`/${[version, node, ...rest].filter(Boolean).join("/")}`))
  const parameters = readParameters(url, request.headers, body)
  if (!parameters.ok) return parameters
  const page = await authenticate(emulator, parameters.value.token, parameters.value.values)
  if (!page.ok) return page
  const handler = route(request.method, edge)
  if (handler === undefined) return refuse(unknownPath(`/${node}${edge === "" ? "" : `/${edge}`}`))
  const isOwn = node === "me" || node === page.value.id
  if (edge !== "" && !isOwn) return refuse(GRAPH_ERRORS.noObject)
  return handler({
    emulator,
    page: page.value,
    node: isOwn ? page.value.id : node,
    values: parameters.value.values,
  })
}

async function authenticate(
  emulator: Emulator,
  token: string | undefined,
  values: JsonObject,
): Promise<Result<Page, GraphError>> {
  if (token === undefined || token === "") return refuse(GRAPH_ERRORS.noToken)
  const page = emulator.pages.findByToken(token)
  if (page === undefined) return refuse(GRAPH_ERRORS.token)
  const proof = textOf(values, "appsecret_proof")
  if (proof !== undefined && proof !== (await appSecretProof(APP_SECRET, token))) {
    return refuse(invalidParameter("Invalid appsecret_proof provided in the API argument"))
  }
  return ok(page)
}

function answer(error: GraphError): Response {
  const trace = randomTrace()
  const challenge =
    error.code === 190
      ? { "www-authenticate": `OAuth "Facebook Platform" "invalid_token" "${error.message}"` }
      : {}
  return Response.json(renderGraphError(error, trace), {
    status: error.status,
    headers: { "x-fb-trace-id": trace, ...challenge },
  })
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.clone().text()
  return parseJson(text) ?? text
}

function usageHeaders(emulator: Emulator, url: URL): Record<string, string> {
  const page = url.pathname.split("/")[3] ?? ""
  const percent = Math.min(100, Math.floor((emulator.rate.recent(Date.now()) * 100) / SEND_CALLS_MAX))
  const usage = { call_count: percent, total_cputime: percent, total_time: percent }
  return {
    "x-app-usage": JSON.stringify(usage),
    "x-business-use-case-usage": JSON.stringify({
      [page]: [{ type: "messenger", ...usage, estimated_time_to_regain_access: 0 }],
    }),
    "x-fb-trace-id": randomTrace(),
    "facebook-api-version": url.pathname.split("/")[2] ?? "",
  }
}
