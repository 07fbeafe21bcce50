// The desk: a page for developers to make things happen at the bank and see what the gateway says to it. Shows
// state it is given; routes.tsx reads it, acts.ts changes it.

import { raw } from "hono/html"
import type { Settings } from "../env.ts"
import { formatMoney } from "../money.ts"
import { Mark } from "../pages/layout.tsx"
import { PALETTE } from "../pages/style.ts"
import type { Account, Card, Customer } from "../seed/customers.ts"
import { CUSTOMERS, otherOwners } from "../seed/customers.ts"
import type { Balance } from "../store/book-rows.ts"
import type { CardState, FraudCase } from "../store/case-rows.ts"
import type { Activity } from "../store/told-rows.ts"
import { Consent, News, Outage, Receive, Spend, Suspicious } from "./forms.tsx"
import { ActivityLog } from "./log.tsx"
import { SCRIPT } from "./script.ts"
import { DESK } from "./style.ts"

export type Desk = {
  readonly nonce: string
  readonly customer: Customer
  readonly account: Account
  readonly books: readonly { readonly account: Account; readonly balance: Balance }[]
  readonly card: (Card & { readonly state: CardState }) | undefined
  readonly cases: readonly FraudCase[]
  readonly activities: readonly Activity[]
  readonly accountData: Settings["accountData"]
  /** the act that was refused, its words, and what had been typed */
  readonly wrong?:
    | { readonly act: string; readonly text: string; readonly typed: (name: string) => string }
    | undefined
}

export function DeskPage({ desk }: { desk: Desk }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>The desk · Harbourline Bank</title>
        <link rel="icon" href="data:," />
        <style nonce={desk.nonce}>{raw(PALETTE + DESK)}</style>
      </head>
      <body>
        <header class="top">
          <Mark />
          <div>
            <h1>Harbourline Bank, the desk</h1>
            <p>Make things happen. The gateway hears of them as signed events.</p>
          </div>
        </header>
        <p class="sr" role="status" id="said"></p>
        <main>
          <People desk={desk} />
          <Books desk={desk} />
          <section class="panel log" aria-labelledby="log-title" id="log">
            <h2 id="log-title" class="sr">
              What came of it
            </h2>
            <ActivityLog activities={desk.activities} />
          </section>
          <div class="acts">
            <Spend desk={desk} />
            <Receive desk={desk} />
            <Suspicious desk={desk} />
            <News desk={desk} />
            <Outage desk={desk} />
            <Consent desk={desk} />
          </div>
        </main>
        <script nonce={desk.nonce}>{raw(SCRIPT)}</script>
      </body>
    </html>
  )
}

const linkTo = (customer: Customer, account?: Account) =>
  `/bank/desk?customer=${customer.userName}${account ? `&account=${account.id}` : ""}`

const People = ({ desk }: { desk: Desk }) => (
  <nav class="people" aria-label="Customer">
    {CUSTOMERS.map((one) => (
      <a
        href={linkTo(one)}
        id={`as-${one.userName}`}
        aria-current={one === desk.customer ? "true" : undefined}
        title={one.fullName}
      >
        <i aria-hidden="true">{one.userName[0]?.toUpperCase()}</i>
        {one.userName}
      </a>
    ))}
  </nav>
)

const Books = ({ desk }: { desk: Desk }) => (
  <nav class="books" aria-label={`Accounts of ${desk.customer.fullName}`} id="books">
    {desk.books.map(({ account, balance }) => {
      const money = (minor: bigint) => formatMoney(minor, account.currency, "en")
      const others = otherOwners(account, desk.customer.reference)
      const booked =
        account.kind === "card"
          ? `${money(-balance.bookedMinor)} owed`
          : `${money(balance.bookedMinor)} booked`
      return (
        <a
          href={linkTo(desk.customer, account)}
          id={`at-${account.id}`}
          aria-current={account === desk.account ? "true" : undefined}
        >
          <span class="name">
            {account.product} <span class="digits">••{account.last4}</span>
          </span>
          <span class="amount">{money(balance.availableMinor)}</span>
          <span class="more">{others.length === 0 ? account.kind : `joint with ${others.join(", ")}`}</span>
          <span class="more">{booked}</span>
        </a>
      )
    })}
  </nav>
)
