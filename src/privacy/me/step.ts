// The bank's login once more, for what must not be done by whoever merely holds the phone: adding a purpose, deleting everything. The
// login is used as proof that the link's own customer sits there, and for nothing else: it asks for no account where the bank lets it, and
// what it gave beyond that is given back at once.
// No HTTP in here: routes.tsx is its face.

import { decodeJwt } from "jose"
import type { BankRecord } from "../../banks/bank.ts"
import type { LinkId } from "../../foundation/id.ts"
import { err, ok, type Result } from "../../foundation/result.ts"
import type { LoginRefusal } from "../../links/bank-refusal.ts"
import type { MeReason, MeWorld } from "./me.ts"
import { STEP_MS, type Session, type Step, type StepAct } from "./session.ts"

/** A refusal, and the word of it that goes into the log. */
export interface StepRefusal {
  readonly reason: MeReason
  readonly why: string
}

/** What each refusal of a login comes to on these pages. */
const REASONS = {
  bank_unreachable: "bank_unreachable",
  bank_misconfigured: "bank_unreachable",
  bank_refused: "bank_unreachable",
  denied: "not_confirmed",
  issuer_mismatch: "not_confirmed",
  state_mismatch: "not_confirmed",
  answer_refused: "not_confirmed",
  second_factor_missing: "not_confirmed",
  no_accounts: "not_confirmed",
} as const satisfies Readonly<Record<LoginRefusal["reason"], MeReason>>

/** Push the request to the bank. */
export async function beginStep(
  { login, now }: Pick<MeWorld, "login" | "now">,
  bank: BankRecord,
  session: Session,
  link: LinkId,
  act: StepAct,
): Promise<Result<{ readonly url: string; readonly step: Step }, StepRefusal>> {
  const started = await login.start(bank, session.language, "proof")
  if (!started.ok) return refuse(started.error)
  const { url, attempt } = started.value
  return ok({ url, step: { v: 1, session, link, act, login: attempt, startedAt: now() } })
}

/** Judge what came back: the right bank, in time, two factors, and the link's own customer. */
export async function finishStep(
  { login, isCustomer, log, now }: Pick<MeWorld, "login" | "isCustomer" | "log" | "now">,
  bank: BankRecord,
  step: Step,
  answer: URLSearchParams,
): Promise<Result<undefined, StepRefusal>> {
  if (now() >= step.startedAt + STEP_MS) return err({ reason: "step_over", why: "time" })
  const finished = await login.finish(bank, step.login, answer)
  if (!finished.ok) return refuse(finished.error)
  const { tokens, reference } = finished.value
  // Should the bank not hear it, the tokens are gone with this answer all the same.
  const returned = step.login.identity ? undefined : await login.revoke(bank, tokens)
  if (returned?.ok === false)
    log.warn("step_tokens_not_returned", { bank: bank.id, reason: returned.error.reason })
  return (await isCustomer(step.link, reference))
    ? ok(undefined)
    : err({ reason: "other_customer", why: "reference" })
}

/** Whether a redirect of the bank is the answer to this step, not to a linking under way in the same browser. Only a sorting: what is
 * signed is looked into here and verified when it is judged, its state once more. */
export function isAnswerTo(step: Step, answer: URLSearchParams): boolean {
  return (answer.get("state") ?? stateIn(answer.get("response"))) === step.login.state
}

/** The state in an answer that comes as a JWT (JARM, 2.3), unverified. */
function stateIn(response: string | null): unknown {
  try {
    return response === null ? undefined : decodeJwt(response)["state"]
  } catch {
    return undefined
  }
}

function refuse(refusal: LoginRefusal): Result<never, StepRefusal> {
  const detail =
    "code" in refusal ? refusal.code : "lacking" in refusal ? refusal.lacking.join(" ") : undefined
  return err({
    reason: REASONS[refusal.reason],
    why: detail ? `${refusal.reason} ${detail}` : refusal.reason,
  })
}
