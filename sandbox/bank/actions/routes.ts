// What the bank lets a customer's client do (design.md 4.2): answer a fraud case, see and freeze cards. The
// link's DPoP token, an Idempotency-Key for what changes something, problem documents.

import { Hono } from "hono"
import type { Context } from "hono"
import type { BankContext } from "../env.ts"
import { storeOf } from "../env.ts"
import { faultGate } from "../faults.ts"
import type { Access } from "../fdx/access.ts"
import { checkAccess } from "../fdx/access.ts"
import { SERVER_NAMES } from "../oidc/servers.ts"
import { accountsOf, CARDS, findCard } from "../seed/customers.ts"
import type { StepUpAct } from "../store/act-rows.ts"
import { STEP_UP_ACTS } from "../store/act-rows.ts"
import type { CardState, FraudCase } from "../store/case-rows.ts"
import type { Problem, ProblemReason } from "./problem.ts"
import { STEP_UP_MS } from "./step-ups.tsx"
import { problemFault, problemOf, problemResponse } from "./problem.ts"

const BODY_BYTES_MAX = 16_384
/** How soon a person of the bank writes after a denied payment. */
const CONTACT_MS = 2 * 86_400_000
/** By when a dispute's customer hears of it again. */
const DISPUTE_MS = 10 * 86_400_000

type Answered = Problem

export const actionRoutes = new Hono<BankContext>()

actionRoutes.use(faultGate(problemFault))
actionRoutes.get("/cards", (c) =>
  withAccess(c, async (access) => Response.json({ cards: await cardsOf(c, access) })),
)
actionRoutes.post("/cards/:ref/freeze", (c) => once(c, (access) => freeze(c, access)))
actionRoutes.post("/fraud-cases/:id/responses", (c) => once(c, (access, body) => respond(c, access, body)))
actionRoutes.post("/disputes", (c) => once(c, (access, body) => dispute(c, access, body)))
actionRoutes.post("/step-ups", (c) => once(c, (access, body) => stepUp(c, access, body)))
actionRoutes.all("*", () => problemResponse(problemOf("not_found")))

async function withAccess(
  c: Context<BankContext>,
  act: (access: Access) => Promise<Response>,
): Promise<Response> {
  const access = await checkAccess(c, SERVER_NAMES)
  if (access.ok) return act(access.value)
  const { error } = access
  const nonce = "nonce" in error && error.nonce !== undefined ? { "dpop-nonce": error.nonce } : {}
  return problemResponse(problemOf(error.reason), { "www-authenticate": error.challenge, ...nonce })
}

/** Do a thing at most once for a key: a repeat hears the first answer again, the same key for another thing is refused. */
function once(
  c: Context<BankContext>,
  act: (access: Access, body: unknown) => Promise<Answered>,
): Promise<Response> {
  return withAccess(c, async (access) => {
    const key = c.req.header("idempotency-key")
    if (!key || key.length > 200) return problemResponse(problemOf("key_missing"))
    const text = await c.req.text()
    if (text.length > BODY_BYTES_MAX) return problemResponse(problemOf("malformed"))
    const fingerprint = await digest(`${c.req.method} ${c.req.path}\n${text}`)
    const store = storeOf(c.env)
    const kept = await store.kept(`${access.customer} ${key}`)
    if (kept && kept.fingerprint !== fingerprint) return problemResponse(problemOf("key_reused"))
    if (kept) return answer(kept, { "idempotency-replayed": "true" })
    const answered = await act(access, parse(text))
    await store.keep(`${access.customer} ${key}`, { fingerprint, ...answered })
    return answer(answered)
  })
}

const answer = ({ status, body }: Answered, headers: Readonly<Record<string, string>> = {}): Response =>
  status >= 400
    ? problemResponse({ status, body }, headers)
    : new Response(body, { status, headers: { "content-type": "application/json", ...headers } })

async function cardsOf(c: Context<BankContext>, access: Access) {
  const states = await storeOf(c.env).cardStates()
  return CARDS.filter((card) => access.accounts.has(card.accountId)).map((card) => ({
    ref: card.ref,
    last4: card.last4,
    brand: card.brand,
    account: card.accountId,
    state: states[card.ref],
  }))
}

async function freeze(c: Context<BankContext>, access: Access): Promise<Answered> {
  const card = findCard(c.req.param("ref") ?? "")
  const own = card && accountsOf(access.customer).some((account) => account.id === card.accountId)
  if (!card || !own) return problemOf("not_found")
  await storeOf(c.env).setCardState(card.ref, "frozen")
  return done(200, { ref: card.ref, last4: card.last4, state: "frozen" })
}

async function respond(c: Context<BankContext>, access: Access, body: unknown): Promise<Answered> {
  const said = readResponse(body)
  if (!said) return problemOf("malformed")
  const id = c.req.param("id") ?? ""
  const { fraudYes } = await storeOf(c.env).settings()
  if (said.answer === "confirm" && fraudYes === "proof") {
    const { url } = await openPage(c, access, "answer_fraud_case", id)
    return problemOf("step_up_required", { url })
  }
  const outcome = await storeOf(c.env).answerCase(id, access.customer, said.answer, said.at)
  if (outcome.kind === "recorded") return done(200, await receipt(c, outcome.case))
  const refusals = {
    unknown: "not_found",
    closed: "case_closed",
    answered_otherwise: "already_answered",
  } as const satisfies Record<string, ProblemReason>
  return problemOf(refusals[outcome.kind])
}

async function stepUp(c: Context<BankContext>, access: Access, body: unknown): Promise<Answered> {
  const { act, ref } = (body ?? {}) as Readonly<Record<string, unknown>>
  if (typeof ref !== "string" || ref === "" || !STEP_UP_ACTS.includes(act as StepUpAct))
    return problemOf("malformed")
  const card = findCard(ref)
  const own = accountsOf(access.customer).some((account) => account.id === card?.accountId)
  if (act === "unfreeze_card" && !own) return problemOf("not_found")
  const { url, expiresAt } = await openPage(c, access, act as StepUpAct, ref)
  return done(201, { url, expires_at: new Date(expiresAt).toISOString() })
}

async function openPage(c: Context<BankContext>, access: Access, act: StepUpAct, ref: string) {
  const store = storeOf(c.env)
  const id = crypto.randomUUID().replaceAll("-", "")
  const expiresAt = (await store.now()) + STEP_UP_MS
  await store.putStepUp({ id, customer: access.customer, act, ref, expiresAt, doneAt: null })
  return { url: `${c.var.origins.sandbox}/bank/step-up/${id}`, expiresAt }
}

/** Taken as it came: a person of the bank reads it. */
async function dispute(c: Context<BankContext>, access: Access, body: unknown): Promise<Answered> {
  const {
    transaction_id: payment,
    reason,
    received_at: at,
  } = (body ?? {}) as Readonly<Record<string, unknown>>
  if (typeof payment !== "string" || typeof reason !== "string" || typeof at !== "string")
    return problemOf("malformed")
  const store = storeOf(c.env)
  const now = await store.now()
  const id = `D-${crypto.randomUUID().replaceAll("-", "").slice(0, 6).toUpperCase()}`
  await store.putDispute({ id, customer: access.customer, openedAt: now, summary: JSON.stringify(body) })
  return done(201, { case_id: id, next_date: new Date(now + DISPUTE_MS).toISOString().slice(0, 10) })
}

/** Only what the bank really did: the card's state where a card is concerned, a date only after a denial. */
async function receipt(c: Context<BankContext>, done: FraudCase) {
  const card = findCard(done.cardRef ?? "")
  const state: CardState | undefined = card && (await storeOf(c.env).cardStates())[card.ref]
  return {
    case_id: done.id,
    answer: done.answer,
    recorded_at: new Date(done.answeredAt ?? 0).toISOString(),
    ...(card ? { card: { ref: card.ref, last4: card.last4, state } } : {}),
    ...(done.answer === "deny"
      ? { next_date: new Date((done.answeredAt ?? 0) + CONTACT_MS).toISOString().slice(0, 10) }
      : {}),
  }
}

function readResponse(
  body: unknown,
): { readonly answer: "confirm" | "deny"; readonly at: number } | undefined {
  if (typeof body !== "object" || body === null) return undefined
  const { answer: said, assurance, answered_at: at } = body as Readonly<Record<string, unknown>>
  if (assurance !== "messenger" || typeof at !== "string" || Number.isNaN(Date.parse(at))) return undefined
  return said === "confirm" || said === "deny" ? { answer: said, at: Date.parse(at) } : undefined
}

const done = (status: number, value: unknown): Answered => ({ status, body: JSON.stringify(value) })

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function digest(text: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toString(
    "base64url",
  )
}
