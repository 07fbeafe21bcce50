// The page the chat's button opens. The one-time token stands in the fragment, which reaches no server; its small script takes it out of
// the address and puts it into the form, and the button posts it. Nothing is used up by looking: previews of links open pages too.

import { raw } from "hono/html"
import type { Language } from "../../phrases/catalogue.ts"
import { mePagePhrase } from "../../phrases/me-pages.ts"
import { renderMePage } from "./parts.tsx"

const SCRIPT = `
const token = location.hash.slice(1)
if (token) {
  history.replaceState(null, "", location.pathname)
  document.getElementById("token").value = token
  document.getElementById("enter").hidden = false
} else document.getElementById("none").hidden = false
`

export function renderEntryPage(language: Language, nonce: string) {
  const say = (key: Parameters<typeof mePagePhrase>[1]) => mePagePhrase(language, key)
  return renderMePage(
    { language, nonce },
    say("entry_title"),
    <>
      <h1>{say("entry_title")}</h1>
      <p>{say("entry_lead")}</p>
      <form method="post" action="/me/session" id="enter" hidden>
        <input type="hidden" name="token" id="token" value="" autocomplete="off" />
        <div class="actions">
          <button class="button" type="submit">
            {say("entry_button")}
          </button>
        </div>
        <p class="soft small">{say("entry_note")}</p>
      </form>
      <p class="notice" id="none" hidden>
        {say("entry_none")}
      </p>
      <noscript>
        <p class="notice">{say("entry_noscript")}</p>
      </noscript>
      <script nonce={nonce}>{raw(SCRIPT)}</script>
    </>,
  )
}
