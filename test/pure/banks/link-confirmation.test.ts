// What a bank says to a link: its own word and nothing that could be taken for it; signed as every callback is.
import { describe, expect, test } from "vitest"
import type { LinkCallback } from "../../../src/banks/callback.ts"
import { createAskConfirmation, readConfirmation } from "../../../src/banks/link-confirmation.ts"
import type { LinkId } from "../../../src/foundation/id.ts"
import { parseSigningKeys } from "../../../src/crypto/signing-keys.ts"
import { bankRecord } from "../../support/bank.ts"
import { TEST_KEYS } from "../../support/keys.ts"

const ABOUT: LinkCallback = {
  kind: "link",
  link: "link_one" as LinkId,
  epoch: 1,
  customer: "customer-reference-1",
  status: "requested",
  reason: "code_confirmed",
  purposes: ["fraud_alerts"],
  accounts: [{ id: "acc-1", last4: "4821" }],
  until: Date.UTC(2027, 4, 20),
  at: Date.UTC(2026, 10, 22, 9),
}

async function asker(answer: () => Promise<Response>) {
  const signing = await parseSigningKeys(TEST_KEYS.SIGNING_KEYS)
  if (!signing.ok) throw new Error("test keys")
  const asked: Request[] = []
  const ask = createAskConfirmation({
    signing: signing.value,
    publicOrigin: "https://gateway.example",
    development: true,
    async fetch(input, init) {
      asked.push(new Request(input, init))
      return answer()
    },
    realNow: Date.now,
  })
  return { ask, asked }
}

describe("readConfirmation()", () => {
  test.each([
    ["confirmed", 200, '{"confirmation":"confirmed"}'],
    ["confirmed", 201, '{"confirmation":"confirmed","more":1}'],
    ["refused", 200, '{"confirmation":"refused"}'],
    ["pending", 202, '{"confirmation":"pending"}'],
    ["pending", 200, ""],
    ["pending", 200, "confirmed"],
    ["pending", 200, '{"confirmation":true}'],
    ["pending", 200, '{"confirmation":"CONFIRMED"}'],
    ["pending", 200, "null"],
    ["pending", 200, "[]"],
    ["pending", 302, '{"confirmation":"confirmed"}'],
    ["pending", 404, '{"confirmation":"confirmed"}'],
    ["pending", 500, '{"confirmation":"refused"}'],
    ["pending", 200, `{"confirmation":"confirmed","pad":"${"x".repeat(5_000)}"}`],
  ])("says %s for %i %s", async (said, status, body) => {
    expect(await readConfirmation(new Response(body, { status }))).toBe(said)
  })
})

describe("createAskConfirmation()", () => {
  test("asks as a signed callback with the same id each time", async () => {
    const { ask, asked } = await asker(async () => Response.json({ confirmation: "confirmed" }))
    expect(await ask(bankRecord(), ABOUT)).toBe("confirmed")
    expect(await ask(bankRecord(), ABOUT)).toBe("confirmed")
    const bodies = (await Promise.all(asked.map((each) => each.json()))) as { id: string; type: string }[]
    expect(bodies[0]).toMatchObject({ type: "tellerline.link.requested.v1", subject: ABOUT.customer })
    expect(bodies[0]?.id).toBe(bodies[1]?.id)
    expect(asked[0]?.headers.get("signature-input")).toContain('tag="tellerline-callback-v1"')
    expect(asked[0]?.redirect).toBe("manual")
  })

  test("a bank that is silent, or has no address, has not confirmed anything", async () => {
    const { ask, asked } = await asker(() => Promise.reject(new TypeError("unreachable")))
    expect(await ask(bankRecord(), ABOUT)).toBe("pending")
    const { callbackUrl: _, ...without } = bankRecord()
    expect(await ask(without, ABOUT)).toBe("pending")
    expect(asked).toHaveLength(1)
  })
})
