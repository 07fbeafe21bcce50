// The page on which the customer chooses: which accounts, what may be seen, for whom, until when. Nothing is
// ticked beforehand.

import type { Action } from "../oidc/details.ts"
import { formatMoney } from "../money.ts"
import type { Account, Customer } from "../seed/customers.ts"
import { otherOwners } from "../seed/customers.ts"
import { Page, Problem } from "./layout.tsx"
import type { Frame } from "./layout.tsx"
import { WORDS } from "./words.ts"

/** An account with what is there now: available, or owed where it is a card. */
export type OfferedAccount = { readonly account: Account; readonly shownMinor: bigint }

type ConsentProps = {
  readonly frame: Frame
  readonly client: string
  readonly action: string
  readonly customer: Customer
  readonly offered: readonly OfferedAccount[]
  readonly asked: readonly Action[]
  readonly untilAt: number
  readonly nothingChosen: boolean
}

export function ConsentPage(props: ConsentProps) {
  const { frame, client, action, customer, offered, asked, untilAt, nothingChosen } = props
  const words = WORDS[frame.language]
  const until = new Intl.DateTimeFormat(frame.language, { dateStyle: "long", timeZone: "UTC" }).format(
    untilAt,
  )
  return (
    <Page frame={frame} title={words.consentTitle} step={3}>
      <h1>{words.consentTitle}</h1>
      <p class="lead">{words.consentLead(client)}</p>
      {nothingChosen ? <Problem text={words.noAccount} /> : null}
      <form method="post" action={action}>
        <dl class="for">
          <dt>{words.who}</dt>
          <dd>
            <bdi>{customer.fullName}</bdi>
          </dd>
        </dl>
        <fieldset aria-describedby={nothingChosen ? "problem" : undefined}>
          <legend>
            <h2>{words.accounts}</h2>
          </legend>
          <div class="accounts">
            {offered.map((one) => (
              <AccountChoice frame={frame} customer={customer} offered={one} />
            ))}
          </div>
        </fieldset>
        <section aria-labelledby="what">
          <h2 id="what">{words.what}</h2>
          <ul class="sees">
            {asked.map((one) => (
              <li>
                <Tick />
                <span>{words.actions[one]}</span>
              </li>
            ))}
          </ul>
        </section>
        <div class="terms">
          <dl>
            <dt>{words.until}</dt>
            <dd>{until}</dd>
          </dl>
          <p class="hint">{words.never}</p>
        </div>
        <div class="choices">
          <button class="button" name="step" value="allow">
            {words.allow}
          </button>
          <button class="button quiet" name="step" value="deny">
            {words.deny}
          </button>
        </div>
      </form>
    </Page>
  )
}

type ChoiceProps = { readonly frame: Frame; readonly customer: Customer; readonly offered: OfferedAccount }

function AccountChoice({ frame, customer, offered: { account, shownMinor } }: ChoiceProps) {
  const words = WORDS[frame.language]
  const others = otherOwners(account, customer.reference)
  const more = [
    ...others.map((name) => words.jointWith(name)),
    ...(account.kind === "card" ? [words.owed] : []),
  ].join(" · ")
  return (
    <label class="account">
      <input type="checkbox" name="account" value={account.id} />
      <span class="name">
        <bdi>{account.product}</bdi> <bdi class="digits">••{account.last4}</bdi>
      </span>
      <bdi class="amount">{formatMoney(shownMinor, account.currency, frame.language)}</bdi>
      {more === "" ? null : <span class="more">{more}</span>}
    </label>
  )
}

const Tick = () => (
  <svg viewBox="0 0 20 20" aria-hidden="true">
    <path
      d="M4 10.500l4 4 8-9"
      fill="none"
      stroke="currentColor"
      stroke-width="2.2"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  </svg>
)
