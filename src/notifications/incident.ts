// What an operator must know of, as words: one row a kind. No people's data stands in an incident. Rows are incident-store.ts, opening
// and closing them incidents.ts.

import { DAY_MS } from "../foundation/clock.ts"
import type { BankId, PageId } from "../foundation/id.ts"

/** Every kind, and what it says to an operator. */
export const INCIDENT_KINDS = {
  /** The platform lets the Page send nothing until a person acts. Detail: why. */
  page_stopped: "The Page cannot send; what is for its people waits",
  /** The daily look found the Page's token dead or another Page's. */
  page_token_invalid: "The Page's token is not good any more; reconnect the Page",
  /** The daily look found the webhook's fields missing; they were subscribed again. Detail: which. */
  page_fields_missing: "Events of the Page were not sent to us; the fields were subscribed again",
  /** Detail: name and language. */
  template_rejected: "Meta rejected a template; its notice goes out inside the window only",
  /** Detail: name and language. */
  template_paused: "Meta paused a template; its notice goes out inside the window only",
  /** Detail: the version. */
  graph_version_ending: "The pinned version of the Graph API ends soon; a newer release is needed",
  /** Detail: the kid. */
  vault_key_lingering:
    "An outer key that was replaced is still named by rows; look at `tellerline keys list`",
  /** Detail: the kid. Open until everything under it was renewed. */
  vault_key_compromised: "An outer key fell into wrong hands; tokens and keys under it are being renewed",
  /** Detail: the kid the bank's webhook secrets lay under. */
  webhook_secret_exposed:
    "The bank's webhook secret may be in wrong hands; make a new one and give it to the bank",
  /** Detail: the kid its token lay under. */
  page_token_exposed: "The Page's token may be in wrong hands; get a new one at Meta and reconnect the Page",
  /** Detail: the link. The key is destroyed: nobody can revoke them here any more. */
  erasure_not_revoked:
    "Somebody was erased and their bank did not take the tokens back; end the access at the bank",
  /** Closed when the bank has taken them all. */
  revocation_waits: "The bank has not taken the end of links for an hour; it is told again for days",
  /** Detail: the notice. Closed when it was started or went stale. */
  notice_waits: "A notice to more than 1,000 people waits: one person asks that it be sent, another approves",
  /** Closed when none of the bank's lies here any more. */
  dead_letters: "Something could not be handled and waits to be looked at",
  /** Closed when no letter of the bank's is that old any more. */
  dead_letters_unread:
    "Dead letters lie here for more than a day and nobody replayed them; they are deleted after 14 days",
  /** Detail: the queue. */
  queue_unread: "Messages wait on a queue and nobody reads them; look whether its consumer is there",
} as const
export type IncidentKind = keyof typeof INCIDENT_KINDS

/** What an incident is about: open at most once for each of these together. */
export interface IncidentAbout {
  readonly kind: IncidentKind
  /** `*` where it concerns the deployment, or where no bank can be named. */
  readonly bank: BankId | "*"
  readonly page?: PageId
  /** A word of ours or the platform's, at most 100 characters; `` where the kind says it all. */
  readonly detail: string
}

/** An incident as found. */
export interface Incident extends IncidentAbout {
  /** `incident_` and 128 random bits. */
  readonly id: string
  readonly openedAt: number
  readonly closedAt?: number
}

/** How long an incident that is over may still be seen. */
export const INCIDENT_KEPT_MS = 90 * DAY_MS
export const DETAIL_CHARS_MAX = 100
