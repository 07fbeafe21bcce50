// `bank.balance.threshold.v1`: "Checking ••4821: your balance is below 100.00 EUR. It is 84.20 EUR now."

import type { BalanceThreshold } from "../../banks/event.ts"
import { phrase, type Language } from "../../phrases/catalogue.ts"
import type { Notice } from "./notice.ts"
import { isBelowZero, nameAccount, nameAmount } from "./words.ts"

const TEMPLATE = "balance_limit_v1"

export const thresholdNotice: Notice<BalanceThreshold> = {
  accountOf: (event) => event.account,
  compose(event, context) {
    const { language } = context
    const account = nameAccount(context, event.account)
    const { direction } = event
    const template = { kind: "template", name: TEMPLATE, language, body: [account] } as const
    if (!context.grant.showAmounts)
      return {
        message: { kind: "text", text: phrase(language, "threshold_hidden", { account, direction }) },
        template,
      }
    const threshold = nameSide(language, event.threshold)
    const balance = nameSide(language, event.balance)
    const text = phrase(language, "threshold", { account, direction, threshold, balance })
    return { message: { kind: "text", text }, template }
  },
  templates: [
    {
      name: TEMPLATE,
      language: "en",
      body: "The balance of {{1}} has passed the amount set for it. Write to us here to see it.",
      examples: ["Checking ••4821"],
    },
    {
      name: TEMPLATE,
      language: "ar",
      body: "تجاوز رصيد {{1}} المبلغ المحدد له. اكتبوا إلينا هنا لمعرفته.",
      examples: ["جارٍ ••4821"],
    },
  ],
}

/** Which side of zero it is on stands in words: a sign alone is overlooked. */
function nameSide(language: Language, amount: BalanceThreshold["balance"]): string {
  const named = nameAmount(language, amount)
  return isBelowZero(amount) ? phrase(language, "overdraft_of", { amount: named }) : named
}
