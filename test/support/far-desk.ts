// The bank's line and the Page's Inbox as a Conversation meets them: what it told them, and what they answer.
import type { DeskWord } from "../../src/conversations/desk-state.ts"
import type { Joining, LinePlace } from "../../src/support/line-store.ts"
import { Unready } from "../../src/conversations/unready.ts"

/** A line that remembers what it was told. */
export class FarDesk {
  readonly heard: { readonly word: DeskWord; readonly thread: string }[] = []
  readonly handedOver: string[] = []
  /** Whether it answers at all. */
  up = true
  place: LinePlace = { place: 1 }

  hear(word: DeskWord, about: Pick<Joining, "thread">): LinePlace | undefined {
    this.#assertUp()
    this.heard.push({ word, thread: about.thread })
    return word.kind === "join" ? this.place : undefined
  }

  take(psid: string): void {
    this.#assertUp()
    this.handedOver.push(psid)
  }

  #assertUp(): void {
    if (!this.up) throw new Unready("Cannot reach the line")
  }
}
