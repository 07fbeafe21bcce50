// `bank.balance.updated.v1`: "Checking ••4821: 1,204.50 EUR available, as of 14:05 (Berlin)."

import type { BalanceUpdated } from "../../banks/event.ts"
import { phrase } from "../../phrases/catalogue.ts"
import { formatTime } from "../../phrases/format.ts"
import type { Notice } from "./notice.ts"
import { isBelowZero, nameAccount, nameAmount } from "./words.ts"

export const balanceNotice: Notice<BalanceUpdated> = {
  accountOf: (event) => event.account,
  compose(event, context) {
    const { language } = context
    const account = nameAccount(context, event.account)
    const balance = event.balances.find((each) => each.type === "available") ?? event.balances[0]
    const time = formatTime(language, balance?.at ?? event.at, context.bank.timeZone)
    if (!context.grant.showAmounts || !balance)
      return { message: { kind: "text", text: phrase(language, "balance_update_hidden", { account, time }) } }
    const plain = balance.type === "available" ? "balance_update" : "balance_update_booked"
    const key = isBelowZero(balance.amount) ? "balance_line_overdrawn" : plain
    const amount = nameAmount(language, balance.amount)
    return { message: { kind: "text", text: phrase(language, key, { account, amount, time }) } }
  },
  // A balance is stale within minutes: outside the window nobody is told of one.
  templates: [],
}
