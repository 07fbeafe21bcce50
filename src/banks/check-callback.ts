// A bank's callback address, told something that means nothing: once as we tell everything, once with a body that its signature does not
// cover. The first must be taken, the second refused: else anybody could tell the bank what became of its events and links.
// Run by console/bank-check.ts.

import { utf8 } from "../crypto/text.ts"
import type { SigningKeys } from "../crypto/signing-keys.ts"
import type { Now } from "../foundation/clock.ts"
import { randomText, type Random } from "../foundation/id.ts"
import type { BankRecord } from "./bank.ts"
import { fault, note, passed, probe, type Finding, type Probe } from "./bank-check.ts"
import { signHeaders } from "./callback-post.ts"

/** Its type; a bank takes it and does nothing. */
export const TEST_CALLBACK = "tellerline.test.v1"
const CONTENT_TYPE = "application/cloudevents+json"

/** `callbacks` and `callback_signature`. */
export async function checkCallback(
  given: Probe & {
    readonly signing: Pick<SigningKeys, "key" | "kid">
    readonly publicOrigin: string
    /** The bank judges the signature's age by the real clock. */
    readonly realNow: Now
    readonly random: Random
  },
  bank: Pick<BankRecord, "id" | "callbackUrl">,
): Promise<readonly Finding[]> {
  const { callbackUrl: url } = bank
  if (!url)
    return [
      note("callbacks", "The record has no callbackUrl: the bank is not told what becomes of its events"),
    ]
  const event = (said: string) =>
    utf8(
      JSON.stringify({
        specversion: "1.0",
        id: `test-${randomText(given.random)}`,
        source: `${given.publicOrigin}/banks/${bank.id}`,
        type: TEST_CALLBACK,
        time: new Date(given.realNow()).toISOString(),
        datacontenttype: "application/json",
        data: { said },
      }),
    )
  const body = event("signed")
  const headers = await signHeaders(given, url, body, CONTENT_TYPE)
  const taken = await probe(given, url, { method: "POST", headers, body })
  if (!taken.ok) return [fault("callbacks", `callbackUrl ${taken.error}`)]
  if (taken.value.status < 200 || taken.value.status > 299)
    return [fault("callbacks", `callbackUrl ${wordsOf(taken.value.status, given.publicOrigin)}`)]
  const forged = await probe(given, url, { method: "POST", headers, body: event("changed after signing") })
  const refused = forged.ok && forged.value.status >= 400
  return [
    passed("callbacks"),
    refused
      ? passed("callback_signature")
      : fault(
          "callback_signature",
          forged.ok
            ? `callbackUrl takes (${forged.value.status}) a post whose signature does not hold: verify it by the keys of ${given.publicOrigin}/.well-known/jwks.json`
            : `callbackUrl ${forged.error}, asked with a signature that does not hold`,
        ),
  ]
}

function wordsOf(status: number, publicOrigin: string): string {
  if (status === 401 || status === 403)
    return `refuses our signature (${status}): does it read ${publicOrigin}/.well-known/jwks.json, and is its clock right?`
  if (status >= 300 && status < 400) return `redirects (${status}): redirects are not followed`
  if (status === 404 || status === 405 || status === 410) return `leads nowhere: it is answered ${status}`
  return status >= 500
    ? `is down (${status})`
    : `does not take a CloudEvent of type ${TEST_CALLBACK} (${status})`
}
