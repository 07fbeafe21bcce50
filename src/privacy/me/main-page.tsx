// The first of the customer's own pages: what is on, as switches that act when they are pressed, the accounts, the ways to the other
// pages, the way out. Each switch is a form of its own and works without script.

import { raw } from "hono/html"
import type { Child } from "hono/jsx"
import type { OwnData } from "../../conversations/own-data.ts"
import { PURPOSES } from "../../foundation/purpose.ts"
import { LANGUAGES, type Language } from "../../phrases/catalogue.ts"
import { formatDate, formatTime } from "../../phrases/format.ts"
import { Say } from "../../links/page-layout.tsx"
import { linkPagePhrase } from "../../phrases/link-pages.ts"
import type { MePageKey } from "../../phrases/me-pages.en.ts"
import { mePagePhrase } from "../../phrases/me-pages.ts"
import { AccountName, FormToken, renderMePage, Tell, type MeFrame } from "./parts.tsx"
import type { Session } from "./session.ts"

/** Pages reached from here. */
const WAYS = [
  ["/me/alerts", "to_alerts"],
  ["/me/uses", "to_uses"],
  ["/me/receipts", "to_receipts"],
  ["/me/copy", "to_copy"],
] as const satisfies readonly (readonly [string, MePageKey])[]

/** A one-time link opened in a browser that still has an older visit: the new one counts. */
const SCRIPT = 'if (location.hash.length > 1) location.replace("/me/open" + location.hash)'

/** @param data `undefined` where nothing of them is kept
 * @param changed it is shown after something was pressed */
export function renderMainPage(
  frame: MeFrame,
  session: Session,
  data: OwnData | undefined,
  changed: boolean,
) {
  const { language, bankName: bank, timeZone, nonce } = frame
  const { form } = session
  const link = data?.consent
  return renderMePage(
    frame,
    mePagePhrase(language, "me_title"),
    <>
      <h1>{mePagePhrase(language, "me_title")}</h1>
      <Standing frame={frame} data={data} />
      {changed && (
        <p class="done" role="status">
          {mePagePhrase(language, "changed")}
        </p>
      )}
      {link && (
        <>
          <h2>{mePagePhrase(language, "switches_title")}</h2>
          {PURPOSES.map((purpose) => (
            <Switch
              language={language}
              form={form}
              name="purpose"
              value={purpose}
              label={linkPagePhrase(language, purpose)}
              isOn={link.purposes.includes(purpose)}
              describedBy={`sample-${purpose} switches-note`}
              note={
                <small id={`sample-${purpose}`}>
                  {linkPagePhrase(language, "consent_sample")}:{" "}
                  <Say language={language} phrase={`${purpose}_sample`} values={{ bank }} />
                </small>
              }
            />
          ))}
          <p class="soft small" id="switches-note">
            <Tell language={language} phrase="switches_note" values={{ bank }} />
          </p>
          <Switch
            language={language}
            form={form}
            name="amounts"
            value="amounts"
            label={mePagePhrase(language, "amounts")}
            isOn={link.showAmounts}
            describedBy="amounts-note"
            note={<small id="amounts-note">{mePagePhrase(language, "amounts_note")}</small>}
          />
          <h2>{mePagePhrase(language, "accounts_title")}</h2>
          <ul class="accounts">
            {link.accounts.map((account) => (
              <li>
                <AccountName language={language} account={account} />
              </li>
            ))}
          </ul>
          <p class="soft small">{mePagePhrase(language, "accounts_note")}</p>
        </>
      )}
      <h2>{mePagePhrase(language, "more_title")}</h2>
      <ul class="ways">
        {WAYS.filter(([path]) => link || path !== "/me/alerts").map(([path, key]) => (
          <li>
            <a href={path}>
              <b>{mePagePhrase(language, key)}</b>
              <small>{mePagePhrase(language, `${key}_note`)}</small>
            </a>
          </li>
        ))}
      </ul>
      <Help frame={frame} />
      <h2>{mePagePhrase(language, "end_title")}</h2>
      <div class="actions end">
        {link && (
          <a class="button quiet" href="/me/disconnect">
            {mePagePhrase(language, "to_disconnect")}
          </a>
        )}
        <a class="button quiet grave" href="/me/delete">
          {mePagePhrase(language, "to_delete")}
        </a>
      </div>
      <div class="foot">
        <Languages language={language} form={form} />
        <form method="post" action="/me/close">
          <FormToken form={form} />
          <button class="plain" type="submit">
            {mePagePhrase(language, "close")}
          </button>
        </form>
      </div>
      <p class="soft small">
        <Tell
          language={language}
          phrase="closes"
          values={{ time: formatTime(language, session.until, timeZone) }}
        />
      </p>
      <script nonce={nonce}>{raw(SCRIPT)}</script>
    </>,
  )
}

/** In a sentence: connected since, until; stopped; nothing connected. */
function Standing({ frame, data }: { readonly frame: MeFrame; readonly data: OwnData | undefined }) {
  const { language, bankName: bank, timeZone } = frame
  const date = (at: number) => formatDate(language, at, timeZone)
  if (!data?.consent)
    return (
      <p>
        <Tell language={language} phrase="me_unlinked" values={{ bank }} />
      </p>
    )
  const { consent: link } = data
  const { stopped } = link
  return (
    <>
      <p>
        <Tell
          language={language}
          phrase="me_lead"
          values={{ bank, since: date(link.givenAt), until: date(link.until) }}
        />
      </p>
      {stopped && (
        <p class="notice">
          {stopped.keepFraud ? (
            <Tell language={language} phrase="me_stopped_fraud" />
          ) : (
            <Tell language={language} phrase="me_stopped" values={{ date: date(stopped.endsAt) }} />
          )}
        </p>
      )}
    </>
  )
}

/** Where the bank itself helps: its pages open beside this one, for a visit here is short. */
function Help({ frame: { language, bankName: bank, help } }: { readonly frame: MeFrame }) {
  const { helpUrl, complaintsUrl, emergencyPhone } = help
  const pages = [
    [helpUrl, "to_help"],
    [complaintsUrl, "to_complaints"],
  ] as const
  if (helpUrl === undefined && complaintsUrl === undefined && emergencyPhone === undefined) return <></>
  return (
    <>
      <h2>
        <Tell language={language} phrase="help_title" values={{ bank }} />
      </h2>
      <ul class="ways">
        {pages.map(
          ([url, key]) =>
            url && (
              <li>
                <a href={url} target="_blank" rel="noreferrer">
                  <b>{mePagePhrase(language, key)}</b>
                  <small>
                    <bdi dir="ltr">{new URL(url).host}</bdi>
                  </small>
                </a>
              </li>
            ),
        )}
        {emergencyPhone && (
          <li>
            <a href={`tel:${emergencyPhone}`}>
              <b>{mePagePhrase(language, "to_call")}</b>
              <small>
                <bdi dir="ltr">{emergencyPhone}</bdi>
              </small>
            </a>
          </li>
        )}
      </ul>
    </>
  )
}

function Switch(props: {
  readonly language: Language
  readonly form: string
  readonly name: "purpose" | "amounts"
  readonly value: string
  readonly label: string
  readonly isOn: boolean
  readonly describedBy: string
  readonly note: Child
}) {
  const { language, form, name, value, label, isOn, describedBy } = props
  return (
    <form class="row" method="post" action={`/me/${name}`}>
      <FormToken form={form} />
      {name === "purpose" && <input type="hidden" name="purpose" value={value} />}
      <input type="hidden" name="to" value={isOn ? "off" : "on"} />
      <label for={`switch-${value}`}>{label}</label>
      <button
        class="switch"
        id={`switch-${value}`}
        type="submit"
        role="switch"
        aria-checked={isOn ? "true" : "false"}
        aria-label={label}
        aria-describedby={describedBy}
      >
        {mePagePhrase(language, isOn ? "on" : "off")}
      </button>
      {props.note}
    </form>
  )
}

/** The other languages, each by its own name. */
function Languages({ language, form }: { readonly language: Language; readonly form: string }) {
  return (
    <form method="post" action="/me/language" aria-label={mePagePhrase(language, "speak")}>
      <FormToken form={form} />
      {LANGUAGES.filter((each) => each !== language).map((each) => (
        <button class="plain" type="submit" name="language" value={each} lang={each}>
          {new Intl.DisplayNames([each], { type: "language" }).of(each) ?? each}
        </button>
      ))}
    </form>
  )
}
