// What the admin API says of checking a bank and of comparing records, for its description: operations and JSON Schemas. Data only; the route is
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
  BankChange: {
    type: "object",
    properties: {
      member: { type: "string" },
      from: { description: "As it stands; left out where it is not there" },
      to: { description: "As it would be" },
      guarded: { type: "boolean", description: "Whether it takes two people" },
    },
    required: ["member", "guarded"],
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

/** The operations. */
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
  {
    method: "post",
    path: "/banks/{id}/changes",
    id: "listBankChanges",
    summary: "What would change if a record were put, and which of it takes two people; nothing is changed",
    action: "bank.read",
    body: "BankCheckInput",
    answer: { schema: "BankChange", list: "changes" },
    refusals: ["body_not_json", "body_too_large", "media_type", "invalid", "not_found"],
  },
] as const
