// "Payments": ten at a time, newest first, of one account; the account is chosen first where there are several.

import type { BankRefusal, Transaction, TransactionPage } from "../../banks/bank.ts"
import { cleanOutsiderText } from "../../banks/outsider-text.ts"
import type { Result } from "../../foundation/result.ts"
import { Grant } from "../../links/grant.ts"
import { LANGUAGES, phrase, type Language } from "../../phrases/catalogue.ts"
import { formatDay, formatMoney, isolate } from "../../phrases/format.ts"
import { TEXT_CHARS_MAX } from "../../messenger/message-limits.ts"
import { renderPayload } from "../intents/intent.ts"
import { normalise } from "../intents/understand.ts"
import { told } from "../leave.ts"
import { without, type Question, type State } from "../state.ts"
import { turnOf, type Flow, type Turn, type TurnContext } from "../turn-context.ts"
import { withoutSign } from "./balance.ts"
import { chips, menuChips } from "./choices.ts"
import { accountName, offerLink } from "./link.ts"
import { ask, sayRefusal } from "./questions.ts"

/** Payments in one message. */
export const TRANSACTIONS_A_PAGE = 10
/** Quick replies under one message. */
const ACCOUNTS_OFFERED_MAX = 11

/** Ask for payments: of the only account, or after a choice. */
export const askTransactions: Flow = (state, context) => {
  const grant = Grant.decide(state.consent, "account_service", context.now)
  if (!grant.ok) return offerLink(state, context, grant.error.reason)
  const [first, ...others] = grant.value.accounts
  if (first && others.length === 0)
    return ask(state, context, "account_service", { kind: "transactions", account: first.id })
  const quickReplies = grant.value.accounts.slice(0, ACCOUNTS_OFFERED_MAX).map((account, index) => ({
    title: accountName(state.language, account),
    payload: renderPayload("ACCOUNT", String(index)),
  }))
  return turnOf(state, [
    told(grant.value, { kind: "text", text: phrase(state.language, "choose_account"), quickReplies }),
  ])
}

/** The account a text names by its button's title, as its place in the list. */
export function findAccountTitle(state: State, text: string): string | undefined {
  const accounts = state.consent?.accounts ?? []
  const said = normalise(text)
  const index = accounts.findIndex((account) =>
    LANGUAGES.some((language) => normalise(accountName(language, account)) === said),
  )
  return accounts.length > 1 && index >= 0 ? String(index) : undefined
}

/** The account was chosen, by its place in the list. */
export function chooseAccount(state: State, context: TurnContext, index: string): Turn {
  const account = /^[0-9]{1,2}$/.test(index) ? state.consent?.accounts[Number(index)] : undefined
  if (!account) return askTransactions(state, context, "transactions")
  return ask(state, context, "account_service", { kind: "transactions", account: account.id })
}

/** Earlier payments of the list shown last. */
export const askMoreTransactions: Flow = (state, context) => {
  if (!state.paging) return askTransactions(state, context, "transactions")
  return ask(state, context, "account_service", { kind: "transactions", ...state.paging })
}

/** Tell what the bank answered. */
export function tellTransactions(
  state: State,
  context: TurnContext,
  question: Question & { readonly kind: "transactions" },
  result: Result<TransactionPage, BankRefusal>,
): Turn {
  if (!result.ok) return sayRefusal(state, context, result.error, "transactions")
  const grant = Grant.decide(state.consent, "account_service", context.now, question.account)
  const account = grant.ok ? grant.value.accounts[0] : undefined
  if (!grant.ok || !account)
    return offerLink(state, context, grant.ok ? "account_not_covered" : grant.error.reason)
  const { language } = state
  const { transactions, next } = result.value
  const name = accountName(language, account)
  const more = question.cursor !== undefined
  const texts =
    transactions.length === 0
      ? [phrase(language, more ? "transactions_end" : "transactions_none", { account: name })]
      : joinLines([
          phrase(language, more ? "transactions_more" : "transactions_title", { account: name }),
          ...transactions
            .slice(0, TRANSACTIONS_A_PAGE)
            .map((each) => renderTransaction(language, context, each)),
        ])
  const paged: State = next
    ? { ...state, paging: { account: account.id, cursor: next } }
    : without(state, "paging")
  const quickReplies = next
    ? chips(language, ["more_transactions", "balance", "help", "stop"])
    : menuChips(state)
  const last = texts.length - 1
  return turnOf(
    paged,
    texts.map((text, index) =>
      told(grant.value, { kind: "text", text, ...(index === last ? { quickReplies } : {}) }, account.id),
    ),
  )
}

/** Lines in as few messages as the platform's limit allows: a payment is never cut. */
function joinLines(lines: readonly string[]): readonly string[] {
  const texts: string[] = []
  for (const line of lines) {
    const joined = texts.length > 0 ? `${texts[texts.length - 1]}\n${line}` : line
    if (texts.length > 0 && joined.length <= TEXT_CHARS_MAX) texts[texts.length - 1] = joined
    else texts.push(line)
  }
  return texts
}

function renderTransaction(language: Language, context: TurnContext, transaction: Transaction): string {
  return phrase(language, "transaction_line", {
    date: formatDay(language, transaction.occurredAt, context.bank.timeZone),
    direction: transaction.direction,
    amount: formatMoney(language, withoutSign(transaction.amount)),
    description: isolate(language, cleanOutsiderText(transaction.description, phrase(language, "someone"))),
    pending: transaction.status === "pending" ? "yes" : "no",
  })
}
