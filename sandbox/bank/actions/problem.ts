// Problem documents (RFC 9457) of the bank's actions and callbacks: one row a reason.

const REASONS = {
  malformed: { status: 400, title: "The request is malformed" },
  key_missing: { status: 400, title: "The Idempotency-Key header is missing" },
  token_refused: { status: 401, title: "The token was refused" },
  consent_ended: { status: 401, title: "The consent has ended" },
  signature_refused: { status: 401, title: "The signature was refused" },
  not_consented: { status: 403, title: "Not part of the consent" },
  not_found: { status: 404, title: "There is no such thing here" },
  already_answered: { status: 409, title: "This case was answered differently before" },
  step_up_required: { status: 409, title: "Sign in at the bank first" },
  case_closed: { status: 409, title: "The time to answer this case is over" },
  key_reused: { status: 422, title: "This Idempotency-Key was used for another request" },
  unavailable: { status: 503, title: "The bank cannot do this right now" },
} as const

export type ProblemReason = keyof typeof REASONS

export type Problem = { readonly status: number; readonly body: string }

/** A problem as status and body, so that it can also be kept for a repeat. */
export function problemOf(reason: ProblemReason, more: Readonly<Record<string, unknown>> = {}): Problem {
  const { status, title } = REASONS[reason]
  return { status, body: JSON.stringify({ type: `urn:bank:problem:${reason}`, title, status, ...more }) }
}

export const problemResponse = (
  { status, body }: Problem,
  headers: Readonly<Record<string, string>> = {},
): Response =>
  new Response(body, { status, headers: { "content-type": "application/problem+json", ...headers } })

/** What a fault answers (faults.ts). */
export const problemFault = (status: number, text: string | null): Response =>
  problemResponse({
    status,
    body: JSON.stringify({ type: "about:blank", title: text ?? "The bank cannot do this right now", status }),
  })
