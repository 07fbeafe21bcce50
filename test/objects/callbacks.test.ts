// Callbacks in workerd: the real queue and its consumer, real keys in D1, the bank's own end verifying what it gets.
import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test"
import { env, exports } from "cloudflare:workers"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { bySystem } from "../../src/audit/audit.ts"
import type { CallbackEvent } from "../../src/banks/callback.ts"
import { putBank } from "../../src/banks/bank-store.ts"
import { endLink } from "../../src/links/link-store.ts"
import type { CallbackJob } from "../../src/jobs/job.ts"
import { listDeadLetters } from "../../src/notifications/dead-letter-store.ts"
import worker from "../../src/worker.ts"
import { bankRecord } from "../support/bank.ts"
import { verifyReceived } from "../support/bank-signer.ts"
import { alertCallback, CUSTOMER, eventCallback, receivingBank } from "../support/callbacks.ts"
import { BANK, openGateway, ORIGIN, type Gateway } from "../support/gateway.ts"

const DAY_MS = 86_400_000
let gateway: Gateway
let bank: ReturnType<typeof receivingBank>
let people = 0

beforeEach(async () => {
  gateway = await openGateway()
  bank = receivingBank()
  const others = vi.mocked(globalThis.fetch).getMockImplementation()
  vi.mocked(globalThis.fetch).mockImplementation(async (input, init) => {
    const request = new Request(input, init)
    if (new URL(request.url).pathname === "/bank/callbacks") return bank.fetch(request)
    if (!others) throw new Error("Nobody answers")
    return others(request)
  })
})

afterEach(() => {
  vi.restoreAllMocks()
})

function someone(): string {
  people += 1
  return `91000000000000${100 + people}`
}

function heard(): readonly CallbackEvent[] {
  return bank.received.flatMap(({ body }) => JSON.parse(new TextDecoder().decode(body)) as CallbackEvent)
}

/** What lies on the queue for a bank that answers nothing. */
async function jobsOf(
  ...callbacks: Parameters<Gateway["means"]["report"]>[1]
): Promise<readonly CallbackJob[]> {
  const send = vi.spyOn(env.CALLBACKS, "sendBatch")
  await gateway.means.report(BANK, callbacks)
  return send.mock.calls.flatMap(([messages]) => Array.from(messages, ({ body }) => body as CallbackJob))
}

async function handOut(queue: string, jobs: readonly CallbackJob[], attempts = 1) {
  const batch = createMessageBatch(
    queue,
    jobs.map((body, index) => ({ id: `m${index}`, timestamp: new Date(), attempts, body })),
  )
  const context = createExecutionContext()
  await worker.queue(batch as never, env)
  return getQueueResult(batch, context)
}

describe("callbacks", () => {
  it("reach the bank through the queue, signed with a key we publish", async () => {
    expect(await gateway.means.report(BANK, [alertCallback(), eventCallback()])).toMatchObject({ ok: true })
    await vi.waitFor(() => expect(heard()).toHaveLength(2), { timeout: 5_000 })
    const published = await exports.default.fetch(new Request(`${ORIGIN}/.well-known/jwks.json`))
    const { keys } = (await published.json()) as { readonly keys: never[] }
    for (const got of bank.received)
      expect(await verifyReceived(got, keys)).toMatchObject({ parameters: { tag: "tellerline-callback-v1" } })
    expect(heard().map(({ type, subject, source }) => [type, subject, source])).toEqual(
      Array.from({ length: 2 }, () => ["tellerline.event.accepted.v1", CUSTOMER, `${ORIGIN}/banks/demo`]),
    )
  })

  it("P5: leave neither a customer nor an event's id in D1 or on the queue", async () => {
    const jobs = await jobsOf(alertCallback())
    expect(jobs).toHaveLength(1)
    const keys = await env.DB.prepare("SELECT * FROM bank_keys").all()
    expect(JSON.stringify([jobs, keys.results])).not.toMatch(new RegExp(`${CUSTOMER}|alert_1`))
  })

  it("are kept by the queue while the bank does not take them, and by the dead letters after three days", async () => {
    bank.answer = () => new Response(null, { status: 500 })
    const jobs = await jobsOf(eventCallback())
    const kept = await handOut("callbacks", jobs)
    expect(kept.explicitAcks).toEqual([])
    expect(kept.retryMessages).toHaveLength(1)
    const old = jobs.map((job) => ({ ...job, postedAt: job.postedAt - 3 * DAY_MS }))
    expect((await handOut("callbacks", old)).explicitAcks).toEqual(["m0"])
    const { letters } = await listDeadLetters(gateway.means.db, [BANK], Date.now())
    expect(letters).toMatchObject([{ queue: "callbacks", kind: "callback", reason: "gave_up", items: 1 }])
  })

  it("that their queue gave up lie among the dead letters, and can be replayed", async () => {
    const jobs = await jobsOf(eventCallback())
    await handOut("callbacks-dlq", jobs, 101)
    const { letters } = await listDeadLetters(gateway.means.db, [BANK], Date.now())
    expect(letters).toMatchObject([{ queue: "callbacks", reason: "retries_exhausted" }])
  })

  it("are not posted for a bank that has no address for them", async () => {
    const { callbackUrl: _, ...silent } = bankRecord()
    await putBank(gateway.means.db, silent, bySystem("a test", Date.now()))
    gateway.means.banks.forget(BANK)
    expect(await jobsOf(alertCallback())).toEqual([])
  })
})

describe("link callbacks", () => {
  it("P11: tell the bank at once that a link is live, and that it ended, by its own reference", async () => {
    const { means } = gateway
    const link = await gateway.link(someone(), CUSTOMER, ["fraud_alerts", "account_service"])
    const account = {
      id: "acc_1",
      kind: "checking",
      label: "Checking",
      last4: "4821",
      currency: "USD",
    } as const
    const until = Date.now() + 180 * DAY_MS
    const terms = {
      purposes: ["fraud_alerts", "account_service"],
      accounts: [account],
      until,
      // As the code made it: its confirmation follows the consent.
      epoch: 2,
    } as const
    await means.linkReports.activated(link, terms)
    await means.linkReports.activated(link, terms)
    const activated = () => heard().filter(({ type }) => type === "tellerline.link.activated.v1")
    await vi.waitFor(() => expect(activated().length).toBeGreaterThanOrEqual(2), { timeout: 5_000 })
    expect(new Set(activated().map(({ id }) => id)).size).toBe(1)
    // Its code had it told once already, with the terms of that consent.
    const ours = activated().find(({ data }) => data["until"] === new Date(until).toISOString())
    expect(ours).toMatchObject({
      subject: CUSTOMER,
      data: {
        purposes: ["fraud_alerts", "account_service"],
        accounts: [{ id: "acc_1", last4: "4821" }],
        until: new Date(until).toISOString(),
        reason: "code_confirmed",
      },
    })
    await means.linkReports.changed(link, { ...terms, epoch: 3 }, "renewed")
    const changed = () => heard().filter(({ type }) => type === "tellerline.link.changed.v1")
    await vi.waitFor(() => expect(changed()).toHaveLength(1), { timeout: 5_000 })
    expect(changed()[0]).toMatchObject({ subject: CUSTOMER, data: { reason: "renewed" } })

    await endLink(means.db, link, "disconnected", bySystem("a test", Date.now()), means.random, {
      keepSealed: true,
    })
    await means.linkReports.ended(link, "disconnected")
    const ended = () => heard().filter(({ type }) => type === "tellerline.link.ended.v1")
    await vi.waitFor(() => expect(ended().length).toBeGreaterThanOrEqual(1), { timeout: 5_000 })
    expect(ended()[0]).toMatchObject({
      subject: CUSTOMER,
      data: { purposes: [], accounts: [], reason: "disconnected" },
    })
  })

  it("say nothing of a link that never was live", async () => {
    const send = vi.spyOn(env.CALLBACKS, "sendBatch")
    const link = await gateway.link(someone(), CUSTOMER, ["fraud_alerts"])
    send.mockClear()
    for (const reason of ["declined", "not_confirmed", "wrong_code", "other_person"] as const)
      await gateway.means.linkReports.ended(link, reason)
    expect(send).not.toHaveBeenCalled()
  })

  it("fail loudly where the queue does not take them, so that the step is done again", async () => {
    const link = await gateway.link(someone(), CUSTOMER, ["fraud_alerts"])
    vi.spyOn(env.CALLBACKS, "sendBatch").mockRejectedValue(new Error("queue"))
    await expect(gateway.means.linkReports.ended(link, "replaced")).rejects.toThrow("on the queue")
  })
})
