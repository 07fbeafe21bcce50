// Posts events to the gateway, signed, and hands back what it answered. Used by the control API and the desk;
// makes no data of its own.

import type { Env, Origins } from "../env.ts"
import { addressesOf, storeOf } from "../env.ts"
import { EVENT_TAG, signedPost } from "./sign.ts"
import type { CloudEvent } from "./wire.ts"

/** The gateway's answer; status 0 when it could not be reached. */
export type PostAnswer = { readonly status: number; readonly body: unknown }

export type PostShape = "cloudevents" | "batch"

const TYPES = {
  cloudevents: "application/cloudevents+json",
  batch: "application/cloudevents-batch+json",
} as const satisfies Record<PostShape, string>

/** Post one event alone (`cloudevents`, the first of the list) or all as one batch.
 * @param created seconds, for tests of age; now otherwise
 * @param query appended to the address, with its question mark */
export async function postEvents(
  env: Env,
  origins: Origins,
  events: readonly CloudEvent[],
  shape: PostShape,
  { created, query = "" }: { readonly created?: number | undefined; readonly query?: string } = {},
): Promise<PostAnswer> {
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

function readable(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
