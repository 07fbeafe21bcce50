// The questions of one person that are with their bank: two at once, and two acts on cards and two on cases beside them, each beside the turns, its answer taken as a turn of its own. What
// is outstanding stands in the state; here is only what runs now. What ended is cut short in the step that stores the end (P4).
// Composed by person.ts; one question is ask.ts.

import type { BankId } from "../foundation/id.ts"
import { askBank, QUESTIONS_AT_ONCE } from "./ask.ts"
import type { PersonWorld } from "./person-world.ts"
import type { Question, State } from "./state.ts"
import type { BankAnswer } from "./turn-context.ts"

/** What asking needs of its person. */
export interface Asker {
  readonly world: PersonWorld
  readonly bank: BankId
  readonly state: () => State | undefined
  /** What goes on beside the call: telling the bank that its alert was answered, dots in the chat. */
  readonly beside: (question: Question) => Promise<void>
  /** Take the turn that the answer leads to. */
  readonly answered: (question: Question, answer: BankAnswer) => Promise<void>
  /** Say what the turn said, and start what waited for a place. */
  readonly afterwards: () => Promise<void>
}

/** Which places a question has: an answer to the bank's own warning waits for no other, cards for no question about money, and nothing
 * that stops money from leaving for what does not. */
const PLACES = {
  fraud_freeze: "fraud",
  fraud_answer: "fraud",
  fraud_undo: "fraud",
  cards: "cards",
  card_freeze: "cards",
  card_page: "cards",
  balances: "others",
  transactions: "others",
  dispute_payments: "others",
  dispute: "others",
} as const satisfies Readonly<Record<Question["kind"], string>>
/** Between two looks at the same. */
const LOOKS_EVERY_MS = 5_000
const LOOKS_REMEMBERED_MAX = 50

/** Questions under way. */
export class Asking {
  /** Each with what cuts its calls short. */
  readonly #running = new Map<string, { readonly question: Question; readonly ended: AbortController }>()
  readonly #looks = new Set<AbortController>()
  readonly #lookedAt = new Map<string, number>()

  /** Start what waits and may start. What protects has places of its own: it waits for no other question (P7). */
  start(asker: Asker): readonly Promise<void>[] {
    const waiting = (asker.state()?.questions ?? []).filter((each) => !this.#running.has(each.id))
    const running = [...this.#running.values()].map(({ question }) => question)
    return (["fraud", "cards", "others"] as const)
      .flatMap((place) => {
        const of = (all: readonly Question[]) => all.filter(({ kind }) => PLACES[kind] === place)
        return of(waiting).slice(0, Math.max(0, QUESTIONS_AT_ONCE - of(running).length))
      })
      .map((question) => this.#ask(asker, question))
  }

  /** Ask the bank without a question of the person's; cut short when the link or what is on changes. The same is not looked at again at
   * once, however many hints come: what is new then is still new a moment later.
   * @param what names what is looked at */
  async look<T>(
    what: string,
    now: number,
    run: (ended: AbortSignal) => Promise<T>,
  ): Promise<T | { readonly kind: "pending"; readonly afterMs: number }> {
    const waitMs = (this.#lookedAt.get(what) ?? Number.NEGATIVE_INFINITY) + LOOKS_EVERY_MS - now
    if (waitMs > 0) return { kind: "pending", afterMs: waitMs }
    if (this.#lookedAt.size >= LOOKS_REMEMBERED_MAX) this.#lookedAt.clear()
    this.#lookedAt.set(what, now)
    const ended = new AbortController()
    this.#looks.add(ended)
    try {
      return await run(ended.signal)
    } finally {
      this.#looks.delete(ended)
    }
  }

  /** What a turn ended ends in the calls made for it: none starts after the ending was answered. */
  cutShort(before: State, after: State): void {
    const relinked = before.consent?.link !== after.consent?.link
    if (relinked || before.consent?.epoch !== after.consent?.epoch)
      for (const ended of this.#looks) ended.abort()
    for (const [id, { ended }] of this.#running)
      if (relinked || !after.questions.some((each) => each.id === id)) ended.abort()
  }

  async #ask(asker: Asker, question: Question): Promise<void> {
    const ended = new AbortController()
    this.#running.set(question.id, { question, ended })
    try {
      const [answer] = await Promise.all([
        askBank(asker.world, asker.bank, asker.state, question, ended.signal),
        asker.beside(question),
      ])
      await asker.answered(question, answer)
    } finally {
      this.#running.delete(question.id)
    }
    await asker.afterwards()
  }
}
