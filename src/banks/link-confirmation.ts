// Asking a bank whether a link may go live, where its record says that only its word makes it so: one signed post to its callback
// address, answered at once or later. The question has the form of a callback, and the same id however often it is asked.
// Says nothing about links by itself. Composed by conversations/means.ts.

import { readCapped } from "../http/body.ts"
import { fromUtf8, utf8 } from "../crypto/text.ts"
import type { SigningKeys } from "../crypto/signing-keys.ts"
import { SECOND_MS, type Now } from "../foundation/clock.ts"
import type { BankRecord } from "./bank.ts"
import { isServiceUrl } from "./bank-record.ts"
import { renderCallback, type LinkCallback } from "./callback.ts"
import { signHeaders } from "./callback-post.ts"

/** What a bank says. `pending`: not yet, or nothing we can read; it is asked again. */
export type Confirmation = "confirmed" | "refused" | "pending"

/** Ask a bank about one link. Harmless to repeat. */
export type AskConfirmation = (bank: BankRecord, about: LinkCallback) => Promise<Confirmation>

const TIMEOUT_MS = 8 * SECOND_MS
const ANSWER_BYTES_MAX = 4 * 1024
const SINGLE_TYPE = "application/cloudevents+json"
const WORDS: readonly unknown[] = ["confirmed", "refused", "pending"] satisfies readonly Confirmation[]

/** @param given.realNow the real clock: a bank judges the signature's age by it */
export function createAskConfirmation(given: {
  readonly signing: Pick<SigningKeys, "key" | "kid">
  readonly publicOrigin: string
  readonly development: boolean
  readonly fetch: typeof fetch
  readonly realNow: Now
}): AskConfirmation {
  return async (bank, about) => {
    const url = bank.callbackUrl ?? ""
    if (!isServiceUrl(url, given.development)) return "pending"
    const body = utf8(JSON.stringify(await renderCallback(about, bank.id, given.publicOrigin)))
    const headers = await signHeaders(given, url, body, SINGLE_TYPE)
    try {
      const response = await given.fetch(url, {
        method: "POST",
        headers,
        body,
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      return await readConfirmation(response)
    } catch {
      // A silent bank has not confirmed anything.
      return "pending"
    }
  }
}

/** The word in a bank's answer: `{"confirmation":"confirmed"}`, with any 2xx; whatever else it says is none yet. */
export async function readConfirmation(response: Response): Promise<Confirmation> {
  if (response.status < 200 || response.status > 299) {
    await response.body?.cancel()
    return "pending"
  }
  const bytes = await readCapped(response, ANSWER_BYTES_MAX)
  if (!bytes.ok) return "pending"
  try {
    const { confirmation } = (JSON.parse(fromUtf8(bytes.value)) ?? {}) as { readonly confirmation?: unknown }
    return WORDS.includes(confirmation) ? (confirmation as Confirmation) : "pending"
  } catch {
    return "pending"
  }
}
