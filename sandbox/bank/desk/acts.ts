// What the buttons of the desk do: one row an act. Each changes the bank as a real one would change, tells the
// gateway, and leaves a line of what came of it.

import type { Env, Origins } from "../env.ts"
import { addressesOf, storeOf } from "../env.ts"
import { payNow, merchantNamed, readAmount } from "../events/payment.ts"
import { postEvents } from "../events/post.ts"
import { newPayment, SAMPLES, suspectPayment } from "../events/samples.ts"
import { cloudEvent, iso } from "../events/wire.ts"
import { formatMoney } from "../money.ts"
import type { Account, Customer } from "../seed/customers.ts"
import { cardOf } from "../seed/customers.ts"
import type { Activity } from "../store/told-rows.ts"
import { sayAnswer } from "./words.ts"

export type ActInput = {
  readonly env: Env
  readonly origins: Origins
  readonly customer: Customer
  readonly account: Account
  readonly field: (name: string) => string
}

/** What an act says of itself, or which field of its form is wrong. */
export type ActOutcome =
  | { readonly kind: "done"; readonly activity: Omit<Activity, "at"> }
  | { readonly kind: "wrong"; readonly text: string }

type Act = (input: ActInput) => Promise<ActOutcome>

const done = (title: string, { tone, detail }: Pick<Activity, "tone" | "detail">): ActOutcome => ({
  kind: "done",
  activity: { title, tone, detail },
})

export const ACTS: Readonly<Record<string, Act>> = {
  spend: (input) => pay(input, "debit"),
  receive: (input) => pay(input, "credit"),
  suspicious,
  receipt: (input) => tell(input, "bank.receipt.issued.v1", "Sent a receipt"),
  parcel: (input) => tell(input, "bank.shipping.updated.v1", "Sent news of a parcel"),
  outage,
  card: switchCard,
  revoke,
}

async function pay(
  { env, origins, account, field }: ActInput,
  direction: "debit" | "credit",
): Promise<ActOutcome> {
  const order = { account: account.id, amount: field("amount"), direction, merchant: field("merchant") }
  const paid = await payNow(env, origins, order)
  if (!paid.ok) return { kind: "wrong", text: paid.error }
  const { ids, answer } = paid.value
  const minor = readAmount(order.amount, account.currency)
  const amount = typeof minor === "string" ? order.amount : formatMoney(minor, account.currency, "en")
  const title =
    direction === "debit" ? `Paid ${amount} to ${order.merchant}` : `${amount} came in from ${order.merchant}`
  return done(title, sayAnswer(answer, ids.length, origins.gateway))
}

async function suspicious({ env, origins, customer, account, field }: ActInput): Promise<ActOutcome> {
  const minor = readAmount(field("amount"), account.currency)
  if (typeof minor === "string") return { kind: "wrong", text: minor }
  const now = await storeOf(env).now()
  const merchant = merchantNamed(field("merchant").trim() || "ELECTRO MART", account.currency)
  const payment = newPayment(account, now, { minor: -minor, postedAt: null, merchant })
  const data = await suspectPayment({ store: storeOf(env), customer, account, now }, payment)
  const type = "bank.fraud.suspected.v1"
  const event = cloudEvent({
    source: addressesOf(origins).eventSource,
    subject: customer.reference,
    type,
    time: iso(now),
    data,
  })
  const answer = await postEvents(env, origins, [event], "cloudevents")
  const title = `Stopped ${formatMoney(minor, account.currency, "en")} at ${merchant.name}, case ${data.case_id}`
  return done(title, sayAnswer(answer, 1, origins.gateway))
}

/** An event that changes nothing at the bank. In a batch of one, so that a gateway that does not know the type can say so by name. */
async function tell(
  { env, origins, customer, account }: ActInput,
  type: string,
  title: string,
): Promise<ActOutcome> {
  const now = await storeOf(env).now()
  const data = await SAMPLES[type]?.({ store: storeOf(env), customer, account, now })
  const event = cloudEvent({
    source: addressesOf(origins).eventSource,
    subject: customer.reference,
    type,
    time: iso(now),
    data,
  })
  return done(title, sayAnswer(await postEvents(env, origins, [event], "batch"), 1, origins.gateway))
}

const CONDITIONS = {
  up: "Account data answers at once again.",
  slow: "Account data takes 10 seconds from now on. The chat should still answer within 5.",
  down: "Account data answers 503 from now on. Alerts should still arrive.",
} as const

async function outage({ env, field }: ActInput): Promise<ActOutcome> {
  const wanted = field("accountData")
  if (wanted !== "up" && wanted !== "slow" && wanted !== "down")
    return { kind: "wrong", text: "Choose one of the three." }
  await storeOf(env).changeSettings({ accountData: wanted })
  return done("Changed how the bank answers", { tone: "plain", detail: CONDITIONS[wanted] })
}

async function switchCard({ env, account, field }: ActInput): Promise<ActOutcome> {
  const card = cardOf(account.id)
  const state = field("state")
  if (!card || (state !== "active" && state !== "frozen"))
    return { kind: "wrong", text: "This account has no card." }
  await storeOf(env).setCardState(card.ref, state)
  const title = state === "active" ? `Unfroze card ••${card.last4}` : `Froze card ••${card.last4}`
  return done(title, { tone: "plain", detail: "The bank did this itself; the gateway was not told." })
}

async function revoke({ env, origins, customer, account, field }: ActInput): Promise<ActOutcome> {
  const ended = await storeOf(env).revokeCustomer(customer.reference)
  const title =
    ended === 0 ? "Nothing to revoke" : `Revoked ${ended === 1 ? "1 consent" : `${ended} consents`}`
  if (ended === 0)
    return done(title, { tone: "plain", detail: `${customer.fullName} has not shared anything.` })
  if (field("tell") !== "yes")
    return done(title, {
      tone: "plain",
      detail: "Its tokens stopped working. The gateway finds out when it next asks.",
    })
  return tell({ env, origins, customer, account, field }, "bank.consent.revoked.v1", title)
}
