// The Conversation's alarm in workerd: the platform gives it up after some throws, and with it everything that waits.
import { runInDurableObject } from "cloudflare:test"
import { env } from "cloudflare:workers"
import { afterEach, expect, it, vi } from "vitest"
import { settings } from "../../src/db/schema.ts"
import { HOUR_MS, MINUTE_MS } from "../../src/foundation/clock.ts"
import { messageEvent, openGateway } from "../support/gateway.ts"

const PSID = "90000000000000901"
const MOVED = "90000000000000902"

afterEach(() => {
  vi.restoreAllMocks()
})

it("P1: an alarm that finds the deployment unready is set again", async () => {
  const gateway = await openGateway()
  gateway.answer = () => "hang"
  await gateway.say(PSID, "hello")
  await vi.waitFor(() => expect(gateway.sent).toHaveLength(1))
  const unready = { ...env, VAULT_KEYS: "" }
  const set = await runInDurableObject(await gateway.conversation(PSID), async (object, state) => {
    const shell = object as unknown as { env: Env; alarm: () => Promise<void> }
    const ready = shell.env
    Object.assign(shell, { env: unready })
    await state.storage.deleteAlarm()
    await shell.alarm()
    Object.assign(shell, { env: ready })
    return state.storage.getAlarm()
  })
  expect(set).toBeGreaterThan(Date.now())
  expect(set).toBeLessThanOrEqual(Date.now() + 61_000)
})

it("lies by the real clock, however far the development clock was moved", async () => {
  const gateway = await openGateway()
  await gateway.means.db.insert(settings).values({ name: "clock_offset_ms", value: String(25 * HOUR_MS) })
  await gateway.webhook([messageEvent(MOVED, "hello", "m_moved", Date.now() + 25 * HOUR_MS)])
  await vi.waitFor(() => expect(gateway.sent.some(({ psid }) => psid === MOVED)).toBe(true))
  const set = await runInDurableObject(await gateway.conversation(MOVED), (_, state) =>
    state.storage.getAlarm(),
  )
  expect(set).toBeGreaterThan(Date.now() - 1_000)
  expect(set).toBeLessThanOrEqual(Date.now() + MINUTE_MS)
})
