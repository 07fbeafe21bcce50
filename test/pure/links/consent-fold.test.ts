// P4: what is in force is read out of the record, and out of nothing else: a record altered, left out or put in leaves nothing in force.
import fc from "fast-check"
import { createLocalJWKSet, jwtVerify } from "jose"
import { describe, expect, test } from "vitest"
import { digestText } from "../../../src/crypto/hmac.ts"
import { parseSigningKeys } from "../../../src/crypto/signing-keys.ts"
import type { BankId, LinkId } from "../../../src/foundation/id.ts"
import { PURPOSES, type Purpose } from "../../../src/foundation/purpose.ts"
import { foldConsents } from "../../../src/links/consent-fold.ts"
import { storedRecord, type ConsentRecord } from "../../../src/links/consent-record.ts"
import type { KeptRecord } from "../../../src/links/consent-store.ts"
import { receiptOf, signReceipt } from "../../../src/links/receipt.ts"
import { TEST_KEYS } from "../../support/keys.ts"

const LINK = "link_one" as LinkId

type Step = "confirmed" | "withdrawn" | { readonly purposes: readonly Purpose[]; readonly until: number }

/** Records of one link: given, and what followed. */
async function recordsOf(given: readonly Purpose[], steps: readonly Step[]): Promise<readonly KeptRecord[]> {
  const kept: KeptRecord[] = []
  const add = async (record: Omit<ConsentRecord, "previous" | "epoch">) => {
    const previous = kept.at(-1)?.hash ?? ""
    const epoch = kept.length + 1
    const stored = await storedRecord({ ...record, previous, epoch } as ConsentRecord)
    const bank = "demo" as BankId
    kept.push({ ...stored, link: LINK, bank, epoch, kind: record.kind, at: epoch, until: 1_000 })
  }
  await add({
    v: 1,
    kind: "given",
    link: LINK,
    purposes: given,
    showAmounts: true,
    accounts: ["a"],
    text: { version: "1", sha256: "s" },
    language: "en",
    givenAt: 1,
    until: 1_000,
    jurisdiction: "EU",
    parties: [{ role: "controller", name: "Demo Bank" }],
  } as Omit<ConsentRecord, "previous" | "epoch">)
  for (const step of steps)
    if (step === "confirmed")
      await add({ v: 1, kind: "confirmed", link: LINK, evidence: "code", at: 2 } as never)
    else if (step === "withdrawn")
      await add({ v: 1, kind: "withdrawn", link: LINK, reason: "disconnected", at: 900 } as never)
    else
      await add({
        v: 1,
        kind: "widened",
        link: LINK,
        showAmounts: false,
        accounts: ["a"],
        language: "en",
        actor: "customer",
        evidence: "chat",
        change: `c${kept.length}`,
        at: 3,
        ...step,
      } as never)
  return kept
}

async function fold(kept: readonly KeptRecord[]) {
  const folded = await foldConsents(kept)
  if (!folded.ok) throw new Error(folded.error.reason)
  return folded.value
}

describe("foldConsents()", () => {
  test("given is not in force, confirmed is, a change says all that is on, an end ends it", async () => {
    expect(await fold(await recordsOf(["receipts"], []))).toMatchObject({ state: "given", epoch: 1 })
    expect(await fold(await recordsOf(["receipts"], ["confirmed"]))).toMatchObject({
      state: "live",
      purposes: ["receipts"],
      epoch: 2,
    })
    const changed = ["confirmed", { purposes: ["fraud_alerts"], until: 2_000 }] as const
    expect(await fold(await recordsOf(["receipts"], changed))).toMatchObject({
      state: "live",
      purposes: ["fraud_alerts"],
      showAmounts: false,
      until: 2_000,
    })
    expect(await fold(await recordsOf(["receipts"], [...changed, "withdrawn"]))).toMatchObject({
      state: "ended",
      until: 900,
      endedReason: "disconnected",
      epoch: 4,
    })
  })

  test.each([
    ["nothing", [] as Step[], "no_record"],
    ["a change before the code", [{ purposes: [], until: 1 }] as Step[], "chain_broken"],
    ["a second code", ["confirmed", "confirmed"] as Step[], "chain_broken"],
    [
      "anything after the end",
      ["confirmed", "withdrawn", { purposes: [], until: 1 }] as Step[],
      "chain_broken",
    ],
    ["a second end", ["confirmed", "withdrawn", "withdrawn"] as Step[], "chain_broken"],
  ])("%s comes to nothing", async (_, steps, reason) => {
    const kept = reason === "no_record" ? [] : await recordsOf(["receipts"], steps)
    expect(await foldConsents(kept)).toMatchObject({ ok: false, error: { reason } })
  })

  test("one record altered, left out or put twice breaks the chain", async () => {
    const step = fc.record({
      purposes: fc.subarray([...PURPOSES]),
      until: fc.integer({ min: 1, max: 5_000 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 4 }), fc.nat(), fc.nat(), async (steps, at, how) => {
        const kept = await recordsOf(["receipts"], ["confirmed", ...steps])
        const index = at % kept.length
        const hit = kept[index]
        if (!hit) throw new Error("no record")
        const json = hit.json.replace('"link":"link_one"', '"link":"link_two"')
        const altered = how % 2 === 0 ? { ...hit, json } : { ...hit, json, hash: await digestText(json) }
        const last = index === kept.length - 1
        expect((await foldConsents(kept.with(index, altered))).ok).toBe(false)
        if (!last) expect((await foldConsents(kept.toSpliced(index, 1))).ok).toBe(false)
        expect((await foldConsents(kept.toSpliced(index, 0, hit))).ok).toBe(false)
      }),
      { numRuns: 60 },
    )
  })
})

test("receiptOf(), signReceipt(): the customer's receipt names what was on when, and our public key verifies it", async () => {
  const kept = await recordsOf(
    ["receipts", "fraud_alerts"],
    ["confirmed", { purposes: ["fraud_alerts"], until: 2_000 }, "withdrawn"],
  )
  const receipt = await receiptOf(kept)
  if (!receipt.ok) throw new Error(receipt.error.reason)
  expect(receipt.value.events.map(({ kind, purposes, until }) => [kind, purposes.length, until])).toEqual([
    ["given", 2, 1_000],
    ["confirmed", 2, 1_000],
    ["widened", 1, 2_000],
    ["withdrawn", 0, 900],
  ])
  const signing = await parseSigningKeys(TEST_KEYS.SIGNING_KEYS)
  if (!signing.ok) throw new Error(signing.error.detail)
  const jwt = await signReceipt(signing.value, "https://gateway.example", receipt.value, Date.now())
  const keys = createLocalJWKSet({ keys: signing.value.publicJwks.keys.map((key) => ({ ...key })) })
  const { payload } = await jwtVerify(jwt, keys, {
    issuer: "https://gateway.example",
    subject: LINK,
    typ: "consent-receipt+jwt",
  })
  expect(payload["consent_receipt"]).toMatchObject({ state: "ended", head: kept.at(-1)?.hash })
  expect(await receiptOf(kept.slice(1))).toMatchObject({ ok: false })
})
