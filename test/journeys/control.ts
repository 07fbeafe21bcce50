// The sandbox's control API in the words of the journeys: what stands in a chat, what was sent, which way the clock goes,
// how the bank and the webhooks behave. It judges nothing; expectations are the journeys'.
import { expect } from "vitest"

const ANSWER_MS = 30_000

/** One thing said in a chat, as `GET /control/people/{psid}/thread` tells it. */
export interface Said {
  readonly from: "page" | "person"
  readonly at: number
  readonly mid: string
  readonly text?: string
  readonly attachment?: { readonly payload?: { readonly text?: string } }
  readonly messagingType: string | null
  /** A template, filled in. */
  readonly rendered?: { readonly body?: string }
}

/** What the bank knows of its customers, by user name. */
export interface BankCustomer {
  readonly userName: string
  readonly reference: string
  readonly fullName: string
  readonly accounts: readonly {
    readonly id: string
    readonly kind: string
    readonly name: string
    readonly currency: string
    readonly number: string
    readonly last4: string
    readonly available: string
  }[]
}

/** Speak JSON with the sandbox. @throws Error with the status where it refuses */
export async function control<Answer>(
  sandbox: string,
  path: string,
  body?: unknown,
  method?: string,
): Promise<Answer> {
  const response = await fetch(sandbox + path, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    ...(body === undefined
      ? {}
      : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    redirect: "manual",
    signal: AbortSignal.timeout(ANSWER_MS),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text.slice(0, 300)}`)
  return JSON.parse(text || "null") as Answer
}

/** All a person sees, oldest first. */
export async function readThread(sandbox: string, psid: string): Promise<readonly Said[]> {
  const { messages } = await control<{ messages: readonly Said[] }>(sandbox, `/control/people/${psid}/thread`)
  return messages
}

/** The words of a message, whatever kind it is. */
export function wordsOf(said: Said): string {
  return said.text ?? said.attachment?.payload?.text ?? said.rendered?.body ?? ""
}

/** What the Page said to a person, oldest first. */
export async function answersTo(sandbox: string, psid: string): Promise<readonly string[]> {
  return (await readThread(sandbox, psid)).filter(({ from }) => from === "page").map(wordsOf)
}

/** Let time pass on all three sides. It never goes back: a journey after this one stands later. */
export async function passTime(sandbox: string, advanceMs: number): Promise<void> {
  const moved = await control<{ bank: number; gateway: number }>(sandbox, "/control/clock", { advanceMs })
  expect(moved).toMatchObject({ bank: 200, gateway: 200 })
}

/** The sandbox's clock. */
export async function timeOf(sandbox: string): Promise<number> {
  const { now } = await control<{ now: number }>(sandbox, "/control/clock")
  return now
}

/** Switch the bank's ways, and back: `{iss: "wrong"}`, `{accountData: "slow"}`. */
export async function setBank(sandbox: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
  await control(sandbox, "/control/bank/settings", settings)
}

/** How webhooks arrive from now on; `{}` is once each, in order. */
export async function setWebhooks(
  sandbox: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  await control(sandbox, "/control/webhooks", settings)
}

/** A customer of the demo bank, with true figures. */
export async function customerOf(sandbox: string, userName: string): Promise<BankCustomer> {
  const { customers } = await control<{ customers: readonly BankCustomer[] }>(
    sandbox,
    "/control/bank/customers",
  )
  const found = customers.find((each) => each.userName === userName)
  if (!found) throw new Error(`Cannot find a customer named "${userName}"`)
  return found
}

/** One of a customer's accounts by its name. */
export async function accountOf(sandbox: string, userName: string, name = "Checking") {
  const { accounts } = await customerOf(sandbox, userName)
  const account = accounts.find((each) => each.name === name)
  if (!account) throw new Error(`Cannot find the account "${name}" of ${userName}`)
  return account
}

/** An amount as an English chat writes it: `1,204.50 EUR`. */
export function inWords(amount: string, currency: string): string {
  return `${Number(amount).toLocaleString("en", { minimumFractionDigits: 2 })} ${currency}`
}

/** Have the bank sign and post an event; it must be taken. @returns its id */
export async function tellOf(
  sandbox: string,
  order: Readonly<Record<string, unknown>> & { readonly type: string; readonly customer: string },
): Promise<string> {
  const { answers, ids } = await control<{
    answers: readonly { readonly status: number; readonly body: unknown }[]
    ids: readonly string[]
  }>(sandbox, "/control/bank/events", order)
  for (const answer of answers) expect(answer).toMatchObject({ status: 202 })
  return ids[0] ?? ""
}

/** Change the demo bank's record at the gateway, as an operator does; it stays so until it is changed back. */
export async function setBankRecord(
  gateway: string,
  changes: Readonly<Record<string, unknown>>,
): Promise<void> {
  const url = `${gateway}/admin/v1/banks/demo`
  const headers = { authorization: "Bearer dev-admin-key", "content-type": "application/json" }
  const signal = () => AbortSignal.timeout(ANSWER_MS)
  const record = (await (await fetch(url, { headers, signal: signal() })).json()) as object
  const body = JSON.stringify({ ...record, ...changes })
  const put = await fetch(url, { method: "PUT", headers, body, signal: signal() })
  expect(put.status, await put.text()).toBe(200)
}

/** How many refresh tokens a customer's grants hold at the bank. */
export async function tokensAt(sandbox: string, reference: string): Promise<number> {
  const { grants } = await control<{
    grants: readonly { readonly customer: string; readonly refreshTokens: number }[]
  }>(sandbox, "/control/bank/grants")
  return grants
    .filter(({ customer }) => customer === reference)
    .reduce((sum, { refreshTokens }) => sum + refreshTokens, 0)
}
