// What a Conversation shows its own person: what is on, who used their data, and everything that lies here of them. Reading only; nothing
// is changed, nobody is called. Entering by the one-time link is person.ts `enter`. Asked by conversation.ts for privacy/me.

import type { Account } from "../banks/bank.ts"
import type { BankEventType } from "../banks/event.ts"
import type { LinkId } from "../foundation/id.ts"
import { PURPOSES, type Purpose } from "../foundation/purpose.ts"
import type { Language } from "../phrases/catalogue.ts"
import type { Entry } from "./entry.ts"
import { openInboxRow, type InboxRow } from "./inbox.ts"
import { isSettled, LANES, type LedgerRow, type LedgerState } from "./ledger.ts"
import { openEntry, type Sender } from "./perform.ts"
import type { Whom } from "./person-world.ts"

/** Asks for what is shown. Travels by RPC. */
export interface OwnDataRequest {
  readonly v: 1
  /** Must be whom the Conversation is for. */
  readonly whom: Whom
  /** Uses before this instant only. */
  readonly usesBefore?: number
}

/** What is on now, and the newest uses. Travels by RPC, in clear, never stored. */
export interface OwnData {
  readonly v: 1
  readonly language: Language
  /** The consent in force, or what will be again should "stop" be undone. */
  readonly link?: {
    readonly id: LinkId
    readonly purposes: readonly Purpose[]
    readonly accounts: readonly Account[]
    readonly showAmounts: boolean
    readonly givenAt: number
    readonly until: number
  }
  /** "Stop" was said: nothing is told, or fraud alerts only, until the link ends. */
  readonly stopped?: { readonly endsAt: number; readonly keepFraud: boolean }
  /** Newest first. */
  readonly uses: readonly Use[]
  /** There are more, before the last one's instant. */
  readonly more: boolean
}

/** One time data of theirs was used. */
export interface Use {
  readonly at: number
  /** `told`: the bank's event was told here. `asked`: it was read at the bank because they asked. */
  readonly how: "told" | "asked"
  readonly purpose: Purpose
  /** Of what the bank told. */
  readonly event?: BankEventType
  /** Last digits of the account it was about, where it was about one they still have connected. */
  readonly last4?: string
}

/** Everything that lies in the object, for the person who asks for a copy. Travels by RPC, in clear, never stored. */
export interface Everything {
  readonly v: 1
  /** What is remembered between turns, their id in Messenger included. */
  readonly remembered: Readonly<Record<string, unknown>>
  /** What was said to them, or was not, newest first. */
  readonly said: readonly Said[]
  /** What they wrote or tapped in the last days, newest first. */
  readonly heard: readonly Heard[]
  /** There was more than can be handed out at once; the oldest are missing. */
  readonly cut: boolean
}

export interface Said {
  readonly at: number
  readonly state: LedgerState
  readonly reason: string
  readonly kind: "reply" | "event"
  readonly event?: BankEventType
  readonly purpose?: Purpose
  /** Only while it is kept: 30 days; what the bank told by itself is kept as a receipt without words. */
  readonly text?: string
}

export interface Heard {
  readonly at: number
  readonly kind: string
  readonly text?: string
}

/** Uses shown at once. */
const USES_A_PAGE = 50
/** Rows looked at for them: what was not told is no use. */
const ROWS_A_LOOK = 400
/** Rows of each kind in a copy of everything. */
const ROWS_A_COPY = 4_000
/** Rows that were handed to the platform, or may have been. */
const TOLD: ReadonlySet<LedgerState> = new Set(["sending", "accepted", "delivered", "read", "unknown"])

/** What is on, and a page of uses. */
export async function readOwnData(sender: Sender, request: OwnDataRequest): Promise<OwnData> {
  assertOwn(sender, request.whom)
  const state = sender.state()
  const { consent, stopped } = state ?? {}
  const last4Of = (id: string | undefined) => consent?.accounts.find((each) => each.id === id)?.last4
  const rows = listRows(sender, ROWS_A_LOOK, request.usesBefore)
  const uses: Use[] = []
  let more = rows.length === ROWS_A_LOOK
  for (const row of rows) {
    const use = TOLD.has(row.state) ? useOf(row, await openEntry(sender, row), last4Of) : undefined
    if (use && uses.length === USES_A_PAGE) more = true
    if (use && uses.length < USES_A_PAGE) uses.push(use)
  }
  return {
    v: 1,
    language: state?.language ?? "en",
    ...(consent && consent.until > sender.world.now()
      ? {
          link: {
            id: consent.link,
            purposes: PURPOSES.filter((purpose) => consent.purposes.includes(purpose)),
            accounts: consent.accounts,
            showAmounts: consent.showAmounts,
            givenAt: consent.givenAt,
            until: consent.until,
          },
        }
      : {}),
    ...(stopped ? { stopped: { endsAt: stopped.endsAt, keepFraud: stopped.keepFraud } } : {}),
    uses,
    more,
  }
}

/** Everything, for a copy. */
export async function readEverything(sender: Sender, request: OwnDataRequest): Promise<Everything> {
  assertOwn(sender, request.whom)
  const rows = listRows(sender, ROWS_A_COPY)
  const inbox = sender.world.sql.exec<InboxRow & Record<string, string | number>>(
    "SELECT key, seq, at, sealed FROM inbox ORDER BY seq DESC LIMIT ?",
    ROWS_A_COPY,
  ).rows
  const said: Said[] = []
  for (const row of rows) said.push(saidOf(row, await openEntry(sender, row)))
  const heard: Heard[] = []
  for (const row of inbox) {
    const kept = await openInboxRow(sender.world.vault, sender.whom, row)
    const event = kept.ok ? kept.value.event : undefined
    const text = event && ("text" in event ? event.text : "title" in event ? event.title : undefined)
    heard.push({ at: row.at, kind: event?.kind ?? "unreadable", ...(text ? { text } : {}) })
  }
  return {
    v: 1,
    remembered: { ...sender.state() },
    said,
    heard,
    cut: rows.length === ROWS_A_COPY || inbox.length === ROWS_A_COPY,
  }
}

/** A session names whose pages it opens; what lies here is another's only by a fault of ours. */
function assertOwn({ whom }: Sender, asked: Whom): void {
  if (whom.person !== asked.person || whom.page !== asked.page || whom.bank !== asked.bank)
    throw new Error("Cannot show a Conversation to somebody it is not for")
}

function listRows({ world }: Sender, limit: number, before?: number): readonly LedgerRow[] {
  return world.sql.exec<LedgerRow & Record<string, string | number>>(
    "SELECT key, lane, seq, state, reason, at, due_at AS dueAt, sends, sealed FROM ledger WHERE at < ? ORDER BY at DESC, key LIMIT ?",
    before ?? Number.MAX_SAFE_INTEGER,
    limit,
  ).rows
}

function useOf(
  row: LedgerRow,
  entry: Entry | undefined,
  last4Of: (account: string | undefined) => string | undefined,
): Use | undefined {
  const { cause } = entry ?? {}
  const need = entry?.utterance?.need
  if (cause?.kind === "event") {
    const last4 = last4Of(cause.account)
    return { at: row.at, how: "told", purpose: cause.purpose, event: cause.type, ...(last4 ? { last4 } : {}) }
  }
  if (row.lane !== LANES.replies || need?.kind !== "grant") return undefined
  const last4 = last4Of(need.account)
  return { at: row.at, how: "asked", purpose: need.purpose, ...(last4 ? { last4 } : {}) }
}

function saidOf(row: LedgerRow, entry: Entry | undefined): Said {
  const { at, state, reason } = row
  const message = entry?.utterance?.message
  const text = message && message.kind !== "template" ? { text: message.text } : {}
  const about = entry?.cause.kind === "event" ? { event: entry.cause.type, purpose: entry.cause.purpose } : {}
  return {
    at,
    state,
    reason: isSettled(state) ? reason : "",
    kind: row.lane === LANES.replies ? "reply" : "event",
    ...about,
    ...text,
  }
}
