// `POST /control/bank/events`: read what is asked, fill in realistic data, sign, post, report the answer. The
// same event may be posted several times (`copies`), several different ones at once (`count`, in a batch).

import type { Env, Origins } from "../env.ts"
import { addressesOf, storeOf } from "../env.ts"
import type { PostAnswer, PostShape } from "../events/post.ts"
import { postEvents } from "../events/post.ts"
import { mainAccount, SAMPLES } from "../events/samples.ts"
import { cloudEvent, newEventId } from "../events/wire.ts"
import type { CloudEvent } from "../events/wire.ts"
import type { Customer } from "../seed/customers.ts"
import { accountsOf, findCustomer } from "../seed/customers.ts"

const EVENTS_MAX = 20_000
export const SHAPES: readonly PostShape[] = [
  "cloudevents",
  "batch",
  "set",
  "sets",
  "standard-webhooks",
  "obie",
  "fdx",
]
const HOUR_MS = 3_600_000

/** All optional but `type` and `customer`. `data` stands for realistic data made here. */
export type EventOrder = {
  readonly type: string
  /** user name, reference, or any text: a stranger's reference */
  readonly customer: string
  readonly data?: unknown
  /** which account the made data is about; the first one otherwise */
  readonly account?: string
  readonly as?: PostShape
  /** the same event, same id, so many times: separate posts, or repeated in the one batch */
  readonly copies?: number
  /** so many different events of this kind, own ids; in a batch only */
  readonly count?: number
  readonly id?: string
  readonly time?: string
  readonly source?: string
  /** seconds: the signature's own time */
  readonly created?: number
  readonly preview?: boolean
}

/** The last answer in front, every one behind it. */
export type EventReport = PostAnswer & {
  readonly ids: readonly string[]
  readonly answers: readonly PostAnswer[]
}

type Sent =
  | { readonly ok: true; readonly value: EventReport }
  | { readonly ok: false; readonly error: string }

/** Send as ordered; refusals say in words what the order lacks. */
export async function sendEvents(env: Env, origins: Origins, order: unknown): Promise<Sent> {
  const fault = faultOf(order)
  if (fault !== undefined) return { ok: false, error: fault }
  const asked = order as EventOrder
  const events = await makeEvents(env, origins, asked)
  if (typeof events === "string") return { ok: false, error: events }
  const options = { created: asked.created, query: asked.preview === true ? "?preview=1" : "" }
  const answers: PostAnswer[] = []
  if (asked.as === "batch")
    answers.push(await postEvents(env, origins, repeated(events, asked.copies ?? 1), "batch", options))
  else
    for (let n = 0; n < (asked.copies ?? 1); n++)
      answers.push(await postEvents(env, origins, events, asked.as ?? "cloudevents", options))
  const last = answers.at(-1) ?? { status: 0, body: null }
  return { ok: true, value: { ...last, ids: events.map((event) => event.id), answers } }
}

function faultOf(order: unknown): string | undefined {
  if (typeof order !== "object" || order === null) return "expected an object"
  const { type, customer, as, copies, count } = order as Readonly<Record<string, unknown>>
  if (typeof type !== "string" || typeof customer !== "string") return "expected type and customer"
  if (as !== undefined && !SHAPES.includes(as as PostShape)) return `as is one of ${SHAPES.join(", ")}`
  for (const n of [copies, count])
    if (n !== undefined && !(Number.isInteger(n) && Number(n) >= 1 && Number(n) <= EVENTS_MAX))
      return `copies and count go from 1 to ${EVENTS_MAX}`
  if (count !== undefined && count !== 1 && as !== "batch" && as !== "sets")
    return `count needs "as": "batch" or "sets"`
  return undefined
}

const repeated = (events: readonly CloudEvent[], copies: number) =>
  Array.from({ length: copies }, () => events).flat()

async function makeEvents(
  env: Env,
  origins: Origins,
  order: EventOrder,
): Promise<readonly CloudEvent[] | string> {
  const customer = findCustomer(order.customer)
  const now = await storeOf(env).now()
  const time = order.time ?? new Date(now).toISOString()
  const events: CloudEvent[] = []
  for (let n = 0; n < (order.count ?? 1); n++) {
    const data = order.data === undefined ? await sampleData(env, order, customer, now) : order.data
    if (data === undefined) return `give data: there is none of its own for "${order.type}" and this customer`
    if (order.data !== undefined && n === 0) await registerCase(env, customer, data, now)
    events.push(
      cloudEvent({
        id: n === 0 ? (order.id ?? newEventId()) : newEventId(),
        source: order.source ?? addressesOf(origins).eventSource,
        type: order.type,
        subject: customer?.reference ?? order.customer,
        time,
        data,
      }),
    )
  }
  return events
}

async function sampleData(
  env: Env,
  order: EventOrder,
  customer: Customer | undefined,
  now: number,
): Promise<unknown> {
  const sample = SAMPLES[order.type]
  if (!sample || !customer) return undefined
  const account =
    accountsOf(customer.reference).find((one) => one.id === order.account) ?? mainAccount(customer)
  return sample({ store: storeOf(env), customer, account, now })
}

/** A suspected fraud with data of the test's own still needs its case, or the answer would find none. */
async function registerCase(
  env: Env,
  customer: Customer | undefined,
  data: unknown,
  now: number,
): Promise<void> {
  const { case_id, card, reply } = (data ?? {}) as {
    readonly case_id?: unknown
    readonly card?: { readonly ref?: string }
    readonly reply?: { readonly expires_at?: string }
  }
  if (typeof case_id !== "string" || !customer) return
  const expiresAt = Date.parse(reply?.expires_at ?? "")
  await storeOf(env).openCase({
    id: case_id,
    customer: customer.reference,
    openedAt: now,
    expiresAt: Number.isNaN(expiresAt) ? now + 12 * HOUR_MS : expiresAt,
    cardRef: card?.ref ?? null,
    summary: JSON.stringify(data),
  })
}
