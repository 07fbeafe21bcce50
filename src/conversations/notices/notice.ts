// What a notice is: one event type's words for the open window and its template for the closed one, composed under a grant.
// Shapes only; each type has a file of its own, and compose.ts is the table of them.

import type { ToldEvent } from "../../banks/event-types.ts"
import type { WireMoney } from "../../banks/event.ts"
import type { Grant } from "../../links/grant.ts"
import type { Message, ReceiptMessage, TemplateMessage } from "../../messenger/message.ts"
import type { TemplateSpec } from "../../messenger/template.ts"
import type { Language } from "../../phrases/catalogue.ts"
import type { TurnContext } from "../turn-context.ts"

/** A notice in words for the open window, and as a template for the closed one where there is one. */
export interface ComposedNotice {
  readonly message: Message
  /** The same in a form of its own, where the person's region takes such forms. */
  readonly rich?: ReceiptMessage
  readonly template?: TemplateMessage
}

/** What a notice is composed from besides its event. */
export interface NoticeContext {
  readonly language: Language
  readonly grant: Grant
  readonly bank: TurnContext["bank"]
  readonly now: number
  /** Ledger key: the buttons of a question carry it. */
  readonly key: string
  /** The amount the same payment was told with when it was authorised, where it is another one by now. */
  readonly before?: WireMoney
}

/** One type's words. */
export interface Notice<E extends ToldEvent> {
  /** Account whose consent it needs, where it is about one. */
  readonly accountOf: (event: E) => string | undefined
  readonly compose: (event: E, context: NoticeContext) => ComposedNotice
  readonly templates: readonly TemplateSpec[]
  /** Whether its words may not be told at all: a bank's own words that are not what the type is for (P10). */
  readonly isUnfit?: (event: E) => boolean
}
