// What the control API asks of the two other sides: the bank's Worker, by its binding, and the gateway, over HTTP.
// Neither has to be there: what they answered is reported, and nothing here fails because of it.

import { GATEWAY_ADMIN_KEY } from "../development.ts"
import type { Emulator, SandboxEnv } from "../emulator.ts"
import type { JsonObject } from "../json.ts"
import { parseJson } from "../json.ts"

/** An answer of the other side; status 0 where there was none. */
export type Outcome = { readonly status: number; readonly body: unknown }

const DEADLINE_MS = 60_000

/** The request as the bank's Worker expects it: with both origins, since its own settings do not hold them. */
export function forBank(env: SandboxEnv, request: Request): Request {
  const forwarded = new Request(request)
  forwarded.headers.set("x-sandbox-origin", env.ORIGIN)
  forwarded.headers.set("x-gateway-origin", env.GATEWAY_ORIGIN)
  return forwarded
}

function askBank(emulator: Emulator, path: string, body: unknown): Promise<Outcome> {
  const request = new Request(`${emulator.env.ORIGIN}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    redirect: "manual",
    signal: AbortSignal.timeout(DEADLINE_MS),
  })
  return outcomeOf(() => emulator.env.BANK.fetch(forBank(emulator.env, request)))
}

/** Ask, and never fail: what was answered, or that nothing was. */
export async function outcomeOf(ask: () => Promise<Response>): Promise<Outcome> {
  try {
    const response = await ask()
    const text = await response.text()
    return { status: response.status, body: parseJson(text) ?? text.slice(0, 200) }
  } catch {
    return { status: 0, body: "No answer" }
  }
}

/** Move all three clocks: ours, the bank's, the gateway's, which then does what became due. */
export async function moveClock(emulator: Emulator, advanceMs: number): Promise<object> {
  emulator.clock.advance(advanceMs)
  emulator.outbox.hasten(advanceMs)
  emulator.tick()
  const bank = await askBank(emulator, "/control/bank/clock", { advanceMs })
  const gateway = await outcomeOf(() =>
    fetch(`${emulator.env.GATEWAY_ORIGIN}/admin/v1/clock`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${GATEWAY_ADMIN_KEY}` },
      body: JSON.stringify({ advanceMs }),
      redirect: "manual",
      signal: AbortSignal.timeout(DEADLINE_MS),
    }),
  )
  return { now: emulator.clock.now(), bank: bank.status, gateway: gateway.status }
}

/** Hand the bank its part of the faults; an empty list clears them there. */
export function putBankFaults(emulator: Emulator, faults: readonly JsonObject[]): Promise<Outcome> {
  // The bank matches by the beginning of a path: a star at the end says nothing more.
  const prefixes = faults.map((fault) => ({
    ...fault,
    path: `/${String(fault.path).replace(/^\//, "").replace(/\*+$/, "")}`,
  }))
  return askBank(emulator, "/control/bank/faults", prefixes)
}

/** Have the bank begin anew. */
export const resetBank = (emulator: Emulator): Promise<Outcome> =>
  askBank(emulator, "/control/bank/reset", {})
