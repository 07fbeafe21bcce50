// Headers every answer carries, and those of pages people look at. Pages run with a nonce and nothing from outside.

import type { Context } from "hono"
import { createMiddleware } from "hono/factory"
import { base64url } from "../crypto/text.ts"

/** Set by `requestIdentity`, read by problem documents and logs. */
export interface RequestVariables {
  requestId: string
  /** Set by `pageHeaders`: the nonce of this page's own style and script. */
  nonce: string
}

const NONCE_BYTES = 16

/** Give each request an id of ours. The caller's own is not trusted; the platform's ray id is. */
export const requestIdentity = createMiddleware<{ Variables: RequestVariables }>(async (context, next) => {
  const ray = context.req.header("cf-ray")
  context.set("requestId", ray && /^[0-9a-f-]{8,40}$/i.test(ray) ? ray : crypto.randomUUID())
  await next()
  context.header("x-request-id", context.get("requestId"))
  context.header("x-content-type-options", "nosniff")
  context.header("referrer-policy", "no-referrer")
  context.header("strict-transport-security", "max-age=31536000; includeSubDomains")
})

/** Headers of a page, whatever becomes of it: no framing, no caching, nothing loaded from elsewhere.
 * @param formTargets origins a form of this page may end at after redirects (`form-action` follows them); asked once it is made */
export function pageHeaders<V extends RequestVariables = RequestVariables>(
  formTargets: (context: Context<{ Variables: V }>) => readonly string[] = () => [],
) {
  return createMiddleware<{ Variables: V }>(async (context, next) => {
    const nonce = base64url(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)))
    context.set("nonce", nonce)
    await next()
    context.header("cache-control", "no-store")
    context.header("x-frame-options", "DENY")
    context.header(
      "content-security-policy",
      [
        "default-src 'none'",
        `style-src 'nonce-${nonce}'`,
        `script-src 'nonce-${nonce}'`,
        "img-src 'self' data:",
        `form-action ${["'self'", ...formTargets(context)].join(" ")}`,
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ].join("; "),
    )
  })
}
