// What Messenger brings of a link on its way, judged before the turn it belongs to: the code of a Log In that ended here, the nonce of an
// `m.me` link that was opened here. Both only name a pending link; the six digits make it live (P11). Called by person.ts.

import type { MessengerEvent } from "../messenger/event.ts"
import type { Presented } from "../links/presenting.ts"
import { findCode } from "./flows/link.ts"
import { amendInboxRow, sealKept, type InboxRow, type Kept } from "./inbox.ts"
import type { PersonWorld, Whom } from "./person-world.ts"
import type { State } from "./state.ts"

/** Tell linking of an event.
 * @returns what a presented nonce led to; nothing for any other event
 * @throws DatabaseError: the event is taken again later */
export async function hearOfLink(
  { links }: PersonWorld,
  whom: Whom,
  event: MessengerEvent,
): Promise<Presented | undefined> {
  const act = event.kind === "overheard" ? event.event : event
  if (act.kind === "account_linking" && act.status === "linked" && act.authorizationCode)
    await links.hearLinked(act.authorizationCode, whom.person)
  // What is only overheard cannot be answered: the nonce waits for a chat that can be asked for the code.
  const nonce = event.kind === "overheard" ? undefined : refOf(event)
  return nonce === undefined || nonce === "" ? undefined : links.present(nonce, whom)
}

/** A typed code has had its turn: it is not kept any longer. */
export async function forgetTypedCode(
  { vault, sql }: PersonWorld,
  whom: Whom,
  row: InboxRow,
  { event, psid }: Kept,
  before: State | undefined,
): Promise<void> {
  if (!before?.offer || event.kind !== "message" || findCode(event.text) === undefined) return
  const emptied = { event: { ...event, text: "" }, psid }
  amendInboxRow(sql, row.key, await sealKept(vault, whom, row.key, emptied))
}

function refOf(event: MessengerEvent): string | undefined {
  return event.kind === "referral" || event.kind === "postback" || event.kind === "message"
    ? event.ref
    : undefined
}
