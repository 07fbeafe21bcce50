// What an operator must know of outer keys, kept open while it lasts: one that is still named long after another took its place, and one
// in wrong hands until everything under it is renewed, told to the deployment and to each bank. Called by the clock.

import { DAY_MS } from "../foundation/clock.ts"
import type { BankId } from "../foundation/id.ts"
import { sum, type OuterKey } from "../vault/outer-key.ts"
import type { Incidents } from "./incidents.ts"

/** By then every row has long been put under the newest key: what still names the old one does not open, or comes from a backup. */
export const LINGERING_MS = 7 * DAY_MS

/** Open and close what the register says.
 * @param banks everybody registered: asked for only while a key is compromised */
export async function settleKeyIncidents(
  incidents: Pick<Incidents, "settle" | "listOpen">,
  register: readonly OuterKey[],
  banks: () => Promise<readonly BankId[]>,
  now: number,
): Promise<void> {
  const lingering = register.filter(
    ({ left, replacedAt }) => sum(left) > 0 && replacedAt !== undefined && now - replacedAt >= LINGERING_MS,
  )
  await incidents.settle(
    { kind: "vault_key_lingering", bank: "*" },
    lingering.map(({ kid }) => kid),
  )
  const compromised = register
    .filter(({ compromisedAt, renewedAt }) => compromisedAt !== undefined && renewedAt === undefined)
    .map(({ kid }) => kid)
  const open = await incidents.listOpen("vault_key_compromised")
  if (compromised.length === 0 && open.length === 0) return
  for (const bank of ["*", ...(await banks())] as const)
    await incidents.settle({ kind: "vault_key_compromised", bank }, compromised)
}
