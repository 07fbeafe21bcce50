// All addresses of the pretend bank, mounted at their paths. The front Worker hands on everything below /bank and
// /control/bank with the two origins in headers.

import { Hono } from "hono"
import { actionRoutes } from "./actions/routes.ts"
import { stepUpRoutes } from "./actions/step-ups.tsx"
import { callbackRoutes } from "./actions/callbacks.ts"
import { controlRoutes } from "./control/routes.ts"
import type { BankContext } from "./env.ts"
import { originsOf, SETTINGS_DEFAULT, storeOf } from "./env.ts"
import { deskRoutes } from "./desk/routes.tsx"
import { faultGate } from "./faults.ts"
import { fdxRoutes } from "./fdx/routes.ts"
import { berlinRoutes } from "./berlin/routes.ts"
import { answerOidc } from "./oidc/mount.ts"
import { SERVERS } from "./oidc/servers.ts"
import { openBankingRoutes } from "./open-banking/routes.ts"
import { interactionRoutes } from "./oidc/routes.tsx"
import { publicPart, publicRsaPart } from "./store/keys.ts"
import { homeRoutes } from "./pages/home.tsx"

const oauthFault = (status: number, text: string | null): Response =>
  Response.json({ error: text ?? "server_error" }, { status })

export const app = new Hono<BankContext>()

app.use(async (c, next) => {
  c.set("origins", originsOf(c.req.raw))
  await next()
})

/** Metadata at the places RFC 8414 gives an issuer with a path. */
for (const kind of ["oauth-authorization-server", "openid-configuration"])
  app.get(`/.well-known/${kind}/bank/oidc`, (c) => {
    const url = new URL("/bank/oidc/.well-known/openid-configuration", c.req.url)
    return answerOidc(new Request(url, c.req.raw), c.env, c.var.origins, SETTINGS_DEFAULT)
  })

for (const { mount } of Object.values(SERVERS)) {
  app.use(`${mount}/*`, faultGate(oauthFault))
  app.all(`${mount}/*`, (c) => answerOidc(c.req.raw, c.env, c.var.origins, c.var.gate.settings))
}
app.route("/bank/interaction", interactionRoutes)
app.route("/bank/fdx/v6", fdxRoutes)
app.route("/bank/open-banking/:version/aisp", openBankingRoutes)
app.route("/bank/berlin/v1", berlinRoutes)
app.route("/bank/actions", actionRoutes)
app.route("/bank/step-up", stepUpRoutes)
app.route("/bank/callbacks", callbackRoutes)
app.route("/bank/desk", deskRoutes)
app.route("/bank", homeRoutes)
app.route("/control/bank", controlRoutes)

/** The keys the bank signs its events with. */
app.get("/bank/jwks.json", async (c) => {
  const { events } = await storeOf(c.env).keys()
  const openBanking = JSON.parse(await storeOf(c.env).openBankingKey()) as JsonWebKey & { kid: string }
  return c.json({ keys: [publicPart(events), publicRsaPart(openBanking)] }, 200, {
    "cache-control": "public, max-age=60",
  })
})

app.onError((error, c) => {
  console.error("bank: unexpected:", error.message)
  return c.json({ error: "server_error" }, 500)
})
