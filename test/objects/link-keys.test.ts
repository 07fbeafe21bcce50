// A link is given another key in real D1, while its tokens are refreshed and renewed: nothing of it is lost, nothing opens under the key
// before, and tokens come from the bank anew.
import { env } from "cloudflare:workers"
import { beforeEach, describe, expect, it } from "vitest"
import { bySystem } from "../../src/audit/audit.ts"
import { parseKeyRing } from "../../src/crypto/key-ring.ts"
import { createDatabase } from "../../src/db/database.ts"
import type { BankId, LinkId, PageId, PersonId, Random } from "../../src/foundation/id.ts"
import { err, ok } from "../../src/foundation/result.ts"
import { createBankAccess } from "../../src/links/bank-access.ts"
import type { BankLogin } from "../../src/links/bank-login.ts"
import { Grant } from "../../src/links/grant.ts"
import { countUnkeyedLinks, listUnkeyedLinks } from "../../src/links/link-key-store.ts"
import { endLink, findLink } from "../../src/links/link-store.ts"
import { insertPending } from "../../src/links/linking-store.ts"
import { placeOf, type LinkTokens } from "../../src/links/link-tokens.ts"
import { createVault } from "../../src/vault/vault.ts"
import { bankRecord } from "../support/bank.ts"
import { TEST_KEYS } from "../support/keys.ts"

const BANK = "demo" as BankId
const PAGE = "100000000000001" as PageId
const LINK = "link_AAAAAAAAAAAAAAAAAAAAAA" as LinkId
const NOON = Date.UTC(2026, 10, 22, 12)
const random: Random = (bytes) => crypto.getRandomValues(new Uint8Array(bytes))
const ring = parseKeyRing(TEST_KEYS.VAULT_KEYS)
if (!ring.ok) throw new Error("test keys")
const vault = createVault(ring.value, () => NOON, random)
const db = () => createDatabase(env.DB)

/** A bank that rotates its refresh tokens: each is good once. */
function createRotatingBank() {
  let n = 0
  let down = false
  const asked: string[] = []
  let before: (() => Promise<void>) | undefined
  const give = (how: string) => async (_: unknown, tokens: LinkTokens) => {
    asked.push(how)
    if (down) return err({ reason: "outage", outage: { reason: "unreachable", retry: "later" } } as const)
    if (tokens.refreshToken !== `rt-${n}`) return err({ reason: "link_ended" } as const)
    n += 1
    await before?.()
    return ok({ ...tokens, accessToken: `at-${n}`, refreshToken: `rt-${n}` })
  }
  return {
    asked,
    goDown: () => void (down = true),
    goUp: () => void (down = false),
    /** Run while the bank has answered and nothing is stored yet. */
    meanwhile: (run: () => Promise<void>) => {
      before = async () => {
        before = undefined
        await run()
      }
    },
    login: {
      refresh: give("refresh"),
      renew: give("renew"),
      retire: async (_, { accessToken }) => {
        asked.push(`retire ${accessToken}`)
        return ok(undefined)
      },
    } as Pick<BankLogin, "refresh" | "renew" | "retire"> as BankLogin,
  }
}

let bank: ReturnType<typeof createRotatingBank>

function open() {
  return createBankAccess({
    db: db(),
    vault,
    login: bank.login,
    adapters: {
      "fdx-6": {
        getBalances: async (
          _record: unknown,
          call: { request: Function },
          _accounts: unknown,
          signal: unknown,
        ) => {
          const answer = (await call.request("GET", `${bankRecord().apiBase}/accounts`, { signal })) as {
            ok: boolean
          }
          return answer.ok ? ok([]) : answer
        },
      },
    } as never,
    // The first token is too old; all others are taken.
    fetch: async (_, init) => {
      const authorization = new Headers(init?.headers).get("authorization") ?? ""
      return new Response("{}", { status: authorization.endsWith("at-0") ? 401 : 200 })
    },
    development: true,
  })
}

async function tokensNow(): Promise<LinkTokens> {
  const row = await findLink(db(), LINK)
  const key = await vault.openKey(row?.wrappedKey ?? "", placeOf(BANK, LINK, "key"))
  if (!key.ok) throw new Error(key.error.reason)
  const text = await key.value.open(row?.tokensSealed ?? "", placeOf(BANK, LINK, "tokens"))
  if (!text.ok) throw new Error(text.error.reason)
  return JSON.parse(text.value) as LinkTokens
}

beforeEach(async () => {
  bank = createRotatingBank()
  const { wrapped, key } = await vault.createKey(placeOf(BANK, LINK, "key"))
  const tokens: LinkTokens = {
    v: 1,
    accessToken: "at-0",
    accessExpiresAt: Date.now() + 3_600_000,
    refreshToken: "rt-0",
  }
  await insertPending(
    db(),
    {
      id: LINK,
      person: "person_alice" as PersonId,
      bank: BANK,
      page: PAGE,
      customer: "pseudonym",
      wrappedKey: wrapped,
      tokensSealed: await key.seal(JSON.stringify(tokens), placeOf(BANK, LINK, "tokens")),
      customerSealed: await key.seal('{"reference":"ana"}', placeOf(BANK, LINK, "customer")),
    },
    bySystem("test", NOON),
  )
  await env.DB.prepare("UPDATE links SET state = 'live'").run()
})

describe("renew()", () => {
  it("renews the tokens at the bank, ends the old access token, and nothing opens under the key before", async () => {
    const before = await findLink(db(), LINK)
    const old = await vault.openKey(before?.wrappedKey ?? "", placeOf(BANK, LINK, "key"))
    expect(await open().renew(bankRecord(), LINK, NOON + 1)).toEqual(ok(true))
    expect(bank.asked).toEqual(["renew", "retire at-0"])
    expect(await tokensNow()).toMatchObject({ accessToken: "at-1", refreshToken: "rt-1" })
    const after = await findLink(db(), LINK)
    expect(after).toMatchObject({ state: "live", epoch: before?.epoch, tokensVersion: 1 })
    for (const [sealed, part] of [
      [after?.tokensSealed, "tokens"],
      [after?.customerSealed, "customer"],
    ] as const)
      expect(old.ok && (await old.value.open(sealed ?? "", placeOf(BANK, LINK, part)))).toMatchObject({
        error: { reason: "seal_broken" },
      })
    expect(await countUnkeyedLinks(db(), NOON + 1)).toBe(0)
    expect(await countUnkeyedLinks(db(), NOON + 2)).toBe(1)
  })

  it("leaves everything as it was while the bank does not answer, and is then done", async () => {
    const before = await findLink(db(), LINK)
    bank.goDown()
    expect(await open().renew(bankRecord(), LINK, NOON + 1)).toMatchObject({ ok: false })
    expect(await findLink(db(), LINK)).toEqual(before)
    expect(await listUnkeyedLinks(db(), NOON + 1, "", 10)).toEqual([{ id: LINK, bank: BANK }])
    bank.goUp()
    expect(await open().renew(bankRecord(), LINK, NOON + 1)).toEqual(ok(true))
    expect(await listUnkeyedLinks(db(), NOON + 1, "", 10)).toEqual([])
  })

  it("gives a key to a link whose tokens the bank refuses, or that has ended, without asking for tokens", async () => {
    await endLink(db(), LINK, "disconnected", bySystem("test", NOON), random, { keepSealed: true })
    expect(await open().renew(bankRecord(), LINK, NOON + 1)).toEqual(ok(true))
    expect(bank.asked).toEqual([])
    expect(await tokensNow()).toMatchObject({ refreshToken: "rt-0" })
    await endLink(db(), LINK, "disconnected", bySystem("test", NOON), random)
    expect(await open().renew(bankRecord(), LINK, NOON + 2)).toEqual(ok(true))
  })

  it("P13: does nothing for another bank", async () => {
    const before = await findLink(db(), LINK)
    await open().renew({ ...bankRecord(), id: "other" as BankId }, LINK, NOON + 1)
    expect(bank.asked).toEqual([])
    expect(await findLink(db(), LINK)).toEqual(before)
  })
})

describe("a refresh under way while the link is given another key", () => {
  it("P5: keeps the tokens the bank gave, under the new key", async () => {
    const access = open()
    const other = open()
    // Another isolate gives the key between the bank's answer and its being stored.
    bank.meanwhile(async () => {
      await env.DB.prepare("UPDATE links SET state = 'ended'").run()
      expect(await other.renew(bankRecord(), LINK, NOON + 1)).toEqual(ok(true))
      await env.DB.prepare("UPDATE links SET state = 'live'").run()
    })
    const grant = Grant.decide(
      {
        link: LINK,
        bank: BANK,
        epoch: 1,
        recordHash: "",
        purposes: ["account_service"],
        accounts: [{ id: "a", kind: "checking", label: "A", last4: "4821", currency: "USD" }],
        showAmounts: true,
        givenAt: NOON,
        until: NOON + 1_000_000,
      } as never,
      "account_service",
      NOON,
    )
    if (!grant.ok) throw new Error(grant.error.reason)
    expect(await access.balances(bankRecord(), grant.value, AbortSignal.timeout(5_000))).toEqual(ok([]))
    expect(await tokensNow()).toMatchObject({ accessToken: "at-1", refreshToken: "rt-1" })
    expect(await countUnkeyedLinks(db(), NOON + 1)).toBe(0)
  })
})
