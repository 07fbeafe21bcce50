// What banks call, for the description at `/openapi.json`: events in every dialect, what became of them, who is linked. Data only; the
// routes are banks/intake.ts, privacy/bank-routes.ts and bank-audit-routes.ts, and a test keeps both alike.

import { ref, TEXT, TOKEN, type Schema } from "./api-bank-schemas.ts"

type Answer = { readonly description: string; readonly body?: readonly [string, Schema] }

const PROBLEM: readonly [string, Schema] = ["application/problem+json", ref("Problem")]
/** Of the ways in for events: the code a token's refusal would have stands beside. */
const REFUSED: readonly [string, Schema] = ["application/problem+json", ref("IntakeProblem")]
const SET_ERROR: readonly [string, Schema] = ["application/json", ref("SetError")]
const OB_ERROR: readonly [string, Schema] = ["application/json", ref("OpenBankingError")]
const FDX_ERROR: readonly [string, Schema] = ["application/json", ref("FdxError")]
const refusals = (
  body: readonly [string, Schema],
  titles: Readonly<Record<string, string>>,
): Readonly<Record<string, Answer>> =>
  Object.fromEntries(Object.entries(titles).map(([status, description]) => [status, { description, body }]))

const KEY_REFUSALS = refusals(PROBLEM, {
  "401": "No key of this bank",
  "503": "Cannot be done now; ask again",
})
const SUBJECT: Schema = {
  name: "Tellerline-Subject",
  in: "header",
  required: true,
  schema: TEXT,
  description: "The customer reference: in an address it would stand in logs",
}
const PREVIEW: Schema = {
  name: "preview",
  in: "query",
  schema: { const: "1" },
  description: "Say what would be said, send nothing",
}
const query = (name: string, description: string): Schema => ({
  name,
  in: "query",
  schema: TEXT,
  description,
})

/** One operation of a bank. */
export interface BankOperation {
  readonly method: "get" | "post" | "delete"
  readonly path: string
  readonly id: string
  readonly summary: string
  /** How it proves who it is: none where the body does. */
  readonly security: "bankKey" | "messageSignature" | "bodySignature"
  readonly parameters?: readonly Schema[]
  readonly bodies?: Readonly<Record<string, Schema>>
  readonly answers: Readonly<Record<string, Answer>>
}

/** Everything a bank may call. */
export const BANK_OPERATIONS: readonly BankOperation[] = [
  {
    method: "post",
    path: "/banks/{bankId}/events",
    id: "postEvents",
    summary: "Post one event, up to 10,000, or one Security Event Token",
    security: "messageSignature",
    parameters: [PREVIEW],
    bodies: {
      "application/cloudevents+json": ref("CloudEvent"),
      "application/cloudevents-batch+json": { type: "array", maxItems: 10000, items: ref("CloudEvent") },
      "application/secevent+jwt": TOKEN,
    },
    answers: {
      "200": { description: "With preview=1", body: ["application/json", ref("Preview")] },
      "202": {
        description: "Every event not named in `rejected` is durable. A token is answered without a body",
        body: ["application/json", ref("Taken")],
      },
      ...refusals(REFUSED, {
        "400": "Digest, JSON or query; or the one event was refused. Of a token: `err`, `description`",
        "401": "The signature was refused; says what is required",
        "403": "The events are not this bank's",
        "413": "Over 10,000 events, or 16 MiB",
        "415": "Another content type, or an encoding",
        "503": "Nothing was taken; send it again after Retry-After",
      }),
    },
  },
  {
    method: "get",
    path: "/banks/{bankId}/events/{eventId}",
    id: "getEvent",
    summary: "What became of an event",
    security: "bankKey",
    parameters: [SUBJECT],
    answers: {
      "200": { description: "As it stands", body: ["application/json", ref("EventState")] },
      ...refusals(PROBLEM, { "400": "The customer is not named" }),
      ...KEY_REFUSALS,
    },
  },
  {
    method: "post",
    path: "/banks/{bankId}/event-sets",
    id: "postEventSets",
    summary: "Post many Security Event Tokens",
    security: "bankKey",
    bodies: { "application/json": ref("EventSets") },
    answers: {
      "202": { description: "Each is in one of the two", body: ["application/json", ref("EventSetsTaken")] },
      ...refusals(SET_ERROR, {
        "400": "The body, or the key",
        "413": "Over 10,000, or 1 MiB",
        "415": "Another content type",
      }),
      ...refusals(PROBLEM, { "503": "Nothing was taken; send it again after Retry-After" }),
    },
  },
  {
    method: "post",
    path: "/banks/{bankId}/webhooks",
    id: "postWebhook",
    summary: "Post one event as a Standard Webhook",
    security: "bodySignature",
    parameters: [
      PREVIEW,
      ...["webhook-id", "webhook-timestamp", "webhook-signature"].map((name): Schema => ({
        name,
        in: "header",
        required: true,
        schema: TEXT,
      })),
    ],
    bodies: { "application/json": ref("Webhook") },
    answers: {
      "200": { description: "With preview=1", body: ["application/json", ref("Preview")] },
      "202": { description: "It is durable", body: ["application/json", ref("Taken")] },
      ...refusals(REFUSED, {
        "400": "The JSON, the query or the event",
        "401": "The signature was refused",
        "403": "The event is not this bank's",
        "413": "Over 1 MiB",
        "415": "Another content type",
        "503": "Nothing was taken; send it again after Retry-After",
      }),
    },
  },
  {
    method: "post",
    path: "/banks/{bankId}/open-banking/{version}/event-notifications",
    id: "postOpenBankingEvent",
    summary: "UK Open Banking's real-time notification, v3.1 or v4.0",
    security: "bodySignature",
    bodies: { "application/jwt": TOKEN },
    answers: {
      "202": { description: "It is durable, or about a consent no link rests on" },
      ...refusals(OB_ERROR, {
        "400": "The token, its claims or its event, by the standard's codes",
        "413": "Over 1 MiB",
        "415": "Another content type",
        "503": "Nothing was taken; send it again after Retry-After",
      }),
      ...refusals(PROBLEM, { "404": "Another version" }),
    },
  },
  {
    method: "post",
    path: "/banks/{bankId}/fdx/{version}/notifications",
    id: "postFdxNotification",
    summary: "FDX's notification, v5 or v6",
    security: "bankKey",
    bodies: { "application/json": ref("FdxNotification") },
    answers: {
      "204": { description: "It is durable" },
      ...refusals(FDX_ERROR, {
        "400": "The notification",
        "401": "No key of this bank",
        "413": "Over 1 MiB",
        "415": "Another content type",
        "503": "Nothing was taken; send it again after Retry-After",
      }),
      ...refusals(PROBLEM, { "404": "Another version" }),
    },
  },
  {
    method: "get",
    path: "/banks/{bankId}/link",
    id: "getCustomerLink",
    summary: "Whether a customer is linked, with what, until when",
    security: "bankKey",
    parameters: [SUBJECT],
    answers: {
      "200": { description: "One a chat", body: ["application/json", ref("CustomerLink")] },
      ...refusals(PROBLEM, { "400": "The customer is not named" }),
      ...KEY_REFUSALS,
    },
  },
  {
    method: "delete",
    path: "/banks/{bankId}/link",
    id: "eraseLinkedCustomer",
    summary: "Erase a customer, in every chat",
    security: "bankKey",
    parameters: [SUBJECT],
    answers: {
      "200": { description: "Nothing was there", body: ["application/json", ref("CustomerErasure")] },
      "202": {
        description: "Begun; each with the page of its state",
        body: ["application/json", ref("CustomerErasure")],
      },
      ...refusals(PROBLEM, { "400": "The customer is not named" }),
      ...KEY_REFUSALS,
    },
  },
  {
    method: "get",
    path: "/banks/{bankId}/links",
    id: "listCustomerLinks",
    summary: "Everybody linked, 50 at a time",
    security: "bankKey",
    parameters: [query("cursor", "`next` of the answer before")],
    answers: {
      "200": { description: "Some of them", body: ["application/json", ref("LinkedCustomers")] },
      ...refusals(PROBLEM, { "400": "The cursor cannot be taken" }),
      ...KEY_REFUSALS,
    },
  },
  {
    method: "get",
    path: "/banks/{bankId}/audit/head",
    id: "getBankAuditHead",
    summary: "The signed head of the bank's audit log, and that it goes on from the one you kept",
    security: "bankKey",
    parameters: [
      query("month", "YYYY-MM; by default the present one"),
      query("since", "Size of the head you kept"),
    ],
    answers: {
      "200": { description: "The head", body: ["application/json", ref("AuditHead")] },
      ...refusals(PROBLEM, { "400": "The question", "404": "No log of that month, or not that long" }),
      ...KEY_REFUSALS,
    },
  },
]

/** The operations as OpenAPI has them, by path. */
export function bankPaths(): Readonly<Record<string, Readonly<Record<string, object>>>> {
  const paths: Record<string, Record<string, object>> = {}
  for (const operation of BANK_OPERATIONS) {
    const named = Array.from(operation.path.matchAll(/\{(\w+)\}/g), ([, name]) => name)
    ;(paths[operation.path] ??= {})[operation.method] = {
      operationId: operation.id,
      summary: operation.summary,
      tags: ["bank"],
      security: operation.security === "bodySignature" ? [] : [{ [operation.security]: [] }],
      parameters: [
        ...named.map((name) => ({
          name,
          in: "path",
          required: true,
          schema: name === "bankId" ? ref("BankId") : TEXT,
        })),
        ...(operation.parameters ?? []),
      ],
      ...(operation.bodies ? { requestBody: { required: true, content: contentOf(operation.bodies) } } : {}),
      responses: Object.fromEntries(
        Object.entries(operation.answers).map(([status, { description, body }]) => [
          status,
          { description, ...(body ? { content: contentOf(Object.fromEntries([body])) } : {}) },
        ]),
      ),
    }
  }
  return paths
}

function contentOf(bodies: Readonly<Record<string, Schema>>): object {
  return Object.fromEntries(Object.entries(bodies).map(([type, schema]) => [type, { schema }]))
}
