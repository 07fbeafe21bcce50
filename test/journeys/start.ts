// Both sides for the journeys, once for each worker: on free ports, in a directory of their own, with the demo bank registered.
// Nothing of a development run beside it is read or touched. A journey asks for what is its own with `here` (house.ts).
// Composed by vitest.config.ts as the global setup of the project `journeys`, so only when a journey runs.
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestProject } from "vitest/node"
import { registerDemo } from "../../sandbox/demo.mjs"
import { start } from "../../sandbox/start.mjs"
import { freePairs, type Ports } from "./free-ports.ts"
import type { House } from "./house.ts"

interface Started {
  readonly house: House
  readonly stop: () => Promise<void>
}

/** Start both sides for each worker; the function returned stops them and removes what they wrote. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const pairs = await freePairs(project.config.maxWorkers)
  const starting = await Promise.allSettled(pairs.map(startHouse))
  const started = starting.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []))
  const teardown = async () => void (await Promise.all(started.map(({ stop }) => stop())))
  for (const each of starting)
    if (each.status === "rejected") {
      await teardown()
      throw each.reason
    }
  project.provide(
    "houses",
    started.map(({ house }) => house),
  )
  return teardown
}

async function startHouse([port, sandboxPort]: Ports): Promise<Started> {
  const dir = await mkdtemp(join(tmpdir(), "tellerline-journeys-"))
  let running: Awaited<ReturnType<typeof start>> | undefined
  const stop = async () => {
    await running?.stop()
    await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
  try {
    running = await start({ port, sandboxPort, dir })
    await registerDemo(running.gateway, running.sandbox)
    const { gateway, sandbox, stateDir, logDir } = running
    return { house: { gateway, sandbox, stateDir, logDir }, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
