// What lies sealed in a ledger row: the message while it waits, and the receipt of why it was said.

import type { BankEventType } from "../banks/event.ts"
import type { LinkId } from "../foundation/id.ts"
import type { Purpose } from "../foundation/purpose.ts"
import type { TemplateMessage } from "../messenger/message.ts"
import type { Utterance } from "./leave.ts"

/** A row's content. Stored sealed under the person's key. */
export interface Entry {
  readonly v: 1
  /** What is to be said. An update is told from memory and keeps its receipt only. */
  readonly utterance?: Utterance
  /** The same as a template, where the window may be closed when it goes. */
  readonly template?: TemplateMessage
  readonly cause: Cause
}

/** Why something was said. */
export type Cause =
  | { readonly kind: "reply"; readonly order: number; readonly urgent: boolean; readonly at: number }
  | {
      readonly kind: "event"
      /** The link it was told under: its buttons count for that one only. */
      readonly link: LinkId
      readonly id: string
      readonly source: string
      /** The bank's own reference: what later becomes of it is told under this name. */
      readonly customer: string
      readonly type: BankEventType
      readonly purpose: Purpose
      readonly account?: string
      readonly at: number
      readonly sequence?: number
      readonly staleAt: number
      /** A fraud question: its case, and until when its buttons count. */
      readonly alert?: { readonly caseId: string; readonly expiresAt: number }
    }
