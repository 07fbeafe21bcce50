// A bank's links in real D1 with the bank and the chat pretended, and the steps from the first page to a live link. Each test of a file
// that says eachInItsWorld() has a world of its own. Not for src/.
import { env } from "cloudflare:workers"
import { beforeEach } from "vitest"
import type { AccountAdapter } from "../../src/banks/bank.ts"
import { bySystem } from "../../src/audit/audit.ts"
import { createPseudonyms } from "../../src/crypto/pseudonym.ts"
import { parseKeyRing } from "../../src/crypto/key-ring.ts"
import { fromBase64url } from "../../src/crypto/text.ts"
import { createDatabase } from "../../src/db/database.ts"
import { type LinkId, type PageId, type PersonId, type Random } from "../../src/foundation/id.ts"
import { err, ok, type Result } from "../../src/foundation/result.ts"
import type { Outage } from "../../src/foundation/failure.ts"
import { createBankAccess } from "../../src/links/bank-access.ts"
import { createBankLogin } from "../../src/links/bank-login.ts"
import type { Consent } from "../../src/links/consent.ts"
import { Grant } from "../../src/links/grant.ts"
import type { LinkOffer } from "../../src/links/link.ts"
import { findLink } from "../../src/links/link-store.ts"
import { goLive } from "../../src/links/opening-store.ts"
import { createLinking } from "../../src/links/linking.ts"
import type { LinkingWorld } from "../../src/links/linking-world.ts"
import { presentNonce } from "../../src/links/presenting.ts"
import { type AtBank, type Offered, type Pending } from "../../src/links/linking-cookie.ts"
import { placeOf } from "../../src/links/link-tokens.ts"
import { createVault } from "../../src/vault/vault.ts"
import { API, BANK, createFakeBank } from "./fake-bank.ts"
import { TEST_KEYS } from "./keys.ts"

export const PAGE = "100000000000001" as PageId
export const ALICE = "person_alice" as PersonId
export const BOB = "person_bob" as PersonId
const REDIRECT = "https://www.facebook.com/messenger_platform/account_linking?account_linking_token=T%2BK"
export const FORM = { accountLinkingToken: "alt-alice", redirectUri: REDIRECT }

export const random: Random = (bytes) => crypto.getRandomValues(new Uint8Array(bytes))
const START = Date.UTC(2026, 10, 22, 9)
export const clock = { at: START }
export const now = () => clock.at
export const by = () => bySystem("test", clock.at)

export const everyDialect = (adapter: AccountAdapter) => ({
  "fdx-6": adapter,
  "open-banking-4.0": adapter,
  "open-banking-3.1": adapter,
  "berlin-1.3": adapter,
})

async function createWorld() {
  const bank = await createFakeBank()
  const ring = parseKeyRing(TEST_KEYS.VAULT_KEYS)
  if (!ring.ok) throw new Error("test keys")
  const db = createDatabase(env.DB)
  const vault = createVault(ring.value, now, random)
  const pseudonyms = await createPseudonyms(fromBase64url(TEST_KEYS.PSEUDONYM_KEY)!)
  const given = { fetch: bank.fetch, development: false }
  const login = createBankLogin({
    ...given,
    signing: bank.signing,
    publicOrigin: "https://gateway.example",
    adapters: {},
    consents: {},
  })
  const asked: { readonly url: string; readonly status: number }[] = []
  const adapter: AccountAdapter = {
    listAccounts: async () => ok([]),
    async getBalances(_, call, accounts, signal) {
      for (const account of accounts) {
        const answer = await call.request("GET", `${API}/accounts/${account.id}`, { signal })
        if (!answer.ok) return answer
        asked.push({ url: account.id, status: answer.value.status })
      }
      return ok([])
    },
    async listTransactions(_, call, account, range, signal) {
      const answer = await call.request(
        "GET",
        `${API}/accounts/${account.id}/transactions?limit=${range.limit}`,
        {
          signal,
        },
      )
      return answer.ok ? ok({ transactions: [] }) : answer
    },
  }
  const access = createBankAccess({
    ...given,
    db,
    vault,
    login,
    adapters: everyDialect(adapter),
  })
  const offers: { readonly person: PersonId; readonly offer: LinkOffer }[] = []
  const later: LinkId[] = []
  const chat: { outage?: Outage; person: PersonId } = { person: ALICE }
  const calls: string[] = []
  const world: { -readonly [K in keyof LinkingWorld]: LinkingWorld[K] } = {
    db,
    vault,
    pseudonyms,
    login,
    now,
    random,
    operator: "Tellerline Operations",
    sandboxOrigin: undefined,
    findBank: async (id) => (id === BANK.id ? BANK : undefined),
    listPages: async () => [PAGE],
    findPerson: async (_, token) => {
      calls.push(token)
      return token === "alt-expired" ? err({ reason: "token_expired" }) : ok(chat.person)
    },
    offer: async (person, _, offer): Promise<Result<undefined, Outage>> => {
      if (chat.outage) return err(chat.outage)
      offers.push({ person, offer })
      return ok(undefined)
    },
    revokeLater: async (_, link) => void later.push(link),
  }
  return {
    bank,
    db,
    vault,
    pseudonyms,
    login,
    access,
    asked,
    offers,
    later,
    chat,
    calls,
    world,
    linking: createLinking(world),
  }
}
type World = Awaited<ReturnType<typeof createWorld>>

export let world: World

/** A new world, and the clock where it starts, before each test. */
export function eachInItsWorld(): void {
  beforeEach(async () => {
    clock.at = START
    world = await createWorld()
  })
}

export function must<T>(result: Result<T, { readonly reason: string }>): T {
  if (!result.ok) throw new Error(result.error.reason)
  return result.value
}

type Query = Parameters<World["linking"]["open"]>[1]

/** From the first page to the bank. */
export async function toBank(query: Query = FORM, bank = BANK): Promise<AtBank> {
  const { attempt, form } = must(await world.linking.open("demo", query, "en"))
  const read = await world.linking.readForm(bank.id, attempt, form)
  return must(await world.linking.start(bank, attempt, read)).state
}

/** From the first page to the pending link. */
export async function toPending(query: Query = FORM, bank = BANK): Promise<Pending> {
  world.bank.live.code = "code-0"
  const state = must(await world.linking.finish(bank, await toBank(query, bank), world.bank.answer()))
  if (state.phase !== "pending") throw new Error(state.phase)
  return state
}

/** [Connect]. @returns the browser's state, whose chat may not be known */
export async function offerTo(state: Pending, bank = BANK): Promise<Offered> {
  const { form } = must(await world.linking.review(bank, state))
  const purposes = ["account_service", "fraud_alerts"] as const
  return must(await world.linking.consent(bank, state, { form, purposes, showAmounts: true }))
}

/** [Connect], and what is kept for the chat that presents the nonce. */
export async function toOffered(
  state: Pending,
): Promise<{ readonly state: Offered; readonly offer: LinkOffer }> {
  const offered = await offerTo(state)
  const link = await findLink(world.db, state.link)
  const key = must(await world.vault.openKey(link?.wrappedKey ?? "", placeOf(BANK.id, state.link, "key")))
  const kept = must(await key.open(link?.offerSealed ?? "", placeOf(BANK.id, state.link, "offer")))
  return { state: offered, offer: JSON.parse(kept) as LinkOffer }
}

export const presenting = () => ({
  db: world.db,
  vault: world.vault,
  now,
  random,
  revokeLater: world.world.revokeLater,
})
export const present = (state: Pending, person: PersonId, page = state.page) =>
  presentNonce(presenting(), state.authorizationCode, { person, page })

export async function toOffer(
  state: Pending,
): Promise<{ readonly state: Offered; readonly offer: LinkOffer }> {
  const { form } = must(await world.linking.review(BANK, state))
  const offered = must(
    await world.linking.consent(BANK, state, {
      form,
      purposes: ["account_service", "fraud_alerts"],
      showAmounts: true,
    }),
  )
  const last = world.offers.at(-1)
  if (!last) throw new Error("no offer")
  return { state: offered, offer: last.offer }
}

export async function toLive(person: PersonId = ALICE): Promise<LinkOffer> {
  world.chat.person = person
  const { offer } = await toOffer(await toPending())
  must(await goLive(world.db, offer.link, person, offer.epoch, by(), random))
  return offer
}

/** Number and hash of a link's newest record. */
export async function markOf(link: LinkId): Promise<{ readonly epoch: number; readonly recordHash: string }> {
  const found = await findLink(world.db, link)
  if (!found) throw new Error("no link")
  return { epoch: found.epoch, recordHash: found.recordHash }
}

export function consentOf(offer: LinkOffer): Consent {
  const { v, link, bank, bankName, purposes, accounts, showAmounts, givenAt, until, epoch, recordHash } =
    offer
  return { v, link, bank, bankName, purposes, accounts, showAmounts, givenAt, until, epoch, recordHash }
}

export function grantOf(offer: LinkOffer): Grant<"account_service"> {
  return must(Grant.decide(consentOf(offer), "account_service", clock.at))
}

export async function rowsOf(table: string): Promise<readonly Record<string, unknown>[]> {
  return (await env.DB.prepare(`select * from ${table}`).all()).results
}

export const soon = () => AbortSignal.timeout(5_000)
