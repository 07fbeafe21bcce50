// What the gateway signs, judged by the demo bank's own receiver: two programs that share no code but the standard's library.

import { describe, expect, it } from "vitest"
import { CALLBACK_TAG, verifyPost } from "../../../sandbox/bank/events/sign.ts"
import type { BankId } from "../../../src/foundation/id.ts"
import { renderCallback } from "../../../src/banks/callback.ts"
import { createPostCallbacks } from "../../../src/banks/callback-post.ts"
import { parseSigningKeys } from "../../../src/crypto/signing-keys.ts"
import { alertCallback, linkCallback, NOW, receivingBank } from "../../support/callbacks.ts"
import { TEST_KEYS } from "../../support/keys.ts"

const ADDRESS = "http://localhost:8788/bank/callbacks"
const BANK = "demo" as BankId

async function posted() {
  const signing = await parseSigningKeys(TEST_KEYS.SIGNING_KEYS)
  if (!signing.ok) throw new Error(signing.error.detail)
  const bank = receivingBank()
  const post = createPostCallbacks({
    signing: signing.value,
    development: true,
    fetch: bank.fetch,
    realNow: () => NOW,
  })
  const events = await Promise.all(
    [alertCallback(), linkCallback()].map((each) => renderCallback(each, BANK, "http://localhost:8787")),
  )
  await post(BANK, ADDRESS, [events[0] as never])
  await post(BANK, ADDRESS, events as never)
  return { received: bank.received, keys: signing.value.publicJwks.keys }
}

describe("the demo bank's receiver", () => {
  it("finds what the gateway signed good, alone and in a batch", async () => {
    const { received, keys } = await posted()
    expect(received).toHaveLength(2)
    for (const { url, headers, body } of received) {
      const given = { url, headers, body, keys, tag: CALLBACK_TAG }
      expect(await verifyPost({ ...given, now: NOW / 1000 })).toBe("good")
      expect(await verifyPost({ ...given, now: NOW / 1000 + 300 })).toBe("good")
      expect(await verifyPost({ ...given, now: NOW / 1000 + 301 })).toBe("bad signature")
      expect(await verifyPost({ ...given, now: NOW / 1000, tag: "bank-events-v1" })).toBe("bad signature")
      expect(await verifyPost({ ...given, now: NOW / 1000, keys: [] })).toBe("unknown key")
      const changed = body.map((byte, at) => (at === 9 ? byte ^ 1 : byte))
      expect(await verifyPost({ ...given, now: NOW / 1000, body: changed })).toBe("digest mismatch")
    }
  })
})
