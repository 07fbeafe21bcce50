// The control API for all that concerns Messenger: the same as the phone page does, by JSON. Loopback only, no keys;
// a browser page of another origin is refused, so that no website drives somebody's sandbox.
// People are people-routes.ts, Pages and templates page-routes.ts, the privacy posts privacy-routes.ts.

import { Hono } from "hono"
import { FIRST_PAGE } from "../development.ts"
import type { Emulator } from "../emulator.ts"
import { isObject, parseJson, textOf } from "../json.ts"
import type { Result } from "../result.ts"
import { ok } from "../result.ts"
import { alertsOf } from "../webhooks/delivering.ts"
import { parseSettings } from "../webhooks/settings.ts"
import type { Fault } from "./fault.ts"
import { isBankPath, parseFault } from "./fault.ts"
import { moveClock, putBankFaults, resetBank } from "./outward.ts"
import { pageRoutes } from "./page-routes.ts"
import { peopleRoutes } from "./people-routes.ts"
import { privacyRoutes } from "./privacy-routes.ts"
import { problem } from "./problem.ts"
import { readObject } from "./reading.ts"

/** Routes under /control, without /control/bank. */
export function controlRoutes(emulator: Emulator): Hono {
  const app = new Hono()

  app.use(async (c, next) => {
    const origin = c.req.header("origin")
    if (origin !== undefined && origin !== emulator.env.ORIGIN)
      return problem(403, "Another website may not drive the sandbox")
    await next()
  })

  app.route("/people", peopleRoutes(emulator))
  app.route("/privacy", privacyRoutes(emulator))
  app.route("/", pageRoutes(emulator))

  app.get("/webhooks", (c) => {
    const page = emulator.pages.find(FIRST_PAGE.id)
    return c.json({
      settings: emulator.settings(),
      ...emulator.outbox.counts(),
      failingSince: page?.failingSince ?? null,
      fields: page?.fields ?? [],
      alerts: alertsOf(emulator),
    })
  })

  app.post("/webhooks", async (c) => {
    const body = await readObject(c.req.raw)
    const settings = body.ok ? parseSettings(body.value) : body
    if (!settings.ok) return problem(400, settings.error)
    emulator.meta.put("webhook_settings", JSON.stringify(settings.value))
    emulator.courier.kick()
    return c.json({ settings: settings.value })
  })

  app.get("/faults", (c) => c.json({ faults: emulator.faults.list() }))

  app.post("/faults", async (c) => {
    const list = parseJson(await c.req.text())
    const faults = parseFaults(list)
    if (!faults.ok) return problem(400, faults.error)
    const raw = (Array.isArray(list) ? list : [list]).filter(isObject)
    emulator.faults.replace(faults.value.filter((fault) => !isBankPath(fault.path)))
    const bank = await putBankFaults(
      emulator,
      raw.filter((fault) => isBankPath(textOf(fault, "path") ?? "")),
    )
    return c.json({ faults: emulator.faults.list(), bank })
  })

  app.get("/clock", (c) => c.json({ now: emulator.clock.now() }))

  app.post("/clock", async (c) => {
    const body = await readObject(c.req.raw)
    const advanceMs = body.ok ? body.value.advanceMs : undefined
    if (typeof advanceMs !== "number" || !Number.isInteger(advanceMs) || advanceMs < 0) {
      return problem(400, '"advanceMs" must be a whole number from 0')
    }
    return c.json(await moveClock(emulator, advanceMs))
  })

  app.get("/sent", (c) => c.json({ sent: emulator.sent.list(Number(c.req.query("after") ?? 0) || 0) }))

  app.post("/reset", async (c) => {
    emulator.reset()
    return c.json({ reset: true, bank: await resetBank(emulator) })
  })

  return app
}

function parseFaults(list: unknown): Result<readonly Fault[], string> {
  const faults: Fault[] = []
  for (const item of Array.isArray(list) ? list : [list]) {
    const fault = parseFault(item)
    if (!fault.ok) return fault
    faults.push(fault.value)
  }
  return ok(faults)
}
