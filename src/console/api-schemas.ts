// JSON Schemas of what the admin API takes and gives, for its description. Data only: who enforces them is the room whose record
// it is (banks/bank-record.ts, messenger/page-record.ts). A test reads the demo bank's record against both.

import { INCIDENT_KINDS } from "../notifications/incident.ts"
import { PAGE_STATE, PAGE_STATE_SCHEMAS } from "./api-page-state.ts"
import { BANK_OPTIONAL, BANK_REQUIRED, bankMembers } from "./api-bank-members.ts"
import { CHECK_SCHEMAS } from "./api-checks.ts"
import { DEAD_LETTER_SCHEMAS } from "./api-dead-letters.ts"
import { DESK_SCHEMAS } from "./api-desk.ts"
import { DEPARTURE_SCHEMAS } from "./api-departure.ts"
import { LETTER_SCHEMAS } from "./api-letters.ts"
import { LINK_SCHEMAS } from "./api-links.ts"
import { METER_SCHEMAS } from "./api-meters.ts"
import { NOTICE_SCHEMAS } from "./api-notices.ts"
import { AUDIT_SCHEMAS } from "./api-audit.ts"
import { VAULT_SCHEMAS } from "./api-vault.ts"
import { WAY_SCHEMAS } from "./api-ways.ts"

type Schema = Readonly<Record<string, unknown>>

const BANK_ID: Schema = { type: "string", pattern: "^[a-z0-9][a-z0-9-]{1,39}$", examples: ["demo"] }
const PAGE_ID: Schema = { type: "string", pattern: "^[0-9]{1,32}$", examples: ["100000000000001"] }
const INSTANT: Schema = { type: "string", format: "date-time" }
const REASON: Schema = {
  type: "string",
  minLength: 1,
  maxLength: 500,
  description:
    "Why; goes to the audit trail. May stand in the header Tellerline-Reason instead. In development it may be left out",
}

const pageMembers = {
  bank: { ...BANK_ID, description: "The bank it belongs to, for life" },
  name: { type: "string", description: "As operators see it" },
  jurisdiction: {
    enum: ["none", "eu", "us"],
    default: "none",
    description: "Where its people's data stays; fixed for life",
  },
  locationHint: { enum: ["wnam", "enam", "sam", "weur", "eeur", "apac", "oc", "afr", "me"] },
  ceilingPerSecond: {
    type: "integer",
    minimum: 1,
    maximum: 300,
    default: 300,
    description: "Calls a second; 40 where the bank answers in the Page Inbox",
  },
  logInAllowed: { type: "boolean", default: true, description: "Whether Log In is offered" },
  utilityAllowed: {
    type: "boolean",
    default: true,
    description: "Whether Meta takes utility templates from it",
  },
  utility: {
    type: "object",
    properties: {
      scopeName: {
        enum: ["pages_utility_messaging", "page_utility_messaging"],
        default: "pages_utility_messaging",
        description: "The permission as the login dialog knows it",
      },
      sendShape: { enum: ["message_template", "attachment"], default: "message_template" },
      regions: {
        type: "array",
        items: { type: "string", pattern: "^[A-Z]{2}$" },
        default: [],
        description: "Countries whose Pages may use them; none named means all",
      },
    },
    description: "What sources do not agree on about utility templates; settled by trying",
  },
  country: { type: "string", pattern: "^[A-Z]{2}$", description: "Where the Page is, ISO 3166 alpha-2" },
  humanAgent: {
    type: "boolean",
    default: false,
    description: "Whether Meta granted Human Agent: people may answer for seven days",
  },
  agentPicture: {
    type: "string",
    format: "uri",
    maxLength: 500,
    description:
      "Picture beside what people at the bank write, https: where it is given each speaks under their own name",
  },
  defaultApp: {
    enum: ["ours", "other", "none"],
    default: "none",
    description: "Which app answers while nobody holds a thread, as the Page's settings at Meta say",
  },
  engagedPeople: {
    type: "integer",
    minimum: 1,
    description:
      "People expected to write in 24 hours: Meta allows 200 calls for each. Left out, nothing is counted",
  },
} as const satisfies Readonly<Record<string, Schema>>

const PAGE_REQUIRED = ["bank", "name"]
const PAGE_OPTIONAL = ["locationHint", "country", "engagedPeople", "agentPicture"]

const tokenMembers = {
  token: {
    type: "string",
    writeOnly: true,
    description: "The Page's access token; needed once, may be left out afterwards",
  },
  connectedBy: {
    type: "string",
    pattern: "^[0-9]{1,32}$",
    writeOnly: true,
    description:
      "App-scoped id of the Facebook login the token came from. Kept as a pseudonym: where that login leaves, the token goes with it",
  },
} as const satisfies Readonly<Record<string, Schema>>

/** Schemas the operations refer to, by name. */
export const SCHEMAS = {
  BankId: BANK_ID,
  PageId: PAGE_ID,
  BankInput: {
    type: "object",
    properties: { ...bankMembers, reason: REASON },
    required: BANK_REQUIRED,
  },
  Bank: {
    type: "object",
    properties: { v: { const: 1 }, id: BANK_ID, ...bankMembers },
    required: ["v", "id", ...Object.keys(bankMembers).filter((name) => !BANK_OPTIONAL.includes(name))],
  },
  PageInput: {
    type: "object",
    properties: {
      ...pageMembers,
      ...tokenMembers,
      reason: REASON,
    },
    required: PAGE_REQUIRED,
  },
  Page: {
    type: "object",
    properties: { v: { const: 1 }, id: PAGE_ID, ...pageMembers },
    required: ["v", "id", ...Object.keys(pageMembers).filter((name) => !PAGE_OPTIONAL.includes(name))],
    description: "A Page's record; its token is never given out",
  },
  PageRegistration: {
    type: "object",
    properties: { id: PAGE_ID, ...pageMembers, ...tokenMembers, reason: REASON },
    required: ["id", ...PAGE_REQUIRED],
  },
  ReconnectInput: {
    type: "object",
    properties: {
      ...tokenMembers,
      token: { ...tokenMembers.token, description: "Left out, the one it has is tried again" },
      reason: REASON,
    },
    additionalProperties: false,
  },
  PageDetail: {
    type: "object",
    properties: { v: { const: 1 }, id: PAGE_ID, ...pageMembers, state: PAGE_STATE },
    required: ["v", "id", ...PAGE_REQUIRED, "state"],
  },
  ...PAGE_STATE_SCHEMAS,
  ...VAULT_SCHEMAS,
  ...AUDIT_SCHEMAS,
  ...CHECK_SCHEMAS,
  ...WAY_SCHEMAS,
  ...LINK_SCHEMAS,
  ...NOTICE_SCHEMAS,
  ...METER_SCHEMAS,
  ...LETTER_SCHEMAS,
  ...DESK_SCHEMAS,
  ...DEPARTURE_SCHEMAS,
  ...DEAD_LETTER_SCHEMAS,
  Incident: {
    type: "object",
    properties: {
      id: { type: "string", pattern: "^incident_[A-Za-z0-9_-]{22}$" },
      kind: { enum: Object.keys(INCIDENT_KINDS) },
      bank: { type: "string", description: 'The bank, or "*" for the deployment itself' },
      page: PAGE_ID,
      detail: { type: "string", description: "What exactly: a reason, a template, a version" },
      meaning: { type: "string", description: "The kind as a sentence" },
      openedAt: INSTANT,
      closedAt: INSTANT,
    },
    required: ["id", "kind", "bank", "detail", "meaning", "openedAt"],
    description: "Something somebody must know of; no people's data stands in it",
  },
  ReasonInput: { type: "object", properties: { reason: REASON }, additionalProperties: false },
  ClockInput: {
    type: "object",
    properties: { advanceMs: { type: "integer", minimum: 0 }, reason: REASON },
    required: ["advanceMs"],
    additionalProperties: false,
  },
  Clock: {
    type: "object",
    properties: {
      offsetMs: { type: "integer", description: "How far the clock now is ahead of the real one" },
    },
    required: ["offsetMs"],
  },
  Health: {
    type: "object",
    properties: {
      status: { enum: ["ok", "degraded"] },
      checks: {
        type: "array",
        items: {
          type: "object",
          properties: { name: { type: "string" }, ok: { type: "boolean" }, detail: { type: "string" } },
          required: ["name", "ok"],
        },
      },
      deadLetters: {
        type: "object",
        additionalProperties: { type: "integer" },
        description: "Letters by queue",
      },
    },
    required: ["status", "checks", "deadLetters"],
  },
  Problem: {
    type: "object",
    description: "RFC 9457. Faults name members, never what was sent",
    properties: {
      type: { type: "string", examples: ["urn:tellerline:problem:not-found"] },
      title: { type: "string" },
      status: { type: "integer" },
      detail: { type: "string" },
      request_id: { type: "string" },
      faults: {
        type: "array",
        items: {
          type: "object",
          properties: { field: { type: "string" }, fault: { type: "string" } },
          required: ["field", "fault"],
        },
      },
    },
    required: ["type", "title", "status"],
  },
} as const satisfies Readonly<Record<string, Schema>>

/** Name of a schema an operation refers to. */
export type SchemaName = keyof typeof SCHEMAS
