// The frame of every linking page, and the two parts all of them use. Plain HTML that works without script.
// `referrer` is `same-origin`: under `no-referrer` a browser posts our own forms with `Origin: null`, and the check of the
// exact origin could not tell them from a stranger's. Nothing is told to other origins under either.

import { html, raw } from "hono/html"
import type { Child } from "hono/jsx"
import type { Brand } from "../banks/brand.ts"
import type { Language } from "../phrases/catalogue.ts"
import type { LinkPageKey } from "../phrases/link-pages.en.ts"
import { linkPagePhrase, linkPagePieces, type LinkPageValues } from "../phrases/link-pages.ts"
import { colourStyle, PAGE_STYLE } from "./page-style.ts"

/** What each page needs to be a page. */
export interface PageFrame {
  readonly language: Language
  /** Of this answer's content security policy. */
  readonly nonce: string
  /** Who stands at its head; nobody where no bank is known. */
  readonly bankName?: string | undefined
  /** The bank's colour and logo, where it has any. */
  readonly brand?: Brand | undefined
  /** Further rules, where a page has parts of its own. */
  readonly style?: string
}

/** What Messenger's button says, in the languages of the pages. */
const LOG_IN = /Log In|تسجيل الدخول/g
const DIRECTION: Readonly<Record<Language, "ltr" | "rtl">> = { en: "ltr", ar: "rtl" }

/** A whole document. */
export function renderPage(frame: PageFrame, title: string, body: Child) {
  const { language, nonce, bankName, brand, style = "" } = frame
  const colours = brand?.colours ? colourStyle(brand.colours) : ""
  return html`<!doctype html>${(
      <html lang={language} dir={DIRECTION[language]}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="referrer" content="same-origin" />
          <meta name="robots" content="noindex" />
          <meta name="format-detection" content="telephone=no" />
          <title>{title}</title>
          <link rel="icon" href="data:," />
          <style nonce={nonce}>{raw(PAGE_STYLE + style + colours)}</style>
        </head>
        <body>
          <main>
            {bankName && (
              <div class="brand">
                {brand?.logo ? <img src={brand.logo} alt="" /> : <LockSign />}
                <div>
                  <b>
                    <bdi>{bankName}</bdi>
                  </b>
                  <span>Messenger</span>
                </div>
              </div>
            )}
            <div class="card">{body}</div>
          </main>
        </body>
      </html>
    )}`
}

/** A phrase with its values set apart, so that a name of the other direction does not turn the sentence round, and the button's name
 * on one line. */
export function Say(props: {
  readonly language: Language
  readonly phrase: LinkPageKey
  readonly values?: LinkPageValues
}) {
  return (
    <>
      {linkPagePieces(props.language, props.phrase, props.values).map(({ text, isValue }) =>
        isValue ? <bdi>{text}</bdi> : text.replaceAll(LOG_IN, (name) => name.replace(" ", "\u00a0")),
      )}
    </>
  )
}

/** A tick, or a mark that something is to be known; what it is stands below in words. */
export function OutcomeSign({ good }: { readonly good: boolean }) {
  return (
    <div class="sign">
      <svg
        viewBox="0 0 24 24"
        aria-hidden="true"
        fill="none"
        stroke="currentColor"
        stroke-width="2.2"
        stroke-linecap="round"
        stroke-linejoin="round"
      >
        {good ? <path d="m5 12.5 4.5 4.5L19 7.5" /> : <path d="M12 11v6M12 7h.01" />}
      </svg>
    </div>
  )
}

/** How far one is: three strokes, and the same in words. */
export function Progress({ language, step }: { readonly language: Language; readonly step: 2 | 3 }) {
  return (
    <div class="bar" role="img" aria-label={linkPagePhrase(language, "step", { step: String(step) })}>
      {[1, 2, 3].map((each) => (
        <i class={each <= step ? "done" : ""} />
      ))}
    </div>
  )
}

function LockSign() {
  return (
    <svg viewBox="0 0 36 36" aria-hidden="true">
      <rect width="36" height="36" rx="10" fill="var(--accent)" />
      <g
        fill="none"
        stroke="var(--accent-ink)"
        stroke-width="2.2"
        stroke-linecap="round"
        stroke-linejoin="round"
      >
        <path d="M18 7.5 27 11v7c0 5.2-3.6 9-9 11-5.4-2-9-5.8-9-11v-7z" />
        <path d="m14 18 3 3 5.5-6" />
      </g>
    </svg>
  )
}
