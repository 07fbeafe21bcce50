// What Berlin Group's error bodies mean, before the status alone is asked. Pure; used by berlin.ts and berlin-consent.ts.
// Source: NextGenPSD2 1.3, message codes (bank-standards.md 3.3).

import type { BankAnswer, BankRecord, BankRefusal } from "../bank.ts"
import { isOfReadableSize, judgeRefusal } from "../bank-answer.ts"

/** By code. `CONSENT_INVALID` is none of them: it may mean one account or the whole consent (berlin.ts asks). */
const MEANINGS = {
  CONSENT_EXPIRED: { reason: "link_ended" },
  CONSENT_UNKNOWN: { reason: "link_ended" },
  ACCESS_EXCEEDED: { reason: "quota_spent" },
  RESOURCE_UNKNOWN: { reason: "not_found" },
  SERVICE_BLOCKED: { reason: "forbidden" },
} as const satisfies Readonly<Record<string, BankRefusal>>

/** Why an answer that is no 2xx is none. */
export function judgeBerlin(bank: BankRecord, answer: BankAnswer): BankRefusal {
  const meaning = codesOf(answer).find((code) => code in MEANINGS)
  return meaning ? MEANINGS[meaning as keyof typeof MEANINGS] : judgeRefusal(bank, answer)
}

/** Codes of either form: `tppMessages`, or a problem document's own. */
export function codesOf(answer: BankAnswer): readonly string[] {
  if (!isOfReadableSize(answer)) return []
  try {
    const body = JSON.parse(answer.text) as { readonly tppMessages?: unknown; readonly code?: unknown } | null
    const messages: readonly ({ readonly code?: unknown } | null)[] = Array.isArray(body?.tppMessages)
      ? body.tppMessages
      : []
    return [body, ...messages].flatMap((each) => (typeof each?.code === "string" ? [each.code] : []))
  } catch {
    return []
  }
}
