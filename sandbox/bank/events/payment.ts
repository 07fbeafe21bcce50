// A payment that happens now: books it, then tells the gateway, one signed batch with two events for each owner
// of the account. Used by the desk and by `POST /control/bank/payments`.

import type { Env, Origins } from "../env.ts"
import { addressesOf, storeOf } from "../env.ts"
import { formatMoney, minorOf, textOf } from "../money.ts"
import type { Account } from "../seed/customers.ts"
import { cardOf, findAccount } from "../seed/customers.ts"
import type { Merchant } from "../seed/habits.ts"
import { MERCHANTS } from "../seed/habits.ts"
import type { PostAnswer, PostShape } from "./post.ts"
import { postEvents } from "./post.ts"
import { newPayment } from "./samples.ts"
import { balanceData, cloudEvent, iso, paymentData } from "./wire.ts"

const MERCHANT_LENGTH_MAX = 60

export type PaymentOrder = {
  readonly account: string
  /** decimal text in the account's currency, without a sign */
  readonly amount: string
  readonly direction: "debit" | "credit"
  /** who is paid, or who pays */
  readonly merchant: string
  /** how the gateway hears of it */
  readonly as?: PostShape
}

export type PaymentReport = {
  readonly account: Account
  readonly paymentId: string
  /** decimal text, after the payment */
  readonly available: string
  readonly ids: readonly string[]
  readonly answer: PostAnswer
}

type Paid =
  | { readonly ok: true; readonly value: PaymentReport }
  | { readonly ok: false; readonly error: string }

/** Read an amount somebody typed; words for what is wrong with it. */
export function readAmount(text: string, currency: string): bigint | string {
  // People type a comma where the point is; thousands are not grouped.
  const minor = minorOf(text.replace(",", "."), currency)
  if (minor === undefined || minor <= 0n)
    return `Type an amount in ${currency}, such as ${textOf(2_490n, currency)}.`
  return minor
}

/** One of the bank's merchants by name, or one made up from the name. */
export function merchantNamed(name: string, currency: string): Merchant {
  const known = Object.values(MERCHANTS)
    .flat()
    .find((one) => one.name === name)
  const home = (MERCHANTS[currency] ?? MERCHANTS["EUR"]!)[0]
  return known ?? { ...home, name: name.slice(0, MERCHANT_LENGTH_MAX), mcc: "5999" }
}

/** Pay, book, tell. Refusals are words for the one who asked, and change nothing. */
export async function payNow(env: Env, origins: Origins, order: PaymentOrder): Promise<Paid> {
  const account = findAccount(order.account)
  if (!account) return { ok: false, error: "There is no such account." }
  const name = order.merchant.trim()
  if (name === "")
    return { ok: false, error: order.direction === "debit" ? "Say who is paid." : "Say who pays." }
  const minor = readAmount(order.amount, account.currency)
  if (typeof minor === "string") return { ok: false, error: minor }
  const refused = order.direction === "debit" ? await declined(env, account, minor) : undefined
  if (refused !== undefined) return { ok: false, error: refused }
  const now = await storeOf(env).now()
  const byCard = order.direction === "debit" && cardOf(account.id) !== undefined
  const payment = newPayment(account, now, {
    minor: order.direction === "debit" ? -minor : minor,
    merchant: merchantNamed(name, account.currency),
    channel: byCard ? "card_present" : "transfer",
  })
  const balance = await storeOf(env).pay(payment)
  const source = addressesOf(origins).eventSource
  const events = account.owners.flatMap((subject) => [
    cloudEvent({
      source,
      subject,
      type: "bank.transaction.posted.v1",
      time: iso(now),
      data: paymentData(account, payment),
    }),
    cloudEvent({
      source,
      subject,
      type: "bank.balance.updated.v1",
      time: iso(now),
      data: balanceData(account, balance, now),
    }),
  ])
  const answer = await postEvents(env, origins, events, order.as ?? "batch")
  const available = textOf(balance.availableMinor, account.currency)
  return {
    ok: true,
    value: { account, paymentId: payment.id, available, ids: events.map((one) => one.id), answer },
  }
}

async function declined(env: Env, account: Account, minor: bigint): Promise<string | undefined> {
  const store = storeOf(env)
  const card = cardOf(account.id)
  if (card && (await store.cardStates())[card.ref] === "frozen")
    return `Declined: card ••${card.last4} is frozen. Unfreeze it first.`
  const { availableMinor } = await store.balance(account.id)
  if (minor > availableMinor)
    return `Declined: only ${formatMoney(availableMinor, account.currency, "en")} is available.`
  return undefined
}
