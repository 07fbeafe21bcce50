// Errors of Berlin Group: one row a reason, in the form of `tppMessages`.

const REASONS = {
  token_refused: { status: 401, code: "TOKEN_INVALID" },
  consent_ended: { status: 401, code: "CONSENT_INVALID" },
  consent_expired: { status: 401, code: "CONSENT_EXPIRED" },
  consent_unknown: { status: 403, code: "CONSENT_UNKNOWN" },
  not_consented: { status: 401, code: "CONSENT_INVALID" },
  unknown: { status: 404, code: "RESOURCE_UNKNOWN" },
  malformed: { status: 400, code: "FORMAT_ERROR" },
  exceeded: { status: 429, code: "ACCESS_EXCEEDED" },
  unavailable: { status: 503, code: "INTERNAL_SERVER_ERROR" },
} as const

export type BerlinReason = keyof typeof REASONS

export function berlinError(reason: BerlinReason, headers: Readonly<Record<string, string>> = {}): Response {
  const { status, code } = REASONS[reason]
  return messageJson(status, code, code, headers)
}

/** What a fault answers (faults.ts). */
export const berlinFault = (status: number, text: string | null): Response =>
  messageJson(
    status,
    status === 429 ? "SERVICE_BLOCKED" : "INTERNAL_SERVER_ERROR",
    text ?? "Internal server error",
    status === 429 || status === 503 ? { "retry-after": "2" } : {},
  )

function messageJson(
  status: number,
  code: string,
  text: string,
  headers: Readonly<Record<string, string>>,
): Response {
  return Response.json({ tppMessages: [{ category: "ERROR", code, text }] }, { status, headers })
}
