// What the customer's own pages are made of: the frame they share, a phrase with its values set apart, the hidden field that ties a form
// to the visit, the way back.

import type { Child } from "hono/jsx"
import type { Account, BankRecord } from "../../banks/bank.ts"
import { renderPage, type PageFrame } from "../../links/page-layout.tsx"
import type { Language } from "../../phrases/catalogue.ts"
import { linkPagePhrase } from "../../phrases/link-pages.ts"
import type { MePageKey } from "../../phrases/me-pages.en.ts"
import { mePagePhrase, mePagePieces } from "../../phrases/me-pages.ts"
import type { PageValues } from "../../phrases/page-pieces.ts"
import { ME_STYLE } from "./style.ts"

/** What each page needs, whatever it shows. */
export interface MeFrame extends Omit<PageFrame, "style"> {
  readonly bankName: string
  readonly timeZone: string
  /** Where the bank itself helps, by those of its places that it has. */
  readonly help: Partial<Pick<BankRecord, "helpUrl" | "complaintsUrl" | "emergencyPhone">>
}

/** A whole page. */
export function renderMePage(frame: PageFrame, title: string, body: Child) {
  return renderPage({ ...frame, style: ME_STYLE }, title, body)
}

/** A phrase with its values set apart. */
export function Tell(props: {
  readonly language: Language
  readonly phrase: MePageKey
  readonly values?: PageValues
}) {
  return (
    <>
      {mePagePieces(props.language, props.phrase, props.values).map(({ text, isValue }) =>
        isValue ? <bdi>{text}</bdi> : text,
      )}
    </>
  )
}

/** What ties a form to its visit. */
export function FormToken({ form }: { readonly form: string }) {
  return <input type="hidden" name="form" value={form} />
}

/** An account: its name and four digits. */
export function AccountName(props: { readonly language: Language; readonly account: Account }) {
  const { language, account } = props
  return (
    <>
      <bdi>{account.label || linkPagePhrase(language, `account_${account.kind}`)}</bdi>
      {account.last4 && <bdi dir="ltr"> ••{account.last4}</bdi>}
    </>
  )
}

/** The way back to the first page. */
export function Back({ language }: { readonly language: Language }) {
  return (
    <p class="foot">
      <a class="plain" href="/me">
        {mePagePhrase(language, "back")}
      </a>
    </p>
  )
}
