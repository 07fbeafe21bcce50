// Linking in real D1 from the first page to the code in the chat: what is written when, and who may go on.
import { describe, expect, test } from "vitest"
import { MINUTE_MS } from "../../src/foundation/clock.ts"
import { type PageId } from "../../src/foundation/id.ts"
import { err, ok } from "../../src/foundation/result.ts"
import { linkOfAuthorizationCode } from "../../src/links/authorization-code.ts"
import { revokeAndDestroy } from "../../src/links/ending.ts"
import { findLink, findLiveByPerson } from "../../src/links/link-store.ts"
import { goLive } from "../../src/links/opening-store.ts"
import { NOBODY } from "../../src/links/link-binding-store.ts"
import { presentNonce } from "../../src/links/presenting.ts"
import { isAttemptOver } from "../../src/links/linking-cookie.ts"
import { rebuildConsent } from "../../src/links/consent-rebuild.ts"
import { ACCOUNTS, BANK } from "../support/fake-bank.ts"
import {
  eachInItsWorld,
  PAGE,
  ALICE,
  BOB,
  FORM,
  random,
  by,
  must,
  toBank,
  toPending,
  offerTo,
  toOffered,
  presenting,
  present,
  toOffer,
  toLive,
  markOf,
  rowsOf,
  clock,
  world,
} from "../support/linking-world.ts"

eachInItsWorld()

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
      pendingUntil: clock.at + 10 * MINUTE_MS,
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

  test("P4: what the bank's grant does not cover cannot be chosen, and both the chat and a rebuilt chat know it", async () => {
    const [detail] = [
      { type: "account_information", actions: ["list_accounts", "read_balances"], accounts: ACCOUNTS },
    ]
    world.bank.spoilt.token = { authorization_details: [detail] }
    const state = await toPending()
    const covered = ["balance_updates", "fraud_alerts", "support_chat"]
    const { form, covered: shown } = must(await world.linking.review(BANK, state))
    expect(shown).toEqual(covered)
    expect(
      await world.linking.consent(BANK, state, { form, purposes: ["receipts"], showAmounts: false }),
    ).toEqual(err({ reason: "nothing_chosen" }))
    const { offer } = await toOffer(state)
    expect(offer).toMatchObject({ purposes: ["fraud_alerts"], covered })
    must(await goLive(world.db, offer.link, ALICE, offer.epoch, by(), random))
    expect(must(await rebuildConsent(world, offer.link, BANK.name))).toMatchObject({
      purposes: ["fraud_alerts"],
      covered,
    })
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
    must(await revokeAndDestroy({ ...world, random }, BANK, state.link, "declined", clock.at))
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
    clock.at += 20 * MINUTE_MS - 1
    expect(await world.linking.start(BANK, attempt, read)).toMatchObject({ ok: true })
    clock.at += 1
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
    clock.at += 25 * MINUTE_MS
    expect(await world.linking.finish(BANK, state, world.bank.answer())).toEqual(
      err({ reason: "attempt_expired" }),
    )
    expect(world.bank.calls.length).toBe(calls)
    expect(await rowsOf("links")).toEqual([])
    expect(isAttemptOver(state, state.startedAt + 20 * MINUTE_MS)).toBe(true)
    clock.at = state.startedAt + 20 * MINUTE_MS - 1
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
    clock.at = offer.offeredUntil - 1
    expect(await world.linking.showCode(state)).toEqual(ok({ state: "pending", minutesLeft: 1 }))
    clock.at = offer.offeredUntil
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
    clock.at = offer.offeredUntil
    expect(await present(state, ALICE)).toEqual({ kind: "gone" })
    clock.at -= 1
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
