// What a Conversation is asked about links, as it travels by RPC: each with its version. Shapes only.

import type { AuditBy } from "../audit/audit.ts"
import type { LinkId } from "../foundation/id.ts"
import type { LinkOffer } from "../links/link.ts"
import type { EndReason } from "../links/link-store.ts"
import type { Whom } from "./person-world.ts"
import type { OwnWish } from "./turn-context.ts"

/** A pending link on its way to the chat. */
export interface OfferRequest {
  readonly v: 1
  readonly whom: Whom
  readonly offer: LinkOffer
}

/** A link that ends. */
export interface EndRequest {
  readonly v: 1
  readonly link: LinkId
  readonly reason: EndReason
  /** Nothing is said in the chat: somebody else tells the person, or nobody should. */
  readonly silent: boolean
  /** Who ends it, for the trail; the system where it is left out. */
  readonly by?: AuditBy
}

/** What a person wishes otherwise on their own pages. */
export interface ConsentRequest {
  readonly v: 1
  readonly link: LinkId
  readonly wish: OwnWish
}
