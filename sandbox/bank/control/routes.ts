// The bank's control API, /control/bank/*: what the desk does, and more, by JSON; tests live on it. No protection:
// the sandbox holds nobody's data.

import { Hono } from "hono"
import type { BankContext, Fault, Settings } from "../env.ts"
import { SETTINGS_DEFAULT, storeOf } from "../env.ts"
import type { PaymentOrder } from "../events/payment.ts"
import { payNow } from "../events/payment.ts"
import { textOf } from "../money.ts"
import { accountsOf, cardOf, CUSTOMERS, findCard } from "../seed/customers.ts"
import { consentRoutes } from "./consent-routes.ts"
import type { PostShape } from "../events/post.ts"
import { sendEvents, SHAPES } from "./send-events.ts"

const SKEW_SECONDS_MAX = 3_600
const FAULTS_MAX = 100
const ADVANCE_MS_MAX = 10 * 365 * 86_400_000

export const controlRoutes = new Hono<BankContext>()

controlRoutes.post("/events", async (c) => {
  const result = await sendEvents(c.env, c.var.origins, await c.req.json().catch(() => undefined))
  return result.ok ? c.json(result.value) : c.json({ error: result.error }, 400)
})

/** Spend or receive as the desk does: books it and tells the gateway. */
controlRoutes.post("/payments", async (c) => {
  const order = readPayment(await c.req.json().catch(() => undefined))
  if (!order)
    return c.json({ error: "expected account, amount as text, direction debit or credit, merchant" }, 400)
  const paid = await payNow(c.env, c.var.origins, order)
  if (!paid.ok) return c.json({ error: paid.error }, 422)
  const { account, paymentId, available, ids, answer } = paid.value
  return c.json({ account: account.id, paymentId, available, ids, ...answer })
})

controlRoutes.get("/callbacks", async (c) => {
  const rows = await storeOf(c.env).callbacks()
  return c.json({
    callbacks: rows.map(({ at, proof, type, body }) => ({
      at,
      verified: proof === "good",
      proof,
      type,
      event: JSON.parse(body) as unknown,
    })),
  })
})

controlRoutes.get("/settings", async (c) => c.json(await storeOf(c.env).settings()))

controlRoutes.post("/settings", async (c) => {
  const patch = readSettings(await c.req.json().catch(() => undefined))
  if (typeof patch === "string") return c.json({ error: patch }, 400)
  return c.json(await storeOf(c.env).changeSettings(patch))
})

controlRoutes.post("/faults", async (c) => {
  const faults = readFaults(await c.req.json().catch(() => undefined))
  if (!faults)
    return c.json({ error: `expected a list of at most ${FAULTS_MAX} faults, each with a path` }, 400)
  await storeOf(c.env).setFaults(faults)
  return c.json({ faults: faults.length })
})

controlRoutes.post("/clock", async (c) => {
  const { advanceMs } = await c.req.json<{ advanceMs?: unknown }>().catch(() => ({ advanceMs: undefined }))
  if (!Number.isInteger(advanceMs) || Number(advanceMs) < 0 || Number(advanceMs) > ADVANCE_MS_MAX)
    return c.json({ error: "expected advanceMs, a whole number of milliseconds" }, 400)
  await storeOf(c.env).advance(Number(advanceMs))
  return c.json({ advancedMs: advanceMs })
})

controlRoutes.post("/reset", async (c) => {
  await storeOf(c.env).reset()
  return c.json({ reset: true })
})

/** The truth a test compares with: who banks here, and what they have now, as decimal text. */
controlRoutes.get("/customers", async (c) => {
  const store = storeOf(c.env)
  const states = await store.cardStates()
  const customers = CUSTOMERS.map(async ({ userName, reference, fullName, language }) => ({
    userName,
    reference,
    fullName,
    language,
    accounts: await Promise.all(
      accountsOf(reference).map(async (account) => {
        const balance = await store.balance(account.id)
        const card = cardOf(account.id)
        return {
          id: account.id,
          kind: account.kind,
          name: account.product,
          currency: account.currency,
          number: account.number,
          last4: account.last4,
          owners: account.owners,
          booked: textOf(
            account.kind === "card" ? -balance.bookedMinor : balance.bookedMinor,
            account.currency,
          ),
          available: textOf(balance.availableMinor, account.currency),
          sequence: balance.sequence,
          ...(card
            ? { card: { ref: card.ref, last4: card.last4, brand: card.brand, state: states[card.ref] } }
            : {}),
        }
      }),
    ),
  }))
  return c.json({ customers: await Promise.all(customers) })
})

/** Which customers' consents stand, and with how many refresh tokens: a link that came to nothing leaves none. */
controlRoutes.get("/grants", async (c) => c.json({ grants: await storeOf(c.env).grants() }))

/** A customer, by reference, ends all they allowed, at the bank alone; the gateway is not told. */
controlRoutes.delete("/grants/:customer", async (c) =>
  c.json({ ended: await storeOf(c.env).revokeCustomer(c.req.param("customer")) }),
)

controlRoutes.route("/consents", consentRoutes)

/** The private key the bank signs its events with, as a JWK: for whoever practises signing. It guards nothing. */
controlRoutes.get("/event-key", async (c) => c.json((await storeOf(c.env).keys()).events))

/** Sign tokens with a new key from now on. */
controlRoutes.post("/keys", async (c) => c.json({ kid: await storeOf(c.env).rotateTokenKey() }))

controlRoutes.get("/fraud-cases", async (c) => {
  const cases = await storeOf(c.env).cases()
  return c.json({ cases: cases.map((one) => ({ ...one, summary: JSON.parse(one.summary) as unknown })) })
})

/** What customers disputed, as it came. */
controlRoutes.get("/disputes", async (c) => {
  const disputes = await storeOf(c.env).disputes()
  return c.json({
    disputes: disputes.map((one) => ({ ...one, summary: JSON.parse(one.summary) as unknown })),
  })
})

/** The bank freezes a card, or lets it be used again, of itself; the gateway is not told. */
controlRoutes.post("/cards", async (c) => {
  const { ref, state } = await c.req.json<{ ref?: unknown; state?: unknown }>().catch(() => ({}) as never)
  if (typeof ref !== "string" || !findCard(ref) || (state !== "active" && state !== "frozen"))
    return c.json({ error: "expected ref of a card, and state active or frozen" }, 400)
  await storeOf(c.env).setCardState(ref, state)
  return c.json({ ref, state })
})

function readPayment(value: unknown): PaymentOrder | undefined {
  const { account, amount, direction, merchant, as } = (value ?? {}) as Readonly<Record<string, unknown>>
  if (typeof account !== "string" || typeof amount !== "string" || typeof merchant !== "string")
    return undefined
  return direction === "debit" || direction === "credit"
    ? {
        account,
        amount,
        direction,
        merchant,
        ...(SHAPES.includes(as as PostShape) ? { as: as as PostShape } : {}),
      }
    : undefined
}

/** What each switch accepts. */
const SWITCHES = {
  requireNonce: isBoolean,
  requireResourceNonce: isBoolean,
  iss: oneOf("right", "wrong", "missing"),
  tokenEndpoint: oneOf("up", "slow", "down"),
  slowMs: isCount,
  rotateRefreshTokens: isBoolean,
  accessTokenTtlSeconds: (value: unknown) => isCount(value) && value !== 0,
  accountData: oneOf("up", "slow", "down"),
  clockSkewSeconds: (value: unknown) =>
    Number.isInteger(value) && Math.abs(Number(value)) <= SKEW_SECONDS_MAX,
  fraudYes: oneOf("taken", "proof"),
  linkConfirmation: oneOf("confirmed", "refused", "pending"),
} as const satisfies Record<keyof Settings, (value: unknown) => boolean>

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean"
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 86_400_000
}

function oneOf(...choices: readonly string[]) {
  return (value: unknown): boolean => choices.includes(value as string)
}

/** A patch of the switches, or what is wrong with it. */
function readSettings(value: unknown): Partial<Settings> | string {
  if (typeof value !== "object" || value === null) return "expected an object of switches"
  for (const [name, wanted] of Object.entries(value)) {
    if (!Object.hasOwn(SETTINGS_DEFAULT, name)) return `unknown switch "${name}"`
    if (!SWITCHES[name as keyof Settings](wanted)) return `switch "${name}" does not take this value`
  }
  return value as Partial<Settings>
}

function readFaults(value: unknown): readonly Fault[] | undefined {
  if (!Array.isArray(value) || value.length > FAULTS_MAX) return undefined
  const faults = (value as readonly unknown[]).map(readFault)
  return faults.every((fault) => fault !== undefined) ? faults : undefined
}

function readFault(value: unknown): Fault | undefined {
  if (typeof value !== "object" || value === null) return undefined
  const { path, times, status, error, delayMs, afterAccept } = value as Readonly<Record<string, unknown>>
  if (typeof path !== "string" || !path.startsWith("/")) return undefined
  const wrong = status === undefined && delayMs === undefined && afterAccept !== true
  return {
    path,
    times: times === null ? null : typeof times === "number" ? times : 1,
    status: wrong ? 500 : typeof status === "number" ? status : null,
    error:
      typeof error === "string"
        ? error
        : error === undefined || error === null
          ? null
          : JSON.stringify(error),
    delayMs: typeof delayMs === "number" ? delayMs : 0,
    afterAccept: afterAccept === true,
  }
}
