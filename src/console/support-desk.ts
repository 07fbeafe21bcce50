// The desk where people of a bank answer its customers: the bank's line says whose thread it is, the person's Conversation says what was said
// and alone may speak. Each step asks the line first, so that of two agents one gets the thread. Knows no HTTP; desk-routes.ts is its face,
// the clock gives threads nobody works on back to the line.

import type { AuditEntry } from "../audit/audit.ts"
import type { DeskAnswer, DeskRefusal, DeskRequest, DeskView } from "../conversations/desk-acts.ts"
import type { LedgerState } from "../conversations/ledger.ts"
import type { BankId } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { Line, LineView } from "../support/line.ts"
import type { Agent, CannedAnswer, ClaimRefusal, LineThread } from "../support/line-store.ts"

/** What the desk works with. */
export interface SupportDeskWorld {
  readonly lineOf: (
    bank: BankId,
  ) => Pick<
    DurableObjectStub<Line>,
    | "view"
    | "claim"
    | "held"
    | "transfer"
    | "giveBack"
    | "lapse"
    | "toldOfLapse"
    | "end"
    | "present"
    | "answers"
    | "putAnswers"
    | "fetch"
  >
  /** Ask the Conversation of a thread. */
  readonly ask: (thread: LineThread, request: DeskRequest) => Promise<DeskAnswer>
  /** Under which name at Messenger an agent speaks in a thread; none where the Page has no personas. */
  readonly personaOf: (thread: LineThread, name: string) => Promise<string | undefined>
  /** Write a line of the trail. */
  readonly audit: (entry: AuditEntry) => Promise<void>
  readonly now: () => number
  readonly log: Log
}

/** `not_yours`: another has it, or nobody. `unavailable`: its Conversation does not answer; come again. */
export type SupportRefusal =
  | ClaimRefusal
  | DeskRefusal
  | { readonly reason: "not_yours" }
  | { readonly reason: "unavailable" }

/** A thread as its agent sees it, and what became of a reply. */
export interface Seen {
  readonly view: DeskView
  readonly sent?: LedgerState | "waits"
}

/** What an agent does in a thread they have. */
export type ThreadAsk = Extract<DeskRequest["ask"], { kind: "view" | "reply" | "noted" | "drafted" }>

export interface SupportDesk {
  readonly view: (bank: BankId) => Promise<LineView>
  readonly present: (bank: BankId, agent: Agent) => Promise<void>
  readonly claim: (bank: BankId, thread: string, agent: string) => Promise<Result<Seen, SupportRefusal>>
  readonly act: (
    bank: BankId,
    thread: string,
    agent: string,
    ask: ThreadAsk,
  ) => Promise<Result<Seen, SupportRefusal>>
  /** A sign of life: without one for five minutes the thread goes back to the line. */
  readonly beat: (bank: BankId, thread: string, agent: string) => Promise<Result<void, SupportRefusal>>
  readonly transfer: (
    bank: BankId,
    thread: string,
    agent: string,
    to: string,
  ) => Promise<Result<void, SupportRefusal>>
  readonly giveBack: (bank: BankId, thread: string, agent: string) => Promise<Result<void, SupportRefusal>>
  readonly close: (bank: BankId, thread: string, agent: string) => Promise<Result<void, SupportRefusal>>
  /** Tell everybody who waits that nobody can answer now. @returns how many were told */
  readonly outage: (bank: BankId, agent: string) => Promise<number>
  readonly answers: (bank: BankId) => Promise<readonly CannedAnswer[]>
  readonly putAnswers: (bank: BankId, answers: readonly CannedAnswer[], agent: string) => Promise<void>
  /** A socket that hears when the line changes. */
  readonly live: (bank: BankId, request: Request) => Promise<Response>
  /** Threads whose agent fell silent go back to the line, and their people are told. */
  readonly lapse: (bank: BankId) => Promise<void>
}

/** The desk of every bank; each call names one. */
export function createSupportDesk(world: SupportDeskWorld): SupportDesk {
  const { lineOf, now, log } = world
  const stamp = () => ({ v: 1, now: now() }) as const

  const note = (bank: BankId, action: string, object: string, actor: string, person?: string) =>
    world.audit({
      bank,
      action,
      object,
      actor,
      reason: "desk",
      at: now(),
      ...(person === undefined ? {} : { detail: { person } }),
    })

  async function ask(
    bank: BankId,
    thread: LineThread,
    what: DeskRequest["ask"],
  ): Promise<Result<Seen, SupportRefusal>> {
    try {
      const answered = await world.ask(thread, { v: 1, thread: thread.thread, ask: what })
      if (answered.kind === "seen") {
        const { view, sent } = answered
        return ok({ view, ...(sent ? { sent } : {}) })
      }
      // Whoever it was has left, or is nobody any more.
      if (answered.refusal.reason === "gone") await lineOf(bank).end({ ...stamp(), thread: thread.thread })
      return err(answered.refusal)
    } catch (fault) {
      log.warn("desk_conversation_unavailable", describeFault(fault))
      return err({ reason: "unavailable" })
    }
  }

  async function joining(thread: LineThread, name: string): Promise<DeskRequest["ask"]> {
    const persona = await world.personaOf(thread, name)
    return { kind: "claimed", name, ...(persona === undefined ? {} : { persona }) }
  }

  async function held(
    bank: BankId,
    thread: string,
    agent: string,
  ): Promise<Result<LineThread, SupportRefusal>> {
    const mine = await lineOf(bank).held({ ...stamp(), thread, agent })
    return mine ? ok(mine) : err({ reason: "not_yours" })
  }

  return {
    view: (bank) => lineOf(bank).view(stamp()),
    present: async (bank, agent) => lineOf(bank).present({ ...stamp(), agent }),
    async claim(bank, thread, agent) {
      const claimed = await lineOf(bank).claim({ ...stamp(), thread, agent })
      if (!claimed.ok) return claimed
      const { name } = claimed.value
      const seen = await ask(bank, claimed.value.thread, await joining(claimed.value.thread, name))
      if (seen.ok) await note(bank, "desk.claim", thread, agent, claimed.value.thread.person)
      else if (seen.error.reason === "unavailable") await lineOf(bank).giveBack({ ...stamp(), thread })
      return seen
    },
    async act(bank, thread, agent, what) {
      const mine = await held(bank, thread, agent)
      return mine.ok ? ask(bank, mine.value, what) : mine
    },
    async beat(bank, thread, agent) {
      const mine = await held(bank, thread, agent)
      return mine.ok ? ok(undefined) : mine
    },
    async transfer(bank, thread, agent, to) {
      const mine = await held(bank, thread, agent)
      if (!mine.ok) return mine
      const colleague = await lineOf(bank).transfer({ ...stamp(), thread, from: agent, to })
      if (!colleague) return err({ reason: "not_here" })
      await note(bank, "desk.transfer", thread, agent, mine.value.person)
      const told = await ask(bank, mine.value, await joining(mine.value, colleague.name))
      return told.ok ? ok(undefined) : told
    },
    async giveBack(bank, thread, agent) {
      const mine = await held(bank, thread, agent)
      if (!mine.ok) return mine
      const { place } = await lineOf(bank).giveBack({ ...stamp(), thread })
      const told = await ask(bank, mine.value, { kind: "returned", place })
      if (!told.ok) return told
      await lineOf(bank).toldOfLapse({ ...stamp(), thread })
      return ok(undefined)
    },
    async close(bank, thread, agent) {
      const mine = await held(bank, thread, agent)
      if (!mine.ok) return mine
      // The Conversation tells the line: a thread that is closed there stays closed here.
      const closed = await ask(bank, mine.value, { kind: "closed" })
      if (!closed.ok && closed.error.reason !== "gone") return closed
      await lineOf(bank).end({ ...stamp(), thread })
      await note(bank, "desk.close", thread, agent, mine.value.person)
      return ok(undefined)
    },
    async outage(bank, agent) {
      const { threads } = await lineOf(bank).view(stamp())
      const waiting = threads.filter((each) => each.agent === undefined)
      const told = await Promise.all(waiting.map((each) => ask(bank, each, { kind: "outage" })))
      await note(bank, "desk.outage", bank, agent)
      return told.filter(({ ok: heard }) => heard).length
    },
    answers: async (bank) => lineOf(bank).answers(stamp()),
    async putAnswers(bank, answers, agent) {
      await lineOf(bank).putAnswers({ ...stamp(), answers })
      await note(bank, "desk.answers", bank, agent)
    },
    live: (bank, request) => lineOf(bank).fetch(request),
    async lapse(bank) {
      const line = lineOf(bank)
      for (const thread of await line.lapse(stamp())) {
        const told = await ask(bank, thread, { kind: "returned", place: thread.place })
        if (told.ok || told.error.reason === "gone")
          await line.toldOfLapse({ ...stamp(), thread: thread.thread })
      }
    },
  }
}
