// A page that says how it ended, in three sentences: what happened, what is safe, what to do next.

import { linkPagePhrase } from "../phrases/link-pages.ts"
import type { LinkingReason } from "./linking-refusal.ts"
import { OutcomeSign, renderPage, Say, type PageFrame } from "./page-layout.tsx"

/** A refusal, or one of the two ways it ends without one. */
export type OutcomeKind = LinkingReason | "connected" | "declined"

/** After these one begins anew only where one is sure to be at the right place, or not at all. */
const NO_RESTART: ReadonlySet<OutcomeKind> = new Set<OutcomeKind>([
  "connected",
  "bank_unknown",
  "page_unknown",
  "redirect_refused",
  "not_same_origin",
  "link_changed",
  "nothing_chosen",
  "chat_unreachable",
  "links_full",
])

/** @param ways where the chat is and where linking begins, as far as they are known */
export function renderOutcomePage(
  frame: PageFrame,
  kind: OutcomeKind,
  ways: { readonly back?: string | undefined; readonly restart?: string | undefined },
) {
  const { back } = ways
  const restart = NO_RESTART.has(kind) ? undefined : ways.restart
  const { language } = frame
  const values = { bank: frame.bankName ?? linkPagePhrase(language, "your_bank") }
  return renderPage(
    frame,
    linkPagePhrase(language, `${kind}_title`, values),
    <>
      <OutcomeSign good={kind === "connected"} />
      <h1>
        <Say language={language} phrase={`${kind}_title`} values={values} />
      </h1>
      <p>
        <Say language={language} phrase={`${kind}_safe`} values={values} />
      </p>
      <p>
        <Say language={language} phrase={`${kind}_next`} values={values} />
      </p>
      {(back ?? restart) && (
        <div class="actions">
          {restart && (
            <a class="button" href={restart}>
              <Say language={language} phrase="restart" />
            </a>
          )}
          {back && (
            <a class="button quiet" href={back} rel="noreferrer">
              <Say language={language} phrase="back" />
            </a>
          )}
        </div>
      )}
    </>,
  )
}
