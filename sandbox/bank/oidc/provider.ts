// The authorization server: oidc-provider held to FAPI 2.0 (PAR, PKCE, private_key_jwt, DPoP with nonces,
// RAR, iss). Configuration only; mount.ts puts it under /bank/oidc and interaction.tsx shows its pages.
// Switches arrive with each request in a header that mount.ts writes, since callbacks get nothing else.

import { Provider, errors } from "oidc-provider"
import type { ClientMetadata, Configuration, KoaContextWithOIDC } from "oidc-provider"
import type { Env, Origins, Settings } from "../env.ts"
import { addressesOf, storeOf } from "../env.ts"
import { findCustomer } from "../seed/customers.ts"
import type { Keys } from "../store/keys.ts"
import { createAdapter } from "./adapter.ts"
import { DETAIL_TYPE, faultOfDetail } from "./details.ts"

export const CLIENT_ID = "tellerline"
export const ACR = "urn:bank:2fa"
export const SETTINGS_HEADER = "x-bank-settings"
/** Claims of an access token that only the bank's own account data reads (fdx/access.ts). */
export const GRANT_CLAIM = "urn:bank:grant"
export const ISSUED_CLAIM = "urn:bank:issued_ms"

const MINUTE = 60
/** How long a consent lasts; the page says so, and after it the customer logs in again. */
export const GRANT_TTL_SECONDS = 180 * 24 * 60 * MINUTE

const INTERACTION_TTL_SECONDS = 20 * MINUTE

const settingsOf = (ctx: KoaContextWithOIDC) => JSON.parse(ctx.get(SETTINGS_HEADER)) as Settings

/** Build the server for one pair of origins.
 * @param renderError writes the page for what goes wrong before a client is known to go back to */
export function createProvider(
  env: Env,
  origins: Origins,
  keys: Keys,
  renderError: NonNullable<Configuration["renderError"]>,
): Provider {
  const { issuer, fdx } = addressesOf(origins)
  const cookies = { path: "/bank", httpOnly: true, sameSite: "lax" } as const
  const configuration: Configuration = {
    adapter: (model: string) => createAdapter(model, () => storeOf(env)),
    clients: [clientOf(origins)],
    jwks: { keys: [keys.tokens as NonNullable<Configuration["jwks"]>["keys"][number]] },
    cookies: { keys: [keys.cookieSecret], long: cookies, short: cookies },
    responseTypes: ["code"],
    clientAuthMethods: ["private_key_jwt"],
    scopes: ["openid", "offline_access"],
    claims: { openid: ["sub", "name"], acr: null, amr: null, auth_time: null },
    // The name travels in the ID token itself: there is no userinfo endpoint.
    conformIdTokenClaims: false,
    acrValues: [ACR],
    enabledJWA: {
      idTokenSigningAlgValues: ["ES256"],
      clientAuthSigningAlgValues: ["ES256"],
      dPoPSigningAlgValues: ["ES256"],
    },
    features: features(origins, keys),
    pkce: { required: () => true },
    rotateRefreshToken: (ctx) => settingsOf(ctx).rotateRefreshTokens,
    issueRefreshToken: async (_ctx, client, code) =>
      client.grantTypeAllowed("refresh_token") && code.scopes.has("offline_access"),
    extraTokenClaims: async (_ctx, token) => ({
      [GRANT_CLAIM]: "grantId" in token ? token.grantId : undefined,
      [ISSUED_CLAIM]: Date.now(),
    }),
    interactions: { url: (_ctx, interaction) => `/bank/interaction/${interaction.jti}` },
    findAccount: async (_ctx, reference) => {
      const customer = findCustomer(reference)
      return (
        customer && {
          accountId: reference,
          claims: async () => ({ sub: reference, name: customer.fullName }),
        }
      )
    },
    ttl: {
      AuthorizationCode: MINUTE,
      AccessToken: 10 * MINUTE,
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

  function features({ sandbox: _sandbox }: Origins, { nonceSecret }: Keys): Configuration["features"] {
    return {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      revocation: { enabled: true },
      introspection: { enabled: true },
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
      resourceIndicators: {
        enabled: true,
        defaultResource: () => fdx,
        useGrantedResource: () => true,
        getResourceServerInfo: (ctx, resource) => ({
          scope: "accounts",
          audience: resource,
          accessTokenFormat: "jwt",
          accessTokenTTL: settingsOf(ctx).accessTokenTtlSeconds,
          jwt: { sign: { alg: "ES256" } },
        }),
      },
    }
  }
}

const clientOf = (origins: Origins): ClientMetadata => ({
  client_id: CLIENT_ID,
  client_name: "Tellerline",
  redirect_uris: [addressesOf(origins).gatewayCallback],
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  token_endpoint_auth_method: "private_key_jwt",
  token_endpoint_auth_signing_alg: "ES256",
  id_token_signed_response_alg: "ES256",
  dpop_bound_access_tokens: true,
  require_pushed_authorization_requests: true,
  require_auth_time: true,
  authorization_details_types: [DETAIL_TYPE],
  jwks_uri: addressesOf(origins).gatewayKeys,
})
