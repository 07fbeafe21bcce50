// The one authorization detail this bank knows (RFC 9396): what a client may ask of accounts, and how the
// customer's choice is added to it. Pure; provider.ts and the consent page use it.

import type { Account } from "../seed/customers.ts"

export const DETAIL_TYPE = "account_information"

export const ACTIONS = ["list_accounts", "read_balances", "read_transactions"] as const
export type Action = (typeof ACTIONS)[number]

/** What the bank tells the client about an account the customer chose: four digits, never the number. */
export type ConsentedAccount = {
  readonly id: string
  readonly last4: string
  readonly name: string
  readonly kind: "checking" | "savings" | "card"
  readonly currency: string
}

const MEMBERS = new Set(["type", "actions", "locations"])

/** Say what is wrong with a requested detail; undefined when it is lawful. */
export function faultOfDetail(detail: Readonly<Record<string, unknown>>, fdx: string): string | undefined {
  const strange = Object.keys(detail).find((member) => !MEMBERS.has(member))
  if (strange !== undefined) return `unknown member "${strange}"`
  const { actions, locations } = detail
  if (!Array.isArray(actions) || actions.length === 0) return "actions must be a list that is not empty"
  if (!actions.every((action) => (ACTIONS as readonly unknown[]).includes(action))) return "unknown action"
  if (locations !== undefined && !(Array.isArray(locations) && locations.every((place) => place === fdx)))
    return `locations must name "${fdx}"`
  return undefined
}

export const consentedAccount = ({ id, last4, product, kind, currency }: Account): ConsentedAccount => ({
  id,
  last4,
  name: product,
  kind,
  currency,
})
