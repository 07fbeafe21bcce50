// The account data API under /bank/fdx/v6: accounts, one account with balances, transactions by page. Every call
// is checked by access.ts and sees only accounts of its consent.

import { Hono } from "hono"
import type { Context } from "hono"
import type { BankContext } from "../env.ts"
import { storeOf } from "../env.ts"
import { faultGate } from "../faults.ts"
import type { Action } from "../oidc/details.ts"
import type { Account } from "../seed/customers.ts"
import { ACCOUNTS, findAccount } from "../seed/customers.ts"
import type { PaymentPlace } from "../store/book-rows.ts"
import type { Access, AccessRefusal } from "./access.ts"
import { checkAccess } from "./access.ts"
import type { FdxReason } from "./errors.ts"
import { fdxError, fdxFault } from "./errors.ts"
import { accountWithBalance, descriptorOf, pageKeyOf, placeOf, transactionJson } from "./shapes.ts"

const PAGE_DEFAULT = 100
const PAGE_MAX = 500
const FAR_FUTURE = 8_640_000_000_000_000

type Handler = (c: Context<BankContext>, access: Access) => Promise<Response>

export const fdxRoutes = new Hono<BankContext>()

fdxRoutes.use(faultGate(fdxFault))
fdxRoutes.use(async (c, next) => {
  const { accountData, slowMs } = c.var.gate.settings
  if (accountData === "down") return fdxError("unavailable", { "retry-after": "5" })
  if (accountData === "slow") await scheduler.wait(slowMs)
  await next()
  c.res.headers.set("x-fapi-interaction-id", c.req.header("x-fapi-interaction-id") ?? crypto.randomUUID())
  c.res.headers.set("cache-control", "no-store")
})

fdxRoutes.get("/accounts", guarded("list_accounts", listAccounts))
fdxRoutes.get("/accounts/:id", guarded("read_balances", readAccount))
fdxRoutes.get("/accounts/:id/transactions", guarded("read_transactions", listTransactions))
fdxRoutes.all("*", () => fdxError("not_found"))

function guarded(action: Action, handler: Handler) {
  return async (c: Context<BankContext>): Promise<Response> => {
    const access = await checkAccess(c, ["fapi2", "green"])
    if (!access.ok) return refused(access.error)
    if (!access.value.actions.has(action)) return fdxError("not_consented")
    return handler(c, access.value)
  }
}

export function refused(refusal: AccessRefusal): Response {
  const nonce = "nonce" in refusal && refusal.nonce !== undefined ? { "dpop-nonce": refusal.nonce } : {}
  return fdxError(refusal.reason, { "www-authenticate": refusal.challenge, ...nonce })
}

async function listAccounts(_c: Context<BankContext>, access: Access): Promise<Response> {
  const accounts = ACCOUNTS.filter((account) => access.accounts.has(account.id)).map(descriptorOf)
  return json({ page: { totalElements: accounts.length }, accounts })
}

async function readAccount(c: Context<BankContext>, access: Access): Promise<Response> {
  const found = consented(c, access)
  if (typeof found === "string") return fdxError(found)
  const store = storeOf(c.env)
  const [balance, now] = await Promise.all([store.balance(found.id), store.now()])
  return json(accountWithBalance(found, balance, now))
}

async function listTransactions(c: Context<BankContext>, access: Access): Promise<Response> {
  const account = consented(c, access)
  if (typeof account === "string") return fdxError(account)
  const range = rangeOf(c)
  if (!range) return fdxError("date_range")
  const place = pageOf(c)
  if (!place) return fdxError("bad_request")
  const page = await storeOf(c.env).payments(account.id, range.from, range.to, place.after, place.limit)
  const next = page.next && pageKeyOf(page.next)
  return json({
    page: { totalElements: page.total, ...(next ? { nextPageKey: next } : {}) },
    ...(next ? { links: { next: { href: nextHref(c, next) } } } : {}),
    transactions: page.rows.map((row) => transactionJson(account, row)),
  })
}

/** An account that is not the customer's is as unknown as one that does not exist; one of theirs may be outside the consent. */
function consented(c: Context<BankContext>, access: Access): Account | FdxReason {
  const account = findAccount(c.req.param("id") ?? "")
  if (!account || !account.owners.includes(access.customer)) return "account_unknown"
  return access.accounts.has(account.id) ? account : "not_consented"
}

/** Both ends or neither; days count whole, the end day included. */
function rangeOf(c: Context<BankContext>): { from: number; to: number } | undefined {
  const { startTime, endTime, startDate, endDate } = c.req.query()
  const [start, end] = [startTime ?? startDate, endTime ?? endDate]
  if (start === undefined && end === undefined) return { from: 0, to: FAR_FUTURE }
  const from = Date.parse(start ?? "")
  const to = Date.parse(end ?? "") + (endTime === undefined ? 86_400_000 : 0)
  return from <= to ? { from, to } : undefined
}

function pageOf(c: Context<BankContext>): { after: PaymentPlace | null; limit: number } | undefined {
  const { pageKey, limit } = c.req.query()
  const after = pageKey === undefined ? null : placeOf(pageKey)
  const asked = limit === undefined ? PAGE_DEFAULT : Number(limit)
  if (after === undefined || !Number.isInteger(asked) || asked < 1) return undefined
  return { after, limit: Math.min(asked, PAGE_MAX) }
}

function nextHref(c: Context<BankContext>, pageKey: string): string {
  const query = new URLSearchParams(c.req.query())
  query.set("pageKey", pageKey)
  return `${c.req.path.replace("/bank/fdx/v6", "")}?${query}`
}

const json = (value: unknown): Response =>
  new Response(JSON.stringify(value), { headers: { "content-type": "application/json" } })
