// What was agreed to: for each connection everything that was agreed, changed and ended, newest first, and its receipt as a signed file.

import { isPurpose, type Purpose } from "../../foundation/purpose.ts"
import type { Receipt, ReceiptEvent } from "../../links/receipt.ts"
import type { Language } from "../../phrases/catalogue.ts"
import { formatDate, formatList, formatTime } from "../../phrases/format.ts"
import { linkPagePhrase } from "../../phrases/link-pages.ts"
import { mePagePhrase } from "../../phrases/me-pages.ts"
import type { Held } from "./held.ts"
import { Back, renderMePage, Tell, type MeFrame } from "./parts.tsx"

/** Records shown on one page. */
const RECORDS_A_PAGE = 40

/** @param part counted from 0 */
export function renderReceiptsPage(frame: MeFrame, { receipts, whole }: Held, part: number) {
  const { language, bankName: bank } = frame
  const from = part * RECORDS_A_PAGE
  const all = receipts.flatMap((receipt) =>
    receipt.events.toReversed().map((event, index) => ({ receipt, event, isNewest: index === 0 })),
  )
  return renderMePage(
    frame,
    mePagePhrase(language, "receipts_title"),
    <>
      <h1>{mePagePhrase(language, "receipts_title")}</h1>
      <p>{mePagePhrase(language, "receipts_lead")}</p>
      {whole && all.length > 0 && <p class="done">{mePagePhrase(language, "receipts_whole")}</p>}
      {!whole && (
        <p class="notice">
          <Tell language={language} phrase="receipts_broken" values={{ bank }} />
        </p>
      )}
      {whole && all.length === 0 && <p class="done">{mePagePhrase(language, "receipts_none")}</p>}
      <ul class="list">
        {all.slice(from, from + RECORDS_A_PAGE).map(({ receipt, event, isNewest }) => (
          <EventItem frame={frame} receipt={receipt} event={event} isNewest={isNewest} />
        ))}
      </ul>
      {all.length > from + RECORDS_A_PAGE && (
        <p>
          <a class="plain" href={`/me/receipts?part=${part + 1}`}>
            {mePagePhrase(language, "uses_more")}
          </a>
        </p>
      )}
      <Back language={language} />
    </>,
  )
}

/** @param isNewest the connection's newest record: its signed receipt, which holds all of them, stands there */
function EventItem(props: {
  readonly frame: MeFrame
  readonly receipt: Receipt
  readonly event: ReceiptEvent
  readonly isNewest: boolean
}) {
  const { frame, receipt, event, isNewest } = props
  const { language, timeZone, bankName: bank } = frame
  const { kind, at, purposes, until } = event
  const goesOn = until > at
  return (
    <li>
      <b>
        <Tell language={language} phrase={`record_${kind}`} values={{ bank }} />
      </b>
      <p class="when">
        {formatDate(language, at, timeZone)}, {formatTime(language, at, timeZone)}
      </p>
      {goesOn && <p>{nameAll(language, purposes)}</p>}
      {goesOn && (
        <p>
          <Tell
            language={language}
            phrase="record_until"
            values={{ date: formatDate(language, until, timeZone) }}
          />
        </p>
      )}
      {kind === "given" && (
        <p class="soft small">
          <Tell language={language} phrase="record_words" values={{ version: receipt.text.version }} />
        </p>
      )}
      {isNewest && (
        <p>
          <a class="plain" href={`/me/receipts/${receipt.now.recordHash}.jwt`} download>
            {mePagePhrase(language, "record_file")}
          </a>
        </p>
      )}
    </li>
  )
}

/** Purposes in words. */
function nameAll(language: Language, purposes: readonly Purpose[]): string {
  const names = purposes.filter(isPurpose).map((each) => linkPagePhrase(language, each))
  return names.length > 0
    ? mePagePhrase(language, "record_purposes", { list: formatList(language, names) })
    : mePagePhrase(language, "record_nothing_on")
}
