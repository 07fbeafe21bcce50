// Which dialect a bank speaks: one row a dialect. Nothing below this table asks.

import type { Now } from "../../foundation/clock.ts"
import type { AccountAdapter, BankRecord } from "../bank.ts"
import { createFdx6 } from "./fdx-6.ts"

const ADAPTERS: Readonly<Record<BankRecord["dialect"], (now: Now) => AccountAdapter>> = {
  "fdx-6": createFdx6,
}

/** The adapter for a bank's account data.
 * @param now our own clock */
export function adapterOf(bank: BankRecord, now: Now): AccountAdapter {
  return ADAPTERS[bank.dialect](now)
}
