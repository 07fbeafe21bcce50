// The admin API's operations about a bank's customers, and their JSON Schemas, for its description. Data only; the routes are
// letter-routes.ts.

type Schema = Readonly<Record<string, unknown>>

const INSTANT: Schema = { type: "string", format: "date-time" }
const REASON: Schema = {
  type: "string",
  minLength: 1,
  maxLength: 500,
  description: "Why; goes to the audit trail",
}
const CUSTOMER: Schema = { type: "string", maxLength: 255, description: "The bank's own reference" }
const CURSOR: Schema = { type: "string", description: "`next` of the answer before" }
const PURPOSES: Schema = { type: "array", items: { type: "string" } }

/** Schemas of letters. */
export const LETTER_SCHEMAS = {
  CustomerInput: {
    type: "object",
    properties: { customer: CUSTOMER, reason: REASON },
    required: ["customer"],
    additionalProperties: false,
  },
  CustomerExport: {
    type: "object",
    properties: {
      customer: CUSTOMER,
      links: { type: "array", items: { type: "object" } },
      records: { type: "array", items: { type: "object" }, description: "Consent records, oldest first" },
      chats: { type: "array", items: { type: "object" }, description: "What each chat holds of them" },
    },
    required: ["customer", "links", "records", "chats"],
    description: "All that is held of one customer",
  },
  CustomerErasure: {
    type: "object",
    properties: {
      erased: { type: "integer", description: "Chats that are being erased" },
      codes: {
        type: "array",
        items: { type: "string" },
        description: "Each names a page: /privacy/erasure/{code}",
      },
    },
    required: ["erased", "codes"],
  },
  ConsentDayInput: {
    type: "object",
    properties: { at: INSTANT, cursor: CURSOR, reason: REASON },
    required: ["at"],
    additionalProperties: false,
  },
  ConsentThen: {
    type: "object",
    properties: {
      link: { type: "string" },
      customer: { ...CUSTOMER, description: "The bank's own reference, while the link's key is there" },
      purposes: PURPOSES,
      showAmounts: { type: "boolean" },
      givenAt: INSTANT,
      until: INSTANT,
    },
    required: ["link", "purposes", "showAmounts", "givenAt", "until"],
    description: "What a link allowed at that instant",
  },
  DisclosureInput: {
    type: "object",
    properties: { from: INSTANT, to: INSTANT, cursor: CURSOR, reason: REASON },
    required: ["from", "to"],
    additionalProperties: false,
  },
  Disclosure: {
    type: "object",
    properties: {
      person: { type: "string" },
      customers: { type: "array", items: CUSTOMER },
      passed: {
        type: "array",
        items: {
          type: "object",
          properties: {
            purpose: { type: "string" },
            data: { type: "string", description: "The kind of data; never the data" },
            times: { type: "integer" },
            firstAt: INSTANT,
            lastAt: INSTANT,
          },
        },
      },
    },
    required: ["person", "customers", "passed"],
    description: "What kinds of one person's data were passed to Meta; receipts are kept 90 days",
  },
} as const satisfies Readonly<Record<string, Schema>>

const BODY = ["body_not_json", "body_too_large", "media_type", "invalid", "forbidden", "not_found"] as const

/** Operations below `/banks/{id}`. */
export const LETTER_OPERATIONS = [
  {
    method: "post",
    path: "/banks/{id}/customer/export",
    id: "exportCustomer",
    summary: "All that is held of one customer",
    action: "customer.export",
    body: "CustomerInput",
    answer: { schema: "CustomerExport" },
    refusals: BODY,
  },
  {
    method: "post",
    path: "/banks/{id}/customer/erasure",
    id: "eraseCustomer",
    summary: "Erase one customer in every chat: nothing is read or sent any more when this is answered",
    action: "customer.erase",
    body: "CustomerInput",
    answer: { schema: "CustomerErasure" },
    refusals: BODY,
  },
  {
    method: "post",
    path: "/banks/{id}/consents",
    id: "consentsAt",
    summary: "Who had allowed what at an instant, 50 links looked at in one answer",
    action: "consent.read",
    body: "ConsentDayInput",
    answer: { schema: "ConsentThen", list: "consents" },
    refusals: BODY,
  },
  {
    method: "post",
    path: "/banks/{id}/disclosures",
    id: "disclosuresBetween",
    summary:
      "Whose data, and which kinds of it, were passed to Meta between two instants; 50 people looked at in one answer",
    action: "disclosure.read",
    body: "DisclosureInput",
    answer: { schema: "Disclosure", list: "disclosures" },
    refusals: BODY,
  },
] as const
