// Posts events to the gateway, signed, and hands back what it answered. Used by the control API and the desk;
// makes no data of its own.

import type { Env, Origins } from "../env.ts"
import { addressesOf, storeOf } from "../env.ts"
import type { Dialect } from "./dialects.ts"
import { DIALECTS } from "./dialects.ts"
import { EVENT_TAG, signedPost } from "./sign.ts"
import type { CloudEvent } from "./wire.ts"

/** The gateway's answer; status 0 when it could not be reached. */
export type PostAnswer = { readonly status: number; readonly body: unknown }

export type PostShape = "cloudevents" | "batch" | Dialect

const TYPES = {
  cloudevents: "application/cloudevents+json",
  batch: "application/cloudevents-batch+json",
} as const satisfies Record<Exclude<PostShape, Dialect>, string>

/** Post one event alone (the first of the list), or all of them where the shape takes many (`batch`, `sets`).
 * @param created seconds, for tests of age; now otherwise
 * @param query appended to the address, with its question mark */
export async function postEvents(
  env: Env,
  origins: Origins,
  events: readonly CloudEvent[],
  shape: PostShape,
  { created, query = "" }: { readonly created?: number | undefined; readonly query?: string } = {},
): Promise<PostAnswer> {
  if (isDialect(shape)) return postInDialect(env, origins, events, shape, created)
  const { events: key } = await storeOf(env).keys()
  const request = await signedPost({
    url: addressesOf(origins).gatewayEvents + query,
    contentType: TYPES[shape],
    body: JSON.stringify(shape === "batch" ? events : events[0]),
    key,
    created: created ?? Math.floor(Date.now() / 1000),
    nonce: crypto.randomUUID(),
    tag: EVENT_TAG,
  })
  try {
    const response = await fetch(request)
    return { status: response.status, body: readable(await response.text()) }
  } catch (error) {
    return { status: 0, body: { error: error instanceof Error ? error.message : "unreachable" } }
  }
}

/** Post as another bank would. Credentials the gateway has forgotten are asked for anew, once. */
async function postInDialect(
  env: Env,
  origins: Origins,
  events: readonly CloudEvent[],
  dialect: Dialect,
  created = Math.floor(Date.now() / 1000),
): Promise<PostAnswer> {
  const { gatewayBank } = addressesOf(origins)
  try {
    for (const anew of [false, true]) {
      const { path, headers, body } = await DIALECTS[dialect]({ env, origins, events, created, anew })
      const response = await fetch(gatewayBank + path, { method: "POST", headers, body, redirect: "manual" })
      const text = await response.text()
      const forgotten = response.status === 401 || text.includes("bearer token")
      if (forgotten && !anew && dialect !== "set" && dialect !== "obie") continue
      return { status: response.status, body: text === "" ? null : readable(text) }
    }
    return { status: 0, body: null }
  } catch (error) {
    return { status: 0, body: { error: error instanceof Error ? error.message : "unreachable" } }
  }
}

const isDialect = (shape: PostShape): shape is Dialect => Object.hasOwn(DIALECTS, shape)

function readable(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
