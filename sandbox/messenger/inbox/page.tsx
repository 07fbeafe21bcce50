// The Page's Inbox as somebody at the bank sees it: who wrote, who has each chat, what was said, and a place to answer. Draws only;
// what its buttons do is routes.tsx.

import type { FC, PropsWithChildren } from "hono/jsx"
import type { Emulator } from "../emulator.ts"
import { INBOX_APP_ID } from "../graph/apps.ts"
import { controlOf } from "../graph/control-state.ts"
import { isObject, textOf } from "../json.ts"
import type { Person } from "../people/person-store.ts"
import type { Said } from "../people/thread-store.ts"
import { initialsOf } from "../phone/people.tsx"

const SAID_MAX = 200
const PEOPLE_MAX = 100

/** The list, and one chat beside it. */
export const InboxPage: FC<{ emulator: Emulator; chosen: Person | undefined }> = ({ emulator, chosen }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>Page Inbox</title>
      <link rel="icon" href="/avatars/page.svg" type="image/svg+xml" />
      <link rel="stylesheet" href="/phone.css" />
      <link rel="stylesheet" href="/inbox.css" />
      <script type="module" src="/inbox.js" />
    </head>
    <body class="inbox">
      <header class="inbox-bar">
        <h1>Page Inbox</h1>
        <a href="/">Phone</a>
      </header>
      <main class="inbox-panes" data-chosen={chosen === undefined ? "no" : "yes"}>
        <nav class="inbox-list" aria-label="Chats">
          <div data-live="list">
            <People emulator={emulator} chosen={chosen} />
          </div>
        </nav>
        {chosen === undefined ? (
          <section class="inbox-none">
            <p>Choose a chat to read it.</p>
          </section>
        ) : (
          <Chat emulator={emulator} person={chosen} />
        )}
      </main>
    </body>
  </html>
)

const People: FC<{ emulator: Emulator; chosen: Person | undefined }> = ({ emulator, chosen }) => {
  const people = emulator.people
    .list()
    .filter((person) => person.lastActionAt !== undefined)
    .toSorted(
      (a, b) =>
        Number(isOurs(emulator, b)) - Number(isOurs(emulator, a)) ||
        (b.lastActionAt ?? 0) - (a.lastActionAt ?? 0),
    )
    .slice(0, PEOPLE_MAX)
  if (people.length === 0) return <p class="inbox-empty">Nobody has written yet.</p>
  return (
    <ul>
      {people.map((person) => {
        const last = emulator.thread.lastSaid(person.psid)
        return (
          <li>
            <a
              href={`/inbox?person=${person.psid}`}
              {...(person.psid === chosen?.psid ? { "aria-current": "page" as const } : {})}
            >
              <span class="inbox-face" aria-hidden="true">
                {initialsOf(person.name)}
              </span>
              <span class="inbox-who">
                <b>{person.name}</b>
                <span dir="auto">{last === undefined ? "" : wordsOf(last)}</span>
              </span>
              <Badge emulator={emulator} person={person} />
            </a>
          </li>
        )
      })}
    </ul>
  )
}

const Badge: FC<{ emulator: Emulator; person: Person }> = ({ emulator, person }) =>
  isOurs(emulator, person) ? (
    <span class="inbox-badge mine">With us</span>
  ) : (
    <span class="inbox-badge">Assistant</span>
  )

const Chat: FC<{ emulator: Emulator; person: Person }> = ({ emulator, person }) => {
  const ours = isOurs(emulator, person)
  return (
    <section class="inbox-chat" aria-label={`Chat with ${person.name}`}>
      <header>
        <a class="inbox-back" href="/inbox">
          All chats
        </a>
        <div class="inbox-title">
          <h2>{person.name}</h2>
          <p data-live="state" role="status">
            {ours ? "People of the bank have this chat." : "The assistant has this chat."}
          </p>
        </div>
        <div data-live="hand">
          {ours ? (
            <Act to={person} verb="give-back">
              Give back to the assistant
            </Act>
          ) : (
            <Act to={person} verb="take">
              Take this chat
            </Act>
          )}
        </div>
      </header>
      <div class="inbox-log" id="log" role="log" aria-label="What was said" tabindex={0}>
        <div data-live="log">
          {emulator.thread.newest(person.psid, SAID_MAX).map((said) => (
            <Line said={said} name={person.name} />
          ))}
        </div>
      </div>
      <form class="inbox-write" method="post" action={`/inbox/${person.psid}/write`}>
        <label for="text">Answer as the bank</label>
        <textarea id="text" name="text" rows={2} maxlength={2000} required dir="auto" />
        <button type="submit">Send</button>
      </form>
    </section>
  )
}

const Act: FC<PropsWithChildren<{ to: Person; verb: "take" | "give-back" }>> = ({ to, verb, children }) => (
  <form method="post" action={`/inbox/${to.psid}/${verb}`}>
    <button type="submit">{children}</button>
  </form>
)

const Line: FC<{ said: Said; name: string }> = ({ said, name }) => {
  if (said.from === "system")
    return (
      <p class="inbox-turn">
        {said.body.line === "handed" ? "Handed to people of the bank" : "Back with the assistant"}
      </p>
    )
  const speaker = said.from === "person" ? name : said.appId === INBOX_APP_ID ? "Bank" : "Assistant"
  return (
    <div class={`inbox-line ${said.from === "person" ? "theirs" : "ours"}`}>
      <span>{speaker}</span>
      <p dir="auto">{wordsOf(said)}</p>
    </div>
  )
}

/** People of the bank have it. */
export function isOurs(emulator: Emulator, person: Person): boolean {
  return controlOf(emulator, person).owner === INBOX_APP_ID
}

/** The words of whatever was said. */
function wordsOf({ body, rendered, isDeleted }: Said): string {
  if (isDeleted) return "Taken back"
  const attachment = isObject(body.attachment) ? body.attachment : undefined
  const payload = attachment && isObject(attachment.payload) ? attachment.payload : undefined
  return (
    textOf(body, "text") ??
    (payload && textOf(payload, "text")) ??
    rendered?.body ??
    "Something without words"
  )
}
