// P15: however many requests are refused, few are written, and rarely; and secrets of webhooks are looked up once a minute.
import { describe, expect, it } from "vitest"
import type { RefusalNote } from "../../../src/banks/intake-given.ts"
import { createRefusalNotes, NOTES_A_BANK_MAX, NOTES_EVERY_MS } from "../../../src/banks/refusal-notes.ts"
import type { KeptRefusal } from "../../../src/banks/refusal-store.ts"
import { createWebhookSecrets } from "../../../src/banks/webhook-secrets.ts"
import type { BankId } from "../../../src/foundation/id.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import { recordingLog } from "../../support/bank.ts"

const BANK = "demo" as BankId
const note = (more: Partial<RefusalNote> = {}): RefusalNote => ({
  bank: BANK,
  way: "events",
  reason: "signature_mismatch",
  ...more,
})

function standing() {
  const written: { readonly bank: BankId; readonly notes: readonly KeptRefusal[] }[] = []
  const waits: { readonly ms: number; readonly go: () => void }[] = []
  const work: Promise<void>[] = []
  const state = { now: 1_000_000, fail: false }
  const keep = createRefusalNotes({
    keep: async (bank, notes) => {
      if (state.fail) throw new Error("gone")
      written.push({ bank, notes })
    },
    waitUntil: (each) => void work.push(each),
    wait: (ms) => new Promise((resolve) => waits.push({ ms, go: () => resolve(undefined) })),
    now: () => state.now,
    realNow: () => state.now,
    log: recordingLog().log,
  })
  const settle = () => Promise.all(work.splice(0))
  return { keep, written, waits, settle, state }
}

describe("createRefusalNotes()", () => {
  it("P15: writes the first at once, and a flood of ten thousand in one writing of a few", async () => {
    const { keep, written, waits, settle, state } = standing()
    keep(note())
    await settle()
    expect(written).toEqual([{ bank: BANK, notes: [{ ...note(), at: state.now }] }])
    for (let n = 0; n < 10_000; n += 1) keep(note({ reason: `reason_${n % 40}`, kid: `k${n % 3}` }))
    expect(waits.map(({ ms }) => ms)).toEqual([NOTES_EVERY_MS])
    state.now += NOTES_EVERY_MS
    waits[0]?.go()
    await settle()
    expect(written).toHaveLength(2)
    expect(written[1]?.notes).toHaveLength(NOTES_A_BANK_MAX)
  })

  it("keeps at most two that are alike, so that one fault does not hide another", async () => {
    const { keep, written, waits, settle } = standing()
    keep(note())
    for (let n = 0; n < 50; n += 1) keep(note())
    keep(note({ reason: "signature_too_old", skewSeconds: 400 }))
    await settle()
    keep(note())
    waits[0]?.go()
    await settle()
    expect(written[1]?.notes.map(({ reason }) => reason)).toEqual([
      "signature_mismatch",
      "signature_mismatch",
      "signature_too_old",
    ])
  })

  it("begins anew where a writing never ended", async () => {
    const { keep, written, waits, settle, state } = standing()
    keep(note())
    await settle()
    keep(note())
    expect(waits).toHaveLength(1)
    state.now += 40_000
    keep(note({ reason: "another" }))
    await new Promise((resolve) => setImmediate(resolve))
    expect(written).toHaveLength(2)
  })

  it("goes on after a writing that failed", async () => {
    const { keep, written, waits, settle, state } = standing()
    state.fail = true
    keep(note())
    await settle()
    state.fail = false
    keep(note())
    waits[0]?.go()
    await settle()
    expect(written).toHaveLength(1)
  })
})

describe("createWebhookSecrets()", () => {
  it("P15: asks the directory once a minute and bank; passes over what does not open", async () => {
    const state = { now: 0, asked: 0 }
    const secrets = createWebhookSecrets({
      list: async () => {
        state.asked += 1
        return [
          { id: "whs_1", secretSealed: `whsec_${new Uint8Array(32).toBase64()}` },
          { id: "whs_2", secretSealed: "broken" },
        ]
      },
      open: async (_, { secretSealed }) =>
        secretSealed === "broken" ? err({ reason: "sealed" }) : ok(secretSealed),
      realNow: () => state.now,
      log: recordingLog().log,
    })
    for (let n = 0; n < 100; n += 1)
      expect(await secrets.find(BANK)).toMatchObject({ ok: true, value: [{ length: 32 }] })
    expect(state.asked).toBe(1)
    state.now = 60_000
    await secrets.find(BANK)
    expect(state.asked).toBe(2)
    secrets.forget(BANK)
    await secrets.find(BANK)
    expect(state.asked).toBe(3)
  })
})
