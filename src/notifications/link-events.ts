// What a bank says of a link itself: that the consent was revoked there, that it ends sooner, that the customer has left. Nothing is said
// for it as an event; the link is ended or shortened, and the bank hears of that as of any end or change. Composed by house.ts.

import { isTold, type LinkEvent } from "../banks/event-types.ts"
import type { BankEvent } from "../banks/event.ts"
import type { LinkHolder, Leaving } from "../conversations/leaving.ts"
import { settled, type Settled } from "../conversations/outcome.ts"
import { MINUTE_MS, type Now } from "../foundation/clock.ts"
import type { BankId, LinkId } from "../foundation/id.ts"
import type { LiveLink, StoredLink } from "../links/link-store.ts"

/** What hearing them needs. */
export interface LinkEventWorld {
  readonly findLink: (id: LinkId) => Promise<StoredLink | undefined>
  /** Whether a consent at the bank is another link's than this one. @throws DatabaseError */
  readonly isOtherLinks: (bank: BankId, consent: string, link: LinkId) => Promise<boolean>
  readonly holderOf: (link: Pick<StoredLink, "page" | "person">) => Promise<LinkHolder>
  readonly leaving: Pick<Leaving, "endAgain">
  readonly now: Now
}

/** A bank's clock may differ from ours by this much when an event and a link are compared. */
const CLOCK_TOLERANCE_MS = MINUTE_MS
/** Done as far as the event goes; `link.ended` or `link.changed` says what was done. */
const DONE = settled("suppressed", "link_event")

/** `true` for an event about the link itself. */
export function isLinkEvent(event: BankEvent): event is LinkEvent {
  return !isTold(event) && LINK_EVENTS.has(event.type)
}

const LINK_EVENTS: ReadonlySet<BankEvent["type"]> = new Set<LinkEvent["type"]>([
  "bank.consent.revoked.v1",
  "bank.consent.expiring.v1",
  "bank.customer.closed.v1",
])

/** Do to one link what its bank said. Harmless to repeat.
 * @returns `undefined` where the Conversation did not answer yet: bring it again. @throws DatabaseError */
export async function hearLinkEvent(
  world: LinkEventWorld,
  live: LiveLink,
  event: LinkEvent,
): Promise<Settled | undefined> {
  const link = await world.findLink(live.id)
  if (!link || link.state === "pending") return settled("suppressed", "not_linked")
  // Said of an earlier consent, it must not end one the customer has given since.
  if (event.at < link.createdAt - CLOCK_TOLERANCE_MS) return settled("suppressed", "stale")
  // A customer may have two chats, each with a consent of its own: the end of one is not the other's.
  if (
    event.type !== "bank.customer.closed.v1" &&
    event.consentId !== undefined &&
    (await world.isOtherLinks(link.bank, event.consentId, link.id))
  )
    return DONE
  if (event.type === "bank.consent.expiring.v1") {
    const wish = { bankLogin: false, bankUntil: event.expiresAt }
    await (await world.holderOf(link)).changeConsent({ v: 1, link: link.id, wish })
    return DONE
  }
  const by = { actor: `bank:${link.bank}`, reason: event.type, at: world.now() }
  const left = await world.leaving.endAgain(link.id, { reason: "revoked_by_bank", by })
  return left === "ending" ? undefined : DONE
}
