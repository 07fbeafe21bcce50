// What a bank lets us do: what is asked, and that we say no more than it said.
import { describe, expect, it } from "vitest"
import { answerFraudCase, freezeCard } from "../../../src/banks/actions.ts"
import type { BankCall } from "../../../src/banks/bank.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import { bankRecord } from "../../support/bank.ts"

const bank = bankRecord()
const signal = new AbortController().signal
const AT = Date.UTC(2026, 10, 22, 8, 15)
const reply = { caseId: "fc/81c", answer: "deny", answeredAt: AT, idempotencyKey: "key-1" } as const

function standing(body: unknown, status = 200) {
  const asked: unknown[] = []
  const call: BankCall = {
    request: async (method, url, { signal: given, ...options }) => {
      asked.push({ method, url, ...options, given: given === signal })
      return ok({
        status,
        headers: new Headers(),
        text: typeof body === "string" ? body : JSON.stringify(body),
      })
    },
  }
  return { call, asked }
}

describe("answerFraudCase()", () => {
  it("says who answered what and when, under the caller's key", async () => {
    const { call, asked } = standing({
      case_id: "fc/81c",
      card: { ref: "crd_19", last4: "4821", state: "frozen" },
      next_date: "2026-11-24",
    })
    expect(await answerFraudCase(bank, call, reply, signal)).toEqual(
      ok({ card: { ref: "crd_19", last4: "4821", state: "frozen" }, nextDate: "2026-11-24" }),
    )
    expect(asked).toEqual([
      {
        method: "POST",
        url: "http://localhost:8788/bank/actions/fraud-cases/fc%2F81c/responses",
        body: { answer: "deny", assurance: "messenger", answered_at: "2026-11-22T08:15:00.000Z" },
        idempotencyKey: "key-1",
        given: true,
      },
    ])
  })

  it.each([
    ["nothing", ""],
    ["an empty object", {}],
    ["a card in a state nobody knows", { card: { state: "melted" } }],
    ["a date that is none", { next_date: "soon" }],
    ["a megabyte", "x".repeat(1_000_001)],
  ])("has the bank's yes and no more where the body says %s", async (_, body) => {
    expect(await answerFraudCase(bank, standing(body).call, reply, signal)).toEqual(ok({}))
  })

  it.each([
    [{ type: "urn:bank:problem:case_closed" }, 409, { reason: "case_closed" }],
    [{ type: "https://bank.example/problems/already_answered" }, 409, { reason: "already_answered" }],
    [
      { type: "urn:bank:problem:step_up_required", url: "http://localhost:8788/bank/step-up" },
      409,
      { reason: "step_up_required", url: "http://localhost:8788/bank/step-up" },
    ],
    [{ type: "urn:bank:problem:case_closed" }, 404, { reason: "not_found" }],
    [{}, 503, { reason: "outage", outage: { reason: "unavailable", retry: "later", code: "503" } }],
  ])("judges %j with %i", async (body, status, refusal) => {
    const { call } = standing({ ...body }, status)
    const localBank = bankRecord({ linkHosts: ["localhost:8788"] })
    expect(await answerFraudCase(localBank, call, reply, signal)).toEqual(err(refusal))
  })
})

describe("freezeCard()", () => {
  it("says frozen only where the bank says so", async () => {
    const { call, asked } = standing({ ref: "crd_19", last4: "4821", state: "frozen" })
    expect(await freezeCard(bank, call, { ref: "crd_19", idempotencyKey: "key-2" }, signal)).toEqual(
      ok({ ref: "crd_19", last4: "4821", state: "frozen" }),
    )
    expect(asked).toMatchObject([
      {
        method: "POST",
        url: "http://localhost:8788/bank/actions/cards/crd_19/freeze",
        idempotencyKey: "key-2",
      },
    ])
    for (const body of [{ state: "active" }, {}, "", { state: "frozen", last4: "4111111111111111" }]) {
      const frozen = await freezeCard(
        bank,
        standing(body).call,
        { ref: "crd_19", idempotencyKey: "k" },
        signal,
      )
      expect(frozen).toMatchObject({
        ok: false,
        error: { reason: "outage", outage: { reason: "malformed" } },
      })
    }
  })

  it("calls nobody where the bank offers no actions", async () => {
    const { actionsBase: _left, ...bare } = bank
    const { call, asked } = standing({ state: "frozen" })
    expect(await freezeCard(bare, call, { ref: "crd_19", idempotencyKey: "k" }, signal)).toEqual(
      err({ reason: "not_found" }),
    )
    expect(await answerFraudCase(bare, call, reply, signal)).toEqual(err({ reason: "not_found" }))
    expect(asked).toEqual([])
  })
})
