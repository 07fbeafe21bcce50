// `bank.transaction.posted.v1`: "Checking ••4821: paid 27.40 EUR, Coffee House, today 09:13 (Berlin)."

import type { TransactionPosted } from "../../banks/event.ts"
import { phrase } from "../../phrases/catalogue.ts"
import type { Notice } from "./notice.ts"
import { nameAccount, nameAmount, nameInstant, nameMerchant } from "./words.ts"

const TEMPLATE = "payment_notice_v1"

export const transactionNotice: Notice<TransactionPosted> = {
  accountOf: (event) => event.account,
  compose(event, context) {
    const { language } = context
    const account = nameAccount(context, event.account)
    const merchant = nameMerchant(language, event.transaction)
    const when = nameInstant(context, event.transaction.occurredAt)
    if (!context.grant.showAmounts)
      return {
        message: { kind: "text", text: phrase(language, "transaction_hidden", { account, merchant, when }) },
      }
    const amount = nameAmount(language, event.transaction.amount)
    const { direction } = event.transaction
    const text = phrase(language, "transaction", { account, direction, amount, merchant, when })
    return {
      message: { kind: "text", text },
      template: { kind: "template", name: TEMPLATE, language, body: [account, amount, merchant, when] },
    }
  },
  templates: [
    {
      name: TEMPLATE,
      language: "en",
      body: "Payment notice for {{1}}: an amount of {{2}}, {{3}}, {{4}}. Write to us here to see more.",
      examples: ["Checking ••4821", "27.40 EUR", "Corner Bakery", "today 09:13 (Berlin)"],
    },
    {
      name: TEMPLATE,
      language: "ar",
      body: "إشعار دفعة على {{1}}: مبلغ {{2}}، {{3}}، {{4}}. اكتبوا إلينا هنا لمعرفة المزيد.",
      examples: ["جارٍ ••4821", "27.40 EUR", "مخبز الزاوية", "اليوم 09:13 (Berlin)"],
    },
  ],
}
