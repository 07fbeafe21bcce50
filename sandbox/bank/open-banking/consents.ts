// `account-access-consents`: prepared by the client, allowed at the bank, deleted by the client. Used by routes.ts.

import type { Context } from "hono"
import type { BankContext } from "../env.ts"
import { storeOf } from "../env.ts"
import { checkClient } from "../fdx/access.ts"
import type { Consent, ConsentStatus } from "../store/consent-rows.ts"
import { openBankingError } from "./errors.ts"
import type { Version } from "./shapes.ts"

const DAY_MS = 86_400_000
const LIFE_MS = 180 * DAY_MS

const PERMISSIONS = new Set([
  "ReadAccountsBasic",
  "ReadAccountsDetail",
  "ReadBalances",
  "ReadTransactionsBasic",
  "ReadTransactionsDetail",
  "ReadTransactionsCredits",
  "ReadTransactionsDebits",
])

const STATUSES: Readonly<Record<ConsentStatus, Readonly<Record<Version, string>>>> = {
  waiting: { "v4.0": "AWAU", "v3.1": "AwaitingAuthorisation" },
  allowed: { "v4.0": "AUTH", "v3.1": "Authorised" },
  rejected: { "v4.0": "RJCT", "v3.1": "Rejected" },
  expired: { "v4.0": "EXPD", "v3.1": "Revoked" },
  revoked: { "v4.0": "CANC", "v3.1": "Revoked" },
  deleted: { "v4.0": "CANC", "v3.1": "Revoked" },
}

export async function createConsent(c: Context<BankContext>, version: Version): Promise<Response> {
  if (!(await checkClient(c, "uk"))) return openBankingError("token_refused")
  const asked = readAsked(await c.req.json().catch(() => undefined))
  if (!asked) return openBankingError("malformed")
  const now = Date.now()
  const consent: Consent = {
    id: `aac-${crypto.randomUUID()}`,
    server: "uk",
    status: "waiting",
    asked: JSON.stringify(asked),
    customer: null,
    accounts: [],
    grantId: null,
    createdAt: now,
    expiresAt: asked.ExpirationDateTime === undefined ? now + LIFE_MS : Date.parse(asked.ExpirationDateTime),
  }
  await storeOf(c.env).putConsent(consent)
  return Response.json(consentJson(consent, version), { status: 201 })
}

export async function readConsent(c: Context<BankContext>, version: Version): Promise<Response> {
  if (!(await checkClient(c, "uk"))) return openBankingError("token_refused")
  const consent = await found(c)
  return consent ? Response.json(consentJson(consent, version)) : openBankingError("unknown")
}

export async function deleteConsent(c: Context<BankContext>): Promise<Response> {
  if (!(await checkClient(c, "uk"))) return openBankingError("token_refused")
  const consent = await found(c)
  if (!consent) return openBankingError("unknown")
  await storeOf(c.env).deleteConsent(consent)
  return new Response(null, { status: 204 })
}

/** One that was deleted is unknown from then on. */
async function found(c: Context<BankContext>): Promise<Consent | undefined> {
  const consent = await storeOf(c.env).consent(c.req.param("id") ?? "")
  return consent?.server === "uk" && consent.status !== "deleted" ? consent : undefined
}

type Asked = { readonly Permissions: readonly string[]; readonly ExpirationDateTime?: string }

/** Accounts must be asked for; transactions need their detail and a direction, each with the other. */
function readAsked(body: unknown): Asked | undefined {
  const { Data: data } = (body ?? {}) as { Data?: Partial<Asked> }
  const { Permissions: permissions, ExpirationDateTime: until } = data ?? {}
  if (!Array.isArray(permissions) || !permissions.every((each) => PERMISSIONS.has(each))) return undefined
  const has = (...names: readonly string[]) => names.some((name) => permissions.includes(name))
  if (!has("ReadAccountsBasic", "ReadAccountsDetail")) return undefined
  if (
    has("ReadTransactionsBasic", "ReadTransactionsDetail") !==
    has("ReadTransactionsCredits", "ReadTransactionsDebits")
  )
    return undefined
  if (until !== undefined && !(Date.parse(until) > Date.now())) return undefined
  return { Permissions: permissions, ...(until === undefined ? {} : { ExpirationDateTime: until }) }
}

const consentJson = (consent: Consent, version: Version) => ({
  Data: {
    ConsentId: consent.id,
    CreationDateTime: new Date(consent.createdAt).toISOString(),
    Status: STATUSES[consent.status][version],
    StatusUpdateDateTime: new Date(consent.createdAt).toISOString(),
    ...(JSON.parse(consent.asked) as Asked),
  },
  Risk: {},
  Links: {},
  Meta: {},
})
