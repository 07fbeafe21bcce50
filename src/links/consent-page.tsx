// The consent page: what would be connected, seven switches that are all off, a sample of each, and the words of the consent.
// The sentences are those consent-text.ts takes the digest of.

import type { Account } from "../banks/bank.ts"
import { PURPOSES } from "../foundation/purpose.ts"
import type { Language } from "../phrases/catalogue.ts"
import { linkPagePhrase } from "../phrases/link-pages.ts"
import type { Review } from "./linking-consent.ts"
import { Progress, renderPage, Say, type PageFrame } from "./page-layout.tsx"

/** @param again the page is shown again because [Connect] was pressed with every purpose off; what else was chosen stays */
export function renderConsentPage(
  frame: PageFrame,
  review: Review,
  again?: { readonly showAmounts: boolean },
) {
  const { language } = frame
  const { accounts, covered, form } = review
  const values = { ...review.values }
  return renderPage(
    frame,
    linkPagePhrase(language, "consent_title", values),
    <>
      <Progress language={language} step={2} />
      <h1>
        <Say language={language} phrase="consent_title" values={values} />
      </h1>
      <p>
        <Say language={language} phrase="consent_intro" />
      </p>
      {again && (
        <p class="notice" role="alert">
          <Say language={language} phrase="nothing_chosen" />
        </p>
      )}
      <h2>
        <Say language={language} phrase="consent_accounts" />
      </h2>
      <ul class="accounts">
        {accounts.map((account) => (
          <AccountItem language={language} account={account} />
        ))}
      </ul>
      <form method="post" action="/link/consent">
        <input type="hidden" name="form" value={form} />
        <h2 id="choose">
          <Say language={language} phrase="consent_choose" />
        </h2>
        <fieldset class="switches" aria-labelledby="choose">
          {PURPOSES.map((purpose) => (
            <label>
              <b>
                <Say language={language} phrase={purpose} />
              </b>
              <input
                type="checkbox"
                role="switch"
                name="purpose"
                value={purpose}
                disabled={covered?.includes(purpose) === false}
                aria-describedby={
                  covered?.includes(purpose) === false
                    ? `covered-${purpose} sample-${purpose}`
                    : `sample-${purpose}`
                }
                autocomplete="off"
              />
              <q id={`sample-${purpose}`}>
                <span class="hidden">{linkPagePhrase(language, "consent_sample")}: </span>
                <Say language={language} phrase={`${purpose}_sample`} values={values} />
              </q>
              {covered?.includes(purpose) === false && (
                <small id={`covered-${purpose}`}>
                  <Say language={language} phrase="consent_not_covered" values={values} />
                </small>
              )}
            </label>
          ))}
        </fieldset>
        <label class="amounts">
          <b>
            <Say language={language} phrase="show_amounts" />
          </b>
          <input
            type="checkbox"
            role="switch"
            name="show_amounts"
            value="on"
            checked={again?.showAmounts ?? false}
            aria-describedby="amounts-note"
            autocomplete="off"
          />
          <small id="amounts-note">
            <Say language={language} phrase="show_amounts_note" />
          </small>
        </label>
        <div class="terms">
          <p>
            <Say language={language} phrase="consent_terms" values={values} />
          </p>
          <p>
            <Say language={language} phrase="consent_until" values={values} />
          </p>
        </div>
        <div class="actions two">
          <button class="button" type="submit" name="action" value="connect">
            <Say language={language} phrase="consent_connect" />
          </button>
          <button class="button quiet" type="submit" name="action" value="decline">
            <Say language={language} phrase="consent_decline" />
          </button>
        </div>
      </form>
    </>,
  )
}

function AccountItem({ language, account }: { readonly language: Language; readonly account: Account }) {
  return (
    <li>
      <bdi>{account.label || linkPagePhrase(language, `account_${account.kind}`)}</bdi>
      {account.last4 && <bdi dir="ltr">••{account.last4}</bdi>}
    </li>
  )
}
