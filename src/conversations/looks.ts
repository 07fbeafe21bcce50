// How often a bank was asked today without its customer being there, where it counts (Berlin Group, four a day): a customer who asks in
// a chat is there, but the bank cannot see them. Counted in the state, which the question's turn stores anyway. Pure; used by questions.ts.

import type { Question, State } from "./state.ts"

type Asked = Pick<Question, "kind"> & { readonly account?: string; readonly cursor?: string }

/** Count a question: each kind about one account for itself, as banks do. Earlier payments go on from a look and are none.
 * @returns the state with it counted; `undefined` where today's looks are used up */
export function countLook(
  state: State,
  asked: Asked,
  bank: { readonly looksADay?: number | undefined; readonly timeZone: string },
  now: number,
): State | undefined {
  const { looksADay, timeZone } = bank
  if (looksADay === undefined || asked.kind === "fraud_answer" || asked.cursor !== undefined) return state
  const day = new Intl.DateTimeFormat("en-CA", { timeZone }).format(now)
  const counts = state.looks?.day === day ? state.looks.counts : {}
  const what = asked.account === undefined ? asked.kind : `${asked.kind} ${asked.account}`
  const looks = counts[what] ?? 0
  if (looks >= looksADay) return undefined
  return { ...state, looks: { day, counts: { ...counts, [what]: looks + 1 } } }
}
