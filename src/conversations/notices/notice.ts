// What a notice is: one event type's words for the open window and its template for the closed one, composed under a grant.
// Shapes only; each type has a file of its own, and compose.ts is the table of them.

import type { ToldEvent } from "../../banks/event-types.ts"
import type { Grant } from "../../links/grant.ts"
import type { Message, TemplateMessage } from "../../messenger/message.ts"
import type { TemplateSpec } from "../../messenger/template.ts"
import type { Language } from "../../phrases/catalogue.ts"
import type { TurnContext } from "../turn-context.ts"

/** A notice in words for the open window, and as a template for the closed one where there is one. */
export interface ComposedNotice {
  readonly message: Message
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
}

/** One type's words. */
export interface Notice<E extends ToldEvent> {
  /** Account whose consent it needs, where it is about one. */
  readonly accountOf: (event: E) => string | undefined
  readonly compose: (event: E, context: NoticeContext) => ComposedNotice
  readonly templates: readonly TemplateSpec[]
}
