// The one door to a bank, over links in real D1: grants, refreshed tokens, what counts as no answer.
import { env } from "cloudflare:workers"
import { describe, expect, test, vi } from "vitest"
import { answerFraudCase } from "../../src/banks/actions.ts"
import type { BankCall } from "../../src/banks/bank.ts"
import { type LinkId } from "../../src/foundation/id.ts"
import { err, ok } from "../../src/foundation/result.ts"
import { createBankAccess } from "../../src/links/bank-access.ts"
import { Grant } from "../../src/links/grant.ts"
import { endLink, findLink } from "../../src/links/link-store.ts"
import { placeOf, type LinkTokens } from "../../src/links/link-tokens.ts"
import { API, BANK } from "../support/fake-bank.ts"
import {
  eachInItsWorld,
  ALICE,
  BOB,
  random,
  by,
  everyDialect,
  must,
  toLive,
  consentOf,
  grantOf,
  soon,
  clock,
  world,
} from "../support/linking-world.ts"

eachInItsWorld()

describe("bank access", () => {
  async function tokensOf(link: LinkId): Promise<LinkTokens> {
    const row = await findLink(world.db, link)
    const key = must(await world.vault.openKey(row?.wrappedKey ?? "", placeOf(BANK.id, link, "key")))
    return JSON.parse(must(await key.open(row?.tokensSealed ?? "", placeOf(BANK.id, link, "tokens"))))
  }

  test("asks for each account with the link's own token", async () => {
    const offer = await toLive()
    expect(await world.access.balances(BANK, grantOf(offer), soon())).toEqual(ok([]))
    expect(world.asked).toEqual([
      { url: "acc-1", status: 200 },
      { url: "acc-2", status: 200 },
    ])
  })

  test("P4: takes no grant that was not made by a decision, and no account beyond it", async () => {
    const offer = await toLive()
    const forged = { purpose: "account_service", link: offer.link, accounts: offer.accounts } as unknown
    await expect(world.access.balances(BANK, forged as Grant<"account_service">, soon())).rejects.toThrow(
      TypeError,
    )
    const one = must(Grant.decide(consentOf(offer), "account_service", clock.at, "acc-1"))
    const refused = await world.access.transactions(BANK, one, "acc-2", { limit: 10 }, soon())
    expect(refused).toEqual(err({ reason: "forbidden" }))
    expect(world.asked).toEqual([])
  })

  test("P4: after the end no call starts", async () => {
    const offer = await toLive()
    const grant = grantOf(offer)
    await endLink(world.db, offer.link, "disconnected", by(), random)
    const calls = world.bank.calls.length
    expect(await world.access.balances(BANK, grant, soon())).toEqual(err({ reason: "link_ended" }))
    expect(world.bank.calls.length).toBe(calls)
  })

  test("P5: tokens moved to another link's row do not open", async () => {
    const [alice, bob] = [await toLive(ALICE), await toLive(BOB)]
    await env.DB.prepare(
      "update links set wrapped_key = (select wrapped_key from links where id = ?1), tokens_sealed = (select tokens_sealed from links where id = ?1) where id = ?2",
    )
      .bind(alice.link, bob.link)
      .run()
    await expect(world.access.balances(BANK, grantOf(bob), soon())).rejects.toThrow("seal_broken")
  })

  test("a refused token is refreshed once for all who wait, and stored before it is used", async () => {
    const offer = await toLive()
    world.bank.spoilt.rotate = true
    world.bank.live.access = "at-aged"
    const asked = await Promise.all(
      Array.from({ length: 5 }, () => world.access.balances(BANK, grantOf(offer), soon())),
    )
    expect(asked.every(({ ok: answered }) => answered)).toBe(true)
    expect(world.bank.live.count).toBe(1)
    expect(await tokensOf(offer.link)).toMatchObject({ accessToken: "at-1", refreshToken: "rt-1" })
    expect((await findLink(world.db, offer.link))?.tokensVersion).toBe(1)
  })

  test("a token about to end is refreshed before it is used", async () => {
    world.bank.spoilt.token = { expires_in: 15 }
    const offer = await toLive()
    expect(await world.access.balances(BANK, grantOf(offer), soon())).toEqual(ok([]))
    expect(world.bank.live.count).toBe(1)
  })

  test("a refresh that never lands, for its object is gone, is not waited for again", async () => {
    const offer = await toLive()
    world.bank.live.access = "at-aged"
    world.bank.spoilt.lost = "/oidc/token"
    vi.useFakeTimers({ toFake: ["Date"] })
    try {
      void world.access.balances(BANK, grantOf(offer), AbortSignal.timeout(50))
      await vi.waitFor(() => expect(world.bank.spoilt.lost).toBeUndefined())
      expect(await world.access.balances(BANK, grantOf(offer), AbortSignal.timeout(50))).toMatchObject({
        error: { outage: { reason: "timeout" } },
      })
      vi.setSystemTime(Date.now() + 30_000)
      expect(await world.access.balances(BANK, grantOf(offer), soon())).toEqual(ok([]))
      expect(world.bank.live.count).toBe(1)
    } finally {
      vi.useRealTimers()
    }
  })

  test("P4: tokens that come of a refresh under way when the link ended are given back, not lost", async () => {
    const offer = await toLive()
    world.bank.spoilt.rotate = true
    world.bank.live.access = "at-aged"
    const { fetch } = world.bank
    const slow = createBankAccess({
      db: world.db,
      vault: world.vault,
      login: {
        ...world.login,
        async refresh(...given) {
          const fresh = await world.login.refresh(...given)
          must(await world.access.revoke(BANK, offer.link))
          await endLink(world.db, offer.link, "disconnected", by(), random)
          return fresh
        },
      },
      adapters: everyDialect({
        listAccounts: async () => ok([]),
        getBalances: async (_, call, __, signal) => {
          const answer = await call.request("GET", `${API}/accounts/acc-1`, { signal })
          return answer.ok ? ok([]) : answer
        },
        listTransactions: async () => err({ reason: "not_found" }),
      }),
      fetch,
      development: false,
    })
    expect(await slow.balances(BANK, grantOf(offer), soon())).toEqual(err({ reason: "link_ended" }))
    expect(world.bank.revoked).toContain(world.bank.live.refresh)
  })

  test("where another isolate refreshed meanwhile, its token is used and none is asked for", async () => {
    const offer = await toLive()
    world.bank.spoilt.rotate = true
    const elsewhere = createBankAccess({
      db: world.db,
      vault: world.vault,
      login: world.login,
      adapters: everyDialect({
        listAccounts: async () => ok([]),
        getBalances: async (_, call, __, signal) => {
          const answer = await call.request("GET", `${API}/accounts/acc-1`, { signal })
          return answer.ok ? ok([]) : answer
        },
        listTransactions: async () => err({ reason: "not_found" }),
      }),
      fetch: world.bank.fetch,
      development: false,
    })
    world.bank.live.access = "at-aged"
    const both = await Promise.all([
      world.access.balances(BANK, grantOf(offer), soon()),
      elsewhere.balances(BANK, grantOf(offer), soon()),
    ])
    expect(both).toEqual([ok([]), ok([])])
    expect(await tokensOf(offer.link)).toMatchObject({ accessToken: world.bank.live.access })
  })

  test("a grant the bank has ended is told apart from a bank that is silent", async () => {
    const offer = await toLive()
    world.bank.live.access = "at-aged"
    world.bank.spoilt.refreshError = "invalid_grant"
    expect(await world.access.balances(BANK, grantOf(offer), soon())).toEqual(err({ reason: "link_ended" }))
    world.bank.spoilt.refreshError = "server_error"
    expect(await world.access.balances(BANK, grantOf(offer), soon())).toMatchObject({
      error: { reason: "outage" },
    })
    delete world.bank.spoilt.refreshError
    world.bank.spoilt.resource = () => new Response("sorry", { status: 503 })
    await world.access.balances(BANK, grantOf(offer), soon())
    expect((await findLink(world.db, offer.link))?.state).toBe("live")
  })

  test("a bank that takes too long is given up when the caller says so", async () => {
    const offer = await toLive()
    world.bank.spoilt.delayMs = 2_000
    const started = Date.now()
    expect(await world.access.balances(BANK, grantOf(offer), AbortSignal.timeout(150))).toEqual(
      err({ reason: "outage", outage: { reason: "timeout", retry: "later" } }),
    )
    expect(Date.now() - started).toBeLessThan(1_000)
  })

  test("an answer above the cap is no answer", async () => {
    const offer = await toLive()
    const answers = (bytes: number) => () => new Response("x".repeat(bytes))
    world.bank.spoilt.resource = answers(1024 * 1024)
    expect(await world.access.balances(BANK, grantOf(offer), soon())).toEqual(ok([]))
    world.bank.spoilt.resource = answers(1024 * 1024 + 1)
    expect(await world.access.balances(BANK, grantOf(offer), soon())).toMatchObject({
      error: { outage: { reason: "malformed", code: "too_large" } },
    })
  })

  test("a demand for a fresh login becomes a step-up", async () => {
    const offer = await toLive()
    const headers = { "www-authenticate": 'DPoP error="insufficient_user_authentication"' }
    world.bank.spoilt.resource = () => new Response(null, { status: 401, headers })
    expect(await world.access.balances(BANK, grantOf(offer), soon())).toEqual(
      err({ reason: "step_up_required" }),
    )
  })

  test("an answer to a fraud case goes with its idempotency key and needs no grant, only a live link", async () => {
    const offer = await toLive()
    let key: string | null = null
    world.bank.spoilt.resource = (request) => {
      key = request.headers.get("idempotency-key")
      return undefined
    }
    const answer = {
      caseId: "F-81C",
      answer: "deny",
      answeredAt: clock.at,
      idempotencyKey: "answer-1",
    } as const
    const act = (call: BankCall) => answerFraudCase(BANK, call, answer, soon())
    expect(await world.access.act(BANK, offer.link, act)).toMatchObject({ ok: true })
    expect(key).toBe("answer-1")
    await endLink(world.db, offer.link, "disconnected", by(), random)
    expect(await world.access.act(BANK, offer.link, act)).toEqual(err({ reason: "link_ended" }))
  })

  test("the token goes to the bank's registered addresses and nowhere else", async () => {
    const offer = await toLive()
    const leaky = createBankAccess({
      db: world.db,
      vault: world.vault,
      login: world.login,
      adapters: everyDialect({
        listAccounts: async () => ok([]),
        getBalances: async (_, call, __, signal) => {
          const answer = await call.request("GET", `${API}.evil.example/accounts`, { signal })
          return answer.ok ? ok([]) : answer
        },
        listTransactions: async () => err({ reason: "not_found" }),
      }),
      fetch: world.bank.fetch,
      development: false,
    })
    await expect(leaky.balances(BANK, grantOf(offer), soon())).rejects.toThrow(
      "outside its registered addresses",
    )
  })
})
