// The paths of the pretend Messenger, inside its object. A table of contents; the bank's paths never come here.

import { Hono } from "hono"
import { problem } from "./control/problem.ts"
import { controlRoutes } from "./control/routes.ts"
import type { Emulator } from "./emulator.ts"
import { answerGraph } from "./graph/routes.ts"
import { inboxRoutes } from "./inbox/routes.tsx"
import { linkingRoutes } from "./linking/routes.tsx"
import { phoneRoutes } from "./phone/routes.tsx"

/** Everything under the sandbox's origin except the bank. */
export function sandboxApp(emulator: Emulator): Hono {
  const app = new Hono()
  app.all("/graph/*", (c) => answerGraph(emulator, c.req.raw))
  app.route("/control", controlRoutes(emulator))
  app.route("/", linkingRoutes(emulator))
  app.route("/", inboxRoutes(emulator))
  app.route("/", phoneRoutes(emulator))
  app.notFound((c) => problem(404, `There is no ${c.req.method} ${c.req.path}`))
  return app
}
