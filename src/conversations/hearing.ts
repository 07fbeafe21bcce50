// What is done with each webhook event at its receipt, before anybody's turn: which events take turns is listed, all others touch a row
// that waits for them or nothing. A person's edits and deletions change what is kept. Called by person.ts.

import { digestText } from "../crypto/hmac.ts"
import type { MessageDeleted, MessageEdited, MessengerEvent } from "../messenger/event.ts"
import { hearEcho, hearReached } from "./alert-reports.ts"
import { amendInboxRow, findInboxRow, openInboxRow, sealForInbox, sealKept } from "./inbox.ts"
import type { Sender } from "./perform.ts"
import type { PersonWorld, Whom } from "./person-world.ts"
import { findSealedState } from "./storage.ts"

/** One row an event: a new one without a row does not compile. */
const HEARD = {
  message: "turn",
  postback: "turn",
  reaction: "turn",
  referral: "turn",
  account_linking: "turn",
  thread_control: "turn",
  overheard: "turn",
  edit: "amend",
  deletion: "amend",
  echo: "echo",
  delivery: "watermark",
  read: "watermark",
  optin: "nothing",
  feedback: "nothing",
  rating: "nothing",
  order: "nothing",
  customer_information: "nothing",
  coupon: "nothing",
  label: "nothing",
  unknown: "nothing",
} as const satisfies Readonly<
  Record<MessengerEvent["kind"], "turn" | "amend" | "echo" | "watermark" | "nothing">
>

/** Do what an event asks for at once.
 * @param open gives the person's key and state, where there is something to tell the bank
 * @returns what goes to the inbox, if it takes a turn */
export async function hear(
  world: PersonWorld,
  whom: Whom,
  psid: string,
  event: MessengerEvent,
  open: () => Promise<Sender>,
): Promise<{ readonly key: string; readonly sealed: string } | undefined> {
  const seal = () => sealForInbox(world.vault, whom, event, psid)
  switch (HEARD[event.kind]) {
    case "turn": {
      const inner = event.kind === "overheard" ? event.event : undefined
      if (inner?.kind === "edit" || inner?.kind === "deletion") return amend(world, whom, psid, inner)
      return seal()
    }
    case "amend":
      return event.kind === "edit" || event.kind === "deletion" ? amend(world, whom, psid, event) : undefined
    case "echo":
      // What is not ours was said by a person at the bank or by another app: it is kept as that.
      if (event.kind !== "echo" || (await hearEcho(world, whom, event, open))) return undefined
      // Somebody who never wrote to us is nobody we keep anything of.
      if (findSealedState(world.sql) === undefined) return undefined
      return event.by === "page_inbox" || event.standby === true || event.text !== undefined
        ? seal()
        : undefined
    case "watermark":
      if (event.kind === "delivery" || event.kind === "read") {
        const reached = event.kind === "delivery" ? "delivered" : "read"
        await hearReached(world, whom.bank, reached, event.watermark, open)
      }
      return undefined
    case "nothing":
      return undefined
  }
}

/** Keep what the person wants kept: the text as it stands now, or none. Nothing is answered. A deletion that comes before its message
 * takes the message's place, so that the message is not kept when it comes. */
async function amend(
  { sql, vault }: PersonWorld,
  whom: Whom,
  psid: string,
  event: MessageEdited | MessageDeleted,
): Promise<{ readonly key: string; readonly sealed: string } | undefined> {
  const key = await digestText(`${whom.person}|${event.mid}`)
  const row = findInboxRow(sql, key)
  if (event.kind === "deletion") {
    const sealed = await sealKept(vault, whom, key, { event, psid })
    if (!row) return { key, sealed }
    amendInboxRow(sql, key, sealed)
    return undefined
  }
  const kept = row && (await openInboxRow(vault, whom, row))
  if (!kept?.ok) return undefined
  const { event: known, edits = 0 } = kept.value
  // Edits come in any order; the last one counts.
  if (event.edits < edits) return undefined
  const message = known.kind === "overheard" ? known.event : known
  if (message.kind !== "message") return undefined
  const edited = { ...message, text: event.text }
  const now = known.kind === "overheard" ? { ...known, event: edited } : edited
  amendInboxRow(sql, key, await sealKept(vault, whom, key, { event: now, psid, edits: event.edits }))
  return undefined
}
