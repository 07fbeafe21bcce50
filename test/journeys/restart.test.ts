// Both sides stop and start again on the same directory: the chat still knows the link, the bank is asked with the tokens that
// lay sealed on disk, and an event is told. A pair of its own, since the one the journeys share must not go away under them.
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Browser } from "playwright-core"
import { registerDemo } from "../../sandbox/demo.mjs"
import { start } from "../../sandbox/start.mjs"
import { launch } from "./browser.ts"
import { accountOf, control, inWords, readThread } from "./control.ts"
import { freePorts } from "./free-ports.ts"
import { hears, link, meet, type Someone } from "./phone.ts"

const STARTS_MS = 120_000

describe("a restart", () => {
  let browser: Browser
  let dir: string
  let ports: readonly [number, number]
  let running: Awaited<ReturnType<typeof start>> | undefined
  let ana: Someone

  beforeAll(async () => {
    browser = await launch()
    dir = await mkdtemp(join(tmpdir(), "tellerline-restart-"))
    ports = await freePorts()
    running = await startAgain()
    await registerDemo(running.gateway, running.sandbox)
    ana = await meet(browser, running.sandbox, "Ana Restart-Example")
    await link(ana, "ana", ["account_service", "transaction_alerts"])
  }, STARTS_MS)

  afterAll(async () => {
    await browser?.close()
    await running?.stop()
    await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  })

  test(
    "the chat still knows the link, answers with the bank's figures, and tells of a payment",
    async () => {
      await running?.stop()
      running = await startAgain()
      const { sandbox } = running
      await ana.goBack()
      const { available, currency, id } = await accountOf(sandbox, "ana")
      await hears(ana, `Checking ••4821: ${inWords(available, currency)} available`, () => ana.say("balance"))
      await hears(ana, /received 12\.34 EUR, Restart Refunds Ltd/, () =>
        control(sandbox, "/control/bank/payments", {
          account: id,
          amount: "12.34",
          direction: "credit",
          merchant: "Restart Refunds Ltd",
        }),
      )
      const thread = await readThread(sandbox, ana.psid)
      expect(thread.filter(({ text }) => text?.startsWith("Connected: "))).toHaveLength(1)
    },
    STARTS_MS,
  )

  function startAgain() {
    const [port, sandboxPort] = ports
    return start({ dir, port, sandboxPort })
  }
})
