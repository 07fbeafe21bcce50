// FDX notifications, 5.x and 6.x: nothing signs their body, so each is a hint and never a fact. Pure. The way in is intake-fdx.ts.
// Names are those of public implementations: the FDX text is licensed. @see plaid/plaid-openapi, sriniip/fdxyaml

import { err, ok, type Result } from "../../foundation/result.ts"
import type { DataHint } from "../event.ts"
import type { EventRefusal } from "../event-parse.ts"
import { parseInstant } from "../rfc3339.ts"

/** What a type, or where it says nothing a category, comes to. */
const ABOUT: Readonly<Record<string, DataHint["about"]>> = {
  BALANCE: "balances",
  NEW_DATA: "transactions",
  CONSENT_REVOKED: "consent",
  CONSENT_UPDATED: "consent",
  CONSENT_EXPIRED: "consent",
}
/** Names under which `customFields` may carry whose it is, and of which account. */
const CUSTOMER_FIELD = "customerId"
const ACCOUNT_FIELD = "accountId"
const FIELDS_MAX = 50

/** `v5`, `v6`, `v6.4`, with or without the `v`. */
export function isFdxVersion(version: string): boolean {
  return /^v?[56](\.[0-9]{1,2}){0,2}$/.test(version)
}

/** Read one notification. The customer is the payload's own id (`idType` CUSTOMER), or its field `customerId`. */
export function readFdxNotification(
  value: unknown,
  source: string,
): Result<Omit<DataHint, "v" | "type" | "staleAt">, EventRefusal> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return invalid("The body is not a JSON object")
  const { notificationId, type, category, sentOn, notificationPayload } = value as Readonly<
    Record<string, unknown>
  >
  if (typeof notificationId !== "string") return invalid("notificationId is missing or of another type")
  const at = typeof sentOn === "string" ? parseInstant(sentOn) : undefined
  if (at === undefined) return invalid("sentOn is not an RFC 3339 instant")
  const about = aboutOf(type) ?? aboutOf(category)
  if (!about) return invalid("Unsupported type and category")
  if (typeof notificationPayload !== "object" || notificationPayload === null)
    return invalid("notificationPayload is missing or of another type")
  const { id, idType, customFields } = notificationPayload as Readonly<Record<string, unknown>>
  const customer = idType === "CUSTOMER" ? id : fieldOf(customFields, CUSTOMER_FIELD)
  const account = idType === "ACCOUNT" ? id : fieldOf(customFields, ACCOUNT_FIELD)
  if (typeof customer !== "string") return invalid("notificationPayload names no customer")
  return ok({
    id: notificationId,
    source,
    customer,
    at,
    about,
    ...(typeof account === "string" ? { account } : {}),
  })
}

function aboutOf(name: unknown): DataHint["about"] | undefined {
  return typeof name === "string" && Object.hasOwn(ABOUT, name) ? ABOUT[name] : undefined
}

/** FDX has it as one object or as a list of them. */
function fieldOf(fields: unknown, name: string): unknown {
  const list: readonly unknown[] = Array.isArray(fields) ? fields.slice(0, FIELDS_MAX) : [fields]
  const field = list.find((each) => (each as { readonly name?: unknown } | null | undefined)?.name === name)
  return (field as { readonly value?: unknown } | undefined)?.value
}

function invalid(description: string): Result<never, EventRefusal> {
  return err({ err: "invalid_request", description })
}
