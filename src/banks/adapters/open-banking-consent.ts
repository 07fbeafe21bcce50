// UK Open Banking's `account-access-consents`: made before the login, read after it, deleted when the link ends. The permissions are the
// least that balances and payments need. Used by links/bank-consents.ts through `ConsentAdapter`.
// Source: Read/Write 4.0 and 3.1, Account Access Consents (bank-standards.md 3.2).

import * as z from "zod/mini"
import { err, ok } from "../../foundation/result.ts"
import type { BankCall, BankRead, BankRecord, ConsentAdapter } from "../bank.ts"
import { judgeOpenBanking } from "./open-banking-errors.ts"
import { askJson } from "./question.ts"
import { removeConsent } from "./removing.ts"

/** Reading transactions needs their two directions named too. */
const PERMISSIONS = [
  "ReadAccountsDetail",
  "ReadBalances",
  "ReadTransactionsDetail",
  "ReadTransactionsCredits",
  "ReadTransactionsDebits",
]
/** Allowed by its customer, in 4.0 and 3.1. */
const ALLOWED = ["AUTH", "Authorised"]

const CONSENT = z.object({
  Data: z.object({
    ConsentId: z.string().check(z.regex(/^[A-Za-z0-9._~:-]{1,128}$/)),
    Status: z.string(),
    Permissions: z.optional(z.array(z.string())),
  }),
})

export const OPEN_BANKING_CONSENT: ConsentAdapter = {
  async create(bank, call, until, signal) {
    const made = await askJson(call, consentsOf(bank), {
      method: "POST",
      body: {
        Data: {
          Permissions: PERMISSIONS,
          ExpirationDateTime: `${new Date(until).toISOString().slice(0, 19)}+00:00`,
        },
        Risk: {},
      },
      schema: CONSENT,
      judge: (answer) => judgeOpenBanking(bank, answer),
      signal,
    })
    return made.ok ? ok(made.value.Data.ConsentId) : made
  },
  async stands(bank, call, id, signal) {
    const found = await read(bank, call, id, signal)
    if (!found.ok) return found.error.reason === "outage" ? err(found.error) : ok({ stands: false })
    const { Status, Permissions } = found.value.Data
    return ok({
      stands: ALLOWED.includes(Status),
      ...(Permissions ? { reads: readsOf(Permissions) } : {}),
    })
  },
  remove: (bank, call, id, signal) =>
    removeConsent(call, consentUrl(bank, id), {}, (answer) => judgeOpenBanking(bank, answer), signal),
}

function readsOf(permissions: readonly string[]): readonly BankRead[] {
  const has = (name: string) => permissions.includes(name)
  const transactions =
    (has("ReadTransactionsDetail") || has("ReadTransactionsBasic")) &&
    (has("ReadTransactionsCredits") || has("ReadTransactionsDebits"))
  return [
    ...(has("ReadBalances") ? (["balances"] as const) : []),
    ...(transactions ? (["transactions"] as const) : []),
  ]
}

function read(bank: BankRecord, call: BankCall, id: string, signal: AbortSignal) {
  return askJson(call, consentUrl(bank, id), {
    schema: CONSENT,
    judge: (answer) => judgeOpenBanking(bank, answer),
    signal,
  })
}

function consentsOf(bank: BankRecord): string {
  return `${bank.apiBase}/account-access-consents`
}

function consentUrl(bank: BankRecord, id: string): string {
  return `${consentsOf(bank)}/${encodeURIComponent(id)}`
}
