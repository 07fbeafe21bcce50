// The buttons of the desk: one panel an act (acts.ts). Plain forms; script.ts only sends them without reloading.

import type { Child } from "hono/jsx"
import { textOf } from "../money.ts"
import type { Card } from "../seed/customers.ts"
import { MERCHANTS } from "../seed/habits.ts"
import type { CardState } from "../store/case-rows.ts"
import { Cases } from "./log.tsx"
import type { Desk } from "./page.tsx"

type FormProps = { readonly desk: Desk; readonly act: string; readonly children?: Child }

const ActForm = ({ desk, act, children }: FormProps) => (
  <form method="post" action={`/bank/desk/${act}`} data-act={act}>
    <input type="hidden" name="customer" value={desk.customer.userName} />
    <input type="hidden" name="account" value={desk.account.id} />
    {children}
    {desk.wrong?.act === act ? (
      <p class="wrong" role="alert" id={`${act}-wrong`}>
        {desk.wrong.text}
      </p>
    ) : null}
  </form>
)

type PaymentFieldsProps = {
  readonly desk: Desk
  readonly act: string
  readonly label: string
  readonly merchant: string
  readonly minor: bigint
  readonly suggest: boolean
}

/** Who and how much; what was typed stays after a refusal. */
function PaymentFields({ desk, act, label, merchant, minor, suggest }: PaymentFieldsProps) {
  const wrong = desk.wrong?.act === act ? desk.wrong : undefined
  const { currency } = desk.account
  return (
    <div class="row">
      <label class="field">
        {label}
        <input
          name="merchant"
          id={`${act}-merchant`}
          value={wrong?.typed("merchant") ?? merchant}
          maxlength={60}
          list={suggest ? `${act}-list` : undefined}
          autocomplete="off"
        />
        {suggest ? (
          <datalist id={`${act}-list`}>
            {(MERCHANTS[currency] ?? []).map((one) => (
              <option value={one.name} />
            ))}
          </datalist>
        ) : null}
      </label>
      <label class="field">
        <span>
          <span class="sr">Amount in </span>
          {currency}
        </span>
        <input
          name="amount"
          id={`${act}-amount`}
          value={wrong?.typed("amount") ?? textOf(minor, currency)}
          inputmode="decimal"
          autocomplete="off"
          aria-invalid={wrong ? "true" : undefined}
          aria-describedby={wrong ? `${act}-wrong` : undefined}
        />
      </label>
    </div>
  )
}

const homeMerchant = (desk: Desk, n: number) =>
  (MERCHANTS[desk.account.currency] ?? [])[n]?.name ?? "ELECTRO MART"

export const Spend = ({ desk }: { desk: Desk }) => (
  <section class="panel" aria-labelledby="spend-title">
    <h2 id="spend-title">Spend</h2>
    <ActForm desk={desk} act="spend">
      <PaymentFields
        desk={desk}
        act="spend"
        label="Paid to"
        merchant={homeMerchant(desk, 1)}
        minor={2_490n}
        suggest
      />
      <button class="button" id="spend-go">
        Pay
      </button>
    </ActForm>
    {desk.card ? <CardRow desk={desk} card={desk.card} /> : null}
  </section>
)

const CardRow = ({ desk, card }: { desk: Desk; card: Card & { readonly state: CardState } }) => (
  <ActForm desk={desk} act="card">
    <div class="split">
      <span>
        Card <span class="digits">••{card.last4}</span>{" "}
        <span class={card.state === "frozen" ? "badge bad" : "badge good"}>{card.state}</span>
      </span>
      <button
        class="button quiet"
        id="card-go"
        name="state"
        value={card.state === "frozen" ? "active" : "frozen"}
      >
        {card.state === "frozen" ? "Unfreeze" : "Freeze"}
      </button>
    </div>
  </ActForm>
)

const PAYERS: Readonly<Record<string, string>> = {
  EUR: "Solarwerk Europa GmbH",
  USD: "Atlantic Robotics Inc",
  JPY: "Aozora Design Studio",
  KWD: "Al-Mutairi Family Trust",
}

export const Receive = ({ desk }: { desk: Desk }) => (
  <section class="panel" aria-labelledby="receive-title">
    <h2 id="receive-title">Get paid</h2>
    <ActForm desk={desk} act="receive">
      <PaymentFields
        desk={desk}
        act="receive"
        label="Paid by"
        merchant={PAYERS[desk.account.currency] ?? "Solarwerk Europa GmbH"}
        minor={85_000n}
        suggest={false}
      />
      <button class="button" id="receive-go">
        Receive
      </button>
    </ActForm>
  </section>
)

export const Suspicious = ({ desk }: { desk: Desk }) => (
  <section class="panel" aria-labelledby="suspicious-title">
    <h2 id="suspicious-title">Suspicious payment</h2>
    <p class="hint">
      Somebody tries to pay: the bank stops it, freezes the card and asks the customer in the chat.
    </p>
    <ActForm desk={desk} act="suspicious">
      <PaymentFields
        desk={desk}
        act="suspicious"
        label="Paid to"
        merchant="ELECTRO MART"
        minor={24_999n}
        suggest
      />
      <button class="button" id="suspicious-go" disabled={!desk.card}>
        {desk.card ? "Stop it and ask" : "This account has no card"}
      </button>
    </ActForm>
    <div id="cases">
      <Cases cases={desk.cases} />
    </div>
  </section>
)

export const News = ({ desk }: { desk: Desk }) => (
  <section class="panel" aria-labelledby="news-title">
    <h2 id="news-title">Receipt and parcel</h2>
    <p class="hint">
      An order of two things at {homeMerchant(desk, 0)}. A gateway that does not know these yet says so.
    </p>
    <div class="pair">
      <ActForm desk={desk} act="receipt">
        <button class="button quiet" id="receipt-go">
          Send receipt
        </button>
      </ActForm>
      <ActForm desk={desk} act="parcel">
        <button class="button quiet" id="parcel-go">
          Send parcel
        </button>
      </ActForm>
    </div>
  </section>
)

const CONDITIONS = [
  ["up", "At once"],
  ["slow", "After 10 s"],
  ["down", "Not at all"],
] as const

export const Outage = ({ desk }: { desk: Desk }) => (
  <section class="panel" aria-labelledby="outage-title">
    <h2 id="outage-title">How the bank answers</h2>
    <p class="hint">For balances and payments asked from the chat, for all customers.</p>
    <ActForm desk={desk} act="outage">
      <div class="choice" role="group" aria-labelledby="outage-title">
        {CONDITIONS.map(([value, text]) => (
          <button
            id={`outage-${value}`}
            name="accountData"
            value={value}
            aria-pressed={desk.accountData === value ? "true" : "false"}
          >
            {text}
          </button>
        ))}
      </div>
    </ActForm>
  </section>
)

export const Consent = ({ desk }: { desk: Desk }) => (
  <section class="panel" aria-labelledby="consent-title">
    <h2 id="consent-title">Revoke consent</h2>
    <p class="hint">{desk.customer.fullName} ends it at the bank: every token stops working.</p>
    <ActForm desk={desk} act="revoke">
      <label class="tick">
        <input type="checkbox" name="tell" value="yes" id="revoke-tell" />
        Tell the gateway too
      </label>
      <button class="button quiet" id="revoke-go">
        Revoke
      </button>
    </ActForm>
  </section>
)
