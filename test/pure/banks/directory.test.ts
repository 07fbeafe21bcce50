// Bank records as an isolate remembers them: one question a minute, the last answer through an outage.
import { describe, expect, it } from "vitest"
import type { BankRecord } from "../../../src/banks/bank.ts"
import {
  ABSENCE_FRESH_MS,
  createBankDirectory,
  RECORD_FRESH_MS,
  RECORD_STALE_MS,
} from "../../../src/banks/directory.ts"
import type { BankId } from "../../../src/foundation/id.ts"
import { bankRecord, recordingLog } from "../../support/bank.ts"

const DEMO = "demo" as BankId

function standing() {
  const state = { now: 1_000_000, asked: 0, broken: false, record: bankRecord() as BankRecord | undefined }
  const { log, lines } = recordingLog()
  const directory = createBankDirectory({
    find: async () => {
      state.asked += 1
      if (state.broken) throw new Error("Cannot say: params: Kx7Qm2vX9kLtB4wZ8pR5nYdA")
      return state.record
    },
    now: () => state.now,
    log,
  })
  const find = async (id = DEMO) => {
    const found = await directory.find(id)
    return found.ok ? (found.value?.name ?? "none") : found.error.reason
  }
  return { state, directory, find, lines }
}

describe("createBankDirectory()", () => {
  it("asks once a minute and bank", async () => {
    const { state, find } = standing()
    await find()
    state.now += RECORD_FRESH_MS - 1
    expect(await find()).toBe("Harbourline Bank")
    expect(state.asked).toBe(1)
    state.now += 1
    await find()
    expect(state.asked).toBe(2)
  })

  it("P15: remembers that there is no such bank, shorter", async () => {
    const { state, find } = standing()
    state.record = undefined
    expect(await find()).toBe("none")
    state.record = bankRecord()
    state.now += ABSENCE_FRESH_MS - 1
    expect(await find()).toBe("none")
    state.now += 1
    expect(await find()).toBe("Harbourline Bank")
  })

  it("goes on with the last record for an hour where D1 does not answer, and says no more than that in the log", async () => {
    const { state, find, lines } = standing()
    await find()
    state.broken = true
    state.now += RECORD_STALE_MS - 1
    expect(await find()).toBe("Harbourline Bank")
    state.now += 1
    expect(await find()).toBe("unavailable")
    expect(lines.join()).not.toContain("Kx7Qm2vX9kLtB4wZ8pR5nYdA")
  })

  it("knows nothing where D1 never answered", async () => {
    const { state, find } = standing()
    state.broken = true
    expect(await find()).toBe("unavailable")
    expect(await find()).toBe("unavailable")
  })

  it("asks anew for a bank it was told to forget", async () => {
    const { state, directory, find } = standing()
    await find()
    state.record = bankRecord({ name: "Harbourline" })
    directory.forget(DEMO)
    expect(await find()).toBe("Harbourline")
  })

  it("P15: stays small however many names strangers try, and keeps the banks", async () => {
    const { state, find } = standing()
    await find()
    state.record = undefined
    for (let index = 0; index < 3_000; index += 1) await find(`guess-${index}` as BankId)
    const asked = state.asked
    expect(await find()).toBe("Harbourline Bank")
    expect(state.asked).toBe(asked)
  })
})
