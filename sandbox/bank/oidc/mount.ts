// Puts the authorization server under /bank/oidc: a Node request handler inside a Worker. Keeps one provider
// for each pair of origins in the isolate, and plays the switches that lie outside oidc-provider: a token
// endpoint that is slow or down, an `iss` that is wrong or missing.

import { createServer } from "node:http"
import { handleAsNodeRequest } from "cloudflare:node"
import type { Provider } from "oidc-provider"
import type { Env, Origins, Settings } from "../env.ts"
import { addressesOf, storeOf } from "../env.ts"
import { renderProviderError } from "../pages/message.tsx"
import { createProvider, SETTINGS_HEADER } from "./provider.ts"

const MOUNT = "/bank/oidc"
/** No real port: the number only ties `listen` to `handleAsNodeRequest` inside this isolate. */
const FIRST_PORT = 8080

type Mounted = { readonly provider: Provider; readonly port: number }

const mounted = new Map<string, Mounted>()
let nextPort = FIRST_PORT

const keyOf = (origins: Origins) => `${origins.sandbox} ${origins.gateway}`

/** The provider for these origins, built on first use. Values are kept, never promises: a promise belongs to the
 * request that started it. */
export async function providerFor(env: Env, origins: Origins): Promise<Mounted> {
  const key = keyOf(origins)
  const known = mounted.get(key)
  if (known) return known
  const keys = await storeOf(env).keys()
  const raced = mounted.get(key)
  if (raced) return raced
  const provider = createProvider(env, origins, keys, renderProviderError)
  const callback = provider.callback()
  const port = nextPort++
  createServer((request, response) => {
    // oidc-provider derives its mount path, and with it every URL it prints, from this pair.
    Object.assign(request, { originalUrl: request.url })
    request.url = (request.url ?? "").slice(MOUNT.length) || "/"
    void callback(request, response)
  }).listen(port)
  const made = { provider, port }
  mounted.set(key, made)
  return made
}

/** Answer a request below /bank/oidc. */
export async function answerOidc(
  request: Request,
  env: Env,
  origins: Origins,
  settings: Settings,
): Promise<Response> {
  const { pathname } = new URL(request.url)
  const refused = await playTokenEndpoint(pathname, settings)
  if (refused) return refused
  const { port } = await providerFor(env, origins)
  const prepared = await prepare(request, pathname, settings)
  const response = await handleAsNodeRequest(port, prepared.clone())
  if (response.status !== 401) return playIssuer(response, origins, settings)
  // The provider keeps a client's public keys for a minute. A refused client is asked again with fresh ones, so that
  // a gateway that was started anew is not locked out.
  mounted.delete(keyOf(origins))
  const fresh = await providerFor(env, origins)
  return handleAsNodeRequest(fresh.port, prepared)
}

async function prepare(request: Request, pathname: string, settings: Settings): Promise<Request> {
  const headers = new Headers(request.headers)
  headers.set(SETTINGS_HEADER, JSON.stringify(settings))
  // Each connection logs in anew, as a bank does for a new third party; it also lets two people share one browser.
  if (pathname === `${MOUNT}/auth`) headers.delete("cookie")
  if (request.method === "GET" || request.method === "HEAD") return new Request(request, { headers })
  const body = await request.arrayBuffer()
  // Without a length the provider takes a form for something else.
  headers.set("content-length", String(body.byteLength))
  return new Request(request.url, { method: request.method, headers, body })
}

async function playTokenEndpoint(pathname: string, settings: Settings): Promise<Response | null> {
  if (pathname !== `${MOUNT}/token` || settings.tokenEndpoint === "up") return null
  if (settings.tokenEndpoint === "slow") {
    await scheduler.wait(settings.slowMs)
    return null
  }
  return Response.json({ error: "temporarily_unavailable" }, { status: 503, headers: { "retry-after": "5" } })
}

function playIssuer(response: Response, origins: Origins, settings: Settings): Response {
  const location = response.headers.get("location")
  if (settings.iss === "right" || !location?.startsWith(addressesOf(origins).gatewayCallback)) return response
  const target = new URL(location)
  if (settings.iss === "missing") target.searchParams.delete("iss")
  else target.searchParams.set("iss", "https://bank.invalid/other")
  const changed = new Response(response.body, response)
  changed.headers.set("location", target.href)
  return changed
}
