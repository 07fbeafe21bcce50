// POST /control/privacy/{deletion|deauthorize}: the platform's signed posts about a member of staff who connected the
// Page with Facebook Login. What is signed keeps the real clock. The answer is what the gateway said.
//
// | member | meaning |
// |---|---|
// | `user` | the ASID; a new one unless told |
// | `issuedAgoMs` | how old the post claims to be |
// | `secret`, `algorithm` | sign with another key, claim another algorithm: both must be refused |

import { Hono } from "hono"
import { APP_SECRET } from "../development.ts"
import type { Emulator } from "../emulator.ts"
import { textOf } from "../json.ts"
import { randomAsid } from "../random.ts"
import { outcomeOf } from "./outward.ts"
import { problem } from "./problem.ts"
import { readObject } from "./reading.ts"
import { signRequest } from "./signed-request.ts"

const PATHS: Readonly<Record<string, string>> = {
  deletion: "/privacy/data-deletion",
  deauthorize: "/privacy/deauthorize",
}
const LIFE_SECONDS = 4_600
const DEADLINE_MS = 10_000

/** Routes under /control/privacy. */
export function privacyRoutes(emulator: Emulator): Hono {
  const app = new Hono()

  app.post("/:kind", async (c) => {
    const path = PATHS[c.req.param("kind")]
    if (path === undefined) return problem(404, `One of ${Object.keys(PATHS).join(", ")}`)
    const body = await readObject(c.req.raw)
    if (!body.ok) return problem(400, body.error)
    const ago = body.value.issuedAgoMs ?? 0
    if (typeof ago !== "number") return problem(400, '"issuedAgoMs" is a number')
    const user = textOf(body.value, "user") ?? randomAsid()
    const issuedAt = Math.floor((Date.now() - ago) / 1000)
    const signed = await signRequest(textOf(body.value, "secret") ?? APP_SECRET, {
      algorithm: textOf(body.value, "algorithm") ?? "HMAC-SHA256",
      expires: issuedAt + LIFE_SECONDS,
      issued_at: issuedAt,
      user_id: user,
    })
    const answer = await outcomeOf(() =>
      fetch(`${emulator.env.GATEWAY_ORIGIN}${path}`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ signed_request: signed }).toString(),
        redirect: "manual",
        signal: AbortSignal.timeout(DEADLINE_MS),
      }),
    )
    return c.json({ user, signedRequest: signed, status: answer.status, body: answer.body })
  })

  return app
}
