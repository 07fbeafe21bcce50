// The control API for consents as resources: how each stands, and ending a customer's as the bank or time would.

import { Hono } from "hono"
import type { BankContext } from "../env.ts"
import { storeOf } from "../env.ts"
import { findCustomer } from "../seed/customers.ts"

export const consentRoutes = new Hono<BankContext>()

consentRoutes.get("/", async (c) => {
  const consents = await storeOf(c.env).consents()
  return c.json({
    consents: consents.map(({ id, server, status, customer, accounts }) => ({
      id,
      server,
      status,
      customer,
      accounts,
    })),
  })
})

/** `{"customer": "ana", "status": "expired" | "revoked"}`: the resource alone ends; tokens and grant stay, and are refused for it. */
consentRoutes.post("/", async (c) => {
  const { customer, status } = await c.req
    .json<{ customer?: unknown; status?: unknown }>()
    .catch(() => ({ customer: undefined, status: undefined }))
  const found = findCustomer(String(customer))
  if (!found || (status !== "expired" && status !== "revoked"))
    return c.json({ error: "expected a customer, and status expired or revoked" }, 400)
  await storeOf(c.env).endConsents(found.reference, status)
  return c.json({ customer, status })
})
