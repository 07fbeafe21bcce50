// The authorization servers: oidc-provider held to FAPI 2.0 (PAR, PKCE, private_key_jwt, DPoP with nonces, RAR, iss), and the ways of
// other banks (ways.ts). Configuration only; mount.ts puts them under /bank/oidc* and routes.tsx shows their pages.
// Switches arrive with each request in a header that mount.ts writes, since callbacks get nothing else.

import { Provider, errors } from "oidc-provider"
import type { ClientMetadata, Configuration, KoaContextWithOIDC } from "oidc-provider"
import type { Env, Origins, Settings } from "../env.ts"
import { addressesOf, storeOf } from "../env.ts"
import type { Server } from "./servers.ts"
import { audienceOf, callbacksOf, issuerOf, SERVERS } from "./servers.ts"
import { findCustomer } from "../seed/customers.ts"
import type { Keys } from "../store/keys.ts"
import { createAdapter } from "./adapter.ts"
import { DETAIL_TYPE, faultOfDetail } from "./details.ts"

export const CLIENT_ID = "tellerline"
export const SETTINGS_HEADER = "x-bank-settings"
/** Claims of an access token that only the bank's own account data reads (fdx/access.ts). */
export const GRANT_CLAIM = "urn:bank:grant"
export const ISSUED_CLAIM = "urn:bank:issued_ms"

/** Where mount.ts puts the consent that a Berlin request names in its scope. */
export const CONSENT_PARAMETER = "consent_id"

const MINUTE = 60
/** How long a consent lasts; the page says so, and after it the customer logs in again. */
export const GRANT_TTL_SECONDS = 180 * 24 * 60 * MINUTE

const INTERACTION_TTL_SECONDS = 20 * MINUTE

const settingsOf = (ctx: KoaContextWithOIDC) => JSON.parse(ctx.get(SETTINGS_HEADER)) as Settings

/** Build a server for one pair of origins.
 * @param renderError writes the page for what goes wrong before a client is known to go back to */
export function createProvider(
  env: Env,
  origins: Origins,
  server: Server,
  keys: Keys,
  renderError: NonNullable<Configuration["renderError"]>,
): Provider {
  const issuer = issuerOf(origins, server)
  const { fdx } = addressesOf(origins)
  const cookies = { path: "/bank", httpOnly: true, sameSite: "lax" } as const
  const configuration: Configuration = {
    adapter: (model: string) => createAdapter(model, () => storeOf(env)),
    clients: [clientOf(origins, server)],
    jwks: { keys: [keys.tokens as NonNullable<Configuration["jwks"]>["keys"][number]] },
    cookies: { keys: [keys.cookieSecret], long: cookies, short: cookies },
    responseTypes: ["code"],
    clientAuthMethods: ["private_key_jwt"],
    scopes: ["openid", "offline_access"],
    claims: { openid: ["sub", "name"], acr: null, amr: null, auth_time: null, openbanking_intent_id: null },
    // The name travels in the ID token itself: there is no userinfo endpoint.
    conformIdTokenClaims: false,
    acrValues: [SERVERS[server].acr],
    ...(server === "berlin" ? { extraParams: [CONSENT_PARAMETER] } : {}),
    enabledJWA: {
      idTokenSigningAlgValues: ["ES256"],
      clientAuthSigningAlgValues: ["ES256"],
      dPoPSigningAlgValues: ["ES256"],
      requestObjectSigningAlgValues: ["ES256"],
      authorizationSigningAlgValues: ["ES256"],
    },
    features: server === "fapi2" ? fapi2Features(keys) : otherFeatures(server),
    pkce: { required: () => true },
    // Without bound tokens a refresh token is good once. @see RFC 9700, 4.14.2
    rotateRefreshToken: (ctx) => server === "green" || settingsOf(ctx).rotateRefreshTokens,
    issueRefreshToken: async (_ctx, client, code) =>
      client.grantTypeAllowed("refresh_token") && code.scopes.has("offline_access"),
    extraTokenClaims: async (_ctx, token) => ({
      [GRANT_CLAIM]: "grantId" in token ? token.grantId : undefined,
      [ISSUED_CLAIM]: Date.now(),
    }),
    // Each connection has a consent of its own: what this browser allowed before is no part of it.
    loadExistingGrant: async (ctx) => {
      const { grantId } = ctx.oidc.result?.consent ?? {}
      return grantId === undefined ? undefined : ctx.oidc.provider.Grant.find(grantId)
    },
    interactions: { url: (_ctx, interaction) => `/bank/interaction/${interaction.jti}` },
    findAccount: async (_ctx, reference) => {
      const customer = findCustomer(reference)
      return (
        customer && {
          accountId: reference,
          claims: async (_use, _scope, wanted) => ({
            sub: reference,
            name: customer.fullName,
            // What the client claims of the ID token stands in it: which consent this login was for.
            ...intentOf(wanted),
          }),
        }
      )
    },
    ttl: {
      AuthorizationCode: MINUTE,
      AccessToken: (ctx) => settingsOf(ctx).accessTokenTtlSeconds,
      RefreshToken: GRANT_TTL_SECONDS,
      Session: 60 * MINUTE,
      Interaction: INTERACTION_TTL_SECONDS,
      Grant: GRANT_TTL_SECONDS,
      IdToken: 10 * MINUTE,
    },
    renderError,
  }
  const provider = new Provider(issuer, configuration)
  provider.on("server_error", (_ctx, error: Error) =>
    console.error("bank: authorization server failed:", error.message),
  )
  return provider

  function sharedFeatures(): NonNullable<Configuration["features"]> {
    return {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      revocation: { enabled: true },
      introspection: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audienceOf(origins, server),
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => ({
          scope: SERVERS[server].scope,
          audience: resource,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "ES256" } },
        }),
      },
    }
  }

  /** Bearer tokens and requests in the address; signed ones and signed answers where the UK has them. */
  function otherFeatures(way: Exclude<Server, "fapi2">): Configuration["features"] {
    const uk = way === "uk"
    return {
      ...sharedFeatures(),
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      clientCredentials: { enabled: way !== "green" },
      ...(uk
        ? {
            fapi: { enabled: true, profile: "1.0 Final" as const },
            requestObjects: { enabled: true, requireSignedRequestObject: true },
            jwtResponseModes: { enabled: true },
            claimsParameter: { enabled: true },
          }
        : {}),
    }
  }

  function fapi2Features({ nonceSecret }: Keys): Configuration["features"] {
    return {
      ...sharedFeatures(),
      fapi: { enabled: true, profile: "2.0" },
      pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
      dPoP: {
        enabled: true,
        nonceSecret: Buffer.from(nonceSecret, "base64"),
        requireNonce: (ctx) => settingsOf(ctx).requireNonce,
      },
      richAuthorizationRequests: {
        enabled: true,
        types: {
          [DETAIL_TYPE]: {
            validate: (_ctx, detail) => {
              const fault = faultOfDetail(detail as Readonly<Record<string, unknown>>, fdx)
              if (fault !== undefined) throw new errors.InvalidAuthorizationDetails(fault)
            },
          },
        },
        authorizationDetailsForGrantSource: (ctx) => ctx.oidc.grant?.rar,
        authorizationDetailsForAccessToken: (_ctx, _token, source) => source?.rar,
        authorizationDetailsForIntrospection: (_ctx, token) => token.rar,
      },
    }
  }
}

/** What the client claims of the ID token about its consent. */
function intentOf(wanted: unknown): { openbanking_intent_id?: string } {
  const { openbanking_intent_id: intent } = (wanted ?? {}) as { openbanking_intent_id?: { value?: unknown } }
  return typeof intent?.value === "string" ? { openbanking_intent_id: intent.value } : {}
}

const clientOf = (origins: Origins, server: Server): ClientMetadata => ({
  client_id: CLIENT_ID,
  client_name: "Tellerline",
  redirect_uris: [...callbacksOf(origins, server)],
  grant_types: [
    "authorization_code",
    "refresh_token",
    ...(server === "uk" || server === "berlin" ? ["client_credentials"] : []),
  ],
  response_types: ["code"],
  token_endpoint_auth_method: "private_key_jwt",
  token_endpoint_auth_signing_alg: "ES256",
  id_token_signed_response_alg: "ES256",
  require_auth_time: true,
  jwks_uri: addressesOf(origins).gatewayKeys,
  ...(server === "fapi2"
    ? {
        dpop_bound_access_tokens: true,
        require_pushed_authorization_requests: true,
        authorization_details_types: [DETAIL_TYPE],
      }
    : {}),
  ...(server === "uk"
    ? { request_object_signing_alg: "ES256", authorization_signed_response_alg: "ES256" }
    : {}),
})
