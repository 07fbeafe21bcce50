// A thousand events for two hundred people in one request, one in a hundred of them bad, while one send in twenty goes wrong at Messenger.
// What people got is counted at Messenger, what the bank was told at the bank's own end: neither asks the gateway.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { utf8 } from "../../src/crypto/text.ts"
import { cloudEvent, payment } from "../support/bank.ts"
import { signHeaders } from "../support/bank-signer.ts"
import { receivingBank } from "../support/callbacks.ts"
import {
  BANK,
  echoEvent,
  openGateway,
  ORIGIN,
  PAGE,
  signedWebhook,
  type Gateway,
  type Sent,
} from "../support/gateway.ts"
import { createHandQueues, type HandQueues } from "../support/hand-queues.ts"

const PEOPLE = 200
const EVENTS = 1_000
/** Each hundredth event is bad, in one of these ways, and is answered with these words. */
const BAD_EVERY = 100
const BAD: readonly ((event: Event) => unknown)[] = [
  (event) => ({ ...event, type: "bank.offer.made.v1" }),
  (event) => ({ ...event, subject: undefined }),
  (event) => withAmount(event, "12.345"),
  (event) => withAmount(event, "1e3"),
  (event) => ({ ...event, source: "https://elsewhere.example/bank" }),
]
/** Each twentieth send goes wrong, in one of these ways. */
const FAULT_EVERY = 20
const FAULTS = [
  { status: 500, error: { code: 2, message: "An unexpected error has occurred" } },
  "accept_then_break",
  { status: 500, error: { code: 1200, message: "Temporary send message failure" } },
] as const

type Event = ReturnType<typeof cloudEvent>
const markerOf = (index: number): string => `Shop N${String(index).padStart(4, "0")}`
const idOf = (index: number): string => `evt_thousand_${run}_${index}`
const customerOf = (index: number): string => `customer-reference-${String(index % PEOPLE).padStart(4, "0")}`
const isBad = (index: number): boolean => index % BAD_EVERY === 7

let gateway: Gateway
let queues: HandQueues
let bank: ReturnType<typeof receivingBank>
let run = 0
let broken: Sent[]
let sends: number

beforeEach(async () => {
  gateway = await openGateway()
  queues = createHandQueues()
  bank = receivingBank()
  const others = vi.mocked(globalThis.fetch).getMockImplementation()
  vi.mocked(globalThis.fetch).mockImplementation(async (input, init) => {
    const request = new Request(input, init)
    if (new URL(request.url).pathname === "/bank/callbacks") return bank.fetch(request)
    if (!others) throw new Error("Nobody answers")
    return others(request)
  })
  await linkEverybody()
  gateway.answer = (sent) => {
    sends += 1
    const fault = sends % FAULT_EVERY === 0 ? FAULTS[(sends / FAULT_EVERY) % FAULTS.length] : undefined
    if (fault === "accept_then_break") broken.push(sent)
    return fault ?? "accept"
  }
}, 120_000)

afterEach(() => {
  vi.restoreAllMocks()
})

describe("1,000 events for 200 people in one request", () => {
  it("P1, P2: each good one is told once, each bad one named, and the bank is told of each; so they are by a consumer that dies in the middle, twice", async () => {
    begin()
    await post()
    await queues.drain(echoBroken)
    expect(sends).toBeGreaterThan(990)
    expectEachToldOnce()

    // The same people again: linking two hundred takes longer than telling them of a thousand events.
    begin()
    await post()
    await queues.handOutAndDie("updates", 130)
    const shown = gateway.sent.length
    // What waits for one person may stand in one message.
    expect(shown).toBeGreaterThan(50)
    expect(shown).toBeLessThan(200)
    // Nobody acknowledged anything, nothing was reported, all of it waits.
    expect(queues.waiting("updates").length).toBeGreaterThanOrEqual(EVENTS / 150)
    expect(queues.waiting("callbacks")).toEqual([])
    await queues.handOutAndDie("updates", 330)
    await queues.drain(echoBroken)
    expectEachToldOnce()
  }, 120_000)
})

async function linkEverybody(): Promise<void> {
  const each = Array.from({ length: PEOPLE }, (_, index) => index).values()
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      for (const index of each) await gateway.link(psidOf(index), customerOf(index), ["transaction_alerts"])
    }),
  )
}

function psidOf(index: number): string {
  return `7710000000000${String(index).padStart(4, "0")}`
}

/** A thousand events of their own, counted anew. */
function begin(): void {
  run += 1
  broken = []
  sends = 0
  gateway.sent.length = 0
  bank.received.length = 0
}

async function post(): Promise<void> {
  const at = Date.now()
  const events = Array.from({ length: EVENTS }, (_, index) => {
    const transaction = {
      ...payment(at),
      id: `txn_thousand_${run}_${index}`,
      status: "pending",
      merchant: { name: markerOf(index) },
    }
    const event = {
      ...cloudEvent(
        "bank.transaction.authorised.v1",
        { account: "acc_1", transaction },
        { id: idOf(index), at },
      ),
      subject: customerOf(index),
    }
    return isBad(index) ? BAD[Math.floor(index / BAD_EVERY) % BAD.length]?.(event) : event
  })
  const body = utf8(JSON.stringify(events))
  const url = `${ORIGIN}/banks/${BANK}/events`
  const contentType = "application/cloudevents-batch+json"
  const headers = await signHeaders(gateway.key, url, body, { contentType })
  const response = await queues.fetch(new Request(url, { method: "POST", headers, body }))
  expect(response.status).toBe(202)
  const answer = (await response.json()) as { accepted: number; rejected: Record<string, { err: string }> }
  expect(answer.accepted).toBe(990)
  const bad = Array.from({ length: EVENTS }, (_, index) => index).filter(isBad)
  expect(Object.keys(answer.rejected).toSorted()).toEqual(bad.map(idOf).toSorted())
  expect(new Set(Object.values(answer.rejected).map(({ err }) => err)).size).toBeGreaterThan(1)
}

function withAmount(event: Event, value: string): unknown {
  const { account, transaction } = event.data as { account: string; transaction: object }
  return { ...event, data: { account, transaction: { ...transaction, amount: { value, currency: "USD" } } } }
}

/** Messenger tells of what it took and did not answer for. */
async function echoBroken(): Promise<void> {
  for (const sent of broken.splice(0)) {
    const messaging = [echoEvent(sent)]
    const body = utf8(JSON.stringify({ object: "page", entry: [{ id: PAGE, time: Date.now(), messaging }] }))
    const request = new Request(`${ORIGIN}/messenger/webhook`, await signedWebhook(body))
    expect((await queues.fetch(request)).status).toBe(200)
  }
}

function expectEachToldOnce(): void {
  const shown = new Map<string, string[]>()
  for (const { text, psid } of gateway.sent)
    for (const [marker] of text.matchAll(/Shop N\d{4}/g))
      shown.set(marker, [...(shown.get(marker) ?? []), psid])
  const told = bank.received
    .flatMap(({ body }) => JSON.parse(new TextDecoder().decode(body)) as readonly Told[])
    .map(({ id, type, subject, data }) => ({
      id,
      key: data.event.id,
      what: `${subject} ${type} ${data.reason}`,
    }))
  // The same callback may be posted again, never another one.
  const statuses = new Map<string, Map<string, string>>()
  for (const { id, key, what } of told)
    statuses.set(key, (statuses.get(key) ?? new Map<string, string>()).set(id, what))
  const good = Array.from({ length: EVENTS }, (_, index) => index).filter((index) => !isBad(index))
  const wrong = good.filter((index) => {
    const people = shown.get(markerOf(index)) ?? []
    return people.length !== 1 || Number(people[0]?.slice(-4)) !== index % PEOPLE
  })
  expect(
    wrong.map((index) => `${markerOf(index)}: ${shown.get(markerOf(index))?.join() ?? "nobody"}`),
  ).toEqual([])
  const misreported = good.filter((index) => {
    const of = [...(statuses.get(idOf(index))?.values() ?? [])]
    return of.join() !== `${customerOf(index)} tellerline.event.accepted.v1 sent`
  })
  expect(misreported.map((index) => [...(statuses.get(idOf(index))?.values() ?? [])].join())).toEqual([])
  expect([shown.size, statuses.size]).toEqual([990, 990])
}

interface Told {
  readonly id: string
  readonly type: string
  readonly subject: string
  readonly data: { readonly event: { readonly id: string }; readonly reason: string }
}
