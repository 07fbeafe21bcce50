// The nonce of a pending link comes in from a chat: as the `ref` of an `m.me` link. The first chat to present it is the one that is
// asked for the code; a second one ends the link, for one of the two was not meant (P11). Presenting it proves nothing more.
// Composed by conversations/conversation.ts.

import type { AuditBy } from "../audit/audit.ts"
import type { Database } from "../db/database.ts"
import type { Now } from "../foundation/clock.ts"
import type { BankId, LinkId, PageId, PersonId, Random } from "../foundation/id.ts"
import type { Vault } from "../vault/vault.ts"
import { linkOfAuthorizationCode } from "./authorization-code.ts"
import { bindPerson, NOBODY } from "./link-binding-store.ts"
import type { LinkOffer } from "./link.ts"
import { endLink, findLink, type StoredLink } from "./link-store.ts"
import { placeOf } from "./link-tokens.ts"

/** What a presented nonce led to. `offer`: this chat is to be asked for the code. `gone`: its link is pending no more.
 * `other_person`: another chat had presented it; the link has ended. */
export type Presented =
  | { readonly kind: "offer"; readonly offer: LinkOffer }
  | { readonly kind: "gone" }
  | { readonly kind: "other_person" }

/** What presenting needs. */
export interface PresentingWorld {
  readonly db: Database
  readonly vault: Pick<Vault, "openKey">
  readonly now: Now
  readonly random: Random
  /** Has an ended link revoked at its bank. @throws Error where that could not be made durable */
  readonly revokeLater: (bank: BankId, link: LinkId) => Promise<void>
}

/** Judge what a chat presents. Harmless to repeat.
 * @returns `undefined` for a text that names no link of this Page: an ordinary `ref`. Another Page's chats, which may be another bank's,
 * neither get a link nor end it (P13)
 * @throws DatabaseError */
export async function presentNonce(
  world: PresentingWorld,
  nonce: string,
  { person, page }: { readonly person: PersonId; readonly page: PageId },
): Promise<Presented | undefined> {
  const id = await linkOfAuthorizationCode(nonce)
  const found = id && (await findLink(world.db, id))
  if (found?.page !== page) return undefined
  const link = found.person === NOBODY ? await bind(world, found, person) : found
  if (link.state === "live" && link.person === person) return undefined
  if (link.state !== "pending" || world.now() >= link.pendingUntil || link.person === NOBODY)
    return { kind: "gone" }
  if (link.person !== person) {
    await endLink(world.db, link.id, "other_person", by(world, person), world.random, {
      keepSealed: true,
      onlyPending: true,
    })
    await world.revokeLater(link.bank, link.id)
    return { kind: "other_person" }
  }
  const offer = await openOffer(world.vault, link)
  return offer ? { kind: "offer", offer } : { kind: "gone" }
}

/** The link as it stands once this person has tried to make it theirs. */
async function bind(world: PresentingWorld, link: StoredLink, person: PersonId): Promise<StoredLink> {
  const bound = await bindPerson(world.db, link, person, by(world, person))
  return bound ? { ...link, person } : ((await findLink(world.db, link.id)) ?? link)
}

/** The offer kept with a pending link; `undefined` before [Connect], and where its key is gone. */
async function openOffer(
  vault: Pick<Vault, "openKey">,
  { bank, id, wrappedKey, offerSealed }: StoredLink,
): Promise<LinkOffer | undefined> {
  if (wrappedKey === null || offerSealed === null) return undefined
  const key = await vault.openKey(wrappedKey, placeOf(bank, id, "key"))
  const opened = key.ok ? await key.value.open(offerSealed, placeOf(bank, id, "offer")) : undefined
  return opened?.ok ? (JSON.parse(opened.value) as LinkOffer) : undefined
}

function by({ now }: PresentingWorld, person: PersonId): AuditBy {
  return { actor: person, reason: "nonce_presented", at: now() }
}
