// What an operator must know of outer keys, kept open while it lasts: one that is still named long after another took its place, and one
// in wrong hands until everything under it is renewed, told to the deployment and to each bank. Called by the clock.

import { DAY_MS, type Now } from "../foundation/clock.ts"
import type { BankId } from "../foundation/id.ts"
import { sum, type OuterKey } from "../vault/outer-key.ts"
import type { Incidents } from "./incidents.ts"

/** By then every row has long been put under the newest key: what still names the old one does not open, or comes from a backup. */
export const LINGERING_MS = 7 * DAY_MS

/** What is asked for only while a key is, or was lately, compromised. */
export interface KeyIncidentWorld {
  readonly incidents: Pick<Incidents, "settle" | "listOpen">
  readonly banks: () => Promise<readonly BankId[]>
  /** Banks whose webhook secret is from before an instant. */
  readonly secretsBefore: (before: number) => Promise<readonly BankId[]>
  readonly now: Now
}

/** Open and close what the register says. */
export async function settleKeyIncidents(
  { incidents, banks, secretsBefore, now }: KeyIncidentWorld,
  register: readonly OuterKey[],
): Promise<void> {
  const lingering = register.filter(
    ({ left, replacedAt }) => sum(left) > 0 && replacedAt !== undefined && now() - replacedAt >= LINGERING_MS,
  )
  await incidents.settle(
    { kind: "vault_key_lingering", bank: "*" },
    lingering.map(({ kid }) => kid),
  )
  const compromised = register.filter(({ compromisedAt }) => compromisedAt !== undefined)
  const unrenewed = compromised.filter(({ renewedAt }) => renewedAt === undefined).map(({ kid }) => kid)
  const open = [
    ...(await incidents.listOpen("vault_key_compromised")),
    ...(await incidents.listOpen("webhook_secret_exposed")),
  ]
  if (unrenewed.length === 0 && open.length === 0) return
  const [latest] = compromised.toSorted(
    (left, right) => (right.compromisedAt ?? 0) - (left.compromisedAt ?? 0),
  )
  const exposed = latest?.compromisedAt === undefined ? [] : await secretsBefore(latest.compromisedAt)
  await incidents.settle({ kind: "vault_key_compromised", bank: "*" }, unrenewed)
  for (const bank of await banks()) {
    await incidents.settle({ kind: "vault_key_compromised", bank }, unrenewed)
    // Until the bank signs with another one, whoever has the key can sign as the bank.
    const kids = latest && exposed.includes(bank) ? [latest.kid] : []
    await incidents.settle({ kind: "webhook_secret_exposed", bank }, kids)
  }
}
