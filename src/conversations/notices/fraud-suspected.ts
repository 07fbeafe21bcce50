// `bank.fraud.suspected.v1`: "Was this you?" with two buttons of the message, never quick replies: those vanish.

import type { FraudSuspected } from "../../banks/event.ts"
import type { Button } from "../../messenger/message.ts"
import { phrase } from "../../phrases/catalogue.ts"
import { renderPayload } from "../intents/intent.ts"
import { placeButtons } from "../flows/bank-pages.ts"
import type { Notice, NoticeContext } from "./notice.ts"
import { nameAmount, nameInstant, nameMerchant } from "./words.ts"

const TEMPLATE = "fraud_question_v1"
/** What the bank says it has done already, in the words for it. */
const PAUSED = new Set(["card_frozen", "card_paused", "card_blocked"])
const TITLES = { confirm: "fraud_yes_button", deny: "fraud_no_button" } as const

export const fraudNotice: Notice<FraudSuspected> = {
  accountOf: () => undefined,
  compose(event, context) {
    const { language } = context
    const values = {
      bank: context.bank.name,
      merchant: nameMerchant(language, event.transaction),
      when: nameInstant(context, event.transaction.occurredAt),
      last4: event.card.last4,
      action: PAUSED.has(event.actionTaken ?? "") ? phrase(language, "fraud_card_paused") : "",
    }
    const amount = nameAmount(language, event.transaction.amount)
    const text = context.grant.showAmounts
      ? phrase(language, "fraud", { ...values, amount })
      : phrase(language, "fraud_hidden", values)
    const buttons = [
      ...event.reply.allowed.map((choice) => button(context, choice)),
      ...placeButtons(language, context.bank, ["appLink"]),
    ]
    return {
      message: buttons.length > 0 ? { kind: "buttons", text, buttons } : { kind: "text", text },
      template: {
        kind: "template",
        name: TEMPLATE,
        language,
        body: [context.grant.showAmounts ? amount : "••", values.merchant, values.when, event.card.last4],
        payloads: [payload(context, "confirm"), payload(context, "deny")],
      },
    }
  },
  templates: [
    {
      name: TEMPLATE,
      language: "en",
      body: "Fraud check: a payment of {{1}} at {{2}}, {{3}}, with your card ending in {{4}}. Was this you?",
      examples: ["249.99 USD", "Electro Mart", "today 09:13 (Berlin)", "4821"],
      buttons: [phrase("en", "fraud_yes_button"), phrase("en", "fraud_no_button")],
    },
    {
      name: TEMPLATE,
      language: "ar",
      body: "تحقق من احتيال: دفعة بمبلغ {{1}} لدى {{2}}، {{3}}، بالبطاقة المنتهية بالأرقام {{4}}. هل كان هذا منكم؟",
      examples: ["249.99 USD", "Electro Mart", "اليوم 09:13 (Berlin)", "4821"],
      buttons: [phrase("ar", "fraud_yes_button"), phrase("ar", "fraud_no_button")],
    },
  ],
}

function payload(context: NoticeContext, choice: "confirm" | "deny"): string {
  return renderPayload("FRAUD", context.key, choice)
}

function button(context: NoticeContext, choice: "confirm" | "deny"): Button {
  return {
    kind: "postback",
    title: phrase(context.language, TITLES[choice]),
    payload: payload(context, choice),
  }
}
