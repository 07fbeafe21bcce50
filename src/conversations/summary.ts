// Several notices as one message: a line each, at most five, and how many there are in all; never longer than a message with buttons may
// be. Pure. What is shown is what each notice says by itself.

import type { ToldEvent } from "../banks/event-types.ts"
import { parseMoney, type Money } from "../foundation/money.ts"
import { BUTTON_TEXT_CHARS_MAX } from "../messenger/message-limits.ts"
import type { Message } from "../messenger/message.ts"
import { phrase, type Language } from "../phrases/catalogue.ts"
import { formatMoney } from "../phrases/format.ts"

/** One notice of a summary. */
export interface Line {
  readonly event: ToldEvent
  readonly message: Message
}

const LINES_MAX = 5

/** What goes by itself, for the form or the button it carries, or for its length. */
const ALONE: ReadonlySet<ToldEvent["type"]> = new Set([
  "bank.receipt.issued.v1",
  "bank.shipping.updated.v1",
  "bank.service.notice.v1",
])

/** Whether an event may be a line among others. */
export function isLine(event: ToldEvent): boolean {
  return !ALONE.has(event.type)
}

/** The text of several notices.
 * @param showAmounts whether a total may be said */
export function renderSummary(language: Language, lines: readonly Line[], showAmounts: boolean): string {
  const texts = lines.map(({ message }) => (message.kind === "template" ? "" : firstLine(message.text)))
  const spent = showAmounts ? totalOf(lines) : undefined
  const last =
    lines.length > LINES_MAX || spent
      ? [
          phrase(language, "summary_total", {
            count: lines.length,
            spent: spent ? formatMoney(language, spent) : "none",
          }),
        ]
      : []
  for (let shown = Math.min(texts.length, LINES_MAX); shown > 0; shown -= 1) {
    const rest =
      last.length > 0 || shown === texts.length
        ? last
        : [phrase(language, "summary_total", { count: lines.length, spent: "none" })]
    const text = [...texts.slice(0, shown), ...rest].join("\n")
    if (text.length <= BUTTON_TEXT_CHARS_MAX) return text
  }
  return phrase(language, "summary_total", { count: lines.length, spent: "none" })
}

/** What was paid in all, where there are several payments out and all in one currency. */
function totalOf(lines: readonly Line[]): Money | undefined {
  const payments = new Map<string, Money>()
  for (const { event } of lines) {
    const posted = event.type === "bank.transaction.posted.v1"
    if (!posted && event.type !== "bank.transaction.authorised.v1") continue
    const { id, direction, amount } = event.transaction
    const money = parseMoney(amount.value, amount.currency)
    const name = JSON.stringify([event.account, id])
    // One payment at two of its stages is paid once: what was posted counts.
    if (direction === "out" && money.ok && (posted || !payments.has(name))) payments.set(name, money.value)
  }
  const paid = [...payments.values()]
  const [first] = paid
  if (!first || paid.length < 2 || paid.some(({ currency }) => currency !== first.currency)) return undefined
  return { currency: first.currency, minor: paid.reduce((sum, { minor }) => sum + minor, 0n) }
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? ""
}
