// Alert settings, among the customer's own pages: one form of switches and fields, taken as a whole, which works without script. It can
// only narrow what is switched on. The one line of script fills the zone from the device where nobody has chosen one.

import { raw } from "hono/html"
import type { Child } from "hono/jsx"
import type { ConsentView } from "../../conversations/consent-view.ts"
import type { MePageKey } from "../../phrases/me-pages.en.ts"
import { mePagePhrase } from "../../phrases/me-pages.ts"
import { renderMinute } from "../../preferences/defaults.ts"
import { EVENING, MAX_A_DAY, ruleName, type Preferences } from "../../preferences/preferences.ts"
import { linkPagePhrase } from "../../phrases/link-pages.ts"
import { BY_ACCOUNT, KINDS, type AlertField } from "./alert-form.ts"
import { AccountName, Back, FormToken, renderMePage, type MeFrame } from "./parts.tsx"
import type { Session } from "./session.ts"

const SCRIPT =
  'const z=document.getElementById("zone");if(z.dataset.own==="")try{z.value=Intl.DateTimeFormat().resolvedOptions().timeZone||z.value}catch{}'
/** Shown where quiet hours are off. */
const QUIET_FROM = 22 * 60
const QUIET_TO = 7 * 60
const DIRECTIONS = [
  ["", "direction_both"],
  ["out", "direction_out"],
  ["in", "direction_in"],
] as const satisfies readonly (readonly [string, MePageKey])[]

/** What is shown after the form was posted. */
export type AlertsDone = { readonly kind: "saved" } | { readonly kind: "wrong"; readonly field: AlertField }

/** @param own whether the person chose it, or it is the bank's default
 * @param done how the form that was posted ended */
export function renderAlertsPage(
  frame: MeFrame,
  session: Session,
  consent: ConsentView,
  held: { readonly preferences: Preferences; readonly own: boolean },
  done?: AlertsDone,
) {
  const { language, timeZone, nonce } = frame
  const say = (key: MePageKey) => mePagePhrase(language, key)
  const { preferences, own } = held
  const { quiet, digestAt, maxADay, zone, rules } = preferences
  const payments = rules["transaction_alerts"] ?? {}
  const balances = rules["balance_updates"] ?? {}
  const currency = consent.accounts[0]?.currency ?? "EUR"
  const has = (purpose: ConsentView["purposes"][number]) => consent.purposes.includes(purpose)
  return renderMePage(
    frame,
    say("alerts_title"),
    <>
      <h1>{say("alerts_title")}</h1>
      <p>{say("alerts_lead")}</p>
      {done?.kind === "saved" && (
        <p class="done" role="status">
          {say("changed")}
        </p>
      )}
      {done?.kind === "wrong" && (
        <p class="notice" role="alert">
          {say(`alerts_wrong_${done.field}`)}
        </p>
      )}
      <form method="post" action="/me/alerts" class="settings">
        <FormToken form={session.form} />
        <h2>{say("alerts_when")}</h2>
        <Check name="quiet" label={say("quiet")} note={say("quiet_note")} isOn={quiet !== undefined} />
        <div class="pair">
          <Field
            name="quiet_from"
            label={say("quiet_from")}
            type="time"
            value={renderMinute(quiet?.from ?? QUIET_FROM)}
          />
          <Field
            name="quiet_to"
            label={say("quiet_to")}
            type="time"
            value={renderMinute(quiet?.to ?? QUIET_TO)}
          />
        </div>
        <Check name="digest" label={say("digest")} note={say("digest_note")} isOn={digestAt !== undefined} />
        <div class="pair">
          <Field
            name="digest_at"
            label={say("digest_at")}
            type="time"
            value={renderMinute(digestAt ?? EVENING)}
          />
          <Field
            name="max"
            label={say("max")}
            type="number"
            value={maxADay === undefined ? "" : String(maxADay)}
            more={{ min: 1, max: MAX_A_DAY, placeholder: "–" }}
          />
        </div>
        <div class="field">
          <label for="zone">{say("zone")}</label>
          <input
            id="zone"
            name="zone"
            value={zone ?? timeZone}
            data-own={own ? (zone ?? timeZone) : ""}
            dir="ltr"
            autocomplete="off"
            spellcheck={false}
            maxlength={60}
          />
          <small>{say("zone_note")}</small>
        </div>
        {has("transaction_alerts") && (
          <>
            <h2>{linkPagePhrase(language, "transaction_alerts")}</h2>
            <Field
              name="from"
              label={`${say("from")} (${currency})`}
              type="text"
              value={payments.from?.value ?? ""}
              more={{ inputmode: "decimal", placeholder: "0" }}
            />
            <div class="field">
              <label for="direction">{say("direction")}</label>
              <select id="direction" name="direction">
                {DIRECTIONS.map(([value, key]) => (
                  <option value={value} selected={(payments.direction ?? "") === value}>
                    {say(key)}
                  </option>
                ))}
              </select>
            </div>
            <Check name="foreign" label={say("foreign")} isOn={payments.foreignOnly === true} />
            <Check name="remote" label={say("remote")} isOn={payments.remoteOnly === true} />
            <details open={payments.categories !== undefined || payments.countries !== undefined}>
              <summary>{say("narrower")}</summary>
              <p class="soft small">{say("narrower_note")}</p>
              {Object.entries(KINDS).map(([kind, { label, codes }]) => (
                <Check
                  name="kind"
                  value={kind}
                  label={say(label)}
                  isOn={codes.every((code) => payments.categories?.includes(code))}
                />
              ))}
              <Field
                name="countries"
                label={say("countries")}
                type="text"
                value={(payments.countries ?? []).join(", ")}
                more={{ placeholder: "DE, FR", dir: "ltr", autocapitalize: "characters" }}
              />
            </details>
          </>
        )}
        {has("balance_updates") && (
          <>
            <h2>{linkPagePhrase(language, "balance_updates")}</h2>
            <Field
              name="below"
              label={`${say("below")} (${currency})`}
              type="text"
              value={balances.below?.value ?? ""}
              more={{ inputmode: "decimal", placeholder: "–" }}
            />
          </>
        )}
        {BY_ACCOUNT.map((purpose) => {
          const named = (id: string) => ruleName(purpose, id)
          if (!has(purpose))
            // What is off altogether keeps what was chosen for its accounts.
            return consent.accounts
              .filter(({ id }) => rules[named(id)]?.off !== true)
              .map(({ id }) => <input type="hidden" name="account" value={named(id)} />)
          return (
            <>
              <h2>
                {linkPagePhrase(language, purpose)}: {say("alerts_accounts")}
              </h2>
              {consent.accounts.map((account) => (
                <Check
                  name="account"
                  value={named(account.id)}
                  label={<AccountName language={language} account={account} />}
                  isOn={rules[named(account.id)]?.off !== true}
                />
              ))}
            </>
          )
        })}
        <p class="soft small">{say("alerts_always")}</p>
        <div class="actions">
          <button class="button" type="submit">
            {say("save")}
          </button>
        </div>
      </form>
      <Back language={language} />
      <script nonce={nonce}>{raw(SCRIPT)}</script>
    </>,
  )
}

function Check(props: {
  readonly name: string
  readonly value?: string
  readonly label: Child
  readonly note?: string
  readonly isOn: boolean
}) {
  const { name, value = "on", label, note, isOn } = props
  return (
    <label class="check">
      <span>
        {label}
        {note && <small>{note}</small>}
      </span>
      <input type="checkbox" name={name} value={value} checked={isOn} />
    </label>
  )
}

function Field(props: {
  readonly name: string
  readonly label: string
  readonly type: "time" | "number" | "text"
  readonly value: string
  readonly more?: Readonly<Record<string, string | number>>
}) {
  const { name, label, type, value, more = {} } = props
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input id={name} name={name} type={type} value={value} maxlength={60} autocomplete="off" {...more} />
    </div>
  )
}
