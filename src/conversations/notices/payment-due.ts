// `bank.payment.due.v1`: "Card ••4821: 84.20 EUR to Stadtwerke is due on 25 Nov, at least 20.00 EUR." Nothing is said of what follows
// where it is not paid: a notice does not threaten.

import type { PaymentDue } from "../../banks/event.ts"
import { phrase } from "../../phrases/catalogue.ts"
import { formatDay } from "../../phrases/format.ts"
import type { Notice } from "./notice.ts"
import { HIDDEN_AMOUNT, nameAccount, nameAmount, nameOutsider } from "./words.ts"

const TEMPLATE = "payment_due_v1"

export const dueNotice: Notice<PaymentDue> = {
  accountOf: (event) => event.account,
  compose(event, context) {
    const { language, grant } = context
    const account = nameAccount(context, event.account)
    const payee = nameOutsider(language, event.payee) || phrase(language, "someone")
    const date = formatDay(language, event.dueAt, context.bank.timeZone)
    const amount = grant.showAmounts ? nameAmount(language, event.amount) : HIDDEN_AMOUNT
    const minimum = event.minimum ? nameAmount(language, event.minimum) : "none"
    const text = grant.showAmounts
      ? phrase(language, "payment_due", { account, amount, payee, date, minimum })
      : phrase(language, "payment_due_hidden", { account, payee, date })
    const body = [account, amount, payee, date]
    return {
      message: { kind: "text", text },
      template: { kind: "template", name: TEMPLATE, language, body },
    }
  },
  templates: [
    {
      name: TEMPLATE,
      language: "en",
      body: "Payment reminder for {{1}}: an amount of {{2}} to {{3}} is due on {{4}}. Write to us here to see more.",
      examples: ["Card ••4821", "84.20 EUR", "Stadtwerke", "25 Nov"],
    },
    {
      name: TEMPLATE,
      language: "ar",
      body: "تذكير بدفعة على {{1}}: مبلغ {{2}} إلى {{3}} يُستحق في {{4}}. اكتبوا إلينا هنا لمعرفة المزيد.",
      examples: ["بطاقة ••4821", "84.20 EUR", "Stadtwerke", "25 نوفمبر"],
    },
  ],
}
