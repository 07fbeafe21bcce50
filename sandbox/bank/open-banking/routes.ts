// UK Open Banking under /bank/open-banking/{v4.0|v3.1}/aisp: consents, accounts, balances, transactions by page. Every call for a customer
// is checked by access.ts, then by the consent it names, and sees only accounts of that.

import { Hono } from "hono"
import type { Context } from "hono"
import type { BankContext } from "../env.ts"
import { storeOf } from "../env.ts"
import { faultGate } from "../faults.ts"
import type { Access } from "../fdx/access.ts"
import { checkAccess } from "../fdx/access.ts"
import { pageKeyOf, placeOf } from "../fdx/shapes.ts"
import type { Account } from "../seed/customers.ts"
import { ACCOUNTS, findAccount } from "../seed/customers.ts"
import { createConsent, deleteConsent, readConsent } from "./consents.ts"
import { openBankingError, openBankingFault } from "./errors.ts"
import type { Version } from "./shapes.ts"
import { accountJson, balancesJson, transactionJson } from "./shapes.ts"

/** The least a bank gives in one page. */
const PAGE_ROWS = 25
const FAR_FUTURE = 8_640_000_000_000_000

export const openBankingRoutes = new Hono<BankContext>()

openBankingRoutes.use(faultGate(openBankingFault))
openBankingRoutes.use(async (c, next) => {
  const { accountData, slowMs } = c.var.gate.settings
  if (accountData === "down") return openBankingError("unavailable", { "retry-after": "5" })
  if (accountData === "slow") await scheduler.wait(slowMs)
  await next()
  c.res.headers.set("x-fapi-interaction-id", c.req.header("x-fapi-interaction-id") ?? crypto.randomUUID())
  c.res.headers.set("cache-control", "no-store")
})

openBankingRoutes.post("/account-access-consents", (c) => createConsent(c, versionOf(c)))
openBankingRoutes.get("/account-access-consents/:id", (c) => readConsent(c, versionOf(c)))
openBankingRoutes.delete("/account-access-consents/:id", (c) => deleteConsent(c))
openBankingRoutes.get("/accounts", guarded(listAccounts))
openBankingRoutes.get(
  "/accounts/:id",
  guarded(onAccount(async (c, account) => json(c, { Account: [accountJson(account, versionOf(c))] }))),
)
openBankingRoutes.get("/accounts/:id/balances", guarded(onAccount(readBalances)))
openBankingRoutes.get("/accounts/:id/transactions", guarded(onAccount(listTransactions)))
openBankingRoutes.all("*", () => openBankingError("not_implemented"))

type Handler = (c: Context<BankContext>, access: Access) => Promise<Response>

function guarded(handler: Handler) {
  return async (c: Context<BankContext>): Promise<Response> => {
    const access = await checkAccess(c, ["uk"])
    if (!access.ok)
      return openBankingError(access.error.reason, { "www-authenticate": access.error.challenge })
    if (access.value.consent?.status !== "allowed") return openBankingError("consent_ended")
    return handler(c, access.value)
  }
}

/** One of the consent's accounts; any other is unknown, or outside it. */
function onAccount(handler: (c: Context<BankContext>, account: Account) => Promise<Response>): Handler {
  return async (c, access) => {
    const account = findAccount(c.req.param("id") ?? "")
    if (!account?.owners.includes(access.customer)) return openBankingError("unknown")
    return access.accounts.has(account.id) ? handler(c, account) : openBankingError("not_consented")
  }
}

async function listAccounts(c: Context<BankContext>, access: Access): Promise<Response> {
  const accounts = ACCOUNTS.filter((account) => access.accounts.has(account.id))
  return json(c, { Account: accounts.map((account) => accountJson(account, versionOf(c))) })
}

async function readBalances(c: Context<BankContext>, account: Account): Promise<Response> {
  const store = storeOf(c.env)
  const [balance, now] = await Promise.all([store.balance(account.id), store.now()])
  return json(c, { Balance: balancesJson(account, balance, now, versionOf(c)) })
}

async function listTransactions(c: Context<BankContext>, account: Account): Promise<Response> {
  const page = c.req.query("page")
  const after = page === undefined ? null : placeOf(page)
  if (after === undefined) return openBankingError("malformed")
  const rows = await storeOf(c.env).payments(account.id, 0, FAR_FUTURE, after, PAGE_ROWS)
  const here = c.var.origins.sandbox + c.req.path
  return json(
    c,
    { Transaction: rows.rows.map((row) => transactionJson(account, row, versionOf(c))) },
    rows.next ? { Next: `${here}?page=${pageKeyOf(rows.next)}` } : {},
  )
}

const versionOf = (c: Context<BankContext>): Version => (c.req.param("version") === "v3.1" ? "v3.1" : "v4.0")

const json = (
  c: Context<BankContext>,
  data: unknown,
  links: Readonly<Record<string, string>> = {},
): Response =>
  Response.json({ Data: data, Links: { Self: c.var.origins.sandbox + c.req.path, ...links }, Meta: {} })
