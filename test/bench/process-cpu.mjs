// CPU of workerd, as Linux counts it: user and system time of a process from /proc, in ticks of 10 ms, so that a sample wants
// hundreds of requests. Other systems have no such file: the bench says so and stops.
import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { setTimeout as wait } from "node:timers/promises"

/** Whether CPU can be measured here. */
export const canMeasure = process.platform === "linux"

const TICK_MS = canMeasure ? 1_000 / Number(execFileSync("getconf", ["CLK_TCK"]).toString()) : 10
const QUIET_FOR_MS = 400
const QUIET_WITHIN_MS = 30_000

/** Children of this process. Two Miniflares have one workerd each: whoever starts one takes the difference. */
export function children() {
  return readdirSync("/proc")
    .filter((name) => /^[0-9]+$/.test(name) && statOf(name)?.parent === process.pid)
    .map(Number)
}

/** CPU of a process since it started, in milliseconds. */
export function cpuMs(pid) {
  const stat = statOf(pid)
  if (!stat) throw new Error(`Cannot read the CPU of process ${pid}: it is gone`)
  return (stat.user + stat.system) * TICK_MS
}

/** Wait until a process has nothing to do: no more than one tick in 400 ms. */
export async function quiet(pid) {
  const giveUpAt = Date.now() + QUIET_WITHIN_MS
  for (let before = cpuMs(pid); Date.now() < giveUpAt;) {
    await wait(QUIET_FOR_MS)
    const now = cpuMs(pid)
    if (now - before <= TICK_MS) return
    before = now
  }
}

function statOf(pid) {
  try {
    // The second field is the name in brackets and may hold anything; what follows it are numbers.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? []
    return { parent: Number(fields[1]), user: Number(fields[11]), system: Number(fields[12]) }
  } catch {
    return undefined
  }
}
