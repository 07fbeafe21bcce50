// What a bank says of a link itself: which link it ends, which it leaves, and what the bank hears of the event.
import { describe, expect, test } from "vitest"
import type { LinkEvent } from "../../../src/banks/event-types.ts"
import type { BankId, LinkId } from "../../../src/foundation/id.ts"
import type { LiveLink, StoredLink } from "../../../src/links/link-store.ts"
import { hearLinkEvent, type LinkEventWorld } from "../../../src/notifications/link-events.ts"

const NOW = Date.UTC(2026, 10, 22)
const DAY_MS = 86_400_000
const LINK = { id: "link_1" as LinkId, bank: "demo" as BankId } as LiveLink
const HEARD = { kind: "settled", state: "suppressed", reason: "link_event" }

function event(type: LinkEvent["type"], more: object = {}): LinkEvent {
  return { v: 1, type, id: "e", source: "s", customer: "c", at: NOW, staleAt: Infinity, ...more } as LinkEvent
}

async function hear(told: LinkEvent, changes: Partial<LinkEventWorld> = {}, stored: object | undefined = {}) {
  const did: string[] = []
  const world: LinkEventWorld = {
    findLink: async (id) =>
      stored && ({ id, bank: "demo", state: "live", createdAt: NOW - DAY_MS, ...stored } as StoredLink),
    // The consent `aac-2` is another chat's.
    isOtherLinks: async (bank, consent, link) => bank === "demo" && consent === "aac-2" && link === LINK.id,
    holderOf: async () =>
      ({
        changeConsent: async ({ wish }: { wish: { bankUntil?: number } }) =>
          void did.push(`until ${wish.bankUntil}`),
      }) as unknown as Awaited<ReturnType<LinkEventWorld["holderOf"]>>,
    leaving: {
      endAgain: async (id, { reason, by }) => {
        did.push(`end ${id} ${reason} by ${by.actor}`)
        return "ended"
      },
    },
    now: () => NOW,
    ...changes,
  }
  return { became: await hearLinkEvent(world, LINK, told), did }
}

const ENDED = ["end link_1 revoked_by_bank by bank:demo"]

describe("hearLinkEvent()", () => {
  test.each([
    ["a consent that was revoked", event("bank.consent.revoked.v1"), ENDED],
    ["by its own name", event("bank.consent.revoked.v1", { consentId: "aac-1" }), ENDED],
    ["a customer who has left", event("bank.customer.closed.v1", { consentId: "aac-2" }), ENDED],
    [
      "a consent that ends sooner",
      event("bank.consent.expiring.v1", { expiresAt: NOW + 1 }),
      [`until ${NOW + 1}`],
    ],
    ["another chat's consent revoked", event("bank.consent.revoked.v1", { consentId: "aac-2" }), []],
    [
      "another chat's ending sooner",
      event("bank.consent.expiring.v1", { consentId: "aac-2", expiresAt: NOW }),
      [],
    ],
  ])("P13: %s", async (_, told, done) => {
    expect(await hear(told)).toEqual({ became: HEARD, did: done })
  })

  test("said of a consent before this one it ends nothing; said a minute before by another clock it does", async () => {
    const minuteBefore = NOW - DAY_MS - 60_000
    expect(await hear(event("bank.consent.revoked.v1", { at: minuteBefore - 1 }))).toMatchObject({
      became: { state: "suppressed", reason: "stale" },
      did: [],
    })
    expect((await hear(event("bank.consent.revoked.v1", { at: minuteBefore }))).did).toEqual(ENDED)
  })

  test.each([
    ["gone", undefined],
    ["pending", { state: "pending" }],
  ])("a link that is %s is nobody's", async (_, stored) => {
    const findLink: LinkEventWorld["findLink"] = async (id) => stored && ({ id, ...stored } as StoredLink)
    expect(await hear(event("bank.consent.revoked.v1"), { findLink })).toMatchObject({
      became: { reason: "not_linked" },
      did: [],
    })
  })

  test("P1: while the Conversation does not answer the event comes again", async () => {
    const leaving = { endAgain: async () => "ending" as const }
    expect((await hear(event("bank.consent.revoked.v1"), { leaving })).became).toBeUndefined()
  })
})
