// The frame of each page a bank customer sees: harbour, card, one line at the foot. Also the answer's headers.
// Knows no interaction; login.tsx, consent.tsx and message.tsx fill it.

import { raw } from "hono/html"
import type { Child } from "hono/jsx"
import { PAGES, PALETTE } from "./style.ts"
import type { Language, Words } from "./words.ts"
import { WORDS } from "./words.ts"

export type Frame = { readonly language: Language; readonly nonce: string }

export function createFrame(language: Language): Frame {
  return { language, nonce: Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64") }
}

type PageProps = {
  readonly frame: Frame
  readonly title: string
  readonly step?: number
  readonly children?: Child
}

export function Page({ frame, title, step, children }: PageProps) {
  const words = WORDS[frame.language]
  return (
    <html lang={frame.language} dir={words.direction}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="theme-color" content="#06303d" />
        <title>{`${title} · ${words.bank}`}</title>
        <link rel="icon" href="data:," />
        <style nonce={frame.nonce}>{raw(PALETTE + PAGES)}</style>
      </head>
      <body>
        <header class="harbour">
          <Harbour />
          <div class="brand">
            <Mark />
            <span>{words.bank}</span>
          </div>
        </header>
        <main>
          <div class="card">
            {step === undefined ? null : <Steps step={step} words={words} />}
            {children}
          </div>
        </main>
        <footer>{words.practice}</footer>
      </body>
    </html>
  )
}

const Steps = ({ step, words }: { step: number; words: Words }) => (
  <div class="steps">
    <span>{words.step(step)}</span>
    <span class="bars" aria-hidden="true">
      {[1, 2, 3].map((n) => (
        <i class={n <= step ? "done" : ""} />
      ))}
    </span>
  </div>
)

/** The bank's mark: a lighthouse over one wave. */
export const Mark = () => (
  <svg viewBox="0 0 40 40" aria-hidden="true">
    <circle cx="20" cy="20" r="19" fill="#fff" />
    <path d="M18 9h4l.6 3h-5.2zM17.1 13.5h5.8L24.4 26h-8.8z" fill="#0b5261" />
    <path d="M23.5 11l9-3.2v6.4zM16.5 11l-9-3.2v6.4z" fill="#f2b84b" />
    <path
      d="M7 29c3 0 3-2 6.5-2s3.5 2 6.5 2 3-2 6.5-2 3.5 2 6.5 2"
      fill="none"
      stroke="#0b5261"
      stroke-width="2.4"
      stroke-linecap="round"
    />
  </svg>
)

const Harbour = () => (
  <svg class="view" viewBox="0 0 1280 220" preserveAspectRatio="xMidYMax slice" aria-hidden="true">
    <path
      d="M0 150c110-26 210-26 320 0s210 26 320 0 210-26 320 0 210 26 320 0v70H0z"
      fill="#ffffff"
      opacity=".07"
    />
    <path
      d="M0 172c90-24 170-24 260 0s170 24 260 0 170-24 260 0 170 24 260 0 160-24 240-4v52H0z"
      fill="#ffffff"
      opacity=".09"
    />
    <path class="wave" d="M0 200c120-22 220-22 340 0s220 18 340 0 200-22 320-2 190 16 280 2v20H0z" />
  </svg>
)

export const Warning = () => (
  <svg viewBox="0 0 20 20" aria-hidden="true">
    <circle cx="10" cy="10" r="8.5" fill="none" stroke="currentColor" stroke-width="1.8" />
    <path d="M10 5.600v5" stroke="currentColor" stroke-width="2" stroke-linecap="round" />
    <circle cx="10" cy="13.9" r="1.2" fill="currentColor" />
  </svg>
)

/** What went wrong, read out at once. */
export const Problem = ({ text }: { text: string }) => (
  <p class="problem" role="alert" id="problem">
    <Warning />
    <span>{text}</span>
  </p>
)

/** Headers of a page: nothing from outside, never framed, its forms may end at the gateway's callback. */
export const pageHeaders = (frame: Frame, gateway: string): Readonly<Record<string, string>> => ({
  "content-type": "text/html; charset=utf-8",
  "content-language": frame.language,
  "cache-control": "no-store",
  "content-security-policy": `default-src 'none'; style-src 'nonce-${frame.nonce}'; img-src data:; form-action 'self' ${gateway}; base-uri 'none'; frame-ancestors 'none'`,
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
})

/** Write a page out. */
export const written = async (page: ReturnType<typeof Page>): Promise<string> =>
  `<!doctype html>${await page}`
