// A bank's account data and actions, asked without a token: they must be there, and must not answer. What they say to a customer's token
// only a link shows. Run by console/bank-check.ts.

import type { BankRecord } from "./bank.ts"
import { judgeGuarded, note, probe, type Finding, type Probe } from "./bank-check.ts"

const ACCEPT = { accept: "application/json" }

/** `account_data`: the list of accounts, which each dialect has at the same place. */
export async function checkAccountData(how: Probe, bank: Pick<BankRecord, "apiBase">): Promise<Finding> {
  return judgeGuarded(
    "account_data",
    "apiBase",
    await probe(how, `${bank.apiBase}/accounts`, { headers: ACCEPT }),
  )
}

/** `actions`. */
export async function checkActions(how: Probe, bank: Pick<BankRecord, "actionsBase">): Promise<Finding> {
  if (!bank.actionsBase)
    return note("actions", "The record has no actionsBase: the chat offers the bank's telephone instead")
  return judgeGuarded(
    "actions",
    "actionsBase",
    await probe(how, `${bank.actionsBase}/cards`, { headers: ACCEPT }),
  )
}
