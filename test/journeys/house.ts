// The pair of both sides a journey uses. Each worker has one of its own, so that journeys run side by side and each pair has one at a
// time; start.ts starts as many as there are workers.
import { inject } from "vitest"

/** A gateway and its sandbox, running. */
export interface House {
  /** Origin of the gateway, without a slash at the end. */
  readonly gateway: string
  /** Origin of the sandbox: the phone, the Graph API, the demo bank. */
  readonly sandbox: string
  /** The gateway's stored state on disk (not the sandbox's), for the scan of raw storage. */
  readonly stateDir: string
  /** `gateway.log` and `sandbox.log`: everything both sides printed. */
  readonly logDir: string
}

declare module "vitest" {
  interface ProvidedContext {
    readonly houses: readonly House[]
  }
}

/** What this worker's pair has of that name. @throws Error where it has none: more workers than pairs */
export function here(name: keyof House): string {
  const house = inject("houses")[Number(process.env["VITEST_POOL_ID"]) - 1]
  if (!house) throw new Error(`Cannot find a pair of both sides for worker ${process.env["VITEST_POOL_ID"]}`)
  return house[name]
}
