// The page with the six digits and its one button: copy, and Messenger's own way back with the one-time authorization code.
// Without script the button is a plain link and the digits are typed by hand.

import { raw } from "hono/html"
import { linkPagePhrase } from "../phrases/link-pages.ts"
import { Progress, renderPage, Say, type PageFrame } from "./page-layout.tsx"

const GROUP = 3

/** Copy, but let nothing keep the customer from going back: a browser may ask first, or refuse. */
const COPY_SCRIPT = `
const go = document.getElementById("go")
go.addEventListener("click", async (event) => {
  event.preventDefault()
  const waited = new Promise((resolve) => setTimeout(resolve, 400))
  try {
    await Promise.race([navigator.clipboard.writeText(go.dataset.code), waited])
    go.textContent = go.dataset.copied
  } catch {}
  location.assign(go.href)
})
`

/** @param back `redirect_uri` with the authorization code */
export function renderCodePage(
  frame: PageFrame & { readonly bankName: string },
  code: string,
  minutesLeft: number,
  back: string,
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
        <Say language={language} phrase="code_lead" values={values} />
      </p>
      <div class="code" role="img" aria-label={[...code].join(" ")}>
        <span>{code.slice(0, GROUP)}</span>
        <span>{code.slice(GROUP)}</span>
      </div>
      <p class="soft small middle">
        <Say language={language} phrase="code_minutes" values={{ minutes: String(minutesLeft) }} />
      </p>
      <div class="actions">
        <a
          class="button"
          id="go"
          href={back}
          rel="noreferrer"
          data-code={code}
          data-copied={linkPagePhrase(language, "code_copied")}
        >
          <Say language={language} phrase="code_button" />
        </a>
      </div>
      <p class="small">
        <Say language={language} phrase="code_warning" />
      </p>
      <p class="soft small">
        <Say language={language} phrase="code_manual" />
      </p>
      <script nonce={nonce}>{raw(COPY_SCRIPT)}</script>
    </>,
  )
}
