// One HTTP request to the gateway's callback: the handshake, or a signed body. Knows no queue and keeps nothing.
// The answer's body is ignored; only 200 within the deadline counts.

import { APP_SECRET, VERIFY_TOKEN } from "../development.ts"
import { DEADLINE_MS } from "./retry.ts"
import { signWebhook } from "./signature.ts"

/** Ask the callback to prove that it is ours: it must echo the challenge.
 * @param callback the whole URL
 * @param token what was typed in the app's dashboard
 * @returns false on any other answer, none in time, or no connection */
export async function verifyCallback(callback: string, token: string = VERIFY_TOKEN): Promise<boolean> {
  const challenge = String(crypto.getRandomValues(new Uint32Array(1))[0] ?? 0)
  const url = new URL(callback)
  url.searchParams.set("hub.mode", "subscribe")
  url.searchParams.set("hub.challenge", challenge)
  url.searchParams.set("hub.verify_token", token)
  try {
    const answer = await fetch(url, {
      method: "GET",
      redirect: "manual",
      signal: AbortSignal.timeout(DEADLINE_MS),
    })
    const text = await answer.text()
    return answer.status === 200 && text === challenge
  } catch {
    return false
  }
}

/** Post one body with both signatures.
 * @param body as serialised
 * @returns true for a 200 in time */
export async function postWebhook(callback: string, body: string): Promise<boolean> {
  const signatures = await signWebhook(APP_SECRET, body)
  try {
    const answer = await fetch(callback, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "facebookexternalua", ...signatures },
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(DEADLINE_MS),
    })
    await answer.body?.cancel()
    return answer.status === 200
  } catch {
    return false
  }
}
