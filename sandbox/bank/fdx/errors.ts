// Errors of the account data API in FDX's shape `{code, message}`: one row a reason. 703, 705 and 706 are read
// in public implementations; the 5xx and 601 rows follow the same numbering.

const REASONS = {
  token_refused: { status: 401, code: 602, message: "Customer not authorized" },
  consent_ended: { status: 401, code: 602, message: "Customer not authorized: the consent has ended" },
  not_consented: { status: 403, code: 706, message: "Not part of the consent" },
  account_unknown: { status: 404, code: 701, message: "Account not found" },
  date_range: { status: 400, code: 703, message: "Invalid date range" },
  bad_request: { status: 400, code: 401, message: "Invalid input" },
  not_found: { status: 404, code: 1200, message: "Not found" },
  broken: { status: 500, code: 500, message: "Internal server error" },
  unavailable: { status: 503, code: 501, message: "Subsystem unavailable" },
} as const

export type FdxReason = keyof typeof REASONS

export function fdxError(reason: FdxReason, headers: Readonly<Record<string, string>> = {}): Response {
  const { status, code, message } = REASONS[reason]
  return Response.json({ code, message }, { status, headers })
}

/** What a fault answers (faults.ts). */
export const fdxFault = (status: number, text: string | null): Response =>
  Response.json(
    { code: status === 503 ? 501 : 500, message: text ?? "Internal server error" },
    { status, headers: status === 429 || status === 503 ? { "retry-after": "2" } : {} },
  )
