// For banks whose login is an app, opened inside Messenger's own browser: an app comes back to the phone's browser and never to this
// one, so that the way goes on there. Nothing of a person stands in the address: whoever opens it begins anew.

import { raw } from "hono/html"
import { linkPagePhrase } from "../phrases/link-pages.ts"
import { renderPage, Say, type PageFrame } from "./page-layout.tsx"

/** Messenger's and Facebook's own browsers, on both systems. @see messenger-platform.md 3.1 */
const IN_APP = /\bFBA[NV]\/|\bFB_IAB\/|\bMessenger\b/
const ANDROID = /\bAndroid\b/

const COPY_SCRIPT = `
const copy = document.getElementById("copy")
copy.hidden = false
copy.addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(copy.dataset.address)
    copy.textContent = copy.dataset.copied
  } catch {}
})
`

/** Whether a browser is Messenger's own. */
export function isInMessenger(userAgent: string): boolean {
  return IN_APP.test(userAgent)
}

/** @param address where linking begins, to be opened in the phone's browser */
export function renderBrowserPage(
  frame: PageFrame & { readonly bankName: string },
  address: string,
  userAgent: string,
) {
  const { language, nonce } = frame
  const values = { bank: frame.bankName }
  return renderPage(
    frame,
    linkPagePhrase(language, "browser_title"),
    <>
      <h1>
        <Say language={language} phrase="browser_title" />
      </h1>
      <p>
        <Say language={language} phrase="browser_why" values={values} />
      </p>
      <p>
        <Say language={language} phrase="browser_how" />
      </p>
      <p class="address" dir="ltr">
        {address}
      </p>
      <div class="actions">
        {ANDROID.test(userAgent) && (
          <a class="button" href={intentOf(address)} rel="noreferrer">
            <Say language={language} phrase="browser_open" />
          </a>
        )}
        <button
          class="button quiet"
          type="button"
          id="copy"
          hidden
          data-address={address}
          data-copied={linkPagePhrase(language, "code_copied")}
        >
          <Say language={language} phrase="browser_copy" />
        </button>
      </div>
      <script nonce={nonce}>{raw(COPY_SCRIPT)}</script>
    </>,
  )
}

/** Android's way to say "in a browser of its own". */
function intentOf(address: string): string {
  const { protocol, host, pathname, search } = new URL(address)
  return `intent://${host}${pathname}${search}#Intent;scheme=${protocol.slice(0, -1)};action=android.intent.action.VIEW;category=android.intent.category.BROWSABLE;end`
}
