// A bank that answers each address as told and remembers what it was asked: for adapters, which judge answers. Not for src/.
import type { BankAnswer, BankCall, BankRefusal } from "../../src/banks/bank.ts"
import { ok, type Result } from "../../src/foundation/result.ts"

type Answer = Result<BankAnswer, BankRefusal>

/** An answer as JSON. */
export function wire(value: unknown, status = 200): Answer {
  return ok({ status, headers: new Headers(), text: status === 204 ? "" : JSON.stringify(value) })
}

/** One call as the bank saw it. */
export interface AskedOf {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** @param answers by path and query below `base`; anything else is 404
 * @param consent the consent resource the call rests on */
export function bankThatAnswers(
  base: string,
  answers: Readonly<Record<string, Answer>>,
  consent?: string,
): { readonly call: BankCall; readonly asked: readonly AskedOf[] } {
  const asked: AskedOf[] = []
  const call: BankCall = {
    request: async (method, url, { headers = {}, body }) => {
      const path = url.slice(base.length)
      asked.push({ method, path, headers, body })
      return answers[path] ?? wire({}, 404)
    },
    ...(consent === undefined ? {} : { consent }),
  }
  return { call, asked }
}
