// The control API for people and what they see. Acts are people/act.ts; others at the Page are inbox.ts.
//
// | call | effect |
// |---|---|
// | `GET /people`, `POST /people` `{name, locale, page, region}` | who there is; somebody new |
// | `GET /people/{psid}`, `POST /people/{psid}` `{name, locale, region}` | one of them; change them |
// | `POST /people/{psid}/send` | the person acts |
// | `GET /people/{psid}/thread` | all they see |
// | `POST /people/{psid}/login` `{url}` | what tapping Log In does |
// | `POST /people/{psid}/inbox` `{text}` | staff write from the Page's Inbox, which takes the thread |
// | `GET`, `POST /people/{psid}/control` `{action, app, target, metadata}` | who holds the thread; another app acts on it |

import { Hono } from "hono"
import { FIRST_PAGE } from "../development.ts"
import type { Emulator } from "../emulator.ts"
import { controlOf } from "../graph/control-state.ts"
import type { Region } from "../graph/standing.ts"
import { isRegion } from "../graph/standing.ts"
import type { JsonObject } from "../json.ts"
import { parseJson, textOf } from "../json.ts"
import { hasLinking, openLogin } from "../linking/linking.ts"
import { parseAct } from "../people/act.ts"
import { act } from "../people/acting.ts"
import type { Person } from "../people/person-store.ts"
import type { Said } from "../people/thread-store.ts"
import { randomPsid } from "../random.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"
import { actAsApp, writeFromInbox } from "./inbox.ts"
import { problem } from "./problem.ts"
import { readObject } from "./reading.ts"

const NAME_MAX = 80

/** Routes under /control/people. */
export function peopleRoutes(emulator: Emulator): Hono<{ Variables: { person: Person } }> {
  const app = new Hono<{ Variables: { person: Person } }>()

  app.get("/", (c) =>
    c.json({ people: emulator.people.list().map((person) => personView(emulator, person)) }),
  )

  app.post("/", async (c) => {
    const body = await readObject(c.req.raw)
    const traits = body.ok ? readTraits({ locale: "en_US", ...body.value }) : body
    if (!traits.ok) return problem(400, traits.error)
    const { name, locale, region } = traits.value
    const pageId = body.ok ? (textOf(body.value, "page") ?? FIRST_PAGE.id) : ""
    if (name === undefined || locale === undefined) return problem(400, NAME_FORM)
    if (emulator.pages.find(pageId) === undefined) return problem(400, '"page" names no Page')
    const psid = randomPsid()
    emulator.people.add({ psid, pageId, name, locale })
    if (region !== undefined) emulator.people.change(psid, { region })
    emulator.live.peopleChanged()
    return c.json({ psid })
  })

  app.use("/:psid/*", async (c, next) => {
    const person = emulator.people.find(c.req.param("psid"))
    if (person === undefined) return problem(404, "There is no such person: POST /control/people makes one")
    c.set("person", person)
    await next()
  })

  app.get("/:psid", (c) => c.json(personView(emulator, c.var.person)))

  app.post("/:psid", async (c) => {
    const body = await readObject(c.req.raw)
    const traits = body.ok ? readTraits(body.value) : body
    if (!traits.ok) return problem(400, traits.error)
    emulator.people.change(c.var.person.psid, traits.value)
    emulator.live.peopleChanged()
    return c.json(personView(emulator, emulator.people.find(c.var.person.psid) ?? c.var.person))
  })

  app.post("/:psid/send", async (c) => {
    const deed = parseAct(parseJson(await c.req.text()))
    const done = deed.ok ? act(emulator, c.var.person, deed.value) : deed
    return done.ok ? c.json(done.value) : problem(400, done.error)
  })

  app.get("/:psid/thread", (c) => {
    const said = emulator.thread.list(c.var.person.psid).filter(({ from }) => from !== "system")
    return c.json({ messages: said.map((one) => saidView(emulator, one)) })
  })

  app.post("/:psid/login", async (c) => {
    const body = await readObject(c.req.raw)
    if (!hasLinking(emulator, c.var.person)) return problem(400, "There is no account linking in that region")
    const location = body.ok ? openLogin(emulator, c.var.person, textOf(body.value, "url") ?? "") : undefined
    return location === undefined
      ? problem(400, '"url" must be the URL of a Log In button')
      : c.json({ location })
  })

  app.post("/:psid/inbox", async (c) => {
    const body = await readObject(c.req.raw)
    const text = body.ok ? (textOf(body.value, "text") ?? "").trim() : ""
    return text === ""
      ? problem(400, '"text" is empty')
      : c.json(writeFromInbox(emulator, c.var.person, text))
  })

  app.get("/:psid/control", (c) => c.json(controlView(emulator, c.var.person)))

  app.post("/:psid/control", async (c) => {
    const body = await readObject(c.req.raw)
    const done = body.ok ? actAsApp(emulator, c.var.person, body.value) : body
    return done.ok ? c.json(controlView(emulator, c.var.person)) : problem(400, done.error)
  })

  return app
}

const NAME_FORM = `"name" must hold 1 to ${NAME_MAX} characters`

type Traits = { name?: string; locale?: string; region?: Region | null }

function readTraits(body: JsonObject): Result<Traits, string> {
  const name = textOf(body, "name")?.trim()
  const locale = textOf(body, "locale")
  const { region } = body
  if (name !== undefined && (name === "" || name.length > NAME_MAX)) return refuse(NAME_FORM)
  if (locale !== undefined && !/^[a-z]{2,3}([_-][A-Z]{2})?$/.test(locale))
    return refuse('"locale" is like en_US or ar')
  if (region !== undefined && !isRegion(region)) return refuse('"region" is europe, japan or null')
  return ok({
    ...(name === undefined ? {} : { name }),
    ...(locale === undefined ? {} : { locale: locale.replace("-", "_") }),
    ...(region === undefined ? {} : { region }),
  })
}

function personView(emulator: Emulator, person: Person): JsonObject {
  const { psid, pageId, name, locale, linked, blocked, lastActionAt, region } = person
  return {
    psid,
    pageId,
    name,
    locale,
    region: region ?? null,
    linked,
    blocked,
    lastActionAt: lastActionAt ?? null,
    unread: emulator.thread.unread(psid),
  }
}

function controlView(emulator: Emulator, person: Person): JsonObject {
  const held = emulator.threads.find(person.psid, emulator.clock.now())
  const { owner, defaultApp } = controlOf(emulator, person)
  return { owner: owner ?? null, defaultApp, expiresAt: held?.expiresAt ?? null }
}

function saidView(emulator: Emulator, said: Said): JsonObject {
  const { seq: _, psid: __, body, from, mid, at, ...rest } = said
  const persona = rest.personaId === undefined ? undefined : emulator.personas.find(rest.personaId)
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
    ...(rest.pageReaction === undefined ? {} : { pageReaction: rest.pageReaction }),
    ...(rest.appId === undefined ? {} : { appId: rest.appId }),
    ...(persona === undefined ? {} : { persona: { id: persona.id, name: persona.name } }),
    ...(rest.edits === 0 ? {} : { edits: rest.edits }),
    ...(rest.isDeleted ? { deleted: true } : {}),
  }
}
