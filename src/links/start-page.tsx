// The first page of linking, in three lines, and its one button. It posts to itself; nothing has happened before.

import type { Language } from "../phrases/catalogue.ts"
import { linkPagePhrase } from "../phrases/link-pages.ts"
import type { Opening } from "./linking.ts"
import { renderPage, Say, type PageFrame } from "./page-layout.tsx"

const STEPS = ["start_step_login", "start_step_choose", "start_step_code"] as const

export function renderStartPage(frame: PageFrame, { bank, attempt, form }: Opening) {
  const { language }: { readonly language: Language } = frame
  const values = { bank: bank.name }
  return renderPage(
    frame,
    linkPagePhrase(language, "start_title", values),
    <>
      <h1>
        <Say language={language} phrase="start_title" values={values} />
      </h1>
      <ol class="steps">
        {STEPS.map((step) => (
          <li>
            <span>
              <Say language={language} phrase={step} values={values} />
            </span>
          </li>
        ))}
      </ol>
      <form method="post" action={`/link/${bank.id}`}>
        <input type="hidden" name="attempt" value={attempt} />
        <input type="hidden" name="form" value={form} />
        <button class="button" type="submit">
          <span>
            <Say language={language} phrase="start_button" values={values} />
          </span>
        </button>
      </form>
      <p class="soft small">
        <Say language={language} phrase="start_note" />
      </p>
    </>,
  )
}
