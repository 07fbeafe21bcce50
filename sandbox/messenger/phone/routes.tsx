// The phone page's paths: the page, its socket, the pictures.

import type { Context } from "hono"
import { Hono } from "hono"
import { FIRST_PAGE } from "../development.ts"
import type { Emulator } from "../emulator.ts"
import { PAGE_PICTURE, personPicture } from "./icons.tsx"
import { contentPolicy } from "./layout.tsx"
import { PhonePage } from "./page.tsx"
import { initialsOf } from "./people.tsx"

/** Routes of the phone. */
export function phoneRoutes(emulator: Emulator): Hono {
  const app = new Hono()

  app.get("/", (c) => {
    // Sockets and control calls compare origins as text, so there is one address only.
    if (c.req.header("host")?.startsWith("127.0.0.1")) return c.redirect(`${emulator.env.ORIGIN}/`, 302)
    const asked = c.req.query("person")
    const person = (asked === undefined ? undefined : emulator.people.find(asked)) ?? mostRecent(emulator)
    const page = emulator.pages.find(person?.pageId ?? "")
    if (person === undefined || page === undefined)
      return c.text("There is nobody here: POST /control/people", 404)
    if (asked !== person.psid) return c.redirect(`/?person=${person.psid}`, 303)
    return sendPage(c, emulator, <PhonePage emulator={emulator} page={page} person={person} />)
  })

  app.get("/live", (c) => {
    const person = emulator.people.find(c.req.query("person") ?? "")
    const origin = c.req.header("origin")
    if (person === undefined || (origin !== undefined && origin !== emulator.env.ORIGIN)) return c.notFound()
    if (c.req.header("upgrade") !== "websocket") return c.text("This is a WebSocket", 426)
    return emulator.live.open(person.psid)
  })

  app.get("/avatars/:name", (c) => {
    const name = c.req.param("name").replace(/\.svg$/, "")
    const person = emulator.people.find(name)
    if (name !== "page" && person === undefined) return c.notFound()
    const picture = person === undefined ? PAGE_PICTURE : personPicture(initialsOf(person.name))
    return c.body(picture, 200, { "content-type": "image/svg+xml", "cache-control": "max-age=3600" })
  })

  app.get("/files/:id", (c) => {
    const file = emulator.attachments.findContent(c.req.param("id"))
    if (file === undefined) return c.notFound()
    // What a Page uploaded is shown and played, never run.
    return c.body(file.bytes, 200, {
      "content-type": file.contentType,
      "content-security-policy": "default-src 'none'; sandbox",
      "x-content-type-options": "nosniff",
    })
  })

  return app
}

/** Answer with a page and the headers every page has. */
export function sendPage(c: Context, emulator: Emulator, page: unknown, status: 200 | 400 = 200): Response {
  return c.html(`<!doctype html>${String(page)}`, status, {
    "content-security-policy": contentPolicy(emulator.env.ORIGIN),
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  })
}

/** Whoever did something last, of the first Page; else the first. */
function mostRecent(emulator: Emulator): ReturnType<Emulator["people"]["find"]> {
  const people = emulator.people.list().filter((person) => person.pageId === FIRST_PAGE.id)
  return people.toSorted((a, b) => (b.lastActionAt ?? 0) - (a.lastActionAt ?? 0))[0]
}
