// `bank check`: everything a bank must pass, asked of the bank and of Messenger as we would ask in earnest, all at once and within one
// deadline. Changes nothing and makes no link. What only a person can do (log in, type a code) is not among it; what only the bank can
// sign is the command's (command/bank-check.mjs). Composed by doors.ts; the route is bank-check-routes.ts.

import type { BankRecord } from "../banks/bank.ts"
import { BANK_CHECKS, fault, note, passed, type BankCheck, type Finding } from "../banks/bank-check.ts"
import { checkAccountData, checkActions } from "../banks/check-apis.ts"
import { checkCallback } from "../banks/check-callback.ts"
import { checkEventKeys } from "../banks/check-keys.ts"
import { SECOND_MS } from "../foundation/clock.ts"
import type { Log } from "../foundation/log.ts"
import { describeFault } from "../foundation/log.ts"
import { checkLogin, type LoginCheckGiven } from "../links/bank-login-check.ts"
import { findLanguage } from "../phrases/catalogue.ts"
import { checkPages, type PageCheckGiven } from "./page-check.ts"

/** What checking a bank needs. */
export type BankCheckGiven = Omit<LoginCheckGiven, "login"> &
  Parameters<typeof checkCallback>[0] &
  PageCheckGiven & {
    /** A login that remembers nothing of an earlier check. */
    readonly openLogin: () => LoginCheckGiven["login"]
    readonly log: Log
  }

/** Looks a record over. @returns what was found, in the order of the list; at least one finding a part */
export type CheckBank = (record: BankRecord) => Promise<readonly Finding[]>

/** Longer than a bank and a repeat for its nonce need; whoever waits at a terminal waits no longer. */
const CHECK_MS = 12 * SECOND_MS

/** The check. */
export function createBankCheck(given: BankCheckGiven): CheckBank {
  return async (bank) => {
    const parts: Readonly<Partial<Record<BankCheck, Promise<readonly Finding[]>>>> = {
      metadata: checkLogin({ ...given, login: given.openLogin() }, bank),
      event_keys: one(checkEventKeys(given, bank)),
      account_data: one(checkAccountData(given, bank)),
      actions: one(checkActions(given, bank)),
      callbacks: checkCallback(given, bank),
      languages: Promise.resolve([checkLanguages(bank)]),
      pages: checkPages(given, bank.id),
    }
    const found = await Promise.all(
      Object.entries(parts).map(([check, work]) => inTime(given.log, check as BankCheck, work)),
    )
    const order = Object.keys(BANK_CHECKS)
    return found.flat().toSorted((one, other) => order.indexOf(one.check) - order.indexOf(other.check))
  }
}

/** A part that takes too long, or that we fail at, is a finding of its own: the rest still counts. */
async function inTime(
  log: Log,
  check: BankCheck,
  work: Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<readonly Finding[]>((resolve) => {
    const said = `This and what depends on it was not answered within ${CHECK_MS / SECOND_MS} seconds`
    timer = setTimeout(() => resolve([fault(check, said)]), CHECK_MS)
  })
  try {
    return await Promise.race([work, late])
  } catch (thrown) {
    log.error("bank_check_failed", { check, ...describeFault(thrown) })
    return [fault(check, "We failed at looking at this; the gateway's log says why")]
  } finally {
    if (timer !== undefined) clearTimeout(timer)
  }
}

async function one(finding: Promise<Finding>): Promise<readonly Finding[]> {
  return [await finding]
}

function checkLanguages({ languages }: Pick<BankRecord, "languages">): Finding {
  const unknown = languages.filter((language) => findLanguage(language) === undefined)
  return unknown.length === 0
    ? passed("languages")
    : note(
        "languages",
        `There are no words in ${unknown.join(", ")}: its customers read the first language we have`,
      )
}
