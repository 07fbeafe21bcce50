// The Page's token dies in the middle of a day: Messenger refuses every send, the Page stops, an operator hears of it, and what the
// bank sends meanwhile waits, sealed, at the Page. With another token everything is told, once.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { admin, tellerline } from "./command.ts"
import { accountOf, answersTo, control, passTime, tellOf, timeOf } from "./control.ts"
import { here } from "./house.ts"
import { hearsBy, linkSomebody, unlinkAll } from "./linked.ts"

const PAGE = "100000000000001"
const TOKEN = "dev-page-token"
const NEW_TOKEN = "another-page-token-after-the-death"
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
/** The first send that was refused is the queue's for ten seconds, before it waits with the others or goes. */
const COMES_AGAIN_MS = 40_000
/** As many as one customer may link. */
const PEOPLE = 2
const EVENTS = 4

interface PageState {
  readonly paused: { readonly reason: string } | null
  readonly waiting: { readonly packs: number; readonly events: number; readonly stale: number }
  readonly recovery: { readonly held: number; readonly stale: number; readonly sent: number } | null
}

interface Incident {
  readonly kind: string
  readonly page?: string
  readonly detail: string
}

describe("a dead token", () => {
  const gateway = here("gateway")
  const sandbox = here("sandbox")
  let psids: readonly string[] = []

  beforeAll(async () => {
    psids = await Promise.all(
      Array.from({ length: PEOPLE }, (_, nth) =>
        linkSomebody({ gateway, sandbox }, `Token Death-Example ${nth}`, "chi", [
          "transaction_alerts",
          "fraud_alerts",
        ]),
      ),
    )
  })

  afterEach(() => control(sandbox, "/control/faults", []))

  afterAll(async () => {
    await control(sandbox, `/control/pages/${PAGE}`, { token: TOKEN })
    await reconnect(TOKEN)
    await unlinkAll(sandbox, psids)
  })

  test("the Page stops, and an incident stands", async () => {
    // Every token but the new one is dead from here on: the platform's own answer is 190.
    await control(sandbox, "/control/faults", [
      { path: "messages", times: 2, error: { code: 190, error_subcode: 460 } },
    ])
    await control(sandbox, `/control/pages/${PAGE}`, { token: NEW_TOKEN })
    await pay("First Token Stores")
    await expect
      .poll(async () => (await state()).paused, { timeout: 10_000 })
      .toMatchObject({
        reason: "token_refused",
      })
    await expect.poll(openIncidents, { timeout: 10_000 }).toEqual(["page_stopped token_refused"])
    expect(await tellerline(gateway, "incidents")).toContain("page_stopped")
  })

  test("what comes now waits at the Page and is not tried", async () => {
    const before = await sends()
    for (let nth = 1; nth < EVENTS; nth += 1) await pay(`Waiting Token Stores ${nth}`)
    await suspect()
    await expect.poll(async () => (await state()).waiting.events, { timeout: 10_000 }).toBe(EVENTS)
    expect(await sends()).toBe(before)
    expect(await told(/Token (Stores|Mart)/i)).toEqual([])
  })

  test("a token Messenger does not know changes nothing", async () => {
    await expect(reconnect("a-token-of-nobody")).rejects.toThrow(/answered 4/)
    expect((await state()).paused).not.toBeNull()
    expect((await state()).waiting.events).toBe(EVENTS)
  })

  test("with another token everything that waited is told, once, and the incident is over", async () => {
    const { reconnected } = await reconnect(NEW_TOKEN)
    expect(reconnected).toMatchObject({ held: EVENTS, stale: 0 })
    for (const psid of psids) {
      for (let nth = 1; nth < EVENTS; nth += 1)
        await hearsBy(sandbox, psid, new RegExp(`Waiting Token Stores ${nth}`))
      await hearsBy(sandbox, psid, /TOKEN MART/)
    }
    expect(await openIncidents()).toEqual([])
    expect(await state()).toMatchObject({ paused: null, waiting: { packs: 0, events: 0 } })
    expect((await state()).recovery).toMatchObject({ held: EVENTS, sent: EVENTS })
  })

  test(
    "and so is the one whose send found the token dead",
    async () => {
      await passTime(sandbox, MINUTE_MS)
      await expect
        .poll(async () => (await told(/First Token Stores/)).length, {
          timeout: COMES_AGAIN_MS,
          interval: 500,
        })
        .toBe(PEOPLE)
      const all = await told(/Token (Stores|Mart)/i)
      expect(all).toHaveLength(PEOPLE * (EVENTS + 1))
      expect(new Set(all).size).toBe(all.length)
    },
    COMES_AGAIN_MS + 30_000,
  )

  async function state(): Promise<PageState> {
    return (await admin<{ state: PageState }>(gateway, `/pages/${PAGE}`)).state
  }

  function reconnect(token: string) {
    return admin<{ reconnected: { held: number; stale: number; sent: number } }>(
      gateway,
      `/pages/${PAGE}/token`,
      { token },
      "PUT",
    )
  }

  async function openIncidents(): Promise<readonly string[]> {
    const { incidents } = await admin<{ incidents: readonly Incident[] }>(gateway, "/incidents")
    return incidents
      .filter(({ kind, page }) => kind.startsWith("page_") && page === PAGE)
      .map(({ kind, detail }) => `${kind} ${detail}`)
  }

  /** Messages the Send API was asked to send, taken or not. */
  async function sends(): Promise<number> {
    const { sent } = await control<{ sent: readonly { readonly body?: { readonly message?: unknown } }[] }>(
      sandbox,
      "/control/sent",
    )
    return sent.filter(({ body }) => body?.message !== undefined).length
  }

  /** Messages with these words, each behind the PSID of who sees it. */
  async function told(words: RegExp): Promise<readonly string[]> {
    const chats = await Promise.all(
      psids.map(async (psid) => (await answersTo(sandbox, psid)).map((said) => `${psid} ${said}`)),
    )
    return chats.flat().filter((said) => words.test(said))
  }

  async function transactionAt(merchant: string) {
    return {
      id: `txn_token_${merchant.replaceAll(" ", "_")}`,
      amount: { value: "1200", currency: "JPY" },
      direction: "out",
      status: "posted",
      occurred_at: new Date(await timeOf(sandbox)).toISOString(),
      merchant: { name: merchant },
    }
  }

  async function pay(merchant: string): Promise<void> {
    const { id } = await accountOf(sandbox, "chi")
    const data = { account: id, transaction: await transactionAt(merchant) }
    await tellOf(sandbox, { type: "bank.transaction.posted.v1", customer: "chi", data })
  }

  async function suspect(): Promise<void> {
    const expiresAt = new Date((await timeOf(sandbox)) + 12 * HOUR_MS).toISOString()
    const data = {
      case_id: "F-TOKEN0001",
      card: { last4: "4630" },
      transaction: await transactionAt("TOKEN MART"),
      reply: { allowed: ["confirm", "deny"], expires_at: expiresAt },
    }
    await tellOf(sandbox, { type: "bank.fraud.suspected.v1", customer: "chi", data })
  }
})
