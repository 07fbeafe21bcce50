// P4 on the whole gateway: two hundred notices on their way, the link ends while they are being told. Counted where they arrive: from the
// moment the end was answered no call about them starts, and the bank has its tokens back.
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest"
import { admin, tellerline } from "./command.ts"
import { accountOf, control, customerOf, tellOf, timeOf, tokensAt } from "./control.ts"
import { readDirectory } from "./gateway-state.ts"
import { here } from "./house.ts"
import { hearsBy, linkSomebody, say } from "./linked.ts"

const NOTICES = 200
/** Each send takes so long, so that most still wait when the link ends. */
const SEND_MS = 40
/** A call that had started by then has arrived. */
const ARRIVED_MS = 100
/** Longer than everything that waits would take. */
const ALL_MS = NOTICES * SEND_MS
/** Payments made at one time. */
const AT_ONCE = 20
const MERCHANT = "Racing Stores"
const PURPOSES = ["transaction_alerts", "account_service"]

interface Call {
  readonly id: number
  readonly realAt: number
  readonly body?: { readonly recipient?: { readonly id?: string }; readonly message?: unknown }
}

describe("a link that ends in the middle", () => {
  const [gateway, sandbox, stateDir] = [here("gateway"), here("sandbox"), here("stateDir")]
  let reference: string
  let psid: string

  beforeAll(async () => {
    reference = (await customerOf(sandbox, "ben")).reference
  })
  afterEach(() => control(sandbox, "/control/faults", []))
  afterAll(() => say(sandbox, psid, "disconnect now"))

  /** Payments that arrived at the Send API for this person, and when. */
  async function payments(): Promise<readonly number[]> {
    const { sent } = await control<{ sent: readonly Call[] }>(sandbox, "/control/sent")
    return sent
      .filter(
        ({ body }) => body?.recipient?.id === psid && JSON.stringify(body.message ?? "").includes(MERCHANT),
      )
      .map(({ realAt }) => realAt)
  }

  /** The bank tells of a payment; nobody's balance changes. */
  async function pay(account: string, merchant: string): Promise<void> {
    const transaction = {
      id: `txn_${merchant.replaceAll(" ", "_")}_${psid}`,
      amount: { value: "1.11", currency: "USD" },
      direction: "out",
      status: "posted",
      occurred_at: new Date(await timeOf(sandbox)).toISOString(),
      merchant: { name: merchant },
    }
    await tellOf(sandbox, {
      type: "bank.transaction.posted.v1",
      customer: "ben",
      data: { account, transaction },
    })
  }

  async function race(name: string, end: (link: string) => Promise<unknown>): Promise<void> {
    psid = await linkSomebody({ gateway, sandbox }, name, "ben", PURPOSES)
    const [row] = readDirectory(
      stateDir,
      "SELECT id FROM links WHERE state = ? ORDER BY created_at DESC LIMIT 1",
      "live",
    )
    const link = String(row?.["id"])
    await control(sandbox, "/control/faults", [{ path: "messages", times: 10_000, delayMs: SEND_MS }])
    const { id: account } = await accountOf(sandbox, "ben")
    for (let n = 0; n < NOTICES; n += AT_ONCE)
      await Promise.all(Array.from({ length: AT_ONCE }, (_, one) => pay(account, `${MERCHANT} ${n + one}`)))
    await vi.waitFor(async () => expect((await payments()).length).toBeGreaterThan(10), {
      timeout: 20_000,
      interval: 50,
    })
    await end(link)
    const answeredAt = Date.now()
    await new Promise((resolve) => setTimeout(resolve, ALL_MS))
    const arrived = await payments()
    expect(arrived.length).toBeLessThan(NOTICES)
    expect(arrived.filter((at) => at > answeredAt + ARRIVED_MS)).toEqual([])
    await vi.waitFor(async () => expect(await tokensAt(sandbox, reference)).toBe(0), { timeout: 20_000 })
  }

  test("P4: by an operator", { timeout: 90_000 }, async () => {
    await race("Ben Race-Example", (link) => tellerline(gateway, "links", "end", link, "--reason", "A test"))
    await hearsBy(sandbox, psid, /^Your connection with .* has ended\./)
  })

  test("P4: by the bank's word that the customer is to be forgotten", { timeout: 90_000 }, async () => {
    await race("Ben Forgotten-Example", () =>
      admin(gateway, "/banks/demo/customer/erasure", { customer: reference, reason: "A test" }),
    )
  })
})
