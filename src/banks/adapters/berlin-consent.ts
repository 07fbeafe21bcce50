// Berlin Group's consents: made before the login, allowed there by strong authentication, deleted when the link ends. Which accounts it
// covers is the customer's choice at the bank. Used by links/bank-consents.ts through `ConsentAdapter`, and berlin.ts for one's status.
// Source: NextGenPSD2 1.3, Establish Account Information Consent (bank-standards.md 3.3).

import * as z from "zod/mini"
import { err, ok, type Result } from "../../foundation/result.ts"
import {
  LOOKS_A_DAY,
  type BankCall,
  type BankRead,
  type BankRecord,
  type BankRefusal,
  type ConsentAdapter,
} from "../bank.ts"
import { judgeBerlin } from "./berlin-errors.ts"
import { askJson } from "./question.ts"
import { removeConsent } from "./removing.ts"

const CREATED = z.object({ consentId: z.string().check(z.regex(/^[A-Za-z0-9._~:-]{1,128}$/)) })
const STATUS = z.object({ consentStatus: z.string() })
const LIST = z.optional(z.array(z.unknown()))
const ACCESS = z.object({ accounts: LIST, balances: LIST, transactions: LIST })
/** @see NextGenPSD2 1.3, Get Consent Request: the access as the customer gave it */
const CONSENT = z.object({ access: z.optional(ACCESS) })

export const BERLIN_CONSENT: ConsentAdapter = {
  async create(bank, call, until, signal) {
    const made = await askJson(call, `${bank.apiBase}/consents`, {
      method: "POST",
      headers: requestId(),
      body: {
        // Empty lists: the bank offers its customer's accounts for them to choose from.
        access: { accounts: [], balances: [], transactions: [] },
        recurringIndicator: true,
        validUntil: new Date(until).toISOString().slice(0, 10),
        frequencyPerDay: bank.looksADay ?? LOOKS_A_DAY,
        combinedServiceIndicator: false,
      },
      schema: CREATED,
      judge: (answer) => judgeBerlin(bank, answer),
      signal,
    })
    return made.ok ? ok(made.value.consentId) : made
  },
  async stands(bank, call, id, signal) {
    const status = await consentStatus(bank, call, id, signal)
    if (!status.ok) return status.error.reason === "outage" ? err(status.error) : ok({ stands: false })
    if (status.value !== "valid") return ok({ stands: false })
    const found = await askJson(call, consentUrl(bank, id), {
      headers: requestId(),
      schema: CONSENT,
      judge: (answer) => judgeBerlin(bank, answer),
      signal,
    })
    // A bank that will not say what was chosen has given what it was asked for: a read beyond that it refuses itself.
    const reads = found.ok && found.value.access ? readsOf(found.value.access) : undefined
    return ok({ stands: true, ...(reads ? { reads } : {}) })
  },
  remove: (bank, call, id, signal) =>
    removeConsent(call, consentUrl(bank, id), requestId(), (answer) => judgeBerlin(bank, answer), signal),
}

/** A consent's status in the bank's words: `received`, `valid`, `expired`, `revokedByPsu`, `terminatedByTpp`, … */
export async function consentStatus(
  bank: BankRecord,
  call: BankCall,
  id: string,
  signal: AbortSignal,
): Promise<Result<string, BankRefusal>> {
  const found = await askJson(call, `${consentUrl(bank, id)}/status`, {
    headers: requestId(),
    schema: STATUS,
    judge: (answer) => judgeBerlin(bank, answer),
    signal,
  })
  return found.ok ? ok(found.value.consentStatus) : found
}

/** The accounts each kind of access was given for. Where none is named at all the bank keeps its customer's choice to itself. */
function readsOf({
  accounts,
  balances,
  transactions,
}: z.infer<typeof ACCESS>): readonly BankRead[] | undefined {
  const isGiven = (list: readonly unknown[] | undefined) => list !== undefined && list.length > 0
  if (![accounts, balances, transactions].some(isGiven)) return undefined
  return [
    ...(isGiven(balances) ? (["balances"] as const) : []),
    ...(isGiven(transactions) ? (["transactions"] as const) : []),
  ]
}

/** Every request has its own, and it is required. */
export function requestId(): Readonly<Record<string, string>> {
  return { "x-request-id": crypto.randomUUID() }
}

function consentUrl(bank: BankRecord, id: string): string {
  return `${bank.apiBase}/consents/${encodeURIComponent(id)}`
}
