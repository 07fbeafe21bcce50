// Looks at accounts where the bank counts them: so many a day and kind and account, and the person hears why not.
import { describe, expect, test } from "vitest"
import { ask } from "../../../src/conversations/flows/questions.ts"
import type { State } from "../../../src/conversations/state.ts"
import { withoutLink } from "../../../src/conversations/state.ts"
import type { Turn } from "../../../src/conversations/turn-context.ts"
import { DAY_MS } from "../../../src/foundation/clock.ts"
import { NOON } from "../../support/person-builders.ts"
import { consent, contextAt, person } from "../../support/turn-world.ts"

const COUNTED = { looksADay: 4 }
const linked = () => person({ consent: consent() })
type Asked = Parameters<typeof ask>[3]
const BALANCES: Asked = { kind: "balances" }
const of = (account: string, cursor?: string): Asked => ({
  kind: "transactions",
  account,
  ...(cursor === undefined ? {} : { cursor }),
})

/** Ask, and let the bank answer. */
function asked(state: State, what: Asked, now = NOON, bank: object = COUNTED): Turn {
  const turn = ask(state, contextAt(now, bank), "account_service", what)
  return { ...turn, state: { ...turn.state, questions: [] } }
}

function times(n: number, what: Asked, from = linked(), now = NOON): State {
  return Array.from({ length: n }).reduce<State>((state) => asked(state, what, now).state, from)
}

const wasAsked = (turn: Turn) => turn.say.length === 0

describe("where the bank counts", () => {
  test("the fourth look is asked, the fifth is not, and the person hears that the connection is fine", () => {
    expect(wasAsked(asked(times(3, BALANCES), BALANCES))).toBe(true)
    const fifth = asked(times(4, BALANCES), BALANCES)
    expect(wasAsked(fifth)).toBe(false)
    expect(JSON.stringify(fifth.say)).toMatch(/today's are used up. Your connection is fine/)
  })

  test("each kind and each account has its own; earlier payments go on from a look", () => {
    const state = times(4, of("a"), times(4, BALANCES))
    expect(wasAsked(asked(state, of("a")))).toBe(false)
    expect(wasAsked(asked(state, of("b")))).toBe(true)
    expect(wasAsked(asked(state, of("a", "1~x")))).toBe(true)
  })

  test("a day is the bank's own, and the next one begins anew", () => {
    // In Berlin it is midnight while it is still eleven in the evening in UTC.
    const evening = Date.UTC(2026, 10, 22, 22, 59)
    const used = times(4, BALANCES, linked(), evening)
    expect(wasAsked(asked(used, BALANCES, evening, { ...COUNTED, timeZone: "Europe/Berlin" }))).toBe(false)
    expect(
      wasAsked(asked(used, BALANCES, evening + 120_000, { ...COUNTED, timeZone: "Europe/Berlin" })),
    ).toBe(true)
    expect(wasAsked(asked(used, BALANCES, evening + DAY_MS))).toBe(true)
  })

  test("what was counted goes with the link", () => {
    expect(withoutLink(times(4, BALANCES)).looks).toBeUndefined()
  })
})

test("where nobody counts nothing is stored", () => {
  const turn = asked(times(9, BALANCES), BALANCES, NOON, { looksADay: undefined })
  expect(wasAsked(turn)).toBe(true)
  expect(asked(linked(), BALANCES, NOON, { looksADay: undefined }).state.looks).toBeUndefined()
})
