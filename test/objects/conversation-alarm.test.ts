// The Conversation's alarm in workerd: the platform gives it up after some throws, and with it everything that waits.
import { runInDurableObject } from "cloudflare:test"
import { env } from "cloudflare:workers"
import { expect, it, vi } from "vitest"
import { openGateway } from "../support/gateway.ts"

const PSID = "90000000000000901"

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
