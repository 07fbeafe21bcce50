// The breaker round a bank's calls: eight silences pause it, one call finds out whether it is back, and nobody waits for that one.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import type { BankAnswer } from "../../../src/banks/bank.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import { createBreaker, type Breaker } from "../../../src/links/bank-call.ts"

const ANSWER: BankAnswer = { status: 200, headers: new Headers(), text: "" }
const answer = async () => ok(ANSWER)
const keepSilent = async () =>
  err({ reason: "outage" as const, outage: { reason: "timeout" as const, retry: "later" as const } })
const PAUSED = { ok: false, error: { reason: "outage", outage: { code: "paused" } } }

let breaker: Breaker
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"] })
  breaker = createBreaker()
  for (let silence = 0; silence < 8; silence += 1) await breaker("demo", keepSilent)
})
afterEach(() => void vi.useRealTimers())

const wait = (ms: number) => vi.setSystemTime(Date.now() + ms)

describe("createBreaker()", () => {
  test("leaves a bank alone for five seconds after eight silences in a row, and no other bank", async () => {
    expect(await breaker("demo", answer)).toMatchObject(PAUSED)
    expect(await breaker("other", answer)).toEqual(ok(ANSWER))
    wait(5_000)
    expect(await breaker("demo", answer)).toEqual(ok(ANSWER))
    expect(await breaker("demo", answer)).toEqual(ok(ANSWER))
  })

  test("while one call finds out whether the bank is back, the others are told at once", async () => {
    wait(5_000)
    let end: () => void = () => undefined
    const probe = breaker("demo", () => new Promise((resolve) => void (end = () => resolve(ok(ANSWER)))))
    expect(await breaker("demo", answer)).toMatchObject(PAUSED)
    end()
    expect(await probe).toEqual(ok(ANSWER))
    expect(await breaker("demo", answer)).toEqual(ok(ANSWER))
  })

  test("a probe that never ends holds nobody for ever", async () => {
    wait(5_000)
    void breaker("demo", () => new Promise<never>(() => undefined))
    wait(29_000)
    expect(await breaker("demo", answer)).toMatchObject(PAUSED)
    wait(1_000)
    expect(await breaker("demo", answer)).toEqual(ok(ANSWER))
  })
})
