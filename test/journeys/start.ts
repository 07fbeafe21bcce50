// Both sides for the journeys: on free ports, in a directory of their own, with the demo bank registered.
// Nothing of a development run beside it is read or touched. A journey asks for the addresses with `inject`.
// Composed by vitest.config.ts as the global setup of the project `journeys`, so only when a journey runs.
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestProject } from "vitest/node"
import { registerDemo } from "../../sandbox/demo.mjs"
import { start } from "../../sandbox/start.mjs"
import { freePorts } from "./free-ports.ts"

declare module "vitest" {
  interface ProvidedContext {
    /** Origin of the gateway, without a slash at the end. */
    readonly gateway: string
    /** Origin of the sandbox: the phone, the Graph API, the demo bank. */
    readonly sandbox: string
    /** The gateway's stored state on disk (not the sandbox's), for the scan of raw storage. */
    readonly stateDir: string
    /** `gateway.log` and `sandbox.log`: everything both sides printed. */
    readonly logDir: string
  }
}

/** Start both sides; the function returned stops them and removes what they wrote. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = await mkdtemp(join(tmpdir(), "tellerline-journeys-"))
  const [port, sandboxPort] = await freePorts()
  let running: Awaited<ReturnType<typeof start>> | undefined
  const teardown = async () => {
    await running?.stop()
    await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
  try {
    running = await start({ port, sandboxPort, dir })
    await registerDemo(running.gateway, running.sandbox)
  } catch (error) {
    await teardown()
    throw error
  }
  project.provide("gateway", running.gateway)
  project.provide("sandbox", running.sandbox)
  project.provide("stateDir", running.stateDir)
  project.provide("logDir", running.logDir)
  return teardown
}
