// Every way a bank may say that something happened, from the bank to the chat: CloudEvents, tokens one and many, Standard Webhooks, UK Open
// Banking, FDX. What two of them can only hint at is asked of the bank and told as it has it. And what the bank hears of an event it asks after.
import { beforeAll, describe, expect, test, vi } from "vitest"
import { admin, tellerline } from "./command.ts"
import { accountOf, answersTo, control, customerOf, inWords, passTime } from "./control.ts"
import { here } from "./house.ts"
import { hearsBy, linkSomebody } from "./linked.ts"

interface Posted {
  readonly status: number
  readonly body: unknown
  readonly ids: readonly string[]
}

describe("a bank's dialect", () => {
  const sandbox = here("sandbox")
  const gateway = here("gateway")
  let psid = ""
  let account = ""
  let reference = ""

  beforeAll(async () => {
    psid = await linkSomebody({ gateway, sandbox }, "Ben Dialect-Example", "ben", [
      "balance_updates",
      "transaction_alerts",
      "fraud_alerts",
    ])
    account = (await accountOf(sandbox, "ben")).id
    reference = (await customerOf(sandbox, "ben")).reference
  })

  const payment = (id: string, merchant: string) => ({
    account,
    transaction: {
      id,
      amount: { value: "12.34", currency: "EUR" },
      direction: "out",
      occurred_at: new Date().toISOString(),
      merchant: { name: merchant },
    },
  })
  const post = (as: string, merchant: string, more: object = {}) =>
    control<Posted>(sandbox, "/control/bank/events", {
      type: "bank.transaction.posted.v1",
      customer: "ben",
      data: payment(`txn-${as}`, merchant),
      as,
      ...more,
    })

  test.each([
    ["cloudevents", 202, { accepted: 1, rejected: {} }],
    ["batch", 202, { accepted: 1, rejected: {} }],
    ["set", 202, null],
    ["standard-webhooks", 202, { accepted: 1, rejected: {} }],
  ] as const)("%s: taken, and told once", async (as, status, body) => {
    const merchant = `Dialect ${as} Shop`
    const posted = await post(as, merchant, { copies: 2 })
    expect([posted.status, posted.body]).toEqual([status, body])
    await hearsBy(sandbox, psid, new RegExp(`paid 12\\.34 EUR, Dialect ${as} Shop`))
    expect((await answersTo(sandbox, psid)).filter((words) => words.includes(merchant))).toHaveLength(1)
  })

  test("sets: many tokens in one request, each acknowledged", async () => {
    const posted = await post("sets", "Dialect Sets Shop", { count: 3 })
    expect(posted.status).toBe(202)
    expect(posted.body).toEqual({ ack: expect.arrayContaining([...posted.ids]) as unknown, setErrs: {} })
    await hearsBy(sandbox, psid, /Dialect Sets Shop/)
  })

  test.each(["fdx", "obie"])(
    "%s: a hint, after which the bank is asked and what is new is told once",
    async (as) => {
      const merchant = `Hinted ${as} Merchant`
      const paid = await control<Posted>(sandbox, "/control/bank/payments", {
        account,
        amount: "7.77",
        direction: "debit",
        merchant,
        as,
      })
      expect([paid.status, paid.body]).toEqual([as === "fdx" ? 204 : 202, null])
      await hearsBy(sandbox, psid, new RegExp(`7\\.77 .*Hinted ${as} Merchant`))
      await post(as, "said by nobody")
      await post("cloudevents", `After ${as}`, { data: payment(`after-${as}`, `After ${as}`) })
      await hearsBy(sandbox, psid, new RegExp(`After ${as}`))
      expect((await answersTo(sandbox, psid)).filter((words) => words.includes(merchant))).toHaveLength(1)
      expect((await answersTo(sandbox, psid)).filter((words) => words.includes("said by nobody"))).toEqual([])
    },
  )

  test("fdx: a hint about a balance, told as the bank has it", async () => {
    // Moments after a payment of its account a balance says nothing new.
    await passTime(sandbox, 3 * 60_000)
    const data = { account }
    const posted = await control<Posted>(sandbox, "/control/bank/events", {
      type: "bank.balance.updated.v1",
      customer: "ben",
      data,
      as: "fdx",
    })
    expect(posted.status).toBe(204)
    const { available, currency } = await accountOf(sandbox, "ben")
    const words = inWords(available, currency).replaceAll(".", "\\.")
    await hearsBy(sandbox, psid, new RegExp(`${words} available, as of`))
  })

  test("the bank asks after an event: reached, not reached, and 400 without saying whose", async () => {
    const { ids } = await post("cloudevents", "Asked After Shop", {
      data: payment("txn-asked", "Asked After Shop"),
    })
    await hearsBy(sandbox, psid, /Asked After Shop/)
    const { key } = await admin<{ key: string }>(gateway, "/banks/demo/api-keys", { name: "status" })
    const ask = async (id: string, headers: Record<string, string>) => {
      const response = await fetch(`${gateway}/banks/demo/events/${encodeURIComponent(id)}`, { headers })
      return [response.status, await response.json()]
    }
    const authorization = `Bearer ${key}`
    const subject = { authorization, "tellerline-subject": reference }
    expect(await ask(ids[0] ?? "", subject)).toMatchObject([
      200,
      {
        state: "reached",
        // Another chat of the same customer may have heard it too.
        rows: expect.arrayContaining([
          expect.objectContaining({ status: expect.stringMatching(/accepted|delivered|read/) as unknown }),
        ]) as unknown,
      },
    ])
    expect(await ask("evt_never", subject)).toEqual([200, { state: "not_reached", rows: [] }])
    const somebodyElse = { authorization, "tellerline-subject": "another-customer-reference" }
    expect(await ask(ids[0] ?? "", somebodyElse)).toEqual([200, { state: "not_reached", rows: [] }])
    expect((await ask(ids[0] ?? "", { authorization }))[0]).toBe(400)
    expect((await ask(ids[0] ?? "", { "tellerline-subject": reference }))[0]).toBe(401)
    const { apiKeys } = await admin<{ apiKeys: { id: string; name: string }[] }>(
      gateway,
      "/banks/demo/api-keys",
    )
    const id = apiKeys.find(({ name }) => name === "status")?.id
    await admin(gateway, `/banks/demo/api-keys/${id}/revocation`, {})
    expect((await ask(ids[0] ?? "", subject))[0]).toBe(401)
  })

  test("the same id with another body is not told, and its bank hears conflict", async () => {
    const id = "evt-dialect-conflict-1"
    await post("cloudevents", "First Body Shop", { id, data: payment("txn-conflict", "First Body Shop") })
    await hearsBy(sandbox, psid, /First Body Shop/)
    await post("cloudevents", "Second Body Shop", { id, data: payment("txn-conflict", "Second Body Shop") })
    await vi.waitFor(
      async () => {
        const { callbacks } = await control<{
          callbacks: { event: { data: { event?: { id: string }; reason: string } } }[]
        }>(sandbox, "/control/bank/callbacks")
        const reasons = callbacks
          .map(({ event }) => event.data)
          .filter((data) => data.event?.id === id)
          .map((data) => data.reason)
        expect(reasons).toContain("conflict")
      },
      { timeout: 20_000, interval: 200 },
    )
    expect((await answersTo(sandbox, psid)).filter((words) => words.includes("Second Body"))).toEqual([])
  })

  test("why a request was refused stands where an operator sees it, never what was in it", async () => {
    const refused = await post("cloudevents", "Too Old Shop", {
      created: Math.floor(Date.now() / 1000) - 400,
    })
    expect(refused.status).toBe(401)
    await vi.waitFor(
      async () => {
        const shown = await tellerline(gateway, "refusals", "--bank", "demo", "--json")
        expect(shown).toContain("signature_too_old")
        expect(shown).toContain("bank-2026-11")
        expect(shown).not.toContain("Too Old Shop")
      },
      { timeout: 20_000, interval: 500 },
    )
  })

  test("preview=1 answers with the words in each language and sends nothing", async () => {
    const posted = await post("cloudevents", "Preview Shop", {
      preview: true,
      data: payment("txn-preview", "Preview Shop"),
    })
    const [id = ""] = posted.ids
    expect(posted.status).toBe(200)
    const { preview } = posted.body as { preview: Record<string, Record<string, { text: string }>> }
    expect(Object.keys(preview[id] ?? {})).toEqual(["en", "ar"])
    expect(preview[id]?.["en"]?.text).toMatch(/paid 12\.34 EUR, Preview Shop/)
    expect(preview[id]?.["ar"]?.text).toMatch(/12\.34|١٢/)
    expect((await answersTo(sandbox, psid)).filter((words) => words.includes("Preview Shop"))).toEqual([])
  })

  // Last: it also leaves the customer to the journeys after this one, who may be linked twice and no more.
  test("obie: the end of a consent at the bank ends the link, and the chat says so", async () => {
    const posted = await control<Posted>(sandbox, "/control/bank/events", {
      type: "bank.consent.revoked.v1",
      customer: "ben",
      data: { consent_id: "aac-1", account },
      as: "obie",
    })
    expect([posted.status, posted.body]).toEqual([202, null])
    await hearsBy(sandbox, psid, /no longer accepts this connection|connection with .* has ended/)
  })
})
