// How far an erasure is, for the person whose data it is: what is done, what is not, from when on nobody at all can read anything, what
// stays and why, and what is not in our hands. Names nobody. Composed by erasure-routes.tsx.

import { renderPage, type PageFrame } from "../links/page-layout.tsx"
import { erasurePieces, type ErasurePageKey } from "../phrases/erasure-page.ts"
import type { PageValues } from "../phrases/page-pieces.ts"
import { phrase, type Language } from "../phrases/catalogue.ts"
import { formatDate, formatTime } from "../phrases/format.ts"
import type { Erasure } from "./erasure-store.ts"
import { transitUnreadableAt, unreadableAt } from "./recovery.ts"

/** The state of an erasure. @param bank as its customers know it */
export function renderErasurePage(
  frame: PageFrame,
  erasure: Erasure,
  bank: { readonly name: string; readonly timeZone: string },
) {
  const { language } = frame
  const { code, endedAt, wipedAt, doneAt } = erasure
  const day = (at: number) => formatDate(language, at, bank.timeZone)
  const instant = (at: number) =>
    phrase(language, "on_day", { date: day(at), time: formatTime(language, at, bank.timeZone) })
  const say = (key: ErasurePageKey, values: PageValues = {}) => (
    <Say language={language} phrase={key} values={{ bank: bank.name, code, ...values }} />
  )
  const step = (key: "ended" | "wiped" | "done", at: number | undefined) => (
    <li class={at === undefined ? "soft" : ""}>
      <span>{at === undefined ? say(`${key}_soon`) : say(key, { date: instant(at) })}</span>
    </li>
  )
  return renderPage(
    frame,
    plain(language, doneAt === undefined ? "title_open" : "title_done"),
    <>
      <h1>{say(doneAt === undefined ? "title_open" : "title_done")}</h1>
      <p>{say(doneAt === undefined ? "lead_open" : "lead_done")}</p>
      <ol class="steps">
        {step("ended", endedAt)}
        {step("wiped", wipedAt)}
        {step("done", doneAt)}
        <li>
          <span>
            {wipedAt === undefined || doneAt === undefined ? (
              say("unreadable_soon")
            ) : (
              <>
                {say("unreadable", { date: day(unreadableAt(doneAt)) })}{" "}
                {say("transit", { date: day(transitUnreadableAt(wipedAt)) })}
              </>
            )}
          </span>
        </li>
      </ol>
      <h2>{say("messenger_title")}</h2>
      <p>{say("messenger")}</p>
      <h2>{say("rest")}</h2>
      <p>{say("record")}</p>
      <p>{say("bank")}</p>
      <p class="soft small">{say("kept")}</p>
    </>,
  )
}

/** A code nobody was given, or not yet, or whose term is over. */
export function renderNoErasurePage(frame: PageFrame) {
  const { language } = frame
  return renderPage(
    frame,
    plain(language, "none_title"),
    <>
      <h1>
        <Say language={language} phrase="none_title" values={{}} />
      </h1>
      <p>
        <Say language={language} phrase="none" values={{}} />
      </p>
    </>,
  )
}

function Say(props: {
  readonly language: Language
  readonly phrase: ErasurePageKey
  readonly values: PageValues
}) {
  const { language, values } = props
  return (
    <>
      {erasurePieces(language, props.phrase, values).map(({ text, isValue }) =>
        isValue ? <bdi>{text}</bdi> : text,
      )}
    </>
  )
}

function plain(language: Language, key: ErasurePageKey): string {
  return erasurePieces(language, key)
    .map(({ text }) => text)
    .join("")
}
