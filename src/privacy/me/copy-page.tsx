// The copy of everything, for people: first who they are to us and what is connected, then what was said and heard, in parts that stay
// small. The same as a file is copy.ts.

import type { Everything, Heard, Said } from "../../conversations/own-data.ts"
import { formatDate, formatTime } from "../../phrases/format.ts"
import { isLanguage } from "../../phrases/catalogue.ts"
import { utf8 } from "../../crypto/text.ts"
import { mePagePhrase } from "../../phrases/me-pages.ts"
import type { MePageKey } from "../../phrases/me-pages.en.ts"
import { linkPagePhrase } from "../../phrases/link-pages.ts"
import type { Held, HeldLink } from "./held.ts"
import { AccountName, Back, renderMePage, type MeFrame } from "./parts.tsx"

/** What was said and heard in one part, markup included: with its frame a page stays below 30 KB. */
const PART_BYTES_MAX = 15_000
/** Markup, instant and purpose of one line. */
const LINE_BYTES = 190
const STATES = { live: "copy_live", pending: "copy_pending", ended: "copy_ended" } as const
/** What was settled without being told. */
const NOT_TOLD = ["suppressed", "superseded", "undeliverable", "failed", "queued", "again"]

type Line = { readonly side: "said"; readonly line: Said } | { readonly side: "heard"; readonly line: Heard }

/** The two forms of a copy, and the way to each. */
export function renderCopyChoice(frame: MeFrame) {
  const { language } = frame
  const say = (key: MePageKey) => mePagePhrase(language, key)
  return renderMePage(
    frame,
    say("copy_title"),
    <>
      <h1>{say("copy_title")}</h1>
      <p>{say("copy_lead")}</p>
      <div class="actions">
        <a class="button" href="/me/copy/1">
          {say("copy_read")}
        </a>
        <a class="button quiet" href="/me/copy.json" download>
          {say("copy_file")}
        </a>
      </div>
      <p class="soft small">{say("copy_file_note")}</p>
      <Back language={language} />
    </>,
  )
}

/** The lines of each part, said before heard; one part at least. */
export function splitCopy(everything: Everything | undefined): readonly (readonly Line[])[] {
  const parts: Line[][] = [[]]
  let bytes = 0
  const lines = [
    ...(everything?.said ?? []).map((line) => ({ side: "said", line }) as const),
    ...(everything?.heard ?? []).map((line) => ({ side: "heard", line }) as const),
  ]
  for (const each of lines) {
    const weight = LINE_BYTES + utf8(each.line.text ?? "").length
    if (bytes + weight > PART_BYTES_MAX && parts.at(-1)?.length !== 0) {
      parts.push([])
      bytes = 0
    }
    parts.at(-1)?.push(each)
    bytes += weight
  }
  return parts
}

/** One part. @param part from 1 */
export function renderCopyPage(frame: MeFrame, held: Held, everything: Everything | undefined, part: number) {
  const { language } = frame
  const say = (key: MePageKey, values: Readonly<Record<string, string>> = {}) =>
    mePagePhrase(language, key, values)
  const all = splitCopy(everything)
  const parts = all.length
  const lines = all[part - 1] ?? []
  const said = lines.flatMap((each) => (each.side === "said" ? [each.line] : []))
  const heard = lines.flatMap((each) => (each.side === "heard" ? [each.line] : []))
  return renderMePage(
    frame,
    say("copy_title"),
    <>
      <h1>{say("copy_title")}</h1>
      <p class="soft">{say("copy_part", { part: String(part), parts: String(parts) })}</p>
      {part === 1 && <About frame={frame} held={held} remembered={everything?.remembered ?? {}} />}
      {part === 1 && lines.length === 0 && <p class="done">{say("copy_nothing")}</p>}
      {said.length > 0 && <h2>{say("copy_said")}</h2>}
      <ul class="list">
        {said.map((line) => (
          <SaidItem frame={frame} line={line} />
        ))}
      </ul>
      {heard.length > 0 && <h2>{say("copy_heard")}</h2>}
      <ul class="list">
        {heard.map((line) => (
          <li>
            <time>{when(frame, line.at)}</time>
            <p>
              <Words frame={frame} text={line.text} />
            </p>
          </li>
        ))}
      </ul>
      {part === parts && everything?.cut && <p class="notice">{say("copy_cut")}</p>}
      {parts > 1 && (
        <p class="foot">
          {part > 1 && (
            <a class="plain" href={`/me/copy/${part - 1}`}>
              {say("copy_previous")}
            </a>
          )}
          {part < parts && (
            <a class="plain" href={`/me/copy/${part + 1}`}>
              {say("copy_next")}
            </a>
          )}
        </p>
      )}
      <Back language={language} />
    </>,
  )
}

function About(props: {
  readonly frame: MeFrame
  readonly held: Held
  readonly remembered: Readonly<Record<string, unknown>>
}) {
  const { frame, held, remembered } = props
  const { language } = frame
  const { psid, lastActionAt, language: spoken } = remembered
  const facts: readonly (readonly [MePageKey, string | undefined])[] = [
    ["copy_messenger_id", typeof psid === "string" ? psid : undefined],
    ["copy_known_since", held.since === undefined ? undefined : when(frame, held.since)],
    [
      "copy_last_written",
      typeof lastActionAt === "number" && lastActionAt > 0 ? when(frame, lastActionAt) : undefined,
    ],
    [
      "copy_language",
      isLanguage(spoken) ? new Intl.DisplayNames([language], { type: "language" }).of(spoken) : undefined,
    ],
  ]
  return (
    <>
      <h2>{mePagePhrase(language, "copy_you")}</h2>
      <dl>
        {facts.map(
          ([key, value]) =>
            value !== undefined && (
              <>
                <dt>{mePagePhrase(language, key)}</dt>
                <dd>
                  <bdi>{value}</bdi>
                </dd>
              </>
            ),
        )}
      </dl>
      {held.links.length > 0 && <h2>{mePagePhrase(language, "copy_connections")}</h2>}
      <ul class="list">
        {held.links.map((link) => (
          <LinkItem frame={frame} link={link} />
        ))}
      </ul>
    </>
  )
}

function LinkItem({ frame, link }: { readonly frame: MeFrame; readonly link: HeldLink }) {
  const { language, bankName: bank } = frame
  const { customer } = link
  return (
    <li>
      <b>
        {mePagePhrase(language, "copy_connection", {
          state: mePagePhrase(language, STATES[link.state]),
          date: when(frame, link.createdAt),
        })}
      </b>
      {customer ? (
        <dl>
          {customer.name && (
            <>
              <dt>{mePagePhrase(language, "copy_name", { bank })}</dt>
              <dd>
                <bdi>{customer.name}</bdi>
              </dd>
            </>
          )}
          <dt>{mePagePhrase(language, "copy_reference", { bank })}</dt>
          <dd>
            <bdi>{customer.reference}</bdi>
          </dd>
          <dt>{mePagePhrase(language, "accounts_title")}</dt>
          {customer.accounts.map((account) => (
            <dd>
              <AccountName language={language} account={account} />
            </dd>
          ))}
        </dl>
      ) : (
        <p class="soft small">{mePagePhrase(language, "copy_gone")}</p>
      )}
      {link.hasTokens && <p class="soft small">{mePagePhrase(language, "copy_tokens")}</p>}
    </li>
  )
}

function SaidItem({ frame, line }: { readonly frame: MeFrame; readonly line: Said }) {
  const { language } = frame
  return (
    <li>
      <time>{when(frame, line.at)}</time>
      {line.purpose && <b> {linkPagePhrase(language, line.purpose)}</b>}
      <p>
        <Words frame={frame} text={line.text} />
        {NOT_TOLD.includes(line.state) && (
          <span class="soft"> ({mePagePhrase(language, "copy_not_told")})</span>
        )}
      </p>
    </li>
  )
}

function Words({ frame, text }: { readonly frame: MeFrame; readonly text: string | undefined }) {
  return text === undefined ? (
    <span class="soft">{mePagePhrase(frame.language, "copy_no_words")}</span>
  ) : (
    <bdi>{text}</bdi>
  )
}

function when({ language, timeZone }: MeFrame, at: number): string {
  return `${formatDate(language, at, timeZone)}, ${formatTime(language, at, timeZone)}`
}
