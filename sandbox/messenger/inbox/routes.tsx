// The Page's Inbox's paths: reading, and what somebody at the bank does in a chat. Forms only; each answers with the page again.
// Source: reference/messenger-platform.md 7.1.
//
// | path | what |
// |---|---|
// | `GET /inbox?person=` | the chats, and one of them |
// | `POST /inbox/{psid}/take` | people of the bank have the chat |
// | `POST /inbox/{psid}/write` `text` | they answer, which takes the chat |
// | `POST /inbox/{psid}/give-back` | the assistant has it again |

import { Hono } from "hono"
import { takeForInbox, writeFromInbox } from "../control/inbox.ts"
import { APP_ID } from "../development.ts"
import type { Emulator } from "../emulator.ts"
import { INBOX_APP_ID } from "../graph/apps.ts"
import { changeControl } from "../graph/controlling.ts"
import type { Person } from "../people/person-store.ts"
import { sendPage } from "../phone/routes.tsx"
import { InboxPage, isOurs } from "./page.tsx"

const TEXT_MAX = 2_000

/** Routes of the Inbox. */
export function inboxRoutes(emulator: Emulator): Hono {
  const app = new Hono()

  app.get("/inbox", (c) => {
    const chosen = emulator.people.find(c.req.query("person") ?? "")
    return sendPage(c, emulator, <InboxPage emulator={emulator} chosen={chosen} />)
  })

  app.post("/inbox/:psid/:verb", async (c) => {
    const person = emulator.people.find(c.req.param("psid"))
    // The page sends no referrer, and then a form's origin is "null": where it comes from stands here only.
    const site = c.req.header("sec-fetch-site")
    if (person === undefined || (site !== undefined && site !== "same-origin")) return c.notFound()
    const { text } = await c.req.parseBody()
    const done = act(emulator, person, c.req.param("verb"), typeof text === "string" ? text.trim() : "")
    return done ? c.redirect(`/inbox?person=${person.psid}`, 303) : c.notFound()
  })

  return app
}

function act(emulator: Emulator, person: Person, verb: string, text: string): boolean {
  switch (verb) {
    case "take":
      takeForInbox(emulator, person)
      return true
    case "write":
      if (text !== "") writeFromInbox(emulator, person, text.slice(0, TEXT_MAX))
      return true
    case "give-back":
      if (isOurs(emulator, person))
        changeControl(emulator, person, INBOX_APP_ID, { kind: "pass", target: APP_ID })
      return true
    default:
      return false
  }
}
