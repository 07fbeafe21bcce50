// What an agent asks of a Conversation: to see the thread they have, to say something in it, to give it back or close it. What they may see
// beside what was said is decided by the person's own switch, support_chat, at that instant. A number of a card or an account is stopped
// before it is stored anywhere (P6). Whose thread it is, the bank's line has decided. Called by person.ts.

import type { BankEventType } from "../banks/event.ts"
import { DAY_MS } from "../foundation/clock.ts"
import type { LinkId } from "../foundation/id.ts"
import { describeFault } from "../foundation/log.ts"
import { Grant } from "../links/grant.ts"
import { decideRoute, WINDOW_MS, type RouteReason } from "../messenger/route.ts"
import { holderAt, IDLE } from "../messenger/thread.ts"
import type { Desk, DeskAct, DeskLine, DeskPhase } from "./desk-state.ts"
import { ANSWER_TEMPLATE } from "./flows/desk-words.ts"
import { redact } from "./intents/redact.ts"
import { findReplyStates, listRecent, type LedgerState } from "./ledger.ts"
import { openEntry, type Sender } from "./perform.ts"
import { isTheirs, type State } from "./state.ts"
import type { TurnEvent } from "./turn-context.ts"
import { isOutage } from "./unready.ts"

/** What an agent asks. Travels by RPC. */
export interface DeskRequest {
  readonly v: 1
  readonly thread: string
  readonly ask:
    | { readonly kind: "view" }
    /** `id`: of the agent's own, so that the same reply is said once. */
    | { readonly kind: "reply"; readonly id: string; readonly text: string }
    | Exclude<DeskAct, { readonly kind: "said" | "again" }>
}

/** A thread as the agent who has it sees it. */
export interface DeskView {
  readonly thread: string
  readonly kind: Desk["kind"]
  readonly phase: DeskPhase
  readonly language: string
  readonly linked: boolean
  /** Until when free text is allowed, epoch milliseconds. */
  readonly windowEndsAt: number
  readonly lines: readonly DeskLine[]
  readonly draft?: string
  /** Only where the customer switched support_chat on. */
  readonly facts?: {
    /** The customer's, as the bank gave it with the link; none where it gave none, or the directory does not answer. */
    readonly name?: string
    readonly accounts: readonly { readonly kind: string; readonly last4: string }[]
    /** The last three things the bank told in this chat. */
    readonly events: readonly { readonly type: BankEventType; readonly at: number }[]
  }
}

/** `gone`: that thread is not there any more. */
export type DeskRefusal =
  | { readonly reason: "gone" }
  | { readonly reason: "number" }
  | { readonly reason: "cannot_send"; readonly because: RouteReason }

export type DeskAnswer =
  | { readonly kind: "refused"; readonly refusal: DeskRefusal }
  /** `sent`: what became of a reply so far; `waits`: the window is closed, they were told that an answer is there; `undeliverable`,
   * `failed`: it did not reach them and nothing more is tried. */
  | { readonly kind: "seen"; readonly view: DeskView; readonly sent?: LedgerState | "waits" }

/** What acting needs of its person. */
export interface DeskHand {
  readonly sender: () => Sender
  readonly take: (event: TurnEvent, order: number) => Promise<unknown>
  readonly work: () => Promise<void>
}

const NOT_TAKEN: ReadonlySet<LedgerState> = new Set(["undeliverable", "failed", "suppressed"])
const EVENTS_SHOWN = 3
/** Rows looked through for them: some are of other accounts. */
const EVENTS_READ_MAX = 24
const TOLD: ReadonlySet<LedgerState> = new Set(["accepted", "delivered", "read"])
const EVENTS_FROM_MS = 90 * DAY_MS

/** Do what an agent asks. @throws DatabaseError, Unready */
export async function actAtDesk(hand: DeskHand, { thread, ask }: DeskRequest): Promise<DeskAnswer> {
  const sender = hand.sender()
  const state = sender.state()
  if (!isAt(state, thread)) return refuse({ reason: "gone" })
  if ("text" in ask && redact(ask.text).text !== ask.text) return refuse({ reason: "number" })
  if (ask.kind === "reply") return reply(hand, state, ask)
  if (ask.kind !== "view") await hand.take({ kind: "desk", news: ask }, sender.world.now())
  if (ask.kind !== "view" && ask.kind !== "drafted") await hand.work()
  return seen(hand, thread)
}

/** Say what an agent wrote, as far as the platform takes it: what it refuses goes once more without the agent's persona, or waits behind
 * the template. What can be told in no way is refused, or `sent` says so: the bank must reach its customer otherwise. */
async function reply(
  hand: DeskHand,
  state: State,
  { id, text }: Extract<DeskRequest["ask"], { readonly kind: "reply" }>,
): Promise<DeskAnswer> {
  const sender = hand.sender()
  const { thread = "", phase, persona } = state.desk ?? {}
  // It was given back meanwhile, and the assistant speaks: who claims it anew may answer.
  if (phase !== "with_person") return refuse({ reason: "cannot_send", because: "thread_elsewhere" })
  const route = await routeOf(sender, state)
  if (route.kind === "cannot") return refuse({ reason: "cannot_send", because: route.reason })
  const now = sender.world.now()
  // An order of its own each: what became of these words is found by it.
  const say = async (news: DeskAct, order: number): Promise<LedgerState | undefined> => {
    await hand.take({ kind: "desk", news }, order)
    await hand.work()
    return findReplyStates(sender.world.sql, order).at(-1)
  }
  let held = route.kind === "UTILITY"
  let sent = await say({ kind: "said", id, text, held }, now)
  if (!held && sent !== undefined && NOT_TAKEN.has(sent)) {
    held = route.kind === "HUMAN_AGENT" && (await routeOf(sender, state, false)).kind === "UTILITY"
    if (held || persona !== undefined) sent = await say({ kind: "again", text, held }, now + 1)
  }
  const waits = held && (sent === undefined || !NOT_TAKEN.has(sent))
  return seen(hand, thread, waits ? "waits" : sent)
}

async function seen(hand: DeskHand, thread: string, sent?: LedgerState | "waits"): Promise<DeskAnswer> {
  const sender = hand.sender()
  const after = sender.state()
  if (!after?.desk || after.desk.thread !== thread) return refuse({ reason: "gone" })
  const view = await viewOf(sender, after, after.desk)
  return { kind: "seen", view, ...(sent === undefined ? {} : { sent }) }
}

function refuse(refusal: DeskRefusal): DeskAnswer {
  return { kind: "refused", refusal }
}

function isAt(state: State | undefined, thread: string): state is State {
  const { desk, erasing } = state ?? {}
  return !erasing && desk?.thread === thread && ["joining", "waiting", "with_person"].includes(desk.phase)
}

/** How what a person at the bank writes would go now.
 * @param humanAgentAllowed the platform has not just refused them their seven days */
async function routeOf({ world, whom }: Sender, state: State, humanAgentAllowed = true) {
  const { paused, utilityAllowed, templates, defaultApp, humanAgent } = await world.loadVoice(whom.page)
  const now = world.now()
  return decideRoute({
    now,
    lastActionAt: state.lastActionAt === 0 ? null : state.lastActionAt,
    lastMessageAt: state.lastMessageAt ?? null,
    author: "person",
    purpose: "support_chat",
    inTurn: false,
    template: templates.get(`${ANSWER_TEMPLATE} ${state.language}`) ?? "none",
    page: paused ? "paused" : utilityAllowed ? "open" : "no_utility",
    thread: holderAt(state.thread ?? IDLE, now),
    defaultApp,
    humanAgent: humanAgent && humanAgentAllowed,
    regionRefusedAt: state.regionRefusedAt ?? null,
  })
}

async function viewOf(sender: Sender, state: State, desk: Desk): Promise<DeskView> {
  const { thread, kind, phase, log: lines, draft } = desk
  const facts = await factsOf(sender)
  return {
    thread,
    kind,
    phase,
    language: state.language,
    linked: state.consent !== undefined,
    windowEndsAt: state.lastActionAt + WINDOW_MS,
    lines,
    ...(draft === undefined ? {} : { draft }),
    ...(facts ? { facts } : {}),
  }
}

/** What support_chat lets an agent see. What was read while it was allowed is shown only where it still is. */
async function factsOf(sender: Sender): Promise<DeskView["facts"]> {
  const decide = () => Grant.decide(sender.state()?.consent, "support_chat", sender.world.now())
  const before = decide()
  if (!before.ok) return undefined
  const { link } = before.value
  const [name, events] = await Promise.all([nameOf(sender, link), recentEvents(sender)])
  const grant = decide()
  if (!grant.ok || grant.value.link !== link) return undefined
  const { accounts } = grant.value
  return {
    ...(name === undefined ? {} : { name }),
    accounts: accounts.map((each) => ({ kind: each.kind, last4: each.last4 })),
    events: events
      .filter(({ account }) => account === undefined || accounts.some(({ id }) => id === account))
      .slice(0, EVENTS_SHOWN)
      .map(({ type, at }) => ({ type, at })),
  }
}

/** An agent answers all the same while the directory is away. */
async function nameOf({ world, whom }: Sender, link: LinkId): Promise<string | undefined> {
  try {
    return await world.links.customerName(link, whom)
  } catch (fault) {
    if (!isOutage(fault)) throw fault
    world.log.warn("desk_name_not_read", describeFault(fault))
    return undefined
  }
}

/** What the bank told this customer of late, newest first: an earlier link may have been another's. */
async function recentEvents(sender: Sender) {
  const { sql, now } = sender.world
  const since = now() - EVENTS_FROM_MS
  const rows = [...listRecent(sql, "alerts", since), ...listRecent(sql, "updates", since)]
    .filter(({ state }) => TOLD.has(state))
    .sort((a, b) => b.at - a.at)
    .slice(0, EVENTS_READ_MAX)
  const causes = await Promise.all(rows.map(async (row) => (await openEntry(sender, row))?.cause))
  const state = sender.state()
  return causes.flatMap((cause) =>
    cause?.kind === "event" && state && isTheirs(state, cause.link) ? [cause] : [],
  )
}
