// What a Conversation remembers of its person's wish for a person at the bank: where they stand, what was said to whom, what the line does
// not know yet. Part of the sealed state, so that it ends, is rekeyed and is erased with it. Pure; the dialogue is flows/human.ts.

import { DAY_MS } from "../foundation/clock.ts"
import type { LinePlace, ThreadKind } from "../support/line-store.ts"

/** Longest kept of what was said for people; what an agent has not read by then they ask again. */
const LINES_MAX = 60
const LINE_CHARS_MAX = 2_000
/** Replies of an agent that a copy of is known. */
const SAID_MAX = 20
/** A thread nobody closes ends with this: chat text is kept no longer. */
export const DESK_KEPT_MS = 30 * DAY_MS

/** One thing said in a thread, or noted beside it. */
export interface DeskLine {
  readonly at: number
  /** `note`: for colleagues only, never sent. */
  readonly from: "customer" | "agent" | "note"
  readonly text: string
  /** Of the agent. */
  readonly name?: string
}

/** What the line, or the platform, is to be told; each harmless to repeat. */
export type DeskWord =
  | { readonly kind: "join" }
  | { readonly kind: "wrote" }
  | { readonly kind: "left" }
  | { readonly kind: "rated"; readonly satisfied: boolean }
  /** Hand the thread to the Page's Inbox. */
  | { readonly kind: "hand_over" }

/** `leaving`: nobody is there, and they were asked for a message. `inbox`: people answer in the Page's Inbox. */
export type DeskPhase = "leaving" | "joining" | "waiting" | "with_person" | "inbox" | "closed"

export interface Desk {
  readonly thread: string
  readonly phase: DeskPhase
  readonly kind: ThreadKind
  readonly since: number
  /** What customers read of the agent who has the thread, or had it last. */
  readonly agent?: string
  readonly log: readonly DeskLine[]
  /** Under which the platform shows what they say, where the Page has personas. */
  readonly persona?: string
  /** What the agent is about to say. */
  readonly draft?: string
  /** Answers that wait for the person to open the platform's window. */
  readonly held?: readonly string[]
  /** Ids of replies that were taken. */
  readonly said: readonly string[]
  readonly owed: readonly DeskWord[]
  /** They were told that the line does not answer. */
  readonly unreached?: true
  /** They were told that what they write meanwhile is passed on. */
  readonly noted?: true
  /** They said whether it helped. */
  readonly rated?: true
}

/** What an agent does with a thread. */
export type DeskAct =
  /** `persona`: the platform's id for that name, where the Page has personas. */
  | { readonly kind: "claimed"; readonly name: string; readonly persona?: string }
  /** `held`: the window is closed; the person is told that an answer waits. */
  | { readonly kind: "said"; readonly id: string; readonly text: string; readonly held: boolean }
  /** The platform did not take what was said: once more without a persona, or, `held`, the person is told that it waits. */
  | { readonly kind: "again"; readonly text: string; readonly held: boolean }
  | { readonly kind: "noted"; readonly text: string }
  | { readonly kind: "drafted"; readonly text: string }
  | { readonly kind: "returned"; readonly place: number }
  | { readonly kind: "closed" }
  | { readonly kind: "outage" }

/** What a Conversation hears of a wish. */
export type DeskNews =
  | DeskAct
  /** The bank's line, or the platform, knows; `place`: where they stand. */
  | { readonly kind: "told"; readonly word: DeskWord; readonly place?: LinePlace }
  /** The bank's line does not answer. */
  | { readonly kind: "unreached" }

/** A new wish. */
export function createDesk(thread: string, phase: DeskPhase, since: number, owed: readonly DeskWord[]): Desk {
  return { thread, phase, kind: phase === "leaving" ? "message" : "chat", since, log: [], said: [], owed }
}

/** Put a line down; the oldest go first. */
export function logged(desk: Desk, line: DeskLine): Desk {
  const text = line.text.slice(0, LINE_CHARS_MAX)
  return { ...desk, log: [...desk.log, { ...line, text }].slice(-LINES_MAX) }
}

/** Put down what is to be told; what is to be told already is told once. */
export function owing(desk: Desk, word: DeskWord): Desk {
  return desk.owed.some(({ kind }) => kind === word.kind) ? desk : { ...desk, owed: [...desk.owed, word] }
}

/** It was told. */
export function told(desk: Desk, word: DeskWord): Desk {
  return { ...desk, owed: desk.owed.filter(({ kind }) => kind !== word.kind) }
}

/** Remember that a reply was taken. */
export function taken(desk: Desk, id: string): Desk {
  return { ...desk, said: [...desk.said, id].slice(-SAID_MAX) }
}

/** Over: nothing that was said stays, and only the line is told. */
export function ended(desk: Desk, word: DeskWord): Desk {
  const { thread, kind, since, agent, held } = desk
  return {
    thread,
    kind,
    since,
    phase: "closed",
    ...(agent === undefined ? {} : { agent }),
    ...(held && held.length > 0 ? { held } : {}),
    log: [],
    said: [],
    owed: [word],
  }
}
