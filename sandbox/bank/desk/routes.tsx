// /bank/desk: the page for one customer and account, and its buttons. A form posts an act and gets the page back
// with what came of it. May be framed by the sandbox's own pages, by nobody else.

import { Hono } from "hono"
import type { Context } from "hono"
import type { BankContext } from "../env.ts"
import { storeOf } from "../env.ts"
import { createFrame, written } from "../pages/layout.tsx"
import { accountsOf, cardOf, CUSTOMERS, findCustomer } from "../seed/customers.ts"
import type { Account, Customer } from "../seed/customers.ts"
import { ACTS } from "./acts.ts"
import type { Desk } from "./page.tsx"
import { DeskPage } from "./page.tsx"

export const deskRoutes = new Hono<BankContext>()

deskRoutes.get("/", async (c) => {
  const { customer, account } = c.req.query()
  return show(c, chosen(customer, account))
})

deskRoutes.post("/:act", async (c) => {
  const site = c.req.header("sec-fetch-site")
  const act = ACTS[c.req.param("act")]
  if (site !== undefined && site !== "same-origin")
    return c.text("Only the desk's own page may do this.", 403)
  if (!act) return c.notFound()
  const form = await c.req.formData()
  const field = (name: string) => {
    const value = form.get(name)
    return typeof value === "string" ? value : ""
  }
  const choice = chosen(field("customer"), field("account"))
  const outcome = await act({ env: c.env, origins: c.var.origins, ...choice, field })
  if (outcome.kind === "wrong")
    return show(c, choice, { act: c.req.param("act"), text: outcome.text, typed: field })
  await storeOf(c.env).noteActivity({ ...outcome.activity, at: await storeOf(c.env).now() })
  return show(c, choice)
})

type Choice = { readonly customer: Customer; readonly account: Account }

/** Whoever and whatever was named, else the first. */
function chosen(userName: string | undefined, accountId: string | undefined): Choice {
  const customer = findCustomer(userName ?? "") ?? CUSTOMERS[0]
  const accounts = accountsOf(customer?.reference ?? "")
  const account = accounts.find((one) => one.id === accountId) ?? accounts[0]
  if (!customer || !account) throw new Error("Cannot show the desk: the bank has no customers")
  return { customer, account }
}

async function show(c: Context<BankContext>, choice: Choice, wrong?: Desk["wrong"]): Promise<Response> {
  const store = storeOf(c.env)
  const { nonce } = createFrame("en")
  const [states, cases, activities, settings] = await Promise.all([
    store.cardStates(),
    store.cases(),
    store.activities(),
    store.settings(),
  ])
  const books = await Promise.all(
    accountsOf(choice.customer.reference).map(async (account) => ({
      account,
      balance: await store.balance(account.id),
    })),
  )
  const card = cardOf(choice.account.id)
  const desk: Desk = {
    nonce,
    ...choice,
    books,
    card: card && { ...card, state: states[card.ref] ?? "active" },
    cases: cases.filter((one) => one.customer === choice.customer.reference),
    activities,
    accountData: settings.accountData,
    wrong,
  }
  return c.body(await written(<DeskPage desk={desk} />), wrong ? 422 : 200, {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'`,
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
  })
}
