// What UK Open Banking's error bodies mean, before the status alone is asked. Pure; used by open-banking.ts and open-banking-consent.ts.

import type { BankAnswer, BankRecord, BankRefusal } from "../bank.ts"
import { isOfReadableSize, judgeRefusal } from "../bank-answer.ts"

/** By `ErrorCode`, as 3.1 and 4.0 write them. A consent that must be allowed anew is, for a chat, one that is over. */
const MEANINGS: Readonly<Record<string, BankRefusal["reason"]>> = {
  "UK.OBIE.Reauthenticate": "link_ended",
  U028: "link_ended",
  "UK.OBIE.Resource.InvalidConsentStatus": "link_ended",
  "UK.OBIE.Resource.NotFound": "not_found",
  "UK.OBIE.Resource.ConsentMismatch": "forbidden",
}

/** Why an answer that is no 2xx is none. */
export function judgeOpenBanking(bank: BankRecord, answer: BankAnswer): BankRefusal {
  const meaning = codesOf(answer)
    .map((code) => MEANINGS[code])
    .find((each) => each !== undefined)
  if (meaning === "link_ended" || meaning === "not_found" || meaning === "forbidden")
    return { reason: meaning }
  return judgeRefusal(bank, answer)
}

function codesOf(answer: BankAnswer): readonly string[] {
  if (!isOfReadableSize(answer)) return []
  try {
    const { Errors: errors } = JSON.parse(answer.text) as { readonly Errors?: unknown }
    if (!Array.isArray(errors)) return []
    return errors.flatMap((each: { readonly ErrorCode?: unknown } | null) =>
      typeof each?.ErrorCode === "string" ? [each.ErrorCode] : [],
    )
  } catch {
    return []
  }
}
