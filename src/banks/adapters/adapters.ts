// Every dialect of account data by its name, and the consent resources of those that have one. Composed by conversations/means.ts.

import type { Now } from "../../foundation/clock.ts"
import type { AccountAdapter, ConsentAdapter, Dialect } from "../bank.ts"
import { BERLIN_CONSENT } from "./berlin-consent.ts"
import { createBerlin } from "./berlin.ts"
import { createFdx6 } from "./fdx-6.ts"
import { OPEN_BANKING_CONSENT } from "./open-banking-consent.ts"
import { createOpenBanking } from "./open-banking.ts"

/** @param now our own clock */
export function createAdapters(now: Now): Readonly<Record<Dialect, AccountAdapter>> {
  const openBanking = createOpenBanking(now)
  return {
    "fdx-6": createFdx6(now),
    "open-banking-4.0": openBanking,
    "open-banking-3.1": openBanking,
    "berlin-1.3": createBerlin(now),
  }
}

export const CONSENT_ADAPTERS: Readonly<Partial<Record<Dialect, ConsentAdapter>>> = {
  "open-banking-4.0": OPEN_BANKING_CONSENT,
  "open-banking-3.1": OPEN_BANKING_CONSENT,
  "berlin-1.3": BERLIN_CONSENT,
}
