// What became of an event: each person's row, the dead letters, or nothing; and nothing of another customer's (P13).
import { describe, expect, it } from "vitest"
import type { BankEvent } from "../../../src/banks/event.ts"
import { eventKeyOf } from "../../../src/conversations/place.ts"
import type { BankId, PageId, PersonId } from "../../../src/foundation/id.ts"
import type { PackItem } from "../../../src/jobs/pack.ts"
import {
  countLinked,
  findEventStatus,
  type EventStatusWorld,
} from "../../../src/notifications/event-status.ts"
import { recordingLog } from "../../support/bank.ts"

const BANK = "demo" as BankId
const person = (name: string) => ({ person: `person_${name}` as PersonId, page: "1" as PageId })
const ABOUT = { id: "evt_1", sources: ["bank", "issuer"], customer: "customer-1" }
const dead = (changes: object = {}): PackItem<BankEvent> => ({
  event: { id: "evt_1", source: "bank", customer: "customer-1", ...changes } as unknown as BankEvent,
  attempts: 5,
})

function standing(
  rows: Readonly<Record<string, { state: string; reason: string }>>,
  letters: readonly PackItem<BankEvent>[] = [],
) {
  const asked: string[] = []
  const world: EventStatusWorld = {
    customerOf: async (bank, reference) => `${bank}|${reference}`,
    findLive: async ([pseudonym]) => (pseudonym === "demo|customer-1" ? [person("a"), person("b")] : []),
    rowsOf: async (_, who, keys) => {
      asked.push(who)
      return keys.flatMap((key) => {
        const row = rows[key]
        return row ? [{ ...row, at: 7 } as never] : []
      })
    },
    async *deadItems() {
      yield* letters
    },
    log: recordingLog().log,
  }
  return { world, asked }
}

describe("findEventStatus()", () => {
  it("gives one row a person it reached, whichever source it came under", async () => {
    const { world } = standing({
      [await eventKeyOf(person("a").person, { id: "evt_1", source: "issuer" })]: {
        state: "delivered",
        reason: "watermark",
      },
      [await eventKeyOf(person("b").person, { id: "evt_1", source: "bank" })]: {
        state: "sending",
        reason: "",
      },
    })
    expect(await findEventStatus(world, BANK, ABOUT)).toEqual({
      ok: true,
      value: {
        state: "reached",
        rows: [
          { status: "delivered", reason: "watermark", at: 7 },
          { status: "pending", reason: null, at: 7 },
        ],
      },
    })
  })

  it("finds it among the dead letters, and only this customer's", async () => {
    expect(await findEventStatus(standing({}, [dead({ id: "x" }), dead()]).world, BANK, ABOUT)).toMatchObject(
      {
        value: { state: "dead_letter" },
      },
    )
    for (const other of [{ customer: "customer-2" }, { source: "elsewhere" }, { id: "evt_2" }])
      expect(await findEventStatus(standing({}, [dead(other)]).world, BANK, ABOUT)).toMatchObject({
        value: { state: "not_reached", rows: [] },
      })
  })

  it("asks nobody about a customer nobody is linked to, and says when the directory is away", async () => {
    const { world, asked } = standing({})
    expect(await findEventStatus(world, BANK, { ...ABOUT, customer: "customer-9" })).toMatchObject({
      value: { state: "not_reached" },
    })
    expect(asked).toEqual([])
    const away = { ...world, findLive: () => Promise.reject(new Error("gone")) }
    expect(await findEventStatus(away, BANK, ABOUT)).toMatchObject({ ok: false })
    expect(await countLinked(away, BANK, "customer-1")).toMatchObject({ ok: false })
    expect(await countLinked(world, BANK, "customer-1")).toEqual({ ok: true, value: 2 })
  })
})
