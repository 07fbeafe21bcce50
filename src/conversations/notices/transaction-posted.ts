// A payment at its stages: authorised, posted, reversed, declined. "Checking ••4821: paid 27.40 EUR, Coffee House, today 09:13 (Berlin)."
// A posting that follows its authorisation is told only where the amount is another one by then (told-before.ts).

import type {
  TransactionAuthorised,
  TransactionDeclined,
  TransactionPosted,
  TransactionReversed,
} from "../../banks/event.ts"
import type { TemplateMessage } from "../../messenger/message.ts"
import { phrase } from "../../phrases/catalogue.ts"
import { formatDay } from "../../phrases/format.ts"
import type { PhraseKey } from "../../phrases/en.ts"
import type { Notice, NoticeContext } from "./notice.ts"
import { HIDDEN_AMOUNT, nameAccount, nameAmount, nameInstant, nameMerchant } from "./words.ts"

const PAYMENT = "payment_notice_v1"
const REVERSED = "payment_reversed_v1"
const DECLINED = "payment_declined_v1"

/** Banks' words for why a payment was declined. Of others nothing is said. */
const REASONS: Readonly<Record<string, PhraseKey>> = {
  insufficient_funds: "declined_funds",
  card_frozen: "declined_frozen",
  card_blocked: "declined_frozen",
  limit_exceeded: "declined_limit",
  over_limit: "declined_limit",
  card_expired: "declined_expired",
  expired_card: "declined_expired",
  wrong_pin: "declined_pin",
  incorrect_pin: "declined_pin",
}

type Paid = TransactionAuthorised | TransactionPosted | TransactionReversed | TransactionDeclined

export const authorisedNotice: Notice<TransactionAuthorised> = {
  accountOf: (event) => event.account,
  compose: (event, context) => told(event, context, "transaction_pending", "transaction_hidden", PAYMENT),
  // Those of a posting.
  templates: [],
}

export const transactionNotice: Notice<TransactionPosted> = {
  accountOf: (event) => event.account,
  compose(event, context) {
    const { before } = context
    if (before === undefined || !context.grant.showAmounts)
      return told(event, context, "transaction", "transaction_hidden", PAYMENT)
    const values = { before: nameAmount(context.language, before) }
    return told(event, context, "transaction_final", "transaction_hidden", PAYMENT, values)
  },
  templates: [
    {
      name: PAYMENT,
      language: "en",
      body: "Payment notice for {{1}}: an amount of {{2}}, {{3}}, {{4}}. Write to us here to see more.",
      examples: ["Checking ••4821", "27.40 EUR", "Corner Bakery", "today 09:13 (Berlin)"],
    },
    {
      name: PAYMENT,
      language: "ar",
      body: "إشعار دفعة على {{1}}: مبلغ {{2}}، {{3}}، {{4}}. اكتبوا إلينا هنا لمعرفة المزيد.",
      examples: ["جارٍ ••4821", "27.40 EUR", "مخبز الزاوية", "اليوم 09:13 (Berlin)"],
    },
  ],
}

export const reversedNotice: Notice<TransactionReversed> = {
  accountOf: (event) => event.account,
  compose: (event, context) =>
    told(event, context, "transaction_reversed", "transaction_reversed_hidden", REVERSED),
  templates: [
    {
      name: REVERSED,
      language: "en",
      body: "A payment on {{1}} was reversed: an amount of {{2}}, {{3}}, {{4}}. Write to us here to see more.",
      examples: ["Checking ••4821", "27.40 EUR", "Corner Bakery", "today 09:13 (Berlin)"],
    },
    {
      name: REVERSED,
      language: "ar",
      body: "أُلغيت دفعة على {{1}}: مبلغ {{2}}، {{3}}، {{4}}. اكتبوا إلينا هنا لمعرفة المزيد.",
      examples: ["جارٍ ••4821", "27.40 EUR", "مخبز الزاوية", "اليوم 09:13 (Berlin)"],
    },
  ],
}

export const declinedNotice: Notice<TransactionDeclined> = {
  accountOf: (event) => event.account,
  compose(event, context) {
    const reason = Object.hasOwn(REASONS, event.reason ?? "") ? REASONS[event.reason ?? ""] : undefined
    const why = reason ? ` ${phrase(context.language, reason)}` : ""
    return told(event, context, "transaction_declined", "transaction_declined_hidden", DECLINED, { why })
  },
  templates: [
    {
      name: DECLINED,
      language: "en",
      body: "A payment on {{1}} was declined: an amount of {{2}}, {{3}}, {{4}}. Write to us here if this was not you.",
      examples: ["Checking ••4821", "27.40 EUR", "Corner Bakery", "today 09:13 (Berlin)"],
    },
    {
      name: DECLINED,
      language: "ar",
      body: "رُفضت دفعة على {{1}}: مبلغ {{2}}، {{3}}، {{4}}. اكتبوا إلينا هنا إن لم تكونوا أنتم.",
      examples: ["جارٍ ••4821", "27.40 EUR", "مخبز الزاوية", "اليوم 09:13 (Berlin)"],
    },
  ],
}

/** One payment in the words of its stage. */
function told(
  event: Paid,
  context: NoticeContext,
  key: PhraseKey,
  hidden: PhraseKey,
  name: string,
  more: Readonly<Record<string, string>> = {},
) {
  const { language, grant } = context
  const { transaction } = event
  const account = nameAccount(context, event.account)
  const merchant = nameMerchant(language, transaction)
  const { occurredAt, dayOnly } = transaction
  const when = dayOnly ? formatDay(language, occurredAt, "UTC") : nameInstant(context, occurredAt)
  const amount = grant.showAmounts ? nameAmount(language, transaction.amount) : HIDDEN_AMOUNT
  const { direction } = transaction
  const values = { account, direction, amount, merchant, when, ...more }
  const text = phrase(language, grant.showAmounts ? key : hidden, values)
  const body = [account, amount, merchant, when]
  const template: TemplateMessage = { kind: "template", name, language, body }
  return { message: { kind: "text", text } as const, template }
}
