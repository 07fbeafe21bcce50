// One emulator for a test file, made new before each test, and the few calls every row makes. Spoken to over HTTP alone.
// Composed by emulator-rows.test.ts and emulator-threads.test.ts; importing it registers its hooks with the file that does.

import { afterAll, beforeAll, beforeEach, vi } from "vitest"
import type { Answered, Json, Running } from "./running.ts"
import { run } from "./running.ts"

export const PAGE = "100000000000001"
export const APP = "1000000000000001"
export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
export const FIELDS =
  "messages,messaging_postbacks,message_echoes,message_deliveries,message_reads,message_reactions,message_edits," +
  "messaging_referrals,messaging_account_linking,messaging_optins,messaging_handovers,standby,messaging_feedback," +
  "messaging_integrity,messaging_policy_enforcement,message_template_status_update"

// A machine busy with other tests is several times slower.
vi.setConfig({ testTimeout: 20_000, hookTimeout: 60_000 })

export let emulator: Running
export let psid: string

beforeAll(async () => {
  emulator = await run()
})
afterAll(() => emulator.close())
beforeEach(async () => {
  emulator.answer = () => new Response("EVENT_RECEIVED")
  await emulator.control("/reset", {})
  emulator.got.length = 0
  psid = String((await emulator.control("/people", { name: "Zoe Quist" })).body["psid"])
  await emulator.graph("POST", `/v26.0/${PAGE}/subscribed_apps?subscribed_fields=${FIELDS}`)
})

export const person = (body: Json): Promise<Answered> => emulator.control(`/people/${psid}/send`, body)
export const knobs = (body: Json): Promise<Answered> => emulator.control(`/pages/${PAGE}`, body)
export const later = (advanceMs: number): Promise<Answered> => emulator.control("/clock", { advanceMs })
export const send = (body: Json = {}): Promise<Answered> =>
  emulator.graph("POST", `/v26.0/${PAGE}/messages`, {
    recipient: { id: psid },
    messaging_type: "RESPONSE",
    message: { text: "Hello" },
    ...body,
  })

/** "ok", or the error as "code/subcode". */
export function verdict({ body }: Answered): string {
  const error = body["error"] as Json | undefined
  return error === undefined ? "ok" : [error["code"], error["error_subcode"]].filter(Boolean).join("/")
}
