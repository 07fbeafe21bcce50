// The hono app: mounts each room's routes, gives every request an id and every answer its headers, and turns what nobody expected
// into one bland problem. Routes are made by the rooms; what they are given is worker.ts's business.

import { Hono, type Env } from "hono"
import { describeFault, type Log } from "./foundation/log.ts"
import { requestIdentity, type RequestVariables } from "./http/headers.ts"
import { problemResponse } from "./http/problem.ts"

/** Routes of the rooms, ready to mount; each room has its own variables. */
export interface Rooms<Webhook extends Env, Intake extends Env, Links extends Env, Admin extends Env> {
  readonly webhook: Hono<Webhook>
  readonly intake: Hono<Intake>
  readonly me: Hono<{ Variables: RequestVariables }>
  readonly links: Hono<Links>
  readonly admin: Hono<Admin>
  readonly audit: Hono<{ Variables: RequestVariables }>
  readonly privacy: Hono<{ Variables: RequestVariables }>
  readonly erasure: Hono<{ Variables: RequestVariables }>
  readonly bankLinks: Hono<{ Variables: RequestVariables }>
  readonly description: Hono<{ Variables: RequestVariables }>
  readonly publicKeys: object
  readonly health: () => Promise<Response>
  readonly log: Log
}

/** How long banks may keep our public keys. */
const KEYS_CACHE = "public, max-age=300"

/** The gateway's whole face. */
export function createApp<W extends Env, I extends Env, L extends Env, A extends Env>(
  rooms: Rooms<W, I, L, A>,
): Hono<{ Variables: RequestVariables }> {
  const app = new Hono<{ Variables: RequestVariables }>()
  app.use(requestIdentity)
  app.get("/healthz", () => rooms.health())
  app.get("/.well-known/jwks.json", (context) =>
    context.json(rooms.publicKeys, 200, { "cache-control": KEYS_CACHE }),
  )
  app.route("/messenger/webhook", rooms.webhook)
  app.route("/", rooms.intake)
  // Before the linking pages: both have answers of a bank's login come to one address, and each knows its own.
  app.route("/", rooms.me)
  app.route("/", rooms.links)
  app.route("/", rooms.privacy)
  app.route("/", rooms.erasure)
  app.route("/", rooms.bankLinks)
  app.route("/", rooms.audit)
  app.route("/admin/v1", rooms.admin)
  app.route("/", rooms.description)
  app.notFound((context) =>
    problemResponse(
      { status: 404, type: "not-found", title: "There is nothing at this address" },
      context.get("requestId"),
    ),
  )
  app.onError((fault, context) => {
    const requestId = context.get("requestId")
    rooms.log.error("request_fault", { requestId, ...describeFault(fault) })
    return problemResponse(
      { status: 500, type: "fault", title: "Something went wrong on our side" },
      requestId,
    )
  })
  return app
}
