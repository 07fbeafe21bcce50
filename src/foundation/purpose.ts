// The seven purposes a customer can switch on. There is no other purpose, and no code path for one.

/** Every purpose, in the order the consent page shows them. */
export const PURPOSES = [
  "balance_updates",
  "transaction_alerts",
  "fraud_alerts",
  "receipts",
  "shipping_updates",
  "account_service",
  "support_chat",
] as const

/** What a customer's data may be used for. */
export type Purpose = (typeof PURPOSES)[number]

/** `true` for one of the seven. */
export function isPurpose(value: unknown): value is Purpose {
  return typeof value === "string" && (PURPOSES as readonly string[]).includes(value)
}
