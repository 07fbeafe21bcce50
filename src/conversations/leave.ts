// Leave to speak. Nothing is sent without one (P4), and there are three kinds of reason for one:
// a grant, made this instant; an answer in the person's own turn that by type holds no bank data; a notice about their link.
// What is written down is only the need (`Need`); the leave is made anew from the consent when the message goes out.

import type { LinkId } from "../foundation/id.ts"
import type { Purpose } from "../foundation/purpose.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { Consent } from "../links/consent.ts"
import { Grant, type GrantRefusal } from "../links/grant.ts"
import { phrase, type Language } from "../phrases/catalogue.ts"
import type { PhraseKey } from "../phrases/en.ts"
import type { Message, ReceiptMessage, TemplateMessage } from "../messenger/message.ts"

declare const plain: unique symbol
/** A text that is no bank data: a bank's public name, a count, a date of ours, an account's label with four digits on it in a notice about the link. */
export type Plain = string & { readonly [plain]: true }

/** What a message needs before it may go. Stored beside it. */
export type Need =
  /** `link`: the one the data was read or told under. Another link's grant is no leave for it. */
  | {
      readonly kind: "grant"
      readonly link: LinkId
      readonly purpose: Purpose
      readonly account?: string
    }
  | { readonly kind: "answer" }
  | { readonly kind: "link_notice" }

/** A message and what it needs. */
export interface Utterance {
  readonly message: Message
  /** The same in a form of its own, where the person's region takes such forms. */
  readonly rich?: ReceiptMessage
  readonly need: Need
  /** The same as a template, where the window may be closed when it goes. */
  readonly template?: TemplateMessage
  /** A person at the bank says it; the assistant where it is left out. */
  readonly author?: "person"
  /** Under whose name at Messenger they say it: an id of the platform's. */
  readonly persona?: string
}

/** Permission to send one message, now. Only `decideLeave` makes one. */
export class Leave {
  readonly #made = true
  private constructor(readonly need: Need) {}

  /** @param now instant of sending: a grant made earlier does not count */
  static decide(need: Need, consent: Consent | undefined, now: number): Result<Leave, GrantRefusal> {
    if (need.kind !== "grant") return ok(new Leave(need))
    if (consent?.link !== need.link) return err({ reason: "not_linked" })
    const grant = Grant.decide(consent, need.purpose, now, need.account)
    return grant.ok ? ok(new Leave(need)) : grant
  }

  static isLeave(value: unknown): value is Leave {
    return typeof value === "object" && value !== null && #made in value
  }
}

/** Mark a text as public: a bank's registered name, a fixed word of ours, a formatted date of ours. */
export function plainText(text: string): Plain {
  return text as Plain
}

/** What the person's own act came to, as the bank said it: a card's four digits, a case, a date. An act needs any live link, and what
 * it came to may be said under it (design.md 5). */
export function resultText(text: string): Plain {
  return text as Plain
}

/** Text of an answer. Its values are `Plain` or counts, so that bank data does not compile. */
export function answerText(
  language: Language,
  key: PhraseKey,
  values: Readonly<Record<string, Plain | number>> = {},
): Plain {
  return phrase(language, key, values) as Plain
}

/** A reply without bank data. */
export function answer(message: AnswerMessage): Utterance {
  return { message, need: { kind: "answer" } }
}

/** What a person at the bank wrote to somebody who asked for one. */
export function byPerson(text: string, persona?: string): Utterance {
  const said = { message: { kind: "text", text }, need: { kind: "answer" }, author: "person" } as const
  return persona === undefined ? said : { ...said, persona }
}

/** A message whose every word is `Plain`. */
export type AnswerMessage = Message & { readonly kind: "text" | "buttons"; readonly text: Plain }

/** A notice that the person's link was made, is ending or has ended. */
export function linkNotice(message: Message): Utterance {
  return { message, need: { kind: "link_notice" } }
}

/** A message with bank data: it needs a grant to be composed, and another when it goes. */
export function told(grant: Grant, message: Message, account?: string): Utterance {
  return {
    message,
    need: {
      kind: "grant",
      link: grant.link,
      purpose: grant.purpose,
      ...(account === undefined ? {} : { account }),
    },
  }
}
