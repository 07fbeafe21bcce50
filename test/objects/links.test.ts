// Links in real D1: the store's guards, the one door to a bank, and linking from first page to ending.
import { env } from "cloudflare:workers"
import { beforeEach, describe, expect, test, vi } from "vitest"
import { answerFraudCase } from "../../src/banks/actions.ts"
import type { AccountAdapter, BankCall } from "../../src/banks/bank.ts"
import { bySystem } from "../../src/audit/audit.ts"
import { createPseudonyms } from "../../src/crypto/pseudonym.ts"
import { parseKeyRing } from "../../src/crypto/key-ring.ts"
import { fromBase64url } from "../../src/crypto/text.ts"
import { createDatabase } from "../../src/db/database.ts"
import { MINUTE_MS } from "../../src/foundation/clock.ts"
import {
  createLinkId,
  type LinkId,
  type PageId,
  type PersonId,
  type Random,
} from "../../src/foundation/id.ts"
import { err, ok, type Result } from "../../src/foundation/result.ts"
import type { Outage } from "../../src/foundation/failure.ts"
import { linkOfAuthorizationCode } from "../../src/links/authorization-code.ts"
import { createBankAccess } from "../../src/links/bank-access.ts"
import { createBankLogin } from "../../src/links/bank-login.ts"
import type { Consent } from "../../src/links/consent.ts"
import { revokeAndDestroy } from "../../src/links/ending.ts"
import { Grant } from "../../src/links/grant.ts"
import type { LinkOffer } from "../../src/links/link.ts"
import {
  endLink,
  findLink,
  findLiveByPerson,
  findLiveForCustomers,
  listExpiredPending,
  storeTokens,
} from "../../src/links/link-store.ts"
import { goLive } from "../../src/links/opening-store.ts"
import { createLinking } from "../../src/links/linking.ts"
import type { LinkingWorld } from "../../src/links/linking-world.ts"
import { NOBODY } from "../../src/links/link-binding-store.ts"
import { presentNonce } from "../../src/links/presenting.ts"
import { isAttemptOver, type AtBank, type Offered, type Pending } from "../../src/links/linking-cookie.ts"
import { placeOf, type LinkTokens } from "../../src/links/link-tokens.ts"
import { createVault } from "../../src/vault/vault.ts"
import { API, BANK, createFakeBank } from "../support/fake-bank.ts"
import { TEST_KEYS } from "../support/keys.ts"

const PAGE = "100000000000001" as PageId
const ALICE = "person_alice" as PersonId
const BOB = "person_bob" as PersonId
const REDIRECT = "https://www.facebook.com/messenger_platform/account_linking?account_linking_token=T%2BK"
const FORM = { accountLinkingToken: "alt-alice", redirectUri: REDIRECT }

const random: Random = (bytes) => crypto.getRandomValues(new Uint8Array(bytes))
let at = Date.UTC(2026, 10, 22, 9)
const now = () => at
const by = () => bySystem("test", at)

const everyDialect = (adapter: AccountAdapter) => ({
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

let world: World
beforeEach(async () => {
  at = Date.UTC(2026, 10, 22, 9)
  world = await createWorld()
})

function must<T>(result: Result<T, { readonly reason: string }>): T {
  if (!result.ok) throw new Error(result.error.reason)
  return result.value
}

type Query = Parameters<World["linking"]["open"]>[1]

/** From the first page to the bank. */
async function toBank(query: Query = FORM, bank = BANK): Promise<AtBank> {
  const { attempt, form } = must(await world.linking.open("demo", query, "en"))
  const read = await world.linking.readForm(bank.id, attempt, form)
  return must(await world.linking.start(bank, attempt, read)).state
}

/** From the first page to the pending link. */
async function toPending(query: Query = FORM, bank = BANK): Promise<Pending> {
  world.bank.live.code = "code-0"
  const state = must(await world.linking.finish(bank, await toBank(query, bank), world.bank.answer()))
  if (state.phase !== "pending") throw new Error(state.phase)
  return state
}

/** [Connect]. @returns the browser's state, whose chat may not be known */
async function offerTo(state: Pending, bank = BANK): Promise<Offered> {
  const { form } = must(await world.linking.review(bank, state))
  const purposes = ["account_service", "fraud_alerts"] as const
  return must(await world.linking.consent(bank, state, { form, purposes, showAmounts: true }))
}

/** [Connect], and what is kept for the chat that presents the nonce. */
async function toOffered(state: Pending): Promise<{ readonly state: Offered; readonly offer: LinkOffer }> {
  const offered = await offerTo(state)
  const link = await findLink(world.db, state.link)
  const key = must(await world.vault.openKey(link?.wrappedKey ?? "", placeOf(BANK.id, state.link, "key")))
  const kept = must(await key.open(link?.offerSealed ?? "", placeOf(BANK.id, state.link, "offer")))
  return { state: offered, offer: JSON.parse(kept) as LinkOffer }
}

const presenting = () => ({
  db: world.db,
  vault: world.vault,
  now,
  random,
  revokeLater: world.world.revokeLater,
})
const present = (state: Pending, person: PersonId, page = state.page) =>
  presentNonce(presenting(), state.authorizationCode, { person, page })

async function toOffer(state: Pending): Promise<{ readonly state: Offered; readonly offer: LinkOffer }> {
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

async function toLive(person: PersonId = ALICE): Promise<LinkOffer> {
  world.chat.person = person
  const { offer } = await toOffer(await toPending())
  must(await goLive(world.db, offer.link, person, offer.epoch, by(), random))
  return offer
}

/** Number and hash of a link's newest record. */
async function markOf(link: LinkId): Promise<{ readonly epoch: number; readonly recordHash: string }> {
  const found = await findLink(world.db, link)
  if (!found) throw new Error("no link")
  return { epoch: found.epoch, recordHash: found.recordHash }
}

function consentOf(offer: LinkOffer): Consent {
  const { v, link, bank, bankName, purposes, accounts, showAmounts, givenAt, until, epoch, recordHash } =
    offer
  return { v, link, bank, bankName, purposes, accounts, showAmounts, givenAt, until, epoch, recordHash }
}

function grantOf(offer: LinkOffer): Grant<"account_service"> {
  return must(Grant.decide(consentOf(offer), "account_service", at))
}

async function rowsOf(table: string): Promise<readonly Record<string, unknown>[]> {
  return (await env.DB.prepare(`select * from ${table}`).all()).results
}

const soon = () => AbortSignal.timeout(5_000)

describe("linking", () => {
  test("P15: nothing is written and nobody is called before the first page's button, nothing is written before the bank answers", async () => {
    const opening = must(await world.linking.open("demo", FORM, "en"))
    expect(world.calls).toEqual([])
    expect(world.bank.calls).toEqual([])
    const form = await world.linking.readForm(BANK.id, opening.attempt, opening.form)
    must(await world.linking.start(BANK, opening.attempt, form))
    expect(world.calls).toEqual(["alt-alice"])
    for (const table of ["links", "consents", "audit_outbox"]) expect(await rowsOf(table)).toEqual([])
  })

  test("P11: the bank's login makes a pending link without a grant", async () => {
    const state = await toPending()
    expect(await findLink(world.db, state.link)).toMatchObject({
      state: "pending",
      person: ALICE,
      epoch: 0,
      recordHash: "",
      pendingUntil: at + 10 * MINUTE_MS,
    })
    expect(await findLiveByPerson(world.db, ALICE)).toBeUndefined()
    expect(world.offers).toEqual([])
    expect(await linkOfAuthorizationCode(state.authorizationCode)).toBe(state.link)
  })

  test("P11: [Connect] appends the consent, raises the epoch and offers the link to its own chat only", async () => {
    const state = await toPending()
    const { offer, state: offered } = await toOffer(state)
    expect(world.offers.map(({ person }) => person)).toEqual([ALICE])
    expect(offer).toMatchObject({ link: state.link, epoch: 1, code: offered.code, showAmounts: true })
    expect(offer.code).toMatch(/^[0-9]{6}$/)
    expect(offer.purposes).toEqual(["fraud_alerts", "account_service"])
    const link = await findLink(world.db, state.link)
    expect(link).toMatchObject({ state: "pending", epoch: 1, recordHash: offer.recordHash })
    const [record] = await rowsOf("consents")
    expect(record).toMatchObject({ kind: "given", epoch: 1, hash: offer.recordHash })
  })

  test("P5: neither links, consents nor the audit trail hold a token, reference, name, account or PSID in clear", async () => {
    await toLive()
    const everything = JSON.stringify(
      await Promise.all(["links", "consents", "audit_outbox"].map((table) => rowsOf(table))),
    )
    for (const clear of [
      "at-0",
      "rt-0",
      world.bank.reference,
      "Ada",
      "Lovelace",
      "Everyday",
      "acc-1",
      "4821",
      "alt-alice",
    ])
      expect(everything).not.toContain(clear)
  })

  test("pressed twice, the newest consent counts and the older code's epoch is refused", async () => {
    const state = await toPending()
    const first = await toOffer(state)
    const second = await toOffer(state)
    expect(second.offer.epoch).toBe(2)
    expect(await goLive(world.db, state.link, ALICE, first.offer.epoch, by(), random)).toEqual(
      err({ reason: "link_changed" }),
    )
    expect(await goLive(world.db, state.link, ALICE, second.offer.epoch, by(), random)).toEqual(
      ok({ replaced: [], renews: false, ...(await markOf(state.link)) }),
    )
  })

  test("[Connect] with every switch off changes nothing", async () => {
    const state = await toPending()
    const { form } = must(await world.linking.review(BANK, state))
    expect(await world.linking.consent(BANK, state, { form, purposes: [], showAmounts: false })).toEqual(
      err({ reason: "nothing_chosen" }),
    )
    expect(await rowsOf("consents")).toEqual([])
  })

  test("[Not now] ends the pending link at once and has it revoked", async () => {
    const state = await toPending()
    const { form } = must(await world.linking.review(BANK, state))
    must(await world.linking.decline(BANK, state, form))
    expect(world.later).toEqual([state.link])
    expect((await findLink(world.db, state.link))?.state).toBe("ended")
    must(await revokeAndDestroy({ ...world, random }, BANK, state.link, "declined", at))
    expect(world.bank.revoked).toEqual(["rt-0"])
    expect(await findLink(world.db, state.link)).toMatchObject({ wrappedKey: null, tokensSealed: null })
  })

  test("a form of another attempt, another link or another bank is refused", async () => {
    const [mine, other] = [await toPending(), await toPending()]
    const { form } = must(await world.linking.review(BANK, other))
    const chosen = { form, purposes: ["receipts"] as const, showAmounts: false }
    expect(await world.linking.consent(BANK, mine, chosen)).toEqual(err({ reason: "form_expired" }))
    const elsewhere = { ...BANK, id: "other" as typeof BANK.id }
    expect(await world.linking.consent(elsewhere, other, chosen)).toEqual(err({ reason: "form_expired" }))
    expect(await world.linking.decline(BANK, mine, form)).toEqual(err({ reason: "form_expired" }))
  })

  test.each([
    ["an unknown bank", "nobody", FORM, "bank_unknown"],
    ["a bank's name that is none", "../x", FORM, "bank_unknown"],
    [
      "a way back elsewhere",
      "demo",
      { ...FORM, redirectUri: "https://evil.example/messenger_platform/account_linking" },
      "redirect_refused",
    ],
    ["another bank's Page", "demo", { ...FORM, page: "100000000000002" }, "page_unknown"],
  ])("open() refuses %s", async (_, bank, query, reason) => {
    expect(await world.linking.open(bank, query, "en")).toEqual(err({ reason }))
  })

  test("start() takes a form for twenty minutes", async () => {
    const { attempt, form } = must(await world.linking.open("demo", FORM, "en"))
    const read = await world.linking.readForm(BANK.id, attempt, form)
    at += 20 * MINUTE_MS - 1
    expect(await world.linking.start(BANK, attempt, read)).toMatchObject({ ok: true })
    at += 1
    expect(await world.linking.start(BANK, attempt, read)).toEqual(err({ reason: "form_expired" }))
  })

  test.each([
    ["from the bank's own site", BANK, {}],
    ["without a way back", BANK, { accountLinkingToken: "alt-alice" }],
    ["with a Log In Messenger no longer knows", BANK, { ...FORM, accountLinkingToken: "alt-expired" }],
    ["at a bank whose login is an app", { ...BANK, login: "app" as const }, FORM],
  ])("P11: begun %s, the link is nobody's until its nonce is presented", async (_, bank, query) => {
    world.world.findBank = async () => bank
    const state = await toPending(query, bank)
    expect(state.person).toBeUndefined()
    expect(state.redirectUri).toBeUndefined()
    const { code } = await offerTo(state, bank)
    expect(world.offers).toEqual([])
    expect((await findLink(world.db, state.link))?.person).toBe(NOBODY)
    expect(await present(state, ALICE)).toMatchObject({ kind: "offer", offer: { link: state.link, code } })
    expect((await findLink(world.db, state.link))?.person).toBe(ALICE)
  })

  test("25 minutes at the bank: nothing is exchanged or written; 20 less a moment goes through", async () => {
    const state = await toBank()
    const calls = world.bank.calls.length
    at += 25 * MINUTE_MS
    expect(await world.linking.finish(BANK, state, world.bank.answer())).toEqual(
      err({ reason: "attempt_expired" }),
    )
    expect(world.bank.calls.length).toBe(calls)
    expect(await rowsOf("links")).toEqual([])
    expect(isAttemptOver(state, state.startedAt + 20 * MINUTE_MS)).toBe(true)
    at = state.startedAt + 20 * MINUTE_MS - 1
    expect(await world.linking.finish(BANK, state, world.bank.answer())).toMatchObject({ ok: true })
  })

  test.each([
    [{ error: "access_denied", code: undefined }, "denied"],
    [{ iss: "https://evil.example" }, "issuer_mismatch"],
    [{ state: "x" }, "state_mismatch"],
  ])("the answer %j leaves no link", async (changes, reason) => {
    expect(await world.linking.finish(BANK, await toBank(), world.bank.answer(changes))).toMatchObject({
      error: { reason },
    })
    expect(await rowsOf("links")).toEqual([])
  })

  test("the ten minutes: pages and code are good until the last moment, refused after", async () => {
    const { state, offer } = await toOffer(await toPending())
    at = offer.offeredUntil - 1
    expect(await world.linking.showCode(state)).toEqual(ok({ state: "pending", minutesLeft: 1 }))
    at = offer.offeredUntil
    expect(await world.linking.showCode(state)).toEqual(err({ reason: "link_expired" }))
    expect(await world.linking.review(BANK, state)).toEqual(err({ reason: "link_expired" }))
    expect(await goLive(world.db, offer.link, ALICE, offer.epoch, by(), random)).toEqual(
      err({ reason: "link_expired" }),
    )
  })

  test("a chat that cannot be reached: no code, and pressing again works", async () => {
    const state = await toPending()
    world.chat.outage = { reason: "unavailable", retry: "later" }
    const { form } = must(await world.linking.review(BANK, state))
    const chosen = { form, purposes: ["receipts"] as const, showAmounts: false }
    expect(await world.linking.consent(BANK, state, chosen)).toEqual(err({ reason: "chat_unreachable" }))
    delete world.chat.outage
    expect(await world.linking.consent(BANK, state, chosen)).toMatchObject({
      ok: true,
      value: { phase: "offered" },
    })
  })

  test("the code page says so once the link is live", async () => {
    const { state, offer } = await toOffer(await toPending())
    must(await goLive(world.db, offer.link, ALICE, offer.epoch, by(), random))
    expect(await world.linking.showCode(state)).toEqual(ok({ state: "live" }))
  })
})

describe("a nonce", () => {
  test("P11: is the first one's who presents it; a second one ends the link, and the bank has it back", async () => {
    const state = await toPending({})
    const { offer } = await toOffered(state)
    expect(await present(state, ALICE)).toEqual({ kind: "offer", offer })
    expect(await present(state, ALICE)).toEqual({ kind: "offer", offer })
    expect(await present(state, BOB)).toEqual({ kind: "other_person" })
    expect((await findLink(world.db, state.link))?.state).toBe("ended")
    expect(world.later).toEqual([state.link])
    expect(await goLive(world.db, state.link, ALICE, offer.epoch, by(), random)).toEqual(
      err({ reason: "link_gone" }),
    )
    expect(await present(state, ALICE)).toEqual({ kind: "gone" })
  })

  test("P13: presented to another Page, which may be another bank's, names nothing: nobody is bound, nothing ends", async () => {
    const state = await toPending({})
    const { offer } = await toOffered(state)
    expect(await present(state, BOB, "100000000000009" as PageId)).toBeUndefined()
    expect(await findLink(world.db, state.link)).toMatchObject({ state: "pending", person: NOBODY })
    expect(await present(state, ALICE)).toEqual({ kind: "offer", offer })
    expect(await present(state, BOB, "100000000000009" as PageId)).toBeUndefined()
    expect((await findLink(world.db, state.link))?.state).toBe("pending")
  })

  test("P11: presented by two at once is bound to one of them, or to nobody", async () => {
    const state = await toPending({})
    await toOffered(state)
    const both = await Promise.all([present(state, ALICE), present(state, BOB)])
    expect(both.filter((each) => each?.kind === "offer").length).toBeLessThanOrEqual(1)
    expect(both.map((each) => each?.kind)).toContain("other_person")
    expect((await findLink(world.db, state.link))?.state).toBe("ended")
  })

  test("P11: of a link that began with Log In leads its own chat on, and ends it in any other", async () => {
    const [mine, stolen] = [await toPending(), await toPending()]
    const { offer } = await toOffered(mine)
    await toOffered(stolen)
    expect(await present(mine, ALICE)).toEqual({ kind: "offer", offer })
    expect(await present(stolen, BOB)).toEqual({ kind: "other_person" })
    expect((await findLink(world.db, stolen.link))?.state).toBe("ended")
  })

  test("P11: binds nobody before [Connect], and nobody after the ten minutes", async () => {
    const state = await toPending({})
    expect(await present(state, ALICE)).toEqual({ kind: "gone" })
    expect((await findLink(world.db, state.link))?.person).toBe(NOBODY)
    const { offer } = await toOffered(state)
    at = offer.offeredUntil
    expect(await present(state, ALICE)).toEqual({ kind: "gone" })
    at -= 1
    expect(await present(state, ALICE)).toMatchObject({ kind: "offer" })
  })

  test("P11: a link that is nobody's goes live for nobody", async () => {
    const state = await toPending({})
    const { offer } = await toOffered(state)
    expect(await goLive(world.db, state.link, ALICE, offer.epoch, by(), random)).toEqual(
      err({ reason: "other_person" }),
    )
  })

  test("that is none of ours, or of a live link in its own chat, is an ordinary ref", async () => {
    const offer = await toLive()
    for (const ref of ["SUMMER", "A".repeat(22), ""])
      expect(await presentNonce(presenting(), ref, { person: ALICE, page: PAGE })).toBeUndefined()
    expect((await findLink(world.db, offer.link))?.state).toBe("live")
  })

  test("P5: what the chat will be told lies sealed, and is gone once the link is live", async () => {
    const state = await toPending({})
    const { offer } = await toOffered(state)
    const lies = async () => (await rowsOf("links"))[0]?.["offer_sealed"]
    expect(await lies()).toMatch(/^v1\./)
    expect(JSON.stringify(await rowsOf("links"))).not.toContain(offer.code)
    await present(state, ALICE)
    must(await goLive(world.db, state.link, ALICE, offer.epoch, by(), random))
    expect(await lies()).toBeNull()
  })

  test("pressed again after the nonce was presented, [Connect] tells the newer code to that chat", async () => {
    const state = await toPending({})
    await toOffered(state)
    await present(state, ALICE)
    const again = await offerTo(state, BANK)
    expect(world.offers.map(({ person, offer }) => [person, offer.code])).toEqual([[ALICE, again.code]])
  })
})

describe("goLive()", () => {
  test("P11: refuses another person, another epoch, a link without consent", async () => {
    const state = await toPending()
    expect(await goLive(world.db, state.link, ALICE, 0, by(), random)).toEqual(
      err({ reason: "link_changed" }),
    )
    const { offer } = await toOffer(state)
    expect(await goLive(world.db, offer.link, BOB, 1, by(), random)).toEqual(err({ reason: "other_person" }))
    expect(await goLive(world.db, offer.link, ALICE, 2, by(), random)).toEqual(
      err({ reason: "link_changed" }),
    )
    expect(await goLive(world.db, createLinkId(random), ALICE, 1, by(), random)).toEqual(
      err({ reason: "link_gone" }),
    )
    expect((await findLink(world.db, offer.link))?.state).toBe("pending")
  })

  test("repeated, it is harmless and writes one line", async () => {
    const offer = await toLive()
    at += 60 * MINUTE_MS
    expect(await goLive(world.db, offer.link, ALICE, offer.epoch, by(), random)).toEqual(
      ok({ replaced: [], renews: false, ...(await markOf(offer.link)) }),
    )
    expect((await rowsOf("consents")).map((row) => [row["kind"], row["epoch"]])).toEqual([
      ["given", 1],
      ["confirmed", 2],
    ])
    const lines = (await rowsOf("audit_outbox")).filter((line) => line["action"] === "link.activate")
    expect(lines.length).toBe(1)
  })

  test("ends the person's other live link of the bank in the same step, and names it until it is revoked", async () => {
    const first = await toLive()
    const other = await toLive(BOB)
    const second = await toLive()
    expect(await findLink(world.db, first.link)).toMatchObject({ state: "ended", epoch: 3 })
    expect((await findLink(world.db, other.link))?.state).toBe("live")
    expect((await findLiveByPerson(world.db, ALICE))?.id).toBe(second.link)
    const repeated = must(await goLive(world.db, second.link, ALICE, second.epoch, by(), random))
    expect(repeated.replaced).toEqual([first.link])
    must(await revokeAndDestroy({ ...world, random }, BANK, first.link, "replaced", at))
    expect(must(await goLive(world.db, second.link, ALICE, second.epoch, by(), random)).replaced).toEqual([])
  })

  test("at once with the same link's end: one of them wins whole", async () => {
    const { offer } = await toOffer(await toPending())
    const [live, ended] = await Promise.all([
      goLive(world.db, offer.link, ALICE, offer.epoch, by(), random),
      endLink(world.db, offer.link, "wrong_code", by(), random),
    ])
    expect(ended).toBe(true)
    const link = await findLink(world.db, offer.link)
    expect(link).toMatchObject({ state: "ended", wrappedKey: null })
    const actions = (await rowsOf("audit_outbox")).map((line) => line["action"])
    expect(actions.includes("link.activate")).toBe(live.ok)
    expect(actions.filter((action) => action === "link.end").length).toBe(1)
  })
})

describe("goLive() of a customer with several chats", () => {
  const CAROL = "person_carol" as PersonId
  const open = async (person: PersonId, linksMax: number) => {
    world.chat.person = person
    const { offer } = await toOffer(await toPending())
    return { offer, live: () => goLive(world.db, offer.link, person, offer.epoch, by(), random, linksMax) }
  }

  test("takes as many as the bank allows, and not one more", async () => {
    const [alice, bob, carol] = [await open(ALICE, 2), await open(BOB, 2), await open(CAROL, 2)]
    expect(await alice.live()).toMatchObject({ ok: true, value: { renews: false } })
    expect(await bob.live()).toMatchObject({ ok: true, value: { renews: false } })
    expect(await carol.live()).toEqual(err({ reason: "links_full" }))
    expect((await findLink(world.db, carol.offer.link))?.state).toBe("pending")
  })

  test("of two that come at once for the last place one gets it", async () => {
    const [alice, bob] = [await open(ALICE, 1), await open(BOB, 1)]
    const both = await Promise.all([alice.live(), bob.live()])
    expect(both.filter((each) => each.ok)).toHaveLength(1)
    expect(both.find((each) => !each.ok)).toEqual(err({ reason: "links_full" }))
  })

  test("renews in the same chat, where no other is counted, and says so when it is repeated", async () => {
    const first = await open(ALICE, 1)
    must(await first.live())
    at += 1_000
    const again = await open(ALICE, 1)
    expect(await again.live()).toMatchObject({ ok: true, value: { renews: true } })
    expect(await again.live()).toMatchObject({ ok: true, value: { renews: true } })
    expect((await findLink(world.db, first.offer.link))?.state).toBe("ended")
  })

  test("is no renewal where the chat was another customer's", async () => {
    must(await (await open(ALICE, 2)).live())
    at += 1_000
    world.bank.spoilt.claims = { sub: "cust-somebody-else-entirely" }
    const other = await open(ALICE, 2)
    expect(await other.live()).toMatchObject({ ok: true, value: { renews: false } })
  })

  test("a chat that is known hears of it before anything is chosen, and the bank has its tokens back", async () => {
    must(await (await open(ALICE, 2)).live())
    must(await (await open(BOB, 2)).live())
    world.chat.person = CAROL
    world.bank.live.code = "code-0"
    const revoked = world.bank.revoked.length
    expect(await world.linking.finish(BANK, await toBank(), world.bank.answer())).toEqual(
      err({ reason: "links_full" }),
    )
    expect(world.bank.revoked.length).toBe(revoked + 1)
  })
})

describe("a code typed while the page is still used", () => {
  /** Linking whose consent is given in the moment in which the code typed for the first one makes the link live. */
  function racing(offer: LinkOffer) {
    let raced = false
    return createLinking({
      ...world.world,
      pseudonyms: {
        ...world.pseudonyms,
        async customerOf(bank, reference) {
          if (!raced) must(await goLive(world.db, offer.link, ALICE, offer.epoch, by(), random))
          raced = true
          return world.pseudonyms.customerOf(bank, reference)
        },
      },
    })
  }

  test("P4: keeps the consent it was typed for: no other record, no other epoch, nothing offered", async () => {
    const { state, offer } = await toOffer(await toPending())
    const { form } = must(await world.linking.review(BANK, state))
    const chosen = { form, purposes: ["balance_updates"] as const, showAmounts: false }
    expect(await racing(offer).consent(BANK, state, chosen)).toEqual(err({ reason: "link_changed" }))
    expect(await findLink(world.db, offer.link)).toMatchObject({
      state: "live",
      epoch: offer.epoch + 1,
    })
    expect((await rowsOf("consents")).map((row) => row["kind"])).toEqual(["given", "confirmed"])
    expect(world.offers).toHaveLength(1)
  })

  test("is not undone by what meant the pending link", async () => {
    const offer = await toLive()
    const pendingOnly = { keepSealed: true, onlyPending: true }
    expect(await endLink(world.db, offer.link, "declined", by(), random, pendingOnly)).toBe(false)
    expect((await findLink(world.db, offer.link))?.state).toBe("live")
    must(await revokeAndDestroy({ ...world, random }, BANK, offer.link, "not_confirmed", at))
    expect((await findLink(world.db, offer.link))?.state).toBe("live")
    expect(world.bank.revoked).toEqual([])
    const { link } = await toPending()
    expect(await endLink(world.db, link, "declined", by(), random, pendingOnly)).toBe(true)
  })
})

describe("endLink()", () => {
  test("destroys the key, appends the end to the chain, and is harmless when repeated", async () => {
    const offer = await toLive()
    expect(await endLink(world.db, offer.link, "disconnected", by(), random)).toBe(true)
    expect(await endLink(world.db, offer.link, "erased", by(), random)).toBe(false)
    const link = await findLink(world.db, offer.link)
    expect(link).toMatchObject({
      state: "ended",
      epoch: 3,
      wrappedKey: null,
      tokensSealed: null,
      customerSealed: null,
    })
    const records = await rowsOf("consents")
    expect(records.map((record) => record["kind"])).toEqual(["given", "confirmed", "withdrawn"])
    expect(JSON.parse(String(records[1]?.["record"])).previous).toBe(offer.recordHash)
    expect(JSON.parse(String(records[2]?.["record"])).previous).toBe(records[1]?.["hash"])
    expect(link?.recordHash).toBe(records[2]?.["hash"])
  })

  test("a link that was never consented to ends without a consent record", async () => {
    const state = await toPending()
    await endLink(world.db, state.link, "not_confirmed", by(), random)
    expect(await rowsOf("consents")).toEqual([])
  })

  test("with the seal kept it ends at once and can still be revoked; without, it cannot be opened again", async () => {
    const offer = await toLive()
    await endLink(world.db, offer.link, "disconnected", by(), random, { keepSealed: true })
    expect(await world.access.balances(BANK, grantOf(offer), soon())).toEqual(err({ reason: "link_ended" }))
    expect(await world.access.revoke(BANK, offer.link)).toEqual(ok(undefined))
    expect(world.bank.revoked).toEqual(["rt-0"])
    await endLink(world.db, offer.link, "disconnected", by(), random)
    expect(await world.access.revoke(BANK, offer.link)).toEqual(ok(undefined))
    expect(world.bank.revoked).toEqual(["rt-0"])
  })
})

describe("look-ups", () => {
  test("listExpiredPending() gives pending links from their last moment on, oldest first, at most so many", async () => {
    const first = await toPending()
    at += MINUTE_MS
    const second = await toPending()
    expect(await listExpiredPending(world.db, at + 9 * MINUTE_MS - 1, 10)).toEqual([])
    const due = await listExpiredPending(world.db, at + 10 * MINUTE_MS, 10)
    expect(due.map(({ id }) => id)).toEqual([first.link, second.link])
    expect((await listExpiredPending(world.db, at + 10 * MINUTE_MS, 1)).map(({ id }) => id)).toEqual([
      first.link,
    ])
  })

  test("findLiveForCustomers() finds in one query everybody live among 150 customers, with the person's key", async () => {
    await env.DB.prepare(
      "insert into people (id, bank_id, page_id, wrapped_key, created_at) values (?, 'demo', ?, 'v1.wrapped', 0)",
    )
      .bind(ALICE, PAGE)
      .run()
    const offer = await toLive()
    const customer = await world.pseudonyms.customerOf(BANK.id, world.bank.reference)
    const asked = [...Array.from({ length: 149 }, (_, index) => `nobody-${index}`), customer]
    expect(await findLiveForCustomers(world.db, asked)).toEqual([
      {
        id: offer.link,
        person: ALICE,
        page: PAGE,
        bank: "demo",
        customer,
        ...(await markOf(offer.link)),
        personWrappedKey: "v1.wrapped",
      },
    ])
    await endLink(world.db, offer.link, "disconnected", by(), random)
    expect(await findLiveForCustomers(world.db, asked)).toEqual([])
    expect(await findLiveForCustomers(world.db, [])).toEqual([])
  })

  test("storeTokens() stores over the version it started from and over no other", async () => {
    const offer = await toLive()
    const { wrappedKey: under = "" } = (await findLink(world.db, offer.link)) ?? {}
    expect(await storeTokens(world.db, offer.link, 0, "v1.z", "v1.another-key")).toBe(false)
    expect(await storeTokens(world.db, offer.link, 0, "v1.a", under ?? "")).toBe(true)
    expect(await storeTokens(world.db, offer.link, 0, "v1.b", under ?? "")).toBe(false)
    expect(await findLink(world.db, offer.link)).toMatchObject({ tokensSealed: "v1.a", tokensVersion: 1 })
    await endLink(world.db, offer.link, "disconnected", by(), random)
    expect(await storeTokens(world.db, offer.link, 1, "v1.c", under ?? "")).toBe(false)
  })
})

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
    const one = must(Grant.decide(consentOf(offer), "account_service", at, "acc-1"))
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
    const answer = { caseId: "F-81C", answer: "deny", answeredAt: at, idempotencyKey: "answer-1" } as const
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
