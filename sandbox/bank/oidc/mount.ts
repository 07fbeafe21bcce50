// Puts the authorization servers under /bank/oidc*: Node request handlers inside a Worker. Keeps one provider for each server, pair of
// origins and signing key in the isolate, and plays what lies outside oidc-provider: a token endpoint that is slow or down, an `iss` that
// is wrong or missing, a clock that is off, Berlin's consent in the scope.

import { createServer } from "node:http"
import { handleAsNodeRequest } from "cloudflare:node"
import type { Provider } from "oidc-provider"
import type { Env, Origins, Settings } from "../env.ts"
import { storeOf } from "../env.ts"
import { renderProviderError } from "../pages/message.tsx"
import { CONSENT_PARAMETER, createProvider, SETTINGS_HEADER } from "./provider.ts"
import type { Server } from "./servers.ts"
import { callbacksOf, serverAt, SERVERS } from "./servers.ts"
import { playSkew } from "./skew.ts"

/** No real port: the number only ties `listen` to `handleAsNodeRequest` inside this isolate. */
const FIRST_PORT = 8080

const DISCOVERY = "/.well-known/openid-configuration"

type Mounted = { readonly provider: Provider; readonly port: number }

const mounted = new Map<string, Mounted>()
let nextPort = FIRST_PORT

const keyOf = (origins: Origins, server: Server, kid: string) =>
  `${server} ${kid} ${origins.sandbox} ${origins.gateway}`

/** The provider of a server for these origins, built on first use. Values are kept, never promises: a promise belongs to the
 * request that started it. */
export async function providerFor(env: Env, origins: Origins, server: Server): Promise<Mounted> {
  const keys = await storeOf(env).keys()
  const key = keyOf(origins, server, keys.tokens.kid)
  const known = mounted.get(key)
  if (known) return known
  const provider = createProvider(env, origins, server, keys, renderProviderError)
  const callback = provider.callback()
  const port = nextPort++
  createServer((request, response) => {
    // oidc-provider derives its mount path, and with it every URL it prints, from this pair.
    Object.assign(request, { originalUrl: request.url })
    request.url = (request.url ?? "").slice(SERVERS[server].mount.length) || "/"
    void callback(request, response)
  }).listen(port)
  const made = { provider, port }
  mounted.set(key, made)
  return made
}

/** Answer a request below /bank/oidc*. */
export async function answerOidc(
  request: Request,
  env: Env,
  origins: Origins,
  settings: Settings,
): Promise<Response> {
  const { pathname } = new URL(request.url)
  const server = serverAt(pathname)
  if (!server) return Response.json({ error: "not_found" }, { status: 404 })
  const path = pathname.slice(SERVERS[server].mount.length)
  const refused = await playTokenEndpoint(path, settings)
  if (refused) return refused
  const { port } = await providerFor(env, origins, server)
  const prepared = await prepare(request, path, settings)
  const answerOnce = (at: number, asked: Request) =>
    playSkew(env, path, asked, settings.clockSkewSeconds, (taken) => handleAsNodeRequest(at, taken))
  const response = await answerOnce(port, prepared.clone())
  if (path === DISCOVERY) return promised(response, server)
  if (response.status !== 401) return playIssuer(response, origins, server, settings)
  // The provider keeps a client's public keys for a minute. A refused client is asked again with fresh ones, so that
  // a gateway that was started anew is not locked out.
  for (const [key, made] of mounted) if (made.port === port) mounted.delete(key)
  const fresh = await providerFor(env, origins, server)
  return answerOnce(fresh.port, prepared)
}

/** The metadata without what this bank does not promise. */
async function promised(response: Response, server: Server): Promise<Response> {
  const metadata = (await response.json()) as Record<string, unknown>
  for (const name of SERVERS[server].unpromised) delete metadata[name]
  return Response.json(metadata, { status: response.status })
}

async function prepare(request: Request, path: string, settings: Settings): Promise<Request> {
  const headers = new Headers(request.headers)
  headers.set(SETTINGS_HEADER, JSON.stringify(settings))
  // Each connection logs in anew, as a bank does for a new third party; it also lets two people share one browser.
  if (path === "/auth") headers.delete("cookie")
  if (request.method === "GET" || request.method === "HEAD")
    return new Request(withConsent(request.url, path), { method: request.method, headers })
  const body = await request.arrayBuffer()
  // Without a length the provider takes a form for something else.
  headers.set("content-length", String(body.byteLength))
  return new Request(request.url, { method: request.method, headers, body })
}

/** Berlin's OAuth names the consent in the scope (`AIS:<id>`), where the provider knows only fixed words. */
function withConsent(href: string, path: string): string {
  const url = new URL(href)
  const scopes = url.searchParams.get("scope")?.split(" ") ?? []
  const named = path === "/auth" ? scopes.find((each) => each.startsWith("AIS:")) : undefined
  if (named === undefined) return href
  url.searchParams.set("scope", scopes.map((each) => (each === named ? "accounts" : each)).join(" "))
  url.searchParams.set(CONSENT_PARAMETER, named.slice("AIS:".length))
  return url.href
}

async function playTokenEndpoint(path: string, settings: Settings): Promise<Response | null> {
  if (path !== "/token" || settings.tokenEndpoint === "up") return null
  if (settings.tokenEndpoint === "slow") {
    await scheduler.wait(settings.slowMs)
    return null
  }
  return Response.json({ error: "temporarily_unavailable" }, { status: 503, headers: { "retry-after": "5" } })
}

function playIssuer(response: Response, origins: Origins, server: Server, settings: Settings): Response {
  const location = response.headers.get("location")
  const unpromised = SERVERS[server].unpromised.includes("authorization_response_iss_parameter_supported")
  const goesBack = callbacksOf(origins, server).some((address) => location?.split("?")[0] === address)
  if (!location || !goesBack || (settings.iss === "right" && !unpromised)) return response
  const target = new URL(location)
  if (settings.iss !== "wrong") target.searchParams.delete("iss")
  else target.searchParams.set("iss", "https://bank.invalid/other")
  const changed = new Response(response.body, response)
  changed.headers.set("location", target.href)
  return changed
}
