// "What's my balance?": asked at the bank, told with the account's last four digits and the time it is true for.

import type { Account, Balance, BankRefusal } from "../../banks/bank.ts"
import type { Money } from "../../foundation/money.ts"
import type { Result } from "../../foundation/result.ts"
import { Grant } from "../../links/grant.ts"
import { phrase } from "../../phrases/catalogue.ts"
import { formatMoney, formatTime } from "../../phrases/format.ts"
import { told } from "../leave.ts"
import type { State } from "../state.ts"
import { turnOf, type Flow, type Turn, type TurnContext } from "../turn-context.ts"
import { menuChips } from "./choices.ts"
import { accountName, offerLink } from "./link.ts"
import { ask, sayRefusal } from "./questions.ts"

/** Six lines in all; who has more accounts than this sees the first ones. */
const LINES_MAX = 6

/** Ask the bank for all balances the consent covers. */
export const askBalance: Flow = (state, context) =>
  ask(state, context, "account_service", { kind: "balances" })

/** Tell what the bank answered. */
export function tellBalance(
  state: State,
  context: TurnContext,
  result: Result<readonly Balance[], BankRefusal>,
): Turn {
  if (!result.ok) return sayRefusal(state, context, result.error, "balance")
  const grant = Grant.decide(state.consent, "account_service", context.now)
  if (!grant.ok) return offerLink(state, context, grant.error.reason)
  const lines = grant.value.accounts.slice(0, LINES_MAX).map((account) =>
    renderBalance(
      state,
      context,
      account,
      result.value.find((each) => each.account === account.id),
    ),
  )
  return turnOf(state, [
    told(grant.value, { kind: "text", text: lines.join("\n"), quickReplies: menuChips(state) }),
  ])
}

/** An amount as words beside it tell its side of zero. */
export function withoutSign(amount: Money): Money {
  return amount.minor < 0n ? { ...amount, minor: -amount.minor } : amount
}

function renderBalance(
  state: State,
  context: TurnContext,
  account: Account,
  balance: Balance | undefined,
): string {
  const { language } = state
  const name = accountName(language, account)
  const amount =
    account.kind === "card"
      ? (balance?.booked ?? balance?.available)
      : (balance?.available ?? balance?.booked)
  if (!balance || !amount)
    return phrase(language, "balance_line_none", { account: name, bank: context.bank.name })
  const owes = account.kind === "card" && balance.booked !== undefined
  const plain = balance.available ? "balance_line" : "balance_line_booked"
  // A sign alone is overlooked: the word says on which side of zero it is.
  const [above, below] = owes
    ? (["balance_line_owed", "balance_line_credit"] as const)
    : ([plain, "balance_line_overdrawn"] as const)
  return phrase(language, amount.minor < 0n ? below : above, {
    account: name,
    amount: formatMoney(language, withoutSign(amount)),
    time: formatTime(language, balance.at, context.bank.timeZone),
  })
}
