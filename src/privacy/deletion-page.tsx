// What became of a request to delete a Facebook login's data, for the person who made it: what was held, what is gone, what it is not
// about. In English: it is opened from Facebook by staff of a bank, whose language nobody tells us.

import { renderPage } from "../links/page-layout.tsx"
import type { LoginDeletion } from "./page-connection-store.ts"

const DATE = new Intl.DateTimeFormat("en", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" })

/** The status of a deletion that was done: everything is deleted before Meta is answered. */
export function renderDeletionPage(nonce: string, { code, requestedAt, connections }: LoginDeletion) {
  return renderPage(
    { language: "en", nonce },
    "Your data was deleted",
    <>
      <h1>{connections > 0 ? "Your data was deleted" : "There was nothing to delete"}</h1>
      <p>
        Asked for through Facebook on {DATE.format(requestedAt)} UTC, and done the same moment.{" "}
        {connections > 0
          ? `We held the note that your Facebook login connected ${pagesOf(connections)} to this service, and access that came from it. Both are gone.`
          : "This service holds nothing about your Facebook login."}
      </p>
      <p>
        This is about people who connect a Page for a bank. Conversations of a bank's customers are not
        touched by it: for those, ask the bank.
      </p>
      <p class="soft small">Confirmation code {code}. This page is kept for 90 days.</p>
    </>,
  )
}

/** A code nobody was given, or whose term is over. */
export function renderNoDeletionPage(nonce: string) {
  return renderPage(
    { language: "en", nonce },
    "No such request",
    <>
      <h1>No such request</h1>
      <p>
        There is no deletion under this code. The status of a deletion is kept for 90 days; after that nothing
        of it is known here.
      </p>
    </>,
  )
}

function pagesOf(connections: number): string {
  return connections === 1 ? "one Page" : `${connections} Pages`
}
