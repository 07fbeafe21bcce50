// POST /bank/callbacks: keeps what the gateway tells the bank (design.md 4.3), with how good its signature was.
// Asked whether a link may go live, it says what the switch `linkConfirmation` says. A signature that is there must be good; the keys are the gateway's published ones, fetched each time.

import { Hono } from "hono"
import type { BankContext, Origins } from "../env.ts"
import { addressesOf, storeOf } from "../env.ts"
import type { PublicKey } from "../events/sign.ts"
import { CALLBACK_TAG, verifyPost } from "../events/sign.ts"
import { faultGate } from "../faults.ts"
import type { Callback } from "../store/told-rows.ts"
import { problemFault, problemOf, problemResponse } from "./problem.ts"

const KEYS_TIMEOUT_MS = 3_000
/** The gateway asks for the bank's word: the only callback whose answer is read. */
const LINK_REQUESTED = "tellerline.link.requested.v1"

export const callbackRoutes = new Hono<BankContext>()

callbackRoutes.use(faultGate(problemFault))

callbackRoutes.post("/", async (c) => {
  const body = new Uint8Array(await c.req.arrayBuffer())
  const signed = c.req.raw.headers.has("signature-input")
  const url = new URL(c.req.url)
  const proof = await verifyPost({
    url: c.var.origins.sandbox + url.pathname + url.search,
    headers: c.req.raw.headers,
    body,
    keys: signed ? await gatewayKeys(c.var.origins) : [],
    tag: CALLBACK_TAG,
    now: Math.floor(Date.now() / 1000),
  })
  const rows = readEvents(new TextDecoder().decode(body), proof)
  if (!rows) return problemResponse(problemOf("malformed"))
  // Refused ones are kept too: a test may look for them.
  await storeOf(c.env).keepCallbacks(rows)
  if (proof !== "good" && proof !== "unsigned") return problemResponse(problemOf("signature_refused"))
  const { linkConfirmation } = c.var.gate.settings
  if (rows.some(({ type }) => type === LINK_REQUESTED)) return c.json({ confirmation: linkConfirmation })
  return c.body(null, 204)
})

async function gatewayKeys(origins: Origins): Promise<readonly PublicKey[]> {
  try {
    const response = await fetch(addressesOf(origins).gatewayKeys, {
      method: "GET",
      redirect: "manual",
      signal: AbortSignal.timeout(KEYS_TIMEOUT_MS),
    })
    return response.ok ? ((await response.json()) as { keys: readonly PublicKey[] }).keys : []
  } catch {
    return []
  }
}

function readEvents(text: string, proof: string): readonly Callback[] | undefined {
  try {
    const value = JSON.parse(text) as unknown
    const list = Array.isArray(value) ? (value as readonly unknown[]) : [value]
    return list.map((event) => ({ at: Date.now(), proof, type: typeOf(event), body: JSON.stringify(event) }))
  } catch {
    return undefined
  }
}

function typeOf(event: unknown): string {
  const type = (event as { readonly type?: unknown } | null)?.type
  return typeof type === "string" ? type : ""
}
