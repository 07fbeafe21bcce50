// The choices under a notice: those of the dialogue it falls into, for quick replies vanish with the next message; else, with the third
// payment of a day and at most once in thirty days, how to hear less. Reads the ledger; what a tap leads to is flows/alerts.ts.

import type { ToldEvent } from "../banks/event-types.ts"
import { DAY_MS, MINUTE_MS } from "../foundation/clock.ts"
import type { QuickReply } from "../messenger/message.ts"
import { ruleOf } from "../preferences/preferences.ts"
import { midnight } from "../preferences/wants.ts"
import { alertChips } from "./flows/alerts.ts"
import { menuChips } from "./flows/choices.ts"
import type { Utterance } from "./leave.ts"
import { listRecent } from "./ledger.ts"
import { purposeOf } from "./notices/compose.ts"
import { openEntry } from "./perform.ts"
import type { BankWords, Teller } from "./tell-rules.ts"
import { preferencesOf, recall } from "./wanted.ts"

/** Whoever has not chosen by then is not choosing any more. */
const DIALOGUE_MS = 10 * MINUTE_MS
/** Payments of a day before the one that offers less of them. */
const BEFORE_OFFER = 2
/** Offered once in this long. */
const OFFERED_AGAIN_MS = 30 * DAY_MS

/** Choices, and whether they are the offer to hear less. */
export interface Choices {
  readonly chips: readonly QuickReply[]
  readonly offers: boolean
}

const NONE: Choices = { chips: [], offers: false }

/** The choices under a message of these events. */
export async function choicesFor(
  teller: Teller,
  events: readonly ToldEvent[],
  facts: Pick<BankWords, "timeZone" | "defaults">,
): Promise<Choices> {
  const pending = await dialogueChips(teller)
  if (pending.length > 0) return { chips: pending, offers: false }
  const state = teller.state()
  const payment = events.find((event) => purposeOf(event) === "transaction_alerts" && "transaction" in event)
  if (!state || !payment || !("transaction" in payment)) return NONE
  const preferences = preferencesOf(state, facts)
  if (preferences.digestAt !== undefined || ruleOf(preferences, "transaction_alerts").from) return NONE
  const now = teller.world.now()
  const since = midnight(preferences, { now, zone: facts.timeZone })
  const today = await recall(teller, now - since)
  const payments = today.filter(({ paid, held }) => paid !== undefined && !held)
  if (new Set(payments.map(({ at }) => at)).size < BEFORE_OFFER) return NONE
  const month = await recall(teller, OFFERED_AGAIN_MS)
  if (month.some(({ offered }) => offered)) return NONE
  return {
    chips: alertChips(state.language, payment.transaction.amount.currency),
    offers: true,
  }
}

/** The same with choices under it. A template has none. */
export function withChoices(utterance: Utterance, chips: readonly QuickReply[]): Utterance {
  const { message, rich } = utterance
  if (chips.length === 0 || message.kind === "template") return utterance
  return {
    ...utterance,
    message: { ...message, quickReplies: chips },
    ...(rich ? { rich: { ...rich, quickReplies: chips } } : {}),
  }
}

/** The choices of a dialogue that waits for one. The menu is no dialogue: it is always there. */
async function dialogueChips(teller: Teller): Promise<readonly QuickReply[]> {
  const state = teller.state()
  const { sql, now } = teller.world
  const last = listRecent(sql, "replies", now() - DIALOGUE_MS).toSorted((left, right) => right.n - left.n)[0]
  const message = last && (await openEntry(teller, last))?.utterance?.message
  if (!state || !message || message.kind === "template") return []
  const menu = new Set(menuChips(state).map(({ payload }) => payload))
  const { quickReplies = [] } = message
  return quickReplies.every(({ payload }) => menu.has(payload)) ? [] : quickReplies
}
