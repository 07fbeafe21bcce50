// A page that says how something ended: what happened, what is safe, and the one way on.

import { OutcomeSign, type PageFrame } from "../../links/page-layout.tsx"
import type { Language } from "../../phrases/catalogue.ts"
import type { MePageKey } from "../../phrases/me-pages.en.ts"
import { mePagePhrase } from "../../phrases/me-pages.ts"
import { linkPagePhrase } from "../../phrases/link-pages.ts"
import type { Purpose } from "../../foundation/purpose.ts"
import type { MeReason } from "./me.ts"
import { renderMePage, Tell } from "./parts.tsx"

/** How it ended. */
export type MeOutcome =
  | { readonly kind: "refused"; readonly reason: MeReason }
  | { readonly kind: "switched_on"; readonly what: Purpose | "amounts" }
  | { readonly kind: "erasing"; readonly status: string }
  | { readonly kind: "closed" }

/** Where the page's one button leads. */
export interface WayOn {
  readonly label: Extract<MePageKey, "back" | "back_to_chat" | "erasing_status">
  readonly href: string
}

export function renderOutcome(frame: PageFrame, outcome: MeOutcome, on: WayOn | undefined) {
  const { language } = frame
  const bank = frame.bankName ?? linkPagePhrase(language, "your_bank")
  const values = {
    bank,
    what: outcome.kind === "switched_on" ? nameOf(language, outcome.what) : "",
  }
  const name = outcome.kind === "refused" ? outcome.reason : outcome.kind
  return renderMePage(
    frame,
    mePagePhrase(language, `${name}_title`, values),
    <>
      <OutcomeSign good={outcome.kind !== "refused"} />
      <h1>
        <Tell language={language} phrase={`${name}_title`} values={values} />
      </h1>
      <p>
        <Tell language={language} phrase={`${name}_safe`} values={values} />
      </p>
      {outcome.kind === "refused" && (
        <p>
          <Tell language={language} phrase={`${outcome.reason}_next`} values={values} />
        </p>
      )}
      {on && (
        <div class="actions">
          <a class="button quiet" href={on.href} rel="noreferrer">
            {mePagePhrase(language, on.label)}
          </a>
        </div>
      )}
    </>,
  )
}

function nameOf(language: Language, what: Purpose | "amounts"): string {
  return what === "amounts" ? mePagePhrase(language, "amounts") : linkPagePhrase(language, what)
}
