// The addresses of account linking and of m.me links, as the app opens them. What they do stands in linking.ts.

import { Hono } from "hono"
import type { FC } from "hono/jsx"
import type { Emulator } from "../emulator.ts"
import { parseAct } from "../people/act.ts"
import { act } from "../people/acting.ts"
import { Layout } from "../phone/layout.tsx"
import { Face } from "../phone/people.tsx"
import { sendPage } from "../phone/routes.tsx"
import type { Return } from "./linking.ts"
import { comeBack, hasLinking, openLogin } from "./linking.ts"

const FAILURES: Readonly<Record<Exclude<Return["kind"], "linked" | "cancelled"> | "region", string>> = {
  region: "Account linking is not available where you are. Go back to the chat for another way.",
  expired:
    "This took longer than five minutes. Nothing was linked here. Go back to the chat and tap Log In again.",
  used: "This page was already used. Go back to the chat; if you are not connected there, tap Log In again.",
  refused: "The business did not answer, so nothing was linked. Go back to the chat and tap Log In again.",
}

/** Routes of Log In and of m.me links. */
export function linkingRoutes(emulator: Emulator): Hono {
  const app = new Hono()

  app.get("/messenger_platform/open", (c) => {
    const person = emulator.people.find(c.req.query("person") ?? "")
    const location = person === undefined ? undefined : openLogin(emulator, person, c.req.query("url") ?? "")
    c.header("cache-control", "no-store")
    if (location !== undefined) return c.redirect(location, 303)
    if (person === undefined || hasLinking(emulator, person)) return c.text("This is no Log In button", 400)
    return sendPage(c, emulator, <Failure text={FAILURES.region} psid={person.psid} />, 400)
  })

  app.get("/messenger_platform/account_linking", async (c) => {
    const end = await comeBack(
      emulator,
      c.req.query("account_linking_token") ?? "",
      c.req.query("authorization_code"),
    )
    if (end.kind === "linked" || end.kind === "cancelled") return c.redirect(`/?person=${end.psid}`, 303)
    return sendPage(c, emulator, <Failure text={FAILURES[end.kind]} psid={end.psid} />, 400)
  })

  app.get("/m.me/:page", (c) => {
    const page = emulator.pages.find(c.req.param("page"))
    if (page === undefined) return c.text("There is no such Page", 404)
    const ref = c.req.query("ref") ?? ""
    const deed = ref === "" ? undefined : parseAct({ referral: ref })
    if (deed?.ok === false) return c.text(deed.error, 400)
    const person = emulator.people.find(c.req.query("person") ?? "")
    if (person === undefined)
      return sendPage(
        c,
        emulator,
        <Chooser emulator={emulator} pageId={page.id} name={page.name} link={ref} />,
      )
    const isNew = emulator.thread.lastSaid(person.psid) === undefined
    // Into a new chat the link waits for Get Started, as in the app; into an old one it arrives at once.
    if (isNew) emulator.people.change(person.psid, { pendingRef: ref === "" ? null : ref })
    else if (deed !== undefined) act(emulator, person, deed.value)
    return c.redirect(`/?person=${person.psid}`, 303)
  })

  return app
}

const Failure: FC<{ text: string; psid: string | undefined }> = ({ text, psid }) => (
  <Layout title="Account linking failed">
    <main class="sheet">
      <h1>Account linking failed</h1>
      <p>{text}</p>
      <a class="pill solid" href={psid === undefined ? "/" : `/?person=${psid}`}>
        Back to the chat
      </a>
    </main>
  </Layout>
)

const Chooser: FC<{ emulator: Emulator; pageId: string; name: string; link: string }> = ({
  emulator,
  pageId,
  name,
  link,
}) => (
  <Layout title={`Chat with ${name}`}>
    <main class="sheet">
      <span class="face huge" aria-hidden="true" />
      <h1>Chat with {name}</h1>
      <p>On whose phone is this link opened?</p>
      <ul class="people">
        {emulator.people.list().map((person) => (
          <li>
            <a href={`/m.me/${pageId}?${new URLSearchParams({ ref: link, person: person.psid }).toString()}`}>
              <Face person={person} />
              <span class="listed">
                <span class="listed-name" dir="auto">
                  {person.name}
                </span>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </main>
  </Layout>
)
