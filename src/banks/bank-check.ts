// What a bank must pass before its customers are let in: the list of checks, what one finds, and how an address of a bank is asked. Says
// nothing of a bank's answer but its status and our own words. The checks are check-*.ts here, links/bank-login-check.ts and
// console/page-check.ts; console/bank-check.ts runs them all.

import { readCapped } from "../http/body.ts"
import { SECOND_MS } from "../foundation/clock.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import { isServiceUrl } from "./bank-record.ts"

/** Every check, in the order they are read, as a sentence that holds where it passes. */
export const BANK_CHECKS = {
  metadata: "The bank's login says of itself what its profile needs",
  login_keys: "The bank's login publishes a key it can sign ID tokens with",
  second_factor: "The bank's login knows the second factor its record names",
  customer_reference: "The bank's ID tokens carry the claim its record names",
  client: "The bank knows us as its client",
  login_request: "The bank takes our request for a login",
  login_page: "The bank shows its login to the customer's browser",
  event_keys: "The bank publishes keys that its events can be judged by",
  account_data: "The bank's account data is there, and asks for a token",
  actions: "The bank's actions are there, and ask for a token",
  callbacks: "The bank takes what we tell it",
  callback_signature: "The bank refuses what only looks as if we told it",
  languages: "We have words in the bank's languages",
  pages: "The bank has a Page, and it is not stopped",
  page_token: "Messenger takes the Page's token",
  webhook_fields: "Messenger sends us what is said to the Page",
  test_event: "An event signed by the bank is taken",
} as const satisfies Readonly<Record<string, string>>
export type BankCheck = keyof typeof BANK_CHECKS

/** What a check found. `note`: not looked at, or worth knowing; it stops nobody. */
export interface Finding {
  readonly check: BankCheck
  readonly state: "ok" | "fault" | "note"
  /** What is so, and what to do; names members of the record and metadata, statuses, kids and fields. No text of the bank's answers. */
  readonly said: string
}

/** A bank that is slower here is too slow for a chat. */
export const PROBE_MS = 5 * SECOND_MS
const ANSWER_BYTES_MAX = 256 * 1024

export const passed = (check: BankCheck, said: string = BANK_CHECKS[check]): Finding => ({
  check,
  state: "ok",
  said,
})
export const fault = (check: BankCheck, said: string): Finding => ({ check, state: "fault", said })
export const note = (check: BankCheck, said: string): Finding => ({ check, state: "note", said })

/** How an address is asked. */
export interface Probe {
  readonly fetch: typeof fetch
  readonly development: boolean
}

/** What an address answered; the body is read with a cap and parsed by whoever needs it. */
export interface Probed {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** Ask an address of a bank once: no redirect is followed, nothing but its status, headers and capped body is looked at.
 * @returns else why there is no answer, as the end of a sentence about the address */
export async function probe(
  { fetch: fetcher, development }: Probe,
  url: string,
  init: Pick<RequestInit, "method" | "headers" | "body"> = {},
): Promise<Result<Probed, string>> {
  const [address = ""] = url.split("?")
  if (!isServiceUrl(address, development)) return err("is no public https address")
  try {
    const response = await fetcher(url, {
      method: "GET",
      ...init,
      redirect: "manual",
      signal: AbortSignal.timeout(PROBE_MS),
    })
    const bytes = await readCapped(response, ANSWER_BYTES_MAX)
    const { status, headers } = response
    return bytes.ok
      ? ok({ status, headers, text: new TextDecoder().decode(bytes.value) })
      : err("answers with more than 256 kB, or broke off")
  } catch (thrown) {
    const { name } = thrown as { readonly name?: unknown }
    const timedOut = name === "TimeoutError" || name === "AbortError"
    return err(timedOut ? `does not answer within ${PROBE_MS / SECOND_MS} seconds` : "cannot be reached")
  }
}

/** Judge an address that gives nothing without a customer's token.
 * @param member of the record: where to mend it */
export function judgeGuarded(check: BankCheck, member: string, answer: Result<Probed, string>): Finding {
  if (!answer.ok) return fault(check, `${member} ${answer.error}`)
  const { status } = answer.value
  if (status === 400 || status === 401 || status === 403) return passed(check)
  return fault(check, `${member} ${guardedWords(status)}`)
}

function guardedWords(status: number): string {
  if (status < 300) return `answers ${status} without a token: it gives data to whoever asks`
  if (status < 400)
    return `redirects (${status}): redirects are not followed; register the address it leads to`
  if (status === 404 || status === 405 || status === 410)
    return `leads nowhere: its path is answered ${status}; is base or version wrong?`
  if (status === 429) return "is asked too often right now (429); check again later"
  return status >= 500 ? `is down (${status})` : `answers ${status} where 401 is expected`
}
