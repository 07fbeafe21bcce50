// Fifty people, a thousand messages, and a Graph API that fails in every way it can: before and after it accepted, late, in words that
// are no JSON, by throttling, by refusing one person or one message. Each message ends told once, or reported with its reason, or
// reported unknown and shown at most once, or among the dead letters. What was shown is counted at the pretend Messenger.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import {
  accountOf,
  control,
  passTime,
  readThread,
  setBankRecord,
  timeOf,
  wordsOf,
} from "../journeys/control.ts"
import { here } from "../journeys/house.ts"
import { linkSomebody, say, unlinkAll } from "../journeys/linked.ts"
import { countLedgers, listLedgers, listPeople, readOutcomes, type Outcome } from "./outcomes.ts"

const CUSTOMERS = ["ana", "ben", "chi"] as const
const PEOPLE = 50
const PURPOSES = ["transaction_alerts", "fraud_alerts", "account_service"]
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
/** The client gives a send up after ten seconds. */
const TOO_LATE_MS = 10_500
const SETTLES_MS = 120_000

/** A way of failing, as `POST /control/faults` takes it; the path is the Send API's. */
type Fault = Readonly<Record<string, unknown>>

/** One round: these faults, then these events a customer. */
interface Round {
  readonly name: string
  readonly faults: readonly Fault[]
  /** A fault for each of some people of the first customer: whatever else is sent then, theirs are struck. */
  readonly struck?: { readonly people: number; readonly by: Fault }
  readonly events: readonly ("update" | "alert")[]
  /** A question of everybody's beside them. */
  readonly asked?: string
  /** What passes until the Page may speak again. */
  readonly thenMs?: number
}

const many = (times: number, fault: Fault): Fault => ({ path: "messages", times, ...fault })

/** A late answer holds up the updates behind it for ten seconds, so that it comes early; a burst of failures would open the breaker, so
 * that they come scattered. */
const ROUNDS: readonly Round[] = [
  {
    name: "throttled",
    faults: [many(3, { error: 613 }), many(3, { error: 80006 }), many(2, { status: 429 })],
    events: ["update", "alert"],
    thenMs: 31_000,
  },
  {
    name: "late: before and after it was accepted",
    faults: [
      many(3, { delayMs: TOO_LATE_MS, chance: 0.2 }),
      many(3, { delayMs: TOO_LATE_MS, afterAccept: true, status: 504, chance: 0.2 }),
    ],
    events: ["update", "alert"],
  },
  {
    name: "no JSON, not accepted, to alerts and replies",
    faults: [many(8, { status: 502, chance: 0.3 })],
    events: ["alert"],
    asked: "help",
  },
  {
    name: "no JSON, not accepted",
    faults: [],
    struck: { people: 6, by: many(1, { status: 502 }) },
    events: ["update", "update"],
  },
  {
    name: "accepted, then the connection breaks, or words that are no JSON",
    faults: [
      many(8, { afterAccept: true, chance: 0.3 }),
      many(8, { afterAccept: true, status: 502, chance: 0.3 }),
    ],
    events: ["update", "update", "alert"],
  },
  {
    name: "a fault that is none: it was delivered",
    faults: [many(10, { error: { code: 1, error_subcode: 1357046 }, afterAccept: true, chance: 0.3 })],
    events: ["update", "update", "alert"],
  },
  {
    name: "passing faults",
    faults: [
      many(5, { error: { code: 2 }, chance: 0.3 }),
      many(5, { error: { code: 1200 }, chance: 0.3 }),
      many(5, { error: { code: 1 }, chance: 0.3 }),
    ],
    events: ["update", "update", "update"],
    asked: "how it works",
  },
  {
    name: "this message never, or this person never",
    faults: [
      many(4, { error: { code: 10, error_subcode: 2018278 }, chance: 0.2 }),
      many(4, { error: { code: 424242 }, chance: 0.2 }),
      many(4, { error: { code: 100 }, chance: 0.2 }),
      many(3, { error: { code: 100, error_subcode: 2018001 }, chance: 0.2 }),
      many(3, { error: 551, chance: 0.2 }),
    ],
    events: ["update", "update", "alert"],
  },
  { name: "nothing", faults: [], events: ["update"] },
]

/** One event as posted, and the words only its message has. */
interface Posted {
  readonly id: string
  readonly customer: string
  readonly kind: "update" | "alert"
  readonly marker: string
}

describe("a Graph API that fails", () => {
  const gateway = here("gateway")
  const sandbox = here("sandbox")
  const stateDir = here("stateDir")
  /** PSIDs and pseudonyms of each customer's people. */
  const psids: Record<string, readonly string[]> = {}
  const people: Record<string, ReadonlySet<string>> = {}
  const posted: Posted[] = []
  let ledgers: readonly string[] = []

  beforeAll(async () => {
    await setBankRecord(gateway, { linksMax: 20 })
    const others = new Set(listLedgers(stateDir))
    for (const [index, customer] of CUSTOMERS.entries()) {
      const before = listPeople(stateDir)
      const count = Math.floor((PEOPLE + CUSTOMERS.length - 1 - index) / CUSTOMERS.length)
      psids[customer] = await Promise.all(
        Array.from({ length: count }, (_, nth) =>
          linkSomebody({ gateway, sandbox }, `${customer} Fault-Example ${nth}`, customer, PURPOSES),
        ),
      )
      people[customer] = listPeople(stateDir).difference(before)
      expect(people[customer].size).toBe(count)
    }
    ledgers = listLedgers(stateDir).filter((file) => !others.has(file))
    expect(ledgers).toHaveLength(PEOPLE)
  }, SETTLES_MS)

  afterEach(() => control(sandbox, "/control/faults", []))
  afterAll(() => unlinkAll(sandbox, Object.values(psids).flat()), SETTLES_MS)

  test(
    "1,000 messages to 50 people: each told once, or reported, or unknown and shown at most once, or a dead letter",
    async () => {
      for (const [index, round] of ROUNDS.entries()) await play(round, index)
      await control(sandbox, "/control/faults", [])
      expect(posted.reduce((sum, { customer }) => sum + (psids[customer]?.length ?? 0), 0)).toBe(1_000)
      // What nobody answered is settled after ten minutes, what waits for an alarm by the clock.
      await passTime(sandbox, 11 * MINUTE_MS)
      const outcomes = await settled()
      const shown = await readShown()
      const counts = { told: 0, unknown: 0, reported: 0 }
      for (const event of posted) {
        const of = [...(outcomes.get(event.id)?.values() ?? [])]
        const told = of.filter((each) => each.told)
        const unknown = of.filter(({ otherwise }) => otherwise.some((each) => each.startsWith("unknown")))
        // Exactly one end each: told and refused, or refused in two ways, is none.
        for (const { told: isTold, otherwise } of of)
          expect(otherwise.length + (isTold ? 1 : 0), `${event.marker}: ${otherwise.join()}`).toBe(1)
        const seen = shown.filter(({ marker }) => marker === event.marker)
        expect(seen.length, `${event.marker} seen by`).toBeGreaterThanOrEqual(told.length)
        expect(seen.length, `${event.marker} seen by`).toBeLessThanOrEqual(told.length + unknown.length)
        counts.told += told.length
        counts.unknown += unknown.length
        counts.reported += of.length - told.length - unknown.length
      }
      for (const { marker, plain, reminders } of shown) {
        expect(plain, `${marker} in one chat`).toBeLessThanOrEqual(1)
        expect(reminders, `reminders of ${marker}`).toBeLessThanOrEqual(marker.startsWith("Alarm") ? 1 : 0)
      }
      expect(counts.told + counts.unknown + counts.reported).toBe(1_000)
      // Most are told: whoever cannot be written to is left in peace until they write, and that is some of the rest.
      expect(counts.told).toBeGreaterThan(800)
      expect(counts.unknown).toBeGreaterThan(0)
      expect(counts.reported).toBeGreaterThan(0)
      await expectLedgersAgree()
    },
    3 * SETTLES_MS,
  )

  test("questions asked meanwhile were answered at most once, and the ledger says why the rest was not", async () => {
    const asked = ROUNDS.flatMap(({ asked: text }) => (text === undefined ? [] : [text]))
    const answers = { help: /^I can show balances and payments/, "how it works": /^You sign in at/ }
    let missing = 0
    for (const psid of Object.values(psids).flat()) {
      const words = (await readThread(sandbox, psid)).map(wordsOf)
      for (const text of asked) {
        const count = words.filter((each) => answers[text as keyof typeof answers].test(each)).length
        expect(count).toBeLessThanOrEqual(1)
        missing += 1 - count
      }
    }
    const unanswered = [...countLedgers(ledgers)].filter(([what]) => /^1 (?!accepted|delivered)/.test(what))
    expect(unanswered.reduce((sum, [, n]) => sum + n, 0)).toBeGreaterThanOrEqual(missing)
  })

  async function play(round: Round, index: number): Promise<void> {
    const struck = (psids[CUSTOMERS[0]] ?? []).slice(0, round.struck?.people ?? 0)
    const faults = [...struck.map((recipient) => ({ ...round.struck?.by, recipient })), ...round.faults]
    await control(sandbox, "/control/faults", faults)
    for (const [nth, kind] of round.events.entries())
      await Promise.all(CUSTOMERS.map((customer) => post(kind, customer, `${index}${nth}`)))
    const { asked } = round
    if (asked !== undefined)
      await Promise.all(
        Object.values(psids)
          .flat()
          .map((psid) => say(sandbox, psid, asked)),
      )
    // Half of every kind has struck: the rest of them would wait for sends that the first ones put off.
    await expect
      .poll(async () => (await listFaults()).filter(({ remaining, times }) => remaining > times / 2), {
        message: `faults that did not strike in "${round.name}"`,
        timeout: 30_000,
        interval: 200,
      })
      .toEqual([])
    if (round.thenMs !== undefined) await passTime(sandbox, round.thenMs)
  }

  async function listFaults() {
    const { faults } = await control<{
      faults: readonly { readonly times: number; readonly remaining: number }[]
    }>(sandbox, "/control/faults")
    return faults
  }

  async function post(kind: "update" | "alert", customer: string, number: string): Promise<void> {
    const account = await accountOf(sandbox, customer)
    const marker = `${kind === "alert" ? "Alarm" : "Fault"} Shop ${customer} ${number}`
    const now = await timeOf(sandbox)
    const transaction = {
      id: `txn_faults_${customer}_${number}`,
      amount: { value: account.currency === "JPY" ? "1200" : "12.00", currency: account.currency },
      direction: "out",
      status: "posted",
      occurred_at: new Date(now).toISOString(),
      merchant: { name: marker },
    }
    const data =
      kind === "update"
        ? { account: account.id, transaction }
        : {
            case_id: `F-FAULT-${customer}-${number}`,
            card: { last4: "4711" },
            transaction,
            reply: { allowed: ["confirm", "deny"], expires_at: new Date(now + 12 * HOUR_MS).toISOString() },
          }
    const type = kind === "update" ? "bank.transaction.posted.v1" : "bank.fraud.suspected.v1"
    const { answers, ids } = await control<{
      answers: readonly { status: number }[]
      ids: readonly string[]
    }>(sandbox, "/control/bank/events", { type, customer, data, as: "batch", copies: 2 })
    expect(answers).toMatchObject([{ status: 202 }])
    posted.push({ id: ids[0] ?? "", customer, kind, marker })
  }

  /** Wait until the bank knows the end of every event for everybody of ours. */
  async function settled(): Promise<ReadonlyMap<string, ReadonlyMap<string, Outcome>>> {
    const everybody = new Set(Object.values(people).flatMap((each) => [...each]))
    const ids = posted.map(({ id }) => id)
    let outcomes = await readOutcomes(sandbox, ids, everybody)
    await expect
      .poll(
        async () => {
          await passTime(sandbox, 10_000)
          outcomes = await readOutcomes(sandbox, ids, everybody)
          return posted.filter(({ id, customer }) => outcomes.get(id)?.size !== people[customer]?.size).length
        },
        { message: "events whose end the bank does not know", timeout: SETTLES_MS, interval: 1_000 },
      )
      .toBe(0)
    return outcomes
  }

  /** How often each message stands in each chat where it stands. */
  async function readShown(): Promise<
    readonly { readonly marker: string; readonly plain: number; readonly reminders: number }[]
  > {
    const chats = await Promise.all(
      CUSTOMERS.flatMap((customer) =>
        (psids[customer] ?? []).map(async (psid) => ({
          customer,
          said: (await readThread(sandbox, psid)).map(wordsOf),
        })),
      ),
    )
    return chats.flatMap(({ customer, said }) =>
      posted
        .filter((event) => event.customer === customer)
        .map(({ marker }) => {
          const found = said.filter((words) => words.includes(marker))
          const reminders = found.filter((words) => words.startsWith("Reminder.")).length
          return { marker, plain: found.length - reminders, reminders }
        })
        .filter(({ plain, reminders }) => plain + reminders > 0),
    )
  }

  /** Nothing waits any more, and nothing lies where an operator has to look that was not said to the bank. */
  async function expectLedgersAgree(): Promise<void> {
    const open = [...countLedgers(ledgers)].filter(([what]) => / (queued|sending|again) /.test(what))
    expect(open).toEqual([])
    const response = await fetch(`${gateway}/admin/v1/dead-letters`, {
      headers: { authorization: "Bearer dev-admin-key" },
      signal: AbortSignal.timeout(10_000),
    })
    expect(await response.json()).toMatchObject({ deadLetters: [] })
  }
})
