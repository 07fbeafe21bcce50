// The admin API's operations, one row each, in the order they are read. The routes are admin-routes.ts; a test keeps both alike.

import type { AdminRefusal } from "./admin-problems.ts"
import type { SchemaName } from "./api-schemas.ts"
import { CHECK_OPERATIONS } from "./api-checks.ts"
import { DEAD_LETTER_OPERATIONS } from "./api-dead-letters.ts"
import { DESK_OPERATIONS } from "./api-desk.ts"
import { DEPARTURE_OPERATIONS } from "./api-departure.ts"
import { LETTER_OPERATIONS } from "./api-letters.ts"
import { METER_OPERATIONS } from "./api-meters.ts"
import { NOTICE_OPERATIONS } from "./api-notices.ts"
import { WAY_OPERATIONS } from "./api-ways.ts"
import type { Action } from "./operator.ts"

/** One operation below `/admin/v1`. */
export interface Operation {
  readonly method: "get" | "put" | "post"
  /** OpenAPI path, parameters in braces. */
  readonly path: string
  readonly id: string
  readonly summary: string
  /** What it needs a role for. */
  readonly action: Action
  readonly query?: readonly { readonly name: string; readonly description: string }[]
  readonly body?: SchemaName
  /** Schema of the answer, or of what stands in its member or its list. */
  readonly answer: {
    readonly schema: SchemaName
    readonly list?: string
    readonly member?: string
    /** What stands beside the list. */
    readonly beside?: Readonly<Record<string, object>>
  }
  /** Whether it may answer 202 with what a second person must approve (P14). */
  readonly twoPeople?: true
  /** Refusals beyond those of every operation. */
  readonly refusals: readonly AdminRefusal[]
  readonly developmentOnly?: true
}

export const ADMIN_BASE = "/admin/v1"

const BODY = ["body_not_json", "body_too_large", "media_type", "invalid", "forbidden"] as const

const PAGE_REFUSALS = [
  ...BODY,
  "page_of_another_bank",
  "page_jurisdiction_fixed",
  "page_token_missing",
  "development_value",
] as const

const AUDIT_MONTH = { name: "month", description: "YYYY-MM; by default the present one" }
const AUDIT_REFUSALS = ["forbidden", "not_found", "invalid"] as const

/** Every operation of the admin API. */
export const OPERATIONS: readonly Operation[] = [
  {
    method: "get",
    path: "/banks",
    id: "listBanks",
    summary: "The banks you hold a role for",
    action: "bank.read",
    answer: { schema: "Bank", list: "banks" },
    refusals: [],
  },
  {
    method: "get",
    path: "/banks/{id}",
    id: "getBank",
    summary: "A bank's record",
    action: "bank.read",
    answer: { schema: "Bank" },
    refusals: ["not_found"],
  },
  {
    method: "put",
    path: "/banks/{id}",
    id: "putBank",
    summary:
      "Register a bank, or replace its record; its keys, issuer, addresses and telephone change by two people",
    action: "bank.put",
    body: "BankInput",
    answer: { schema: "Bank" },
    twoPeople: true,
    refusals: [...BODY, "not_found", "development_value", "changed_meanwhile"],
  },
  ...CHECK_OPERATIONS,
  ...WAY_OPERATIONS,
  ...NOTICE_OPERATIONS,
  ...METER_OPERATIONS,
  ...LETTER_OPERATIONS,
  ...DESK_OPERATIONS,
  ...DEPARTURE_OPERATIONS,
  {
    method: "get",
    path: "/pages",
    id: "listPages",
    summary: "The Pages of the banks you hold a role for",
    action: "page.read",
    answer: { schema: "Page", list: "pages" },
    refusals: [],
  },
  {
    method: "get",
    path: "/pages/{id}",
    id: "getPage",
    summary:
      "A Page's record, without its token, and how it stands: stopped or not, what waits, what it can carry",
    action: "page.read",
    answer: { schema: "PageDetail" },
    refusals: ["not_found"],
  },
  {
    method: "post",
    path: "/pages",
    id: "registerPage",
    summary: "The same as putting it, with its id in the body",
    action: "page.put",
    body: "PageRegistration",
    answer: { schema: "Page" },
    refusals: PAGE_REFUSALS,
  },
  {
    method: "put",
    path: "/pages/{id}",
    id: "putPage",
    summary: "Register a Page for one bank, for life, or replace its record or token",
    action: "page.put",
    body: "PageInput",
    answer: { schema: "Page" },
    refusals: ["not_found", ...PAGE_REFUSALS],
  },
  {
    method: "put",
    path: "/pages/{id}/token",
    id: "reconnectPage",
    summary:
      "Reconnect a Page: its token is proved at Messenger and swapped in place, and what waited goes out",
    action: "page.reconnect",
    body: "ReconnectInput",
    answer: { schema: "Recovery", member: "reconnected" },
    refusals: [...BODY, "not_found", "development_value", "token_refused", "graph_unavailable"],
  },
  {
    method: "get",
    path: "/pages/{id}/templates",
    id: "listTemplates",
    summary: "A Page's utility templates and their status at Messenger",
    action: "page.read",
    answer: { schema: "Template", list: "templates" },
    refusals: ["not_found"],
  },
  {
    method: "post",
    path: "/pages/{id}/templates/sync",
    id: "syncTemplates",
    summary:
      "Create the templates that are missing and look up the status of all; doing it again changes nothing",
    action: "templates.sync",
    body: "ReasonInput",
    answer: { schema: "TemplateSync" },
    refusals: [...BODY, "not_found", "page_unavailable", "graph_unavailable", "graph_refused"],
  },
  {
    method: "get",
    path: "/keys",
    id: "listKeys",
    summary: "The outer keys: what still names each, and what may be done with it",
    action: "key.read",
    answer: { schema: "OuterKey", list: "keys" },
    refusals: ["forbidden"],
  },
  {
    method: "post",
    path: "/keys/{id}/compromised",
    id: "reportKeyCompromised",
    summary:
      "An outer key fell into wrong hands: everything that was ever under it gets new keys, tokens are renewed at the banks",
    action: "key.change",
    body: "ReasonInput",
    answer: { schema: "OuterKey" },
    refusals: [...BODY, "not_found", "key_newest", "key_removed"],
  },
  {
    method: "post",
    path: "/keys/{id}/removal",
    id: "askKeyRemoval",
    summary: "Ask that an outer key be let go, so that VAULT_KEYS may lack it; another admin approves",
    action: "key.change",
    body: "ReasonInput",
    answer: { schema: "Approval" },
    refusals: [...BODY, "not_found", "key_in_use"],
  },
  {
    method: "get",
    path: "/links/{id}",
    id: "getLink",
    summary: "How one link stands",
    action: "link.read",
    answer: { schema: "Link" },
    refusals: ["forbidden", "not_found"],
  },
  {
    method: "post",
    path: "/links/{id}/end",
    id: "endLink",
    summary: "End a link: nothing is told, read or asked under it from the answer on; its bank is told",
    action: "link.end",
    body: "ReasonInput",
    answer: { schema: "LinkEnd" },
    refusals: [...BODY, "not_found"],
  },
  {
    method: "get",
    path: "/approvals",
    id: "listApprovals",
    summary: "What one admin asked for and another must approve, newest first, at most 100",
    action: "approval.read",
    query: [
      { name: "bank", description: "Only this bank's" },
      { name: "all", description: "`true`: those that are decided or too old, too" },
    ],
    answer: { schema: "Approval", list: "approvals" },
    refusals: ["forbidden", "not_found"],
  },
  {
    method: "get",
    path: "/approvals/{id}",
    id: "getApproval",
    summary: "One ask: what exactly, by whom, why",
    action: "approval.read",
    answer: { schema: "Approval" },
    refusals: ["forbidden", "not_found"],
  },
  {
    method: "post",
    path: "/approvals/{id}/approve",
    id: "approve",
    summary: "Approve what somebody else asked for; it is done at once",
    action: "approval.decide",
    body: "ReasonInput",
    answer: { schema: "Approval" },
    refusals: [...BODY, "not_found", "approval_closed", "approval_own", "approval_not_done"],
  },
  {
    method: "post",
    path: "/approvals/{id}/decline",
    id: "decline",
    summary: "Say no to what was asked for, or take your own ask back",
    action: "approval.decide",
    body: "ReasonInput",
    answer: { schema: "Approval" },
    refusals: [...BODY, "not_found", "approval_closed"],
  },
  {
    method: "get",
    path: "/incidents",
    id: "listIncidents",
    summary: "What somebody must know of, newest first, at most 200",
    action: "incident.read",
    query: [
      { name: "bank", description: "Only this bank's" },
      { name: "closed", description: "`true`: those that are over, too; they are kept 90 days" },
    ],
    answer: { schema: "Incident", list: "incidents" },
    refusals: ["forbidden", "not_found"],
  },
  ...DEAD_LETTER_OPERATIONS,
  {
    method: "get",
    path: "/audit/{id}",
    id: "listAuditMonths",
    summary: "The months a bank has an audit log of",
    action: "audit.read",
    answer: { schema: "AuditMonth", list: "months" },
    refusals: ["forbidden", "not_found"],
  },
  {
    method: "get",
    path: "/audit/{id}/head",
    id: "getAuditHead",
    summary: "An audit log's signed head, and the proof that it goes on from an earlier one",
    action: "audit.read",
    query: [AUDIT_MONTH, { name: "since", description: "A size the log had: adds the proof of growth" }],
    answer: { schema: "AuditHead" },
    refusals: AUDIT_REFUSALS,
  },
  {
    method: "get",
    path: "/audit/{id}/entries",
    id: "listAuditEntries",
    summary: "Who did what to which thing, and why, in the order of the log, 500 at a time",
    action: "audit.read",
    query: [AUDIT_MONTH, { name: "from", description: "Number of the first entry, from 0" }],
    answer: { schema: "AuditEntries" },
    refusals: AUDIT_REFUSALS,
  },
  {
    method: "get",
    path: "/audit/{id}/proof",
    id: "getAuditProof",
    summary: "Proof that an entry stands in the log",
    action: "audit.read",
    query: [
      AUDIT_MONTH,
      { name: "index", description: "Number of the entry, from 0" },
      { name: "size", description: "Size of the tree; by default the present one" },
    ],
    answer: { schema: "AuditProof" },
    refusals: AUDIT_REFUSALS,
  },
  {
    method: "get",
    path: "/audit/{id}/check",
    id: "checkAudit",
    summary: "Build the log's tree anew from its entries and hold every stored hash against it",
    action: "audit.read",
    query: [AUDIT_MONTH],
    answer: { schema: "AuditCheck" },
    refusals: AUDIT_REFUSALS,
  },
  {
    method: "get",
    path: "/audit/{id}/export",
    id: "exportAudit",
    summary: "A whole audit log with its signed head, to be checked offline by `tellerline audit verify`",
    action: "audit.read",
    query: [AUDIT_MONTH],
    answer: { schema: "AuditExport" },
    refusals: AUDIT_REFUSALS,
  },
  {
    method: "get",
    path: "/restore",
    id: "getRestore",
    summary: "Whether the database was put back to an older state: then everything else answers 503",
    action: "restore.read",
    answer: { schema: "Restore" },
    refusals: ["forbidden"],
  },
  {
    method: "post",
    path: "/restore/finish",
    id: "finishRestore",
    summary: "Do again some of what a database that was put back forgot; call again until nothing is left",
    action: "restore.finish",
    body: "ReasonInput",
    answer: { schema: "RestoreReport" },
    refusals: [...BODY, "not_restored"],
  },
  {
    method: "get",
    path: "/health",
    id: "getHealth",
    summary: "What works, what is missing, and how many dead letters lie here",
    action: "health.read",
    answer: { schema: "Health" },
    refusals: ["forbidden"],
  },
  {
    method: "post",
    path: "/clock",
    id: "advanceClock",
    summary: "Move the development clock forward",
    action: "clock.advance",
    body: "ClockInput",
    answer: { schema: "Clock" },
    refusals: BODY,
    developmentOnly: true,
  },
]
