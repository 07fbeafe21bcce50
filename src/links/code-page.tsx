// The page with the six digits, a way to copy them, and its one way on: Messenger's own way back with the one-time authorization code,
// or the `m.me` link with the same as its nonce. The first is good for minutes: then the script puts the second in its place. Without
// script it is a plain link, and a page loaded anew has the right one.

import { raw } from "hono/html"
import { linkPagePhrase } from "../phrases/link-pages.ts"
import { Progress, renderPage, Say, type PageFrame } from "./page-layout.tsx"

const GROUP = 3

/** Copy, but let nothing keep the customer from going back: a browser may ask first, or refuse. */
const COPY_SCRIPT = `
const go = document.getElementById("go"), copy = document.getElementById("copy")
const copied = async (button) => {
  const waited = new Promise((resolve) => setTimeout(resolve, 400))
  try {
    await Promise.race([navigator.clipboard.writeText(go.dataset.code), waited])
    button.textContent = go.dataset.copied
  } catch {}
}
copy.hidden = false
copy.addEventListener("click", () => copied(copy))
go.addEventListener("click", async (event) => {
  event.preventDefault()
  await copied(go)
  location.assign(go.href)
})
if (go.dataset.later) setTimeout(() => { go.href = go.dataset.later }, Number(go.dataset.after))
`

/** Where the page leads. */
export interface WayOn {
  readonly href: string
  /** Whether it began with Log In: then the customer goes back to a chat, else one is opened. */
  readonly byLogIn: boolean
  /** What takes its place once it is too old. */
  readonly later?: { readonly href: string; readonly afterMs: number }
}

export function renderCodePage(
  frame: PageFrame & { readonly bankName: string },
  code: string,
  minutesLeft: number,
  { href, byLogIn, later }: WayOn,
) {
  const { language, nonce } = frame
  const values = { bank: frame.bankName }
  return renderPage(
    frame,
    linkPagePhrase(language, "code_title"),
    <>
      <Progress language={language} step={3} />
      <h1>
        <Say language={language} phrase="code_title" />
      </h1>
      <p>
        <Say language={language} phrase={byLogIn ? "code_lead" : "code_lead_open"} values={values} />
      </p>
      <div class="code" role="img" aria-label={[...code].join(" ")}>
        <span>{code.slice(0, GROUP)}</span>
        <span>{code.slice(GROUP)}</span>
      </div>
      <div class="copy">
        <span class="soft small">
          <Say language={language} phrase="code_minutes" values={{ minutes: String(minutesLeft) }} />
        </span>
        <button class="plain" type="button" id="copy" hidden>
          <Say language={language} phrase="code_copy" />
        </button>
      </div>
      <div class="actions">
        <a
          class="button"
          id="go"
          href={href}
          rel="noreferrer"
          data-code={code}
          data-copied={linkPagePhrase(language, "code_copied")}
          data-later={later?.href}
          data-after={later ? String(later.afterMs) : undefined}
        >
          <Say language={language} phrase={byLogIn ? "code_button" : "code_button_open"} />
        </a>
      </div>
      <p class="small">
        <Say language={language} phrase="code_warning" />
      </p>
      <p class="soft small">
        <Say language={language} phrase={byLogIn ? "code_manual" : "code_manual_open"} />
      </p>
      <script nonce={nonce}>{raw(COPY_SCRIPT)}</script>
    </>,
  )
}
