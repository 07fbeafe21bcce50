// What a simulated Conversation speaks to: a Messenger that keeps each call exactly, a directory, a bank. Each can be slow, refuse,
// take a message and not say so. No network, no clock of their own. Composed by person-world.ts.
import type {
  CardState,
  DisputeOpened,
  DisputeRequest,
  FraudCaseRecorded,
  FraudCaseRefusal,
  ListedCard,
  StepUp,
} from "../../src/banks/actions.ts"
import type { ChainHead } from "../../src/conversations/ledger-chain.ts"
import type { Balance, BankRefusal, TransactionPage } from "../../src/banks/bank.ts"
import type { EventCallback } from "../../src/banks/callback.ts"
import type { PersonWorld } from "../../src/conversations/person-world.ts"
import { Unready } from "../../src/conversations/unready.ts"
import { DatabaseError } from "../../src/db/database.ts"
import { MINUTE_MS } from "../../src/foundation/clock.ts"
import type { Reason } from "../../src/banks/callback-reason.ts"
import type { LinkId } from "../../src/foundation/id.ts"
import { err, ok, type Result } from "../../src/foundation/result.ts"
import type { ErasureCause } from "../../src/jobs/job.ts"
import type { LinkOffer } from "../../src/links/link.ts"
import type { Consent } from "../../src/links/consent.ts"
import type { RebuildRefusal } from "../../src/links/consent-rebuild.ts"
import type { EndReason, RecordMark } from "../../src/links/link-store.ts"
import type { ConsentChange } from "../../src/conversations/state.ts"
import type { Presented } from "../../src/links/presenting.ts"
import type { SendRefusal } from "../../src/messenger/refusal.ts"
import type { TemplateState } from "../../src/messenger/template.ts"

/** What becomes of a send. `taken`, `lost`: no answer, and it stands in the chat or it does not. */
export type Fate =
  | { readonly kind: "accept"; readonly afterMs?: number }
  | { readonly kind: "refuse"; readonly refusal: SendRefusal }
  | { readonly kind: "taken" | "lost" }

/** A message as the platform was given it. */
export interface Sent {
  readonly messaging_type: string
  readonly tag?: string
  readonly persona_id?: string
  readonly recipient: { readonly id: string }
  readonly message: {
    readonly text?: string
    readonly metadata?: string
    readonly quick_replies?: readonly { readonly title: string; readonly payload: string }[]
    readonly attachment?: {
      readonly payload: {
        readonly text: string
        readonly buttons: readonly Readonly<Record<string, string>>[]
      }
    }
    readonly template?: {
      readonly name: string
      readonly components?: readonly { readonly parameters: readonly { readonly text?: string }[] }[]
    }
  }
}

/** Graph's own time limit for a send, after which nobody knows. */
const SEND_TIMEOUT_MS = 10_000

/** The Send API and what the person then sees. */
export class FarMessenger {
  /** Every call, refused ones too. */
  readonly calls: Sent[] = []
  /** What stands in the chat. */
  readonly shown: { readonly sent: Sent; readonly at: number }[] = []
  /** Fates of the next sends; afterwards all are accepted. */
  readonly fates: Fate[] = []
  paused = false
  utilityAllowed = true
  /** Whether people may answer for seven days, as the Page's record says. */
  humanAgent = false
  defaultApp: "ours" | "other" | "none" = "none"
  /** Typing dots and read marks. */
  readonly acts: unknown[] = []
  templates: ReadonlyMap<string, TemplateState> = new Map()

  constructor(
    readonly clock: {
      readonly now: () => number
      readonly sleep: (ms: number) => Promise<void>
      /** It stands in the chat: echo and delivery may follow. */
      readonly shown: (sent: Sent) => void
    },
  ) {}

  async send(body: unknown): Promise<Result<{ readonly messageId: string }, SendRefusal>> {
    const sent = body as Sent
    this.calls.push(sent)
    const fate = this.fates.shift() ?? { kind: "accept" }
    if (fate.kind === "refuse") return err(fate.refusal)
    if (fate.kind !== "lost") {
      this.shown.push({ sent, at: this.clock.now() })
      this.clock.shown(sent)
    }
    if (fate.kind === "accept") {
      if (fate.afterMs !== undefined) await this.clock.sleep(fate.afterMs)
      return ok({ messageId: `mid.${this.shown.length}` })
    }
    await this.clock.sleep(SEND_TIMEOUT_MS)
    return err({ reason: "unknown_outcome", retry: "never" })
  }

  /** What the person reads, oldest first. */
  get texts(): readonly string[] {
    return this.shown.map(({ sent }) => textOf(sent))
  }
}

/** The words of a message; of a template its name and values. */
export function textOf({ message }: Sent): string {
  const { template } = message
  if (template)
    return [template.name, ...(template.components?.[0]?.parameters ?? []).map(({ text }) => text)].join("|")
  return message.text ?? message.attachment?.payload.text ?? ""
}

/** What can be tapped under a message: title and payload. */
export function choicesOf({ message }: Sent): readonly (readonly [title: string, payload: string])[] {
  const buttons = message.attachment?.payload.buttons ?? []
  return [
    ...buttons.map(
      (each) => [each["title"] ?? each["type"] ?? "", each["payload"] ?? each["url"] ?? ""] as const,
    ),
    ...(message.quick_replies ?? []).map(({ title, payload }) => [title, payload] as const),
  ]
}

/** D1 as a Conversation sees it: links, and the person's wrapped key. */
export class FarDirectory {
  readonly links = new Map<
    LinkId,
    {
      state: "pending" | "live" | "ended"
      /** As its newest record has it. */
      offer: LinkOffer
      reason?: EndReason
      readonly changes: Map<string, RecordMark>
    }
  >()
  /** Links that are to be held against the directory. */
  readonly toSettle: LinkId[] = []
  /** Reminders of a consent's end that the bank was told cannot be said. */
  readonly unreminded: { readonly link: LinkId; readonly days: number; readonly reason: Reason }[] = []
  /** Changes of a consent, as they were recorded. */
  readonly recorded: ConsentChange[] = []
  /** Psids whose mark at Messenger was taken off. */
  readonly unlinked: string[] = []
  readonly heardLinked: string[] = []
  /** Menus the person was shown. */
  readonly menus: string[] = []
  wrappedKey: string | undefined
  /** As the bank gave it with the link. */
  customerName: string | undefined = "Harriet Quillfeather"
  /** Heads of the chain that were anchored beside no change. */
  readonly anchors: ChainHead[] = []
  /** What was asked to be deleted. */
  readonly erasures: { readonly code: string; readonly cause: ErasureCause; readonly at: number }[] = []
  /** The key before, while it is being replaced. */
  formerWrappedKey: string | null = null
  failing = false

  constructor(readonly now: () => number) {}

  assertUp(): void {
    if (this.failing) throw new DatabaseError("failed", "Database refused a statement: simulated")
  }

  /** Whether a link that goes live takes the place of one of the same customer. */
  renews = false
  /** What nonces of `m.me` links lead to. */
  readonly presented = new Map<string, Presented>()

  present(nonce: string): Presented | undefined {
    this.assertUp()
    return this.presented.get(nonce)
  }

  /** A pending link, as the bank's callback leaves it. */
  pend(offered: LinkOffer): void {
    this.links.set(offered.link, { state: "pending", offer: offered, changes: new Map() })
  }

  goLive(offered: LinkOffer): RecordMark | undefined {
    this.assertUp()
    const row = this.links.get(offered.link)
    if (!row || row.state === "ended") return undefined
    if (row.state === "live") return markOf(row.offer)
    if (this.now() >= row.offer.offeredUntil + MINUTE_MS) return undefined
    for (const other of this.links.values())
      if (other.state === "live") Object.assign(other, { state: "ended", reason: "replaced" })
    row.state = "live"
    row.offer = { ...row.offer, epoch: row.offer.epoch + 1, recordHash: `${row.offer.recordHash}-confirmed` }
    return markOf(row.offer)
  }

  /** Append a change to the record, as consent-store.ts does. */
  record(consent: Consent, change: ConsentChange): RecordMark | undefined {
    this.assertUp()
    const row = this.links.get(consent.link)
    if (row?.state !== "live") return undefined
    const known = row.changes.get(change.id)
    if (known) return known
    if (row.offer.recordHash !== consent.recordHash || row.offer.epoch > consent.epoch) return undefined
    const { purposes, showAmounts, until } = consent
    const mark = { epoch: consent.epoch + 1, recordHash: `hash-${change.id}` }
    row.offer = { ...row.offer, purposes, showAmounts, until, ...mark }
    row.changes.set(change.id, mark)
    this.recorded.push(change)
    return mark
  }

  /** What the record proves of a link. */
  prove(link: LinkId): Result<Consent, RebuildRefusal> {
    this.assertUp()
    const row = this.links.get(link)
    return row?.state === "live" ? ok(consentOf(row.offer)) : err({ reason: "link_gone" })
  }

  end(link: LinkId, reason: EndReason, psid: string | undefined): void {
    this.assertUp()
    const row = this.links.get(link)
    if (row && row.state !== "ended") Object.assign(row, { state: "ended", reason })
    if (psid !== undefined) this.unlinked.push(psid)
  }

  /** The live link of the person, as fan-out's one query gives it. */
  get live(): LinkOffer | undefined {
    return [...this.links.values()].find((row) => row.state === "live")?.offer
  }
}

function markOf({ epoch, recordHash }: RecordMark): RecordMark {
  return { epoch, recordHash }
}

/** The consent that an offer's record proves. */
export function consentOf(offered: LinkOffer): Consent {
  const { link, bank, bankName, purposes, accounts, showAmounts, givenAt, until, epoch, recordHash } = offered
  return { v: 1, link, bank, bankName, purposes, accounts, showAmounts, givenAt, until, epoch, recordHash }
}

/** The bank's answers. */
export class FarBank {
  afterMs = 0
  balances: Result<readonly Balance[], BankRefusal>
  transactions: Result<TransactionPage, BankRefusal> = ok({ transactions: [] })
  fraudAnswer: Result<FraudCaseRecorded, FraudCaseRefusal> = ok({})
  frozen: Result<CardState, BankRefusal> = ok({ ref: "crd_19", last4: "4821", state: "frozen" })
  stepUp: Result<StepUp, BankRefusal> = ok({ url: "https://bank.example/step", expiresAt: 0 })
  cards: Result<readonly ListedCard[], BankRefusal> = ok([])
  dispute: Result<DisputeOpened, BankRefusal> = ok({ caseId: "D-1", nextDate: "2026-11-29" })
  readonly disputes: DisputeRequest[] = []
  /** Every other act that reached the bank, by its name and what it was about. */
  readonly acts: { readonly act: string; readonly about: string; readonly idempotencyKey: string }[] = []
  /** Every answer to a fraud question that reached the bank. */
  readonly answers: {
    readonly caseId: string
    readonly answer: string
    readonly idempotencyKey: string
    readonly answeredAt: number
    readonly link: LinkId
  }[] = []
  readonly ranges: { readonly account: string; readonly cursor: string | undefined }[] = []
  asked = 0
  /** Until its tokens are there a question has started no call; `started` counts those that did. */
  readyAfterMs = 0
  /** What it wants to hear of its events, what it was told, and whether the queue takes it. */
  terms: Awaited<ReturnType<PersonWorld["callbacks"]["terms"]>>
  readonly told: EventCallback[] = []
  callbacksUp = true
  started = 0

  constructor(
    readonly now: () => number,
    readonly sleep: (ms: number) => Promise<void>,
  ) {
    this.balances = ok([
      {
        account: "acc-1",
        available: { minor: 120_450n, currency: "EUR" },
        booked: { minor: 130_000n, currency: "EUR" },
        at: now(),
      },
    ])
  }

  hear(told: readonly EventCallback[]): void {
    if (!this.callbacksUp) throw new Unready("Nothing takes callbacks")
    this.told.push(...told)
  }

  /** An answer in the bank's own time. */
  async answer<T, E>(result: Result<T, E>, signal: AbortSignal): Promise<Result<T, E | BankRefusal>> {
    this.asked += 1
    if (this.readyAfterMs > 0) await this.sleep(this.readyAfterMs)
    if (signal.aborted) return err({ reason: "outage", outage: { reason: "timeout", retry: "later" } })
    this.started += 1
    if (this.afterMs > 0) await this.sleep(this.afterMs)
    return result
  }
}
