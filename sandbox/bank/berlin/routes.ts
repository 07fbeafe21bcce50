// Berlin Group under /bank/berlin/v1: consents, accounts and card accounts, balances, movements by page. Every call for a customer names
// its request and its consent, is checked by access.ts, and counts against the consent's looks a day unless the customer is there.

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
import type { Asked } from "./consents.ts"
import { createConsent, deleteConsent, readConsent, readStatus } from "./consents.ts"
import { berlinError, berlinFault } from "./errors.ts"
import { accountJson, balancesJson, movementJson } from "./shapes.ts"

const PAGE_ROWS = 40
const FAR_FUTURE = 8_640_000_000_000_000
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const STATUSES = new Set(["booked", "pending", "both"])

export const berlinRoutes = new Hono<BankContext>()

berlinRoutes.use(faultGate(berlinFault))
berlinRoutes.use(async (c, next) => {
  const { accountData, slowMs } = c.var.gate.settings
  if (accountData === "down") return berlinError("unavailable", { "retry-after": "5" })
  if (accountData === "slow") await scheduler.wait(slowMs)
  const id = c.req.header("x-request-id") ?? ""
  if (!UUID.test(id)) return berlinError("malformed")
  await next()
  c.res.headers.set("x-request-id", id)
  c.res.headers.set("cache-control", "no-store")
})

berlinRoutes.post("/consents", createConsent)
berlinRoutes.get("/consents/:id", readConsent)
berlinRoutes.get("/consents/:id/status", readStatus)
berlinRoutes.delete("/consents/:id", deleteConsent)
berlinRoutes.get("/accounts", guarded(listAccounts))
berlinRoutes.get("/card-accounts", guarded(listAccounts))
for (const collection of ["accounts", "card-accounts"] as const) {
  berlinRoutes.get(`/${collection}/:id/balances`, guarded(onAccount(readBalances)))
  berlinRoutes.get(`/${collection}/:id/transactions`, guarded(onAccount(listTransactions)))
}
berlinRoutes.all("*", () => berlinError("unknown"))

type Handler = (c: Context<BankContext>, access: Access) => Promise<Response>

function guarded(handler: Handler) {
  return async (c: Context<BankContext>): Promise<Response> => {
    const access = await checkAccess(c, ["berlin"])
    if (!access.ok) return berlinError(access.error.reason, { "www-authenticate": access.error.challenge })
    const { consent } = access.value
    if (!consent || consent.id !== c.req.header("consent-id")) return berlinError("consent_unknown")
    if (consent.status === "expired") return berlinError("consent_expired")
    if (consent.status !== "allowed") return berlinError("consent_ended")
    const { frequencyPerDay } = JSON.parse(consent.asked) as Asked
    // Further pages belong to the look they go on from.
    const counts = !c.req.header("psu-ip-address") && c.req.query("page") === undefined
    const look = `${consent.id} ${c.req.path}`
    if (counts && !(await storeOf(c.env).countLook(look, frequencyPerDay))) return berlinError("exceeded")
    return handler(c, access.value)
  }
}

/** One of the consent's accounts, at the address of its kind. */
function onAccount(handler: (c: Context<BankContext>, account: Account) => Promise<Response>): Handler {
  return async (c, access) => {
    const account = findAccount(c.req.param("id") ?? "")
    if (!account?.owners.includes(access.customer) || !isOfCollection(c, account))
      return berlinError("unknown")
    return access.accounts.has(account.id) ? handler(c, account) : berlinError("not_consented")
  }
}

async function listAccounts(c: Context<BankContext>, access: Access): Promise<Response> {
  const accounts = ACCOUNTS.filter((account) => access.accounts.has(account.id) && isOfCollection(c, account))
  const name = isCards(c) ? "cardAccounts" : "accounts"
  return Response.json({ [name]: accounts.map(accountJson) })
}

async function readBalances(c: Context<BankContext>, account: Account): Promise<Response> {
  const store = storeOf(c.env)
  const [balance, now] = await Promise.all([store.balance(account.id), store.now()])
  return Response.json({ balances: balancesJson(account, balance, now) })
}

async function listTransactions(c: Context<BankContext>, account: Account): Promise<Response> {
  const { bookingStatus, dateFrom, page } = c.req.query()
  const from = Date.parse(dateFrom ?? "")
  const after = page === undefined ? null : placeOf(page)
  if (!STATUSES.has(bookingStatus ?? "") || Number.isNaN(from) || after === undefined)
    return berlinError("malformed")
  const found = await storeOf(c.env).payments(account.id, from, FAR_FUTURE, after, PAGE_ROWS)
  const [booked, pending] = [true, false].map((isBooked) =>
    found.rows.filter((row) => (row.postedAt !== null) === isBooked).map((row) => movementJson(account, row)),
  )
  const here = c.req.path.replace("/bank/berlin", "")
  const query = new URLSearchParams({ ...c.req.query(), page: found.next ? pageKeyOf(found.next) : "" })
  const report = {
    ...(bookingStatus === "pending" ? {} : { booked }),
    ...(bookingStatus === "booked" ? {} : { pending }),
    _links: {
      account: { href: `/v1/accounts/${account.id}` },
      ...(found.next ? { next: { href: `${here}?${query}` } } : {}),
    },
  }
  return Response.json(isCards(c) ? { cardTransactions: report } : { transactions: report })
}

const isCards = (c: Context<BankContext>): boolean => c.req.path.includes("/card-accounts")
const isOfCollection = (c: Context<BankContext>, account: Account): boolean =>
  isCards(c) === (account.kind === "card")
