// The control API for all that concerns Messenger: the same as the phone page does, by JSON. Loopback only, no keys;
// a browser page of another origin is refused, so that no website drives somebody's sandbox.

import { Hono } from "hono"
import { FIRST_PAGE } from "../development.ts"
import type { Emulator } from "../emulator.ts"
import { isObject, parseJson, textOf } from "../json.ts"
import { openLogin } from "../linking/linking.ts"
import { parseAct } from "../people/act.ts"
import { act } from "../people/acting.ts"
import type { Person } from "../people/person-store.ts"
import type { Said } from "../people/thread-store.ts"
import { randomPsid } from "../random.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"
import { parseSettings } from "../webhooks/settings.ts"
import type { Fault } from "./fault.ts"
import { isBankPath, parseFault } from "./fault.ts"
import { problem } from "./problem.ts"
import { moveClock, putBankFaults, resetBank } from "./outward.ts"

const NAME_MAX = 80

/** Routes under /control, without /control/bank. */
export function controlRoutes(emulator: Emulator): Hono {
  const app = new Hono()

  app.use(async (c, next) => {
    const origin = c.req.header("origin")
    if (origin !== undefined && origin !== emulator.env.ORIGIN)
      return problem(403, "Another website may not drive the sandbox")
    await next()
  })

  app.get("/people", (c) =>
    c.json({ people: emulator.people.list().map((person) => personView(emulator, person)) }),
  )

  app.post("/people", async (c) => {
    const body = await readObject(c.req.raw)
    if (!body.ok) return problem(400, body.error)
    const name = textOf(body.value, "name")?.trim() ?? ""
    const locale = textOf(body.value, "locale") ?? "en_US"
    if (name === "" || name.length > NAME_MAX)
      return problem(400, `"name" must hold 1 to ${NAME_MAX} characters`)
    if (!/^[a-z]{2,3}([_-][A-Z]{2})?$/.test(locale)) return problem(400, '"locale" is like en_US or ar')
    const psid = randomPsid()
    emulator.people.add({ psid, pageId: FIRST_PAGE.id, name, locale: locale.replace("-", "_") })
    emulator.live.peopleChanged()
    return c.json({ psid })
  })

  app.get("/people/:psid", (c) => {
    const person = emulator.people.find(c.req.param("psid"))
    return person === undefined ? unknownPerson() : c.json(personView(emulator, person))
  })

  app.post("/people/:psid/send", async (c) => {
    const person = emulator.people.find(c.req.param("psid"))
    if (person === undefined) return unknownPerson()
    const deed = parseAct(parseJson(await c.req.text()))
    return deed.ok ? c.json(act(emulator, person, deed.value)) : problem(400, deed.error)
  })

  app.get("/people/:psid/thread", (c) => {
    const person = emulator.people.find(c.req.param("psid"))
    if (person === undefined) return unknownPerson()
    return c.json({ messages: emulator.thread.list(person.psid).map(saidView) })
  })

  app.post("/people/:psid/login", async (c) => {
    const person = emulator.people.find(c.req.param("psid"))
    if (person === undefined) return unknownPerson()
    const body = await readObject(c.req.raw)
    const location = body.ok ? openLogin(emulator, person, textOf(body.value, "url") ?? "") : undefined
    return location === undefined
      ? problem(400, '"url" must be the URL of a Log In button')
      : c.json({ location })
  })

  app.get("/webhooks", (c) => {
    const page = emulator.pages.find(FIRST_PAGE.id)
    return c.json({
      settings: emulator.settings(),
      ...emulator.outbox.counts(),
      failingSince: page?.failingSince ?? null,
      fields: page?.fields ?? [],
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

const unknownPerson = (): Response => problem(404, "There is no such person: POST /control/people makes one")

async function readObject(request: Request): Promise<Result<Readonly<Record<string, unknown>>, string>> {
  const body = parseJson(await request.text())
  return isObject(body) ? ok(body) : refuse("The body must be a JSON object")
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

function personView(emulator: Emulator, person: Person): object {
  const { psid, pageId, name, locale, linked, blocked, lastActionAt } = person
  return {
    psid,
    pageId,
    name,
    locale,
    linked,
    blocked,
    lastActionAt: lastActionAt ?? null,
    unread: emulator.thread.unread(psid),
  }
}

function saidView(said: Said): object {
  const { seq: _, psid: __, body, from, mid, at, ...rest } = said
  return {
    ...body,
    from,
    at,
    mid,
    messagingType: rest.messagingType ?? null,
    tag: rest.tag ?? null,
    deliveredAt: rest.deliveredAt ?? null,
    readAt: rest.readAt ?? null,
    ...(rest.rendered === undefined ? {} : { rendered: rest.rendered }),
    ...(rest.reaction === undefined ? {} : { reaction: rest.reaction }),
  }
}
