// What the directory and the vault hold of one person, for their own pages and their copy: since when, each link with the customer sealed
// in it as long as its key is there, each consent record. Read for the person of a visit alone; nobody else's row is ever asked for.

import type { Account } from "../../banks/bank.ts"
import type { OwnVisit } from "../../conversations/own-data.ts"
import type { Database } from "../../db/database.ts"
import type { LinkId } from "../../foundation/id.ts"
import { listRecordsOf } from "../../links/consent-store.ts"
import { openCustomer } from "../../links/link-customer.ts"
import { receiptOf, type Receipt } from "../../links/receipt.ts"
import type { Vault } from "../../vault/vault.ts"
import { findSince, listOwnLinks, type OwnLink } from "./own-store.ts"

/** Everything outside the Conversation. */
export interface Held {
  readonly v: 1
  /** When they first wrote. */
  readonly since?: number
  /** Newest first. */
  readonly links: readonly HeldLink[]
  /** A receipt for each link anything was agreed to under, newest first. Where its records do not fit together there is none. */
  readonly receipts: readonly Receipt[]
  /** Each record stands on the one before it, and the newest is the one its link names: none is missing, none was changed. */
  readonly whole: boolean
}

export interface HeldLink {
  readonly id: LinkId
  readonly state: "pending" | "live" | "ended"
  readonly createdAt: number
  readonly endedAt?: number
  readonly endedReason?: string
  /** Who they are to the bank, as long as the link's key is there. Nothing under a link that never was live: until the code was typed
   * whoever has the chat may not be who logged in (P11). */
  readonly customer?: {
    readonly reference: string
    readonly name?: string
    readonly accounts: readonly Account[]
  }
  /** Tokens lie sealed in the row: that they do is all that is told of them. */
  readonly hasTokens: boolean
}

/** Read what is held. */
export async function readHeld(
  { db, vault }: { readonly db: Database; readonly vault: Pick<Vault, "openKey"> },
  visit: OwnVisit,
): Promise<Held> {
  const { whom } = visit
  const [since, rows, kept] = await Promise.all([
    findSince(db, whom.person),
    listOwnLinks(db, whom),
    listRecordsOf(db, whom.person),
  ])
  // Everything was deleted during the visit, and whoever writes from that chat now is somebody new.
  if (since !== undefined && since > visit.since) return { v: 1, links: [], receipts: [], whole: true }
  const confirmed = new Set(kept.flatMap(({ kind, link }) => (kind === "confirmed" ? [link] : [])))
  const links = await Promise.all(
    rows.map(async ({ stored, createdAt, endedAt, endedReason }): Promise<HeldLink> => {
      const customer = confirmed.has(stored.id) ? await openCustomer(vault, stored) : undefined
      return {
        id: stored.id,
        state: stored.state,
        createdAt,
        ...(endedAt === null ? {} : { endedAt }),
        ...(endedReason === null ? {} : { endedReason }),
        ...(customer
          ? {
              customer: {
                reference: customer.reference,
                ...(customer.name ? { name: customer.name } : {}),
                accounts: customer.accounts,
              },
            }
          : {}),
        hasTokens: stored.tokensSealed !== null,
      }
    }),
  )
  const byLink = [
    ...Map.groupBy(
      kept.filter(({ bank }) => bank === whom.bank),
      ({ link }) => link,
    ).values(),
  ]
  const folded = await Promise.all(byLink.map((each) => receiptOf(each)))
  const receipts = folded.flatMap((each) => (each.ok ? [each.value] : []))
  // What a link names as its newest record must be there: a cut-off one shows here, an altered one in the folding.
  const fits = ({ stored: { id, recordHash } }: OwnLink) =>
    recordHash === (receipts.find(({ link }) => link === id)?.now.recordHash ?? "")
  const sound = new Set(rows.filter(fits).map(({ stored }) => stored.id))
  return {
    v: 1,
    ...(since === undefined ? {} : { since }),
    links,
    receipts: receipts.filter(({ link }) => sound.has(link)).toReversed(),
    whole: sound.size === rows.length,
  }
}
