// A page that says how it ended, in three sentences: what happened, what is safe, what to do next.

import { linkPagePhrase } from "../phrases/link-pages.ts"
import type { LinkingReason } from "./linking-refusal.ts"
import { renderPage, Say, type PageFrame } from "./page-layout.tsx"

/** A refusal, or one of the two ways it ends without one. */
export type OutcomeKind = LinkingReason | "connected" | "declined"

/** @param back where the chat is, where that is known */
export function renderOutcomePage(frame: PageFrame, kind: OutcomeKind, back: string | undefined) {
  const { language } = frame
  const values = { bank: frame.bankName ?? linkPagePhrase(language, "your_bank") }
  return renderPage(
    frame,
    linkPagePhrase(language, `${kind}_title`, values),
    <>
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
          {kind === "connected" ? <path d="m5 12.5 4.5 4.5L19 7.5" /> : <path d="M12 11v6M12 7h.01" />}
        </svg>
      </div>
      <h1>
        <Say language={language} phrase={`${kind}_title`} values={values} />
      </h1>
      <p>
        <Say language={language} phrase={`${kind}_safe`} values={values} />
      </p>
      <p>
        <Say language={language} phrase={`${kind}_next`} values={values} />
      </p>
      {back && (
        <div class="actions">
          <a class="button quiet" href={back} rel="noreferrer">
            <Say language={language} phrase="back" />
          </a>
        </div>
      )}
    </>,
  )
}
