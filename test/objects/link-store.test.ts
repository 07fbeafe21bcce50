// Links in real D1: going live, ending, and the look-ups others rest on.
import { env } from "cloudflare:workers"
import { describe, expect, test } from "vitest"
import { MINUTE_MS } from "../../src/foundation/clock.ts"
import { createLinkId, type PersonId } from "../../src/foundation/id.ts"
import { err, ok } from "../../src/foundation/result.ts"
import { revokeAndDestroy } from "../../src/links/ending.ts"
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
import { BANK } from "../support/fake-bank.ts"
import {
  eachInItsWorld,
  PAGE,
  ALICE,
  BOB,
  random,
  by,
  must,
  toBank,
  toPending,
  toOffer,
  toLive,
  markOf,
  grantOf,
  rowsOf,
  soon,
  clock,
  world,
} from "../support/linking-world.ts"

eachInItsWorld()

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
    clock.at += 60 * MINUTE_MS
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
    must(await revokeAndDestroy({ ...world, random }, BANK, first.link, "replaced", clock.at))
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
    clock.at += 1_000
    const again = await open(ALICE, 1)
    expect(await again.live()).toMatchObject({ ok: true, value: { renews: true } })
    expect(await again.live()).toMatchObject({ ok: true, value: { renews: true } })
    expect((await findLink(world.db, first.offer.link))?.state).toBe("ended")
  })

  test("is no renewal where the chat was another customer's", async () => {
    must(await (await open(ALICE, 2)).live())
    clock.at += 1_000
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
    must(await revokeAndDestroy({ ...world, random }, BANK, offer.link, "not_confirmed", clock.at))
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
    clock.at += MINUTE_MS
    const second = await toPending()
    expect(await listExpiredPending(world.db, clock.at + 9 * MINUTE_MS - 1, 10)).toEqual([])
    const due = await listExpiredPending(world.db, clock.at + 10 * MINUTE_MS, 10)
    expect(due.map(({ id }) => id)).toEqual([first.link, second.link])
    expect((await listExpiredPending(world.db, clock.at + 10 * MINUTE_MS, 1)).map(({ id }) => id)).toEqual([
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
