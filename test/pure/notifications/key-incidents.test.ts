// What operators and banks are told of outer keys, from when, and until when.
import { describe, expect, test } from "vitest"
import { DAY_MS } from "../../../src/foundation/clock.ts"
import type { BankId } from "../../../src/foundation/id.ts"
import { LINGERING_MS, settleKeyIncidents } from "../../../src/notifications/key-incidents.ts"
import type { OuterKey } from "../../../src/vault/outer-key.ts"

const NOON = Date.UTC(2026, 10, 22, 12)
const BANKS = ["demo", "other"] as readonly string[] as readonly BankId[]

function key(more: Partial<OuterKey>): OuterKey {
  return { kid: "k1", firstSeenAt: NOON, left: {}, countedAt: NOON, progress: { v: 1 }, ...more }
}

/** What is open, as `kind bank detail`. */
async function settle(
  register: readonly OuterKey[],
  given: {
    readonly at?: number
    readonly open?: readonly string[]
    readonly secrets?: readonly BankId[]
  } = {},
) {
  const asked: string[] = []
  const open = new Set(given.open)
  const incidents = {
    listOpen: async (kind: string) =>
      [...open].filter((each) => each.startsWith(`${kind} `)).map(() => ({}) as never),
    async settle({ kind, bank }: { kind: string; bank: string }, details: readonly string[]) {
      for (const each of open) if (each.startsWith(`${kind} ${bank} `)) open.delete(each)
      for (const detail of details) open.add(`${kind} ${bank} ${detail}`)
    },
  }
  await settleKeyIncidents(
    {
      incidents,
      banks: async () => {
        asked.push("banks")
        return BANKS
      },
      secretsBefore: async () => given.secrets ?? [],
      now: () => given.at ?? NOON,
    },
    register,
  )
  return { open: [...open].toSorted((left, right) => (left < right ? -1 : 1)), asked }
}

describe("settleKeyIncidents()", () => {
  test("says that a replaced key is still named after seven days, and not an instant before", async () => {
    const register = [key({ replacedAt: NOON - LINGERING_MS, left: { people: 1 } })]
    expect((await settle(register)).open).toEqual(["vault_key_lingering * k1"])
    expect((await settle(register, { at: NOON - 1 })).open).toEqual([])
    expect((await settle([key({ replacedAt: NOON - 30 * DAY_MS })])).open).toEqual([])
  })

  test("tells the deployment and each bank of a compromise until everything is renewed", async () => {
    const told = [
      "vault_key_compromised * k1",
      "vault_key_compromised demo k1",
      "vault_key_compromised other k1",
    ]
    expect((await settle([key({ compromisedAt: NOON })])).open).toEqual(told)
    expect((await settle([key({ compromisedAt: NOON, renewedAt: NOON })], { open: told })).open).toEqual([])
  })

  test("tells a bank of its exposed webhook secret until it has another, renewal or not", async () => {
    const secrets = BANKS.slice(0, 1)
    const register = [key({ compromisedAt: NOON, renewedAt: NOON + 1 })]
    const open = ["webhook_secret_exposed demo k1"]
    expect((await settle([key({ compromisedAt: NOON })], { secrets })).open).toContain(open[0])
    expect((await settle(register, { open, secrets })).open).toEqual(open)
    expect((await settle(register, { open })).open).toEqual([])
  })

  test("asks for nothing while nothing is compromised", async () => {
    expect((await settle([key({})])).asked).toEqual([])
  })
})
