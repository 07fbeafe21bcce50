// What the admin API says of checking a bank, for its description: operation and JSON Schemas. Data only; the route is
// bank-check-routes.ts, and a test keeps both alike.

import { BANK_CHECKS } from "../banks/bank-check.ts"

type Schema = Readonly<Record<string, unknown>>

/** Schemas of a check. */
export const CHECK_SCHEMAS = {
  BankCheckInput: {
    type: "object",
    properties: {
      record: {
        type: "object",
        description:
          "A record as PUT /banks/{id} takes it, looked at instead of the stored one; needs the role to put it",
      },
      reason: { type: "string", minLength: 1, maxLength: 500 },
    },
    additionalProperties: false,
  },
  BankCheckReport: {
    type: "object",
    properties: {
      passed: { type: "boolean", description: "Whether there is no fault among the findings" },
      findings: {
        type: "array",
        items: {
          type: "object",
          properties: {
            check: { enum: Object.keys(BANK_CHECKS) },
            state: { enum: ["ok", "fault", "note"] },
            said: {
              type: "string",
              description: "What is so, and what to do; nothing of the bank's own texts",
            },
            rule: { type: "string", description: "What holds where the check passes" },
          },
          required: ["check", "state", "said", "rule"],
        },
      },
    },
    required: ["passed", "findings"],
  },
} as const satisfies Readonly<Record<string, Schema>>

/** The operation. */
export const CHECK_OPERATIONS = [
  {
    method: "post",
    path: "/banks/{id}/check",
    id: "checkBank",
    summary: "Ask the bank and Messenger everything a bank must pass, and say what is wrong in words",
    action: "bank.check",
    body: "BankCheckInput",
    answer: { schema: "BankCheckReport" },
    refusals: [
      "body_not_json",
      "body_too_large",
      "media_type",
      "invalid",
      "forbidden",
      "not_found",
      "check_too_soon",
    ],
  },
] as const
