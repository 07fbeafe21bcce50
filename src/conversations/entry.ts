// What lies sealed in a ledger row: the message while it waits, and the receipt of why it was said.

import type { BankEventType } from "../banks/event.ts"
import type { ToldEvent } from "../banks/event-types.ts"
import type { LinkId } from "../foundation/id.ts"
import type { Purpose } from "../foundation/purpose.ts"
import type { TemplateMessage } from "../messenger/message.ts"
import type { Utterance } from "./leave.ts"
import type { Question } from "./state.ts"

/** A question that went to the bank, and how it ended. */
export interface Asked {
  readonly question: Question["kind"]
  readonly purpose: Purpose
  readonly at: number
  /** `read`: data came; `none`: the bank gave none; `dropped`: what it was asked under ended meanwhile, whatever came was thrown away. */
  readonly came: "read" | "none" | "dropped"
}

/** What a receipt says beside its cause. */
export interface ReceiptPart {
  /** When the row was claimed, epoch milliseconds. */
  readonly at: number
  /** 128 random bits. */
  readonly salt: string
  /** Purpose of the grant a reply was said under; none where it holds no bank data. An event's stands in its cause. */
  readonly purpose?: Purpose
  /** Questions to the bank that ended with this. */
  readonly asked?: readonly Asked[]
}

/** A row's content. Stored sealed under the person's key. */
export interface Entry extends ReceiptPart {
  readonly v: 1
  /** What is to be said. An update is told from memory and keeps its receipt only. */
  readonly utterance?: Utterance
  /** The same as a template, where the window may be closed when it goes. */
  readonly template?: TemplateMessage
  /** The event itself, while it is held: it is put into words when it goes. */
  readonly held?: ToldEvent
  /** Which payment it told of (told-before.ts): no part of the receipt. */
  readonly paid?: string
  /** The quick choices of alerts were offered with it. */
  readonly offered?: true
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
      /** Of what the event said: the same id with another body is not the same event. */
      readonly digest?: string
      /** A fraud question: its case, and until when its buttons count. */
      readonly alert?: {
        readonly caseId: string
        readonly expiresAt: number
        readonly card?: { readonly ref?: string; readonly last4: string }
      }
    }
