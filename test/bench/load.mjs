// Requests of the bench: kept-alive connections, bodies signed beforehand, a fixed number on the way at a time. Its own CPU is
// nobody's result; that it shares the machine is why every number is a ratio of two runs.
import { createHmac } from "node:crypto"
import { Agent, request } from "node:http"
import { APP_ID, APP_SECRET, PUBLIC_ORIGIN } from "./runtime.mjs"
// What this Node lacks of the language, before anything uses it.
import "../support/node.ts"
import { BATCH_TYPE, EVENTS_TYPE, signHeaders } from "../support/bank-signer.ts"

const agent = new Agent({ keepAlive: true, maxSockets: 64 })

/** POST, and read the answer away. @returns {Promise<number>} status */
export function post(url, { headers, body }) {
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: "POST",
      agent,
      headers: { ...headers, "content-length": body.length },
    })
    sent.on("response", (response) => {
      response.resume()
      response.on("end", () => resolve(response.statusCode))
      response.on("error", reject)
    })
    sent.on("error", reject)
    sent.end(body)
  })
}

/** Post many, `atOnce` at a time. @throws Error unless each is answered with `status` */
export async function postAll(url, messages, { atOnce, status }) {
  const work = messages.values()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const message of work) {
        const got = await post(url, message)
        if (got !== status) throw new Error(`POST ${url} was answered ${got}`)
      }
    }),
  )
}

/** A webhook as Meta signs it: entries of one Page. */
export function webhook(page, events, field = "messaging") {
  const body = Buffer.from(
    JSON.stringify({ object: "page", entry: [{ id: page, time: Date.now(), [field]: events }] }),
  )
  const mac = createHmac("sha256", APP_SECRET).update(body).digest("hex")
  return { body, headers: { "content-type": "application/json", "x-hub-signature-256": `sha256=${mac}` } }
}

/** A text somebody wrote. */
export function textEvent({ page, psid }, mid, text) {
  return { sender: { id: psid }, recipient: { id: page }, timestamp: Date.now(), message: { mid, text } }
}

/** A button somebody tapped. */
export function tapEvent({ page, psid }, mid, payload) {
  const postback = { mid, title: "A button", payload }
  return { sender: { id: psid }, recipient: { id: page }, timestamp: Date.now(), postback }
}

/** What Messenger tells of a send of ours: its echo, and that it was delivered. */
export function receipts({ page, psid }, mid, metadata) {
  const at = Date.now()
  return [
    {
      sender: { id: page },
      recipient: { id: psid },
      timestamp: at,
      message: { is_echo: true, app_id: Number(APP_ID), mid, metadata, text: "" },
    },
    {
      sender: { id: psid },
      recipient: { id: page },
      timestamp: at,
      delivery: { watermark: at, mids: [mid] },
    },
  ]
}

/** Events as the bank signs them: one, or many in one body. */
export async function bankPost(key, bank, events) {
  const single = events.length === 1
  const body = Buffer.from(JSON.stringify(single ? events[0] : events))
  const contentType = single ? EVENTS_TYPE : BATCH_TYPE
  const headers = await signHeaders(key, `${PUBLIC_ORIGIN}/banks/${bank}/events`, new Uint8Array(body), {
    contentType,
  })
  return { body, headers: Object.fromEntries(headers) }
}

/** Middle of a list. */
export function median(values) {
  return percentile(values, 50)
}

/** @param {number} percent the value below which so many per cent lie */
export function percentile(values, percent) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN
}
