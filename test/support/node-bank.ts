// A bank's authorization server as others run it: oidc-provider on Node, on a free port, held to FAPI 2.0, with a customer who allows
// everything. Its answers can be changed on their way, signed anew with the bank's own key. Not for src/.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { exportJWK, generateKeyPair, importJWK, SignJWT } from "jose"
import { Provider, type Configuration } from "oidc-provider"
import type { BankRecord } from "../../src/banks/bank.ts"
import type { PublicSigningJwk } from "../../src/crypto/signing-keys.ts"
import { BANK } from "./fake-bank.ts"

export const GATEWAY = "http://localhost:8787"
const CALLBACK = `${GATEWAY}/link/callback`
const CUSTOMER = "cust-Qz81mVx3LwTq"
const REDIRECTS_MAX = 10

/** The bank's ways. */
export interface NodeBankWays {
  readonly nonce: boolean
  readonly rotation: boolean
  /** Our keys as the bank has them. */
  readonly clientKeys: readonly PublicSigningJwk[]
}

export type NodeBank = Awaited<ReturnType<typeof startNodeBank>>

/** Start it; `close` it afterwards. */
export async function startNodeBank({ nonce, rotation, clientKeys }: NodeBankWays) {
  const pair = await generateKeyPair("ES256", { extractable: true })
  const privateJwk = { ...(await exportJWK(pair.privateKey)), kid: "node-bank-1", alg: "ES256", use: "sig" }
  const http = createServer()
  await new Promise<void>((resolve) => {
    http.listen(0, "localhost", resolve)
  })
  const address = http.address()
  if (address === null || typeof address === "string") throw new Error("Cannot find the bank's port")
  const issuer = `http://localhost:${address.port}`
  const provider = new Provider(issuer, configurationOf(issuer, { nonce, rotation, clientKeys }, privateJwk))
  const callback = provider.callback()
  http.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? ""
    if (path.startsWith("/interaction/")) void agree(provider, request, response)
    else void callback(request, response)
  })

  const record: BankRecord = { ...BANK, issuer, apiBase: `${issuer}/fdx` }
  /** Change what the bank answers; reset by giving none. */
  const spoil: {
    before?: (url: URL, init: RequestInit | undefined) => Promise<Response | undefined> | Response | undefined
    token?: (body: Record<string, unknown>) => Promise<Record<string, unknown>> | Record<string, unknown>
  } = {}

  const fetcher: typeof fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const instead = await spoil.before?.(url, init)
    if (instead) return instead
    const response = await fetch(input, init)
    if (!spoil.token || url.pathname !== "/token" || !response.ok) return response
    const body = (await response.json()) as Record<string, unknown>
    return Response.json(await spoil.token(body), { status: response.status })
  }

  /** The ID token with other claims, signed by the bank or by somebody else. */
  async function restamp(
    body: Record<string, unknown>,
    claims: Record<string, unknown>,
    by: { readonly kid?: string; readonly key?: CryptoKey; readonly alg?: string } = {},
  ): Promise<Record<string, unknown>> {
    const [, payload = ""] = String(body["id_token"]).split(".")
    const before = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>
    const key = by.key ?? (await importJWK(privateJwk, "ES256"))
    const token = await new SignJWT({ ...before, ...claims })
      .setProtectedHeader({ alg: by.alg ?? "ES256", kid: by.kid ?? "node-bank-1" })
      .sign(key)
    return { ...body, id_token: token }
  }

  return {
    issuer,
    record,
    customer: CUSTOMER,
    fetch: fetcher,
    spoil,
    restamp,
    /** What a browser does with the address: the answer it brings back. */
    visit: (url: string) => visit(url),
    close: () =>
      new Promise<void>((resolve) => {
        http.close(() => resolve())
        http.closeAllConnections()
      }),
  }
}

function configurationOf(
  issuer: string,
  { nonce, rotation, clientKeys }: NodeBankWays,
  privateJwk: object,
): Configuration {
  return {
    clients: [
      {
        client_id: BANK.clientId,
        redirect_uris: [CALLBACK],
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        token_endpoint_auth_method: "private_key_jwt",
        token_endpoint_auth_signing_alg: "ES256",
        id_token_signed_response_alg: "ES256",
        dpop_bound_access_tokens: true,
        require_pushed_authorization_requests: true,
        require_auth_time: true,
        authorization_details_types: ["account_information"],
        jwks: { keys: clientKeys.map((key) => ({ ...key })) },
      },
    ],
    jwks: { keys: [privateJwk as NonNullable<Configuration["jwks"]>["keys"][number]] },
    cookies: { keys: ["a secret of the test bank"] },
    responseTypes: ["code"],
    clientAuthMethods: ["private_key_jwt"],
    scopes: ["openid", "offline_access"],
    claims: { openid: ["sub"], acr: null, auth_time: null },
    acrValues: ["urn:bank:2fa"],
    enabledJWA: {
      idTokenSigningAlgValues: ["ES256"],
      clientAuthSigningAlgValues: ["ES256"],
      dPoPSigningAlgValues: ["ES256"],
    },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      revocation: { enabled: true },
      fapi: { enabled: true, profile: "2.0" },
      pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
      dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 7), requireNonce: () => nonce },
      richAuthorizationRequests: {
        enabled: true,
        types: { account_information: { validate: () => undefined } },
        authorizationDetailsForGrantSource: (ctx) => ctx.oidc.grant?.rar,
        authorizationDetailsForAccessToken: (_ctx, _token, source) => source?.rar,
        authorizationDetailsForIntrospection: (_ctx, token) => token.rar,
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => `${issuer}/fdx`,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => ({
          scope: "accounts",
          audience: resource,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "ES256" } },
        }),
      },
    },
    pkce: { required: () => true },
    rotateRefreshToken: rotation,
    issueRefreshToken: async () => true,
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.jti}` },
    findAccount: async (_ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  }
}

/** The customer proves themselves and allows one account. */
async function agree(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response)
  if (prompt.name === "login") {
    const login = { accountId: CUSTOMER, acr: "urn:bank:2fa", amr: ["pwd", "otp"] }
    return provider.interactionFinished(request, response, { login })
  }
  const grant = new provider.Grant({
    accountId: session?.accountId ?? "",
    clientId: String(params["client_id"]),
  })
  const { missingResourceScopes: scopes = {}, rar = [] } = prompt.details as {
    missingResourceScopes?: Record<string, string[]>
    rar?: Parameters<typeof grant.addRar>[0][]
  }
  grant.addOIDCScope("openid offline_access")
  for (const [resource, names] of Object.entries(scopes)) grant.addResourceScope(resource, names.join(" "))
  const accounts = [{ id: "acc-1", last4: "4821", name: "Everyday", kind: "checking", currency: "EUR" }]
  for (const detail of rar) grant.addRar({ ...detail, accounts })
  return provider.interactionFinished(
    request,
    response,
    { consent: { grantId: await grant.save() } },
    { mergeWithLastSubmission: true },
  )
}

async function visit(start: string): Promise<URLSearchParams> {
  const cookies = new Map<string, string>()
  let url = start
  for (let hop = 0; hop < REDIRECTS_MAX; hop += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ")
    const response = await fetch(url, { redirect: "manual", headers: { cookie } })
    for (const set of response.headers.getSetCookie()) {
      const [pair = ""] = set.split(";")
      cookies.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1))
    }
    const location = response.headers.get("location")
    if (location === null) throw new Error(`The bank answered ${response.status}: ${await response.text()}`)
    url = new URL(location, url).href
    if (url.startsWith(CALLBACK)) return new URL(url).searchParams
  }
  throw new Error("Cannot follow so many redirects")
}
