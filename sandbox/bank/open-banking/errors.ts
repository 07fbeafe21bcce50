// Errors of UK Open Banking: one row a reason, each with its code in 4.0 and 3.1. Only the codes of re-authentication are sure in both;
// the others keep 3.1's names, which 4.0 banks still send.

const REASONS = {
  token_refused: { status: 401, code: "UK.OBIE.UnexpectedError", message: "Unauthorised" },
  consent_ended: {
    status: 403,
    code: "UK.OBIE.Reauthenticate",
    message: "The consent must be authorised anew",
  },
  not_consented: {
    status: 403,
    code: "UK.OBIE.Resource.ConsentMismatch",
    message: "Not part of the consent",
  },
  unknown: { status: 400, code: "UK.OBIE.Resource.NotFound", message: "No such resource" },
  malformed: { status: 400, code: "UK.OBIE.Field.Invalid", message: "Invalid field" },
  not_implemented: { status: 404, code: "UK.OBIE.UnexpectedError", message: "Not implemented" },
  unavailable: { status: 503, code: "UK.OBIE.UnexpectedError", message: "Unavailable" },
} as const

export type OpenBankingReason = keyof typeof REASONS

export function openBankingError(
  reason: OpenBankingReason,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const { status, code, message } = REASONS[reason]
  return errorJson(status, code, message, headers)
}

/** What a fault answers (faults.ts). */
export const openBankingFault = (status: number, text: string | null): Response =>
  errorJson(
    status,
    "UK.OBIE.UnexpectedError",
    text ?? "Internal server error",
    status === 429 || status === 503 ? { "retry-after": "2" } : {},
  )

function errorJson(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>>,
): Response {
  return Response.json(
    {
      Code: String(status),
      Id: crypto.randomUUID(),
      Message: message,
      Errors: [{ ErrorCode: code, Message: message }],
    },
    { status, headers },
  )
}
