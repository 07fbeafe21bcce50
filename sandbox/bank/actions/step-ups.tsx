// The bank's own page for one act: /bank/step-up/{id}. The customer proves themselves with the second factor; then the act is done here
// and told to the gateway by events. Whoever only holds the chat gets no further than this page.

import { Hono } from "hono"
import type { Child } from "hono/jsx"
import type { BankContext, Env, Origins } from "../env.ts"
import { addressesOf, storeOf } from "../env.ts"
import { postEvents } from "../events/post.ts"
import { cloudEvent, iso } from "../events/wire.ts"
import { createFrame, Page, pageHeaders, Problem, written } from "../pages/layout.tsx"
import { findCard, findCustomer, SECOND_FACTOR } from "../seed/customers.ts"
import type { StepUp, StepUpAct } from "../store/act-rows.ts"

export const STEP_UP_MS = 10 * 60_000

/** What the page asks, by act; `{ref}` is what it is about. */
const QUESTIONS: Readonly<Record<StepUpAct, string>> = {
  unfreeze_card: "Use your card again",
  answer_fraud_case: "Confirm that the payment was yours",
  freeze_card: "Freeze your card",
  open_dispute: "Dispute a payment",
}

export const stepUpRoutes = new Hono<BankContext>()

stepUpRoutes.get("/:id", async (c) => {
  const step = await standing(c.env, c.req.param("id"))
  return page(c.var.origins, step ? <Question step={step} /> : <Over />, step ? 200 : 410)
})

stepUpRoutes.post("/:id", async (c) => {
  // Ports of localhost are one site: the cookie's SameSite does not keep another port's page out.
  const site = c.req.header("sec-fetch-site")
  if (site !== undefined && site !== "same-origin") return page(c.var.origins, <Over />, 403)
  const step = await standing(c.env, c.req.param("id"))
  if (!step) return page(c.var.origins, <Over />, 410)
  const form = await c.req.formData()
  if (form.get("factor") !== SECOND_FACTOR)
    return page(c.var.origins, <Question step={step} problem="That is not the code of your app." />, 422)
  await prove(c.env, c.var.origins, step)
  return page(c.var.origins, <Done />, 200)
})

/** A step that can still be taken. */
async function standing(env: Env, id: string): Promise<StepUp | undefined> {
  const store = storeOf(env)
  const step = await store.findStepUp(id)
  return step && step.doneAt === null && (await store.now()) < step.expiresAt ? step : undefined
}

/** The customer has proven themselves: do the act, and tell the gateway what holds now. */
export async function prove(env: Env, origins: Origins, step: StepUp): Promise<void> {
  const store = storeOf(env)
  const now = await store.now()
  await store.putStepUp({ ...step, doneAt: now })
  const tell = (type: string, data: unknown) =>
    postEvents(
      env,
      origins,
      [
        cloudEvent({
          source: addressesOf(origins).eventSource,
          subject: step.customer,
          type,
          time: iso(now),
          data,
        }),
      ],
      "cloudevents",
    )
  const unfreeze = async (ref: string) => {
    const card = findCard(ref)
    if (!card) return
    await store.setCardState(ref, "active")
    await tell("bank.card.state_changed.v1", {
      account: card.accountId,
      card: { ref, last4: card.last4, brand: card.brand },
      state: "active",
      actor: "customer",
    })
  }
  if (step.act === "unfreeze_card") await unfreeze(step.ref)
  if (step.act === "answer_fraud_case") {
    const cardRef = await store.resolveCase(step.ref, step.customer)
    await tell("bank.fraud.resolved.v1", { case_id: step.ref, outcome: "genuine" })
    if (cardRef !== null) await unfreeze(cardRef)
  }
}

const Question = ({ step, problem }: { step: StepUp; problem?: string }) => (
  <form method="post" action={`/bank/step-up/${step.id}`}>
    <h1>{QUESTIONS[step.act]}</h1>
    <p class="lead">{aboutOf(step)}</p>
    {problem === undefined ? null : <Problem text={problem} />}
    <div class="field">
      <label for="factor">The 6 digits of your bank app</label>
      <input
        id="factor"
        class="code"
        name="factor"
        inputmode="numeric"
        autocomplete="one-time-code"
        maxlength={6}
        required
        autofocus
        aria-invalid={problem === undefined ? undefined : "true"}
        aria-describedby={problem === undefined ? "hint" : "problem hint"}
      />
    </div>
    <p class="hint" id="hint">
      In this practice bank they are always 000000.
    </p>
    <button class="button">Confirm</button>
  </form>
)

const Over = () => (
  <>
    <h1>This page is over</h1>
    <p class="lead">Nothing was changed. Ask for it again in the chat or in the bank's app.</p>
  </>
)

const Done = () => (
  <>
    <h1>Done</h1>
    <p class="lead">You can go back to the chat: it says what holds now.</p>
  </>
)

function aboutOf({ act, ref, customer }: StepUp): string {
  const card = findCard(ref)
  const name = findCustomer(customer)?.fullName ?? ""
  if (card) return `Card ending in ${card.last4}, ${name}`
  return act === "answer_fraud_case" ? `Case ${ref}, ${name}` : name
}

async function page(origins: Origins, content: Child, status: number): Promise<Response> {
  const frame = createFrame("en")
  const html = await written(
    <Page frame={frame} title="Confirm">
      {content}
    </Page>,
  )
  return new Response(html, {
    status,
    headers: pageHeaders(frame, origins.gateway),
  })
}
