// `/v1/consents`: prepared by the client, allowed at the bank, deleted by the client. Used by routes.ts.

import type { Context } from "hono"
import type { BankContext } from "../env.ts"
import { storeOf } from "../env.ts"
import { checkAccess, checkClient } from "../fdx/access.ts"
import type { Consent, ConsentStatus } from "../store/consent-rows.ts"
import { findAccount } from "../seed/customers.ts"
import { berlinError } from "./errors.ts"

const STATUSES: Readonly<Record<ConsentStatus, string>> = {
  waiting: "received",
  allowed: "valid",
  rejected: "rejected",
  expired: "expired",
  revoked: "revokedByPsu",
  deleted: "terminatedByTpp",
}
const DAY = /^\d{4}-\d{2}-\d{2}$/

export type Asked = { readonly frequencyPerDay: number; readonly validUntil: string }

export async function createConsent(c: Context<BankContext>): Promise<Response> {
  if (!(await checkClient(c, "berlin"))) return berlinError("token_refused")
  const asked = readAsked(await c.req.json().catch(() => undefined))
  if (!asked) return berlinError("malformed")
  const id = `cns-${crypto.randomUUID()}`
  await storeOf(c.env).putConsent({
    id,
    server: "berlin",
    status: "waiting",
    asked: JSON.stringify(asked),
    customer: null,
    accounts: [],
    grantId: null,
    createdAt: Date.now(),
    expiresAt: Date.parse(asked.validUntil) + 86_400_000,
  })
  const { sandbox } = c.var.origins
  return Response.json(
    {
      consentStatus: "received",
      consentId: id,
      _links: {
        scaOAuth: { href: `${sandbox}/bank/oidc-berlin/.well-known/openid-configuration` },
        status: { href: `/v1/consents/${id}/status` },
      },
    },
    { status: 201, headers: { "aspsp-sca-approach": "REDIRECT" } },
  )
}

/** Asked by the client, or under the consent itself. */
export async function readStatus(c: Context<BankContext>): Promise<Response> {
  const consent = await found(c)
  if (!consent) return berlinError("consent_unknown")
  if (!(await checkClient(c, "berlin"))) {
    const access = await checkAccess(c, ["berlin"])
    if (!access.ok || access.value.consent?.id !== consent.id) return berlinError("token_refused")
  }
  return Response.json({ consentStatus: STATUSES[consent.status] })
}

/** The consent with the access its customer gave: each account for all three reads. */
export async function readConsent(c: Context<BankContext>): Promise<Response> {
  if (!(await checkClient(c, "berlin"))) return berlinError("token_refused")
  const consent = await found(c)
  if (!consent) return berlinError("consent_unknown")
  const accounts = consent.accounts.map((id) => ({ iban: findAccount(id)?.number ?? id }))
  const { validUntil, frequencyPerDay } = JSON.parse(consent.asked) as Asked
  return Response.json({
    access: { accounts, balances: accounts, transactions: accounts },
    recurringIndicator: true,
    validUntil,
    frequencyPerDay,
    consentStatus: STATUSES[consent.status],
  })
}

export async function deleteConsent(c: Context<BankContext>): Promise<Response> {
  if (!(await checkClient(c, "berlin"))) return berlinError("token_refused")
  const consent = await found(c)
  if (!consent || consent.status === "deleted") return berlinError("consent_unknown")
  await storeOf(c.env).deleteConsent(consent)
  return new Response(null, { status: 204 })
}

async function found(c: Context<BankContext>): Promise<Consent | undefined> {
  const consent = await storeOf(c.env).consent(c.req.param("id") ?? "")
  return consent?.server === "berlin" ? consent : undefined
}

/** Sample requests of the standard write the indicator as a text. */
function readAsked(body: unknown): Asked | undefined {
  const { access, recurringIndicator, validUntil, frequencyPerDay } = (body ?? {}) as Readonly<
    Record<string, unknown>
  >
  if (typeof access !== "object" || access === null) return undefined
  if (![true, "true"].includes(recurringIndicator as boolean)) return undefined
  if (typeof validUntil !== "string" || !DAY.test(validUntil)) return undefined
  return typeof frequencyPerDay === "number" && Number.isInteger(frequencyPerDay) && frequencyPerDay > 0
    ? { frequencyPerDay, validUntil }
    : undefined
}
