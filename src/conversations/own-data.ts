// What a Conversation shows its own person: what is on, who used their data with the chain of its receipts checked, and everything that
// lies here of them. Reading only; nothing is changed, nobody is called. Entering by the one-time link is person.ts `enter`.
// Asked by conversation.ts for privacy/me.

import type { BankEventType } from "../banks/event.ts"
import type { Purpose } from "../foundation/purpose.ts"
import type { Preferences } from "../preferences/preferences.ts"
import type { Language } from "../phrases/catalogue.ts"
import { viewOf, type ConsentView } from "./consent-view.ts"
import type { Entry } from "./entry.ts"
import { openInboxRow, type InboxRow } from "./inbox.ts"
import { LANES, listRows, type LedgerRow, type LedgerState } from "./ledger.ts"
import { listReceipts, verifyChain, type LedgerHolder, type Receipt } from "./ledger-verify.ts"
import { openEntry, type Sender } from "./perform.ts"
import type { Whom } from "./person-world.ts"
import type { DataKind } from "./receipt.ts"
import type { State } from "./state.ts"
import { findWhom } from "./storage.ts"

/** Whose pages are open, and since when. */
export interface OwnVisit {
  /** Must be whom the Conversation is for. */
  readonly whom: Whom
  /** When the visit began: whoever came after it, once everything was deleted, is somebody else. */
  readonly since: number
}

/** Asks for what is shown. Travels by RPC. */
export interface OwnDataRequest extends OwnVisit {
  readonly v: 1
}

/** What is on now. Travels by RPC, in clear, never stored. */
export interface OwnData {
  readonly v: 1
  readonly language: Language
  /** The consent in force, with what "stop" holds back of it. */
  readonly consent?: ConsentView
  /** What they want to hear and when, where they ever chose. */
  readonly preferences?: Preferences
}

/** Who used their data. Travels by RPC, never stored. */
export interface OwnUses {
  readonly v: 1
  /** Newest first. */
  readonly uses: readonly Use[]
  /** There are more, before the last one's instant. */
  readonly more: boolean
  /** The chain of receipts was checked now: none is missing, none was changed. */
  readonly whole: boolean
}

/** One time data of theirs was used. */
export interface Use {
  readonly at: number
  /** `told`: the bank's event was told here. `asked`: it was read at the bank because they asked. */
  readonly how: "told" | "asked"
  readonly purpose: Purpose
  readonly data?: DataKind
  /** Of what the bank told. */
  readonly event?: BankEventType
}

/** Everything that lies in the object, for the person who asks for a copy. Travels by RPC, in clear, never stored. */
export interface Everything {
  readonly v: 1
  /** What is remembered between turns, their id in Messenger included; no secret, and of a link that is not live yet only that it is
   * there: whoever sits in this chat may not be who logged in (P11). */
  readonly remembered: Readonly<Record<string, unknown>>
  /** What was said to them, or was not, newest first. */
  readonly said: readonly Said[]
  /** What they wrote or tapped in the last days, newest first. */
  readonly heard: readonly Heard[]
  /** There was more than can be handed out at once; the oldest are missing. */
  readonly cut: boolean
}

/** One thing said, or not said. */
export interface Said {
  readonly at: number
  readonly state: LedgerState
  readonly reason: string
  readonly kind: "reply" | "event"
  readonly event?: BankEventType
  readonly purpose?: Purpose
  /** Only while it is kept: 30 days; an update is kept as a receipt without words. */
  readonly text?: string
}

/** One thing heard. */
export interface Heard {
  readonly at: number
  readonly kind: string
  readonly text?: string
}

/** Uses shown at once, and those of the last one's instant. */
const USES_A_PAGE = 40
/** Rows of each kind in a copy of everything. */
const ROWS_A_COPY = 4_000
/** Rows that were handed to the platform, or may have been. */
const TOLD: ReadonlySet<string> = new Set<LedgerState>([
  "sending",
  "accepted",
  "delivered",
  "read",
  "unknown",
])

/** What is on. Like the two below it, `undefined` for a visit of somebody else. */
export async function readOwnData(sender: Sender, request: OwnDataRequest): Promise<OwnData | undefined> {
  if (!isOwn(sender, request)) return undefined
  const state = sender.state()
  const consent = state && viewOf(state)
  return {
    v: 1,
    language: state?.language ?? "en",
    ...(consent && consent.until > sender.world.now() ? { consent } : {}),
    ...(state?.preferences ? { preferences: state.preferences } : {}),
  }
}

/** A page of uses. @param request.before uses before this instant only */
export async function readUses(
  sender: Sender,
  request: OwnDataRequest & { readonly before?: number },
): Promise<OwnUses | undefined> {
  if (!isOwn(sender, request)) return undefined
  const holder = holderOf(sender)
  const [receipts, verified] = await Promise.all([listReceipts(holder), verifyChain(holder)])
  const uses = usesOf(receipts)
    .filter(({ at }) => at < (request.before ?? Number.MAX_SAFE_INTEGER))
    .toSorted((left, right) => right.at - left.at)
  if (!verified.ok) sender.world.log.error("ledger_not_whole", { reason: verified.error.reason })
  // The next page begins before this one's last instant: whatever else is of that instant belongs here.
  const lastAt = uses[USES_A_PAGE - 1]?.at
  const page = uses.filter(({ at }, index) => index < USES_A_PAGE || at === lastAt)
  return {
    v: 1,
    uses: page,
    more: uses.length > page.length,
    whole: verified.ok,
  }
}

/** Everything, for a copy. */
export async function readEverything(
  sender: Sender,
  request: OwnDataRequest,
): Promise<Everything | undefined> {
  if (!isOwn(sender, request)) return undefined
  const rows = listRows(sender.world.sql).toSorted((left, right) => right.at - left.at)
  const inbox = sender.world.sql.exec<InboxRow & Record<string, string | number>>(
    "SELECT key, seq, at, sealed FROM inbox ORDER BY seq DESC LIMIT ?",
    ROWS_A_COPY,
  ).rows
  const said: Said[] = []
  for (const row of rows.slice(0, ROWS_A_COPY)) said.push(saidOf(row, await openEntry(sender, row)))
  const heard: Heard[] = []
  for (const row of inbox) {
    const kept = await openInboxRow(sender.world.vault, sender.whom, row)
    const event = kept.ok ? kept.value.event : undefined
    const text = event && ("text" in event ? event.text : "title" in event ? event.title : undefined)
    heard.push({ at: row.at, kind: event?.kind ?? "unreadable", ...(text ? { text } : {}) })
  }
  return {
    v: 1,
    remembered: rememberedOf(sender.state()),
    said,
    heard,
    cut: rows.length > ROWS_A_COPY || inbox.length === ROWS_A_COPY,
  }
}

/** The code on the page proves that whoever types it sees that page, and a one-time link is good once: neither is ever handed out here.
 * What a pending link would connect may be another's. */
function rememberedOf(state: State | undefined): Readonly<Record<string, unknown>> {
  if (!state) return {}
  const { offer, opening, entry, ...rest } = state
  const coming = offer ?? opening
  return {
    ...rest,
    ...(coming ? { offer: { link: coming.link, until: coming.offeredUntil } } : {}),
    ...(entry ? { entry: { until: entry.until } } : {}),
  }
}

/** A visit names whose pages it opens. For anybody else nothing lies here. */
function isOwn({ whom, world }: Sender, { whom: asked, since }: OwnVisit): boolean {
  const isWhom = whom.person === asked.person && whom.page === asked.page && whom.bank === asked.bank
  return isWhom && (findWhom(world.sql)?.metAt ?? 0) <= since
}

function holderOf({ world, whom, key }: Sender): LedgerHolder {
  return { sql: world.sql, whom, key }
}

/** Receipts that are uses: what was told with a purpose, what was read. The answer to a question is told of with its question. */
function usesOf(receipts: readonly Receipt[]): readonly Use[] {
  const answered = new Set(receipts.filter(({ kind }) => kind === "asked").map(({ n }) => n))
  return receipts.flatMap(({ n, at, kind, purpose, data, event, outcome }): readonly Use[] => {
    const counts = kind === "asked" ? outcome === "read" : TOLD.has(outcome) && !answered.has(n)
    return counts && purpose
      ? [
          {
            at,
            how: event ? "told" : "asked",
            purpose,
            ...(data ? { data } : {}),
            ...(event ? { event } : {}),
          },
        ]
      : []
  })
}

function saidOf(row: LedgerRow, entry: Entry | undefined): Said {
  const { at, state, reason } = row
  const message = entry?.utterance?.message
  const text = message && message.kind !== "template" ? { text: message.text } : {}
  const about = entry?.cause.kind === "event" ? { event: entry.cause.type, purpose: entry.cause.purpose } : {}
  return { at, state, reason, kind: row.lane === LANES.replies ? "reply" : "event", ...about, ...text }
}
