// Front door of the sandbox: the bank's paths go on to the bank's Worker, all else to the one object that is the
// pretend Messenger. Static files under public/ are answered before this is asked. Decides nothing.

import { Hono } from "hono"
import { forBank } from "./control/outward.ts"
import type { SandboxEnv } from "./emulator.ts"
import type { Messenger } from "./messenger.ts"

export { Messenger } from "./messenger.ts"

type Env = SandboxEnv & { readonly MESSENGER: DurableObjectNamespace<Messenger> }

const app = new Hono<{ Bindings: Env }>()

const BANK_PATHS = [
  "/bank",
  "/bank/*",
  "/control/bank/*",
  "/.well-known/oauth-authorization-server/bank/oidc",
  "/.well-known/openid-configuration/bank/oidc",
]

for (const path of BANK_PATHS) app.all(path, (c) => c.env.BANK.fetch(forBank(c.env, c.req.raw)))

app.all("*", (c) => c.env.MESSENGER.get(c.env.MESSENGER.idFromName("messenger")).fetch(c.req.raw))

export default app
