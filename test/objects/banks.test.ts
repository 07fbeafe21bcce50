// The banks room in workerd: a bank's way in against hostile requests, its record and keys in a real D1.
import { env } from "cloudflare:workers"
import { Hono } from "hono"
import { describe, expect, it } from "vitest"
import { createBankKeys } from "../../src/banks/bank-keys.ts"
import { findBank, findKey, insertKeyIfAbsent, listBanks, putBank } from "../../src/banks/bank-store.ts"
import {
  forgetRefusals,
  keepRefusals,
  listRefusals,
  REFUSALS_KEPT_MS,
} from "../../src/banks/refusal-store.ts"
import {
  insertWebhookSecret,
  listWebhookSecrets,
  WEBHOOK_OVERLAP_MS,
} from "../../src/banks/webhook-secret-store.ts"
import { createBankDirectory } from "../../src/banks/directory.ts"
import type { BankEvent } from "../../src/banks/event.ts"
import { SIGNATURE_AGE_MS_MAX, SIGNATURE_AHEAD_MS_MAX } from "../../src/banks/event-signature.ts"
import { bankIntake } from "../../src/banks/intake.ts"
import { SIGNED_BODY_BYTES_MAX } from "../../src/banks/intake-given.ts"
import { createDatabase } from "../../src/db/database.ts"
import { listAudit } from "../../src/audit/audit-store.ts"
import { err, ok } from "../../src/foundation/result.ts"
import { requestIdentity, type RequestVariables } from "../../src/http/headers.ts"
import type { BankId } from "../../src/foundation/id.ts"
import { bankRecord, eventBody, recordingLog, transactionPosted } from "../support/bank.ts"
import { createTestKey, signedRequest } from "../support/bank-signer.ts"
import { hostileSuite, type WayIn } from "../support/hostile.ts"

const ORIGIN = "http://localhost:8787"
const NOW = 1_795_337_640_000
const DEVELOPMENT = { development: true }
const by = (reason: string) => ({ actor: "test", reason, at: NOW })

async function createWay(): Promise<WayIn> {
  const db = createDatabase(env.DB)
  const bank = bankRecord()
  await putBank(db, bank, by("a bank to speak to"))
  const [newKey, oldKey, otherKey] = await Promise.all([
    createTestKey("bank-2"),
    createTestKey("bank-1"),
    createTestKey("bank-2"),
  ])
  const taken = new Map<string, BankEvent>()
  const { log, lines } = recordingLog()
  const app = new Hono<{ Variables: RequestVariables }>()
  app.use(requestIdentity)
  app.route(
    "/",
    bankIntake({
      findBank: (id) =>
        createBankDirectory({ find: (name) => findBank(db, name, DEVELOPMENT), now: () => NOW, log }).find(
          id,
        ),
      keysOf: createBankKeys({
        fetch: async () => Response.json({ keys: [newKey.jwk, oldKey.jwk] }),
        realNow: () => NOW,
      }),
      accept: async (_, events) => {
        for (const event of events) taken.set(event.id, event)
        return ok(undefined)
      },
      auth: { authenticate: async () => err({ reason: "bank_key_missing" }) },
      webhookSecrets: async () => ok([]),
      preview: () => ({}),
      countLinked: async () => ok(0),
      findConsentCustomer: async () => ok(undefined),
      findStatus: async () => ok({ state: "not_reached", rows: [] }),
      note: () => undefined,
      publicOrigin: ORIGIN,
      development: true,
      now: () => NOW,
      realNow: () => NOW,
      log,
    }),
  )
  const good = eventBody(transactionPosted({ at: NOW - 5_000 }))
  return {
    body: good,
    bodyBytesMax: SIGNED_BODY_BYTES_MAX,
    ageMsMax: SIGNATURE_AGE_MS_MAX,
    aheadMsMax: SIGNATURE_AHEAD_MS_MAX,
    stepMs: 1_000,
    async request({ proof, ageMs = 0, contentType, body = good, tamper, unknownOwner }) {
      const url = `${ORIGIN}/banks/${unknownOwner ? "nobody" : "demo"}/events`
      const key = proof === "wrong_key" ? otherKey : proof === "old_key" ? oldKey : newKey
      const signed = await signedRequest(key, url, body, {
        created: (NOW - ageMs) / 1_000,
        ...(contentType ? { contentType } : {}),
      })
      const headers = new Headers(signed.headers)
      if (proof === "none") for (const name of ["signature", "signature-input"]) headers.delete(name)
      if (proof === "malformed") headers.set("signature-input", "sig1=(((")
      return new Request(url, { method: "POST", headers, body: tamper ? tamper(body) : body })
    },
    send: async (request) => app.fetch(request),
    snapshot: async () => ({
      taken: [...taken],
      audit: await listAudit(db, "*", 200),
      banks: await listBanks(db, DEVELOPMENT),
    }),
    logged: () => lines.join("\n"),
    inputs: ["Kx7Qm2vX9kLtB4wZ8pR5nYdA", "ELECTRO MART", "249.99", "acc_1"],
    expected: {
      good: 202,
      no_proof: 401,
      wrong_key: 401,
      malformed_proof: 401,
      changed_byte: 400,
      wrong_type: 415,
      largest: 202,
      too_large: 413,
      truncated_json: 400,
      oldest: 202,
      past: 401,
      furthest_ahead: 202,
      future: 401,
      old_key: 202,
      replayed: 202,
      unknown_owner: 401,
    },
  }
}

hostileSuite("POST /banks/{bankId}/events", createWay)

describe("bank-store", () => {
  it("putBank() keeps the record and says who did it, in one batch", async () => {
    const db = createDatabase(env.DB)
    const bank = bankRecord()
    await putBank(db, bank, by("first"))
    await putBank(db, { ...bank, name: "Harbourline" }, by("a shorter name"))
    expect(await findBank(db, bank.id, DEVELOPMENT)).toEqual({ ...bank, name: "Harbourline" })
    expect(await listBanks(db, DEVELOPMENT)).toHaveLength(1)
    const audit = await listAudit(db, bank.id, 10)
    expect(audit.map(({ action, object, reason }) => [action, object, reason])).toEqual([
      ["bank.put", "demo", "a shorter name"],
      ["bank.put", "demo", "first"],
    ])
  })

  it("findBank() refuses outside development what was registered in it", async () => {
    const db = createDatabase(env.DB)
    await putBank(db, bankRecord(), by("local"))
    await expect(findBank(db, "demo" as BankId, { development: false })).rejects.toThrow(/issuer/)
  })

  const FIRST = { wrappedKey: "v1.a.first", formerWrappedKey: null }

  it("insertKeyIfAbsent() gives the key that was there first", async () => {
    const db = createDatabase(env.DB)
    const key = { bank: "demo" as BankId, month: "2026-11" }
    expect(await findKey(db, key.bank, key.month)).toBeUndefined()
    expect(await insertKeyIfAbsent(db, { ...key, wrappedKey: "v1.a.first" }, NOW)).toEqual(FIRST)
    expect(await insertKeyIfAbsent(db, { ...key, wrappedKey: "v1.a.second" }, NOW)).toEqual(FIRST)
    expect(await findKey(db, key.bank, key.month)).toEqual(FIRST)
    expect(await findKey(db, key.bank, "2026-12")).toBeUndefined()
  })
})

describe("refusal-store", () => {
  it("keeps the newest 200 of a bank, a week, and never another bank's", async () => {
    const db = createDatabase(env.DB)
    const other = "other" as BankId
    const note = (bank: BankId, n: number, at = NOW) =>
      ({ bank, way: "events", reason: `reason_${n}`, at }) as const
    await keepRefusals(db, other, [note(other, 0)], NOW)
    for (let n = 0; n < 21; n += 1)
      await keepRefusals(
        db,
        "demo" as BankId,
        Array.from({ length: 10 }, (_, index) => note("demo" as BankId, n * 10 + index)),
        NOW,
      )
    const kept = await listRefusals(db, "demo" as BankId, NOW)
    expect([kept.length, kept[0]?.reason, kept.at(-1)?.reason]).toEqual([200, "reason_209", "reason_10"])
    expect(await listRefusals(db, other, NOW)).toHaveLength(1)
    expect(await listRefusals(db, other, NOW + REFUSALS_KEPT_MS + 1)).toEqual([])
    await forgetRefusals(db, NOW + 1, 1_000)
    expect(await listRefusals(db, "demo" as BankId, NOW)).toEqual([])
  })
})

describe("webhook-secret-store", () => {
  it("lets the secret before count for a day more, and forgets it with the next", async () => {
    const db = createDatabase(env.DB)
    const bank = "demo" as BankId
    const put = (id: string, at: number) =>
      insertWebhookSecret(db, bank, { id, secretSealed: `v1.k.${id}` }, { ...by("rotation"), at })
    const ids = async (at: number) => (await listWebhookSecrets(db, bank, at)).map(({ id }) => id)
    await put("one", NOW)
    await put("two", NOW + 1_000)
    expect(await ids(NOW + 2_000)).toEqual(["two", "one"])
    expect(await ids(NOW + 1_000 + WEBHOOK_OVERLAP_MS)).toEqual(["two"])
    expect(await listWebhookSecrets(db, "other" as BankId, NOW)).toEqual([])
    await put("three", NOW + WEBHOOK_OVERLAP_MS + 2_000)
    expect(await ids(NOW)).toEqual(["three", "two"])
  })
})
