// A bank whose clock is off: it judges assertions by its own time, and stamps ID tokens with it. oidc-provider knows the real clock only,
// so both are played here, around it.

import { importJWK, SignJWT } from "jose"
import type { Env } from "../env.ts"
import { storeOf } from "../env.ts"

/** What a bank forgives. @see FAPI 2.0 Security Profile, 5.3.2.1: up to 10 s ahead must be taken */
const TOLERANCE_SECONDS = 10

type Claims = Readonly<Record<string, unknown>>

/** Answer as a bank whose clock is `skewSeconds` ahead. */
export async function playSkew(
  env: Env,
  path: string,
  request: Request,
  skewSeconds: number,
  answer: (request: Request) => Promise<Response>,
): Promise<Response> {
  if (skewSeconds === 0 || request.method !== "POST") return answer(request)
  const form = new URLSearchParams(await request.clone().text())
  const here = Date.now() / 1000 + skewSeconds
  const { nbf, iat, exp } = claimsOf(form.get("client_assertion") ?? "")
  const from = Number(nbf ?? iat ?? 0)
  if (from > here + TOLERANCE_SECONDS || Number(exp ?? 0) < here - TOLERANCE_SECONDS)
    return Response.json({ error: "invalid_client" }, { status: 401 })
  const response = await answer(request)
  if (path !== "/token" || !response.ok) return response
  const body = (await response.json()) as Record<string, unknown>
  if (typeof body["id_token"] === "string")
    body["id_token"] = await stamped(env, body["id_token"], skewSeconds)
  return Response.json(body, { status: response.status, headers: { "cache-control": "no-store" } })
}

async function stamped(env: Env, token: string, skewSeconds: number): Promise<string> {
  const { tokens } = await storeOf(env).keys()
  const moved = Object.fromEntries(
    Object.entries(claimsOf(token)).map(([name, value]) => [
      name,
      ["iat", "exp", "auth_time"].includes(name) ? Number(value) + skewSeconds : value,
    ]),
  )
  return new SignJWT(moved)
    .setProtectedHeader({ alg: "ES256", kid: tokens.kid })
    .sign(await importJWK(tokens as Parameters<typeof importJWK>[0], "ES256"))
}

function claimsOf(token: string): Claims {
  try {
    return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Claims
  } catch {
    return {}
  }
}
