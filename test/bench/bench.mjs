// Measure the numbers of design.md 7 that need load: `npm run bench`. Ours is the built Worker; what it is compared with is a bare
// Worker in the same run (bare-worker.mjs). CPU is workerd's own; the machine may be busy, so rounds alternate and medians count.
// A goal that is missed is marked, never an error: this is a measurement. `npm run bench -- webhook alert` runs those parts only.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { createTestKey } from "../support/bank-signer.ts"
import { measureAlerts } from "./alert.mjs"
import { measureBatch } from "./batch.mjs"
import { measureFairness } from "./fair.mjs"
import { build } from "./build.mjs"
import { countCost } from "./cost.mjs"
import { measureFanOut } from "./fan-out.mjs"
import { startFarSide } from "./far-side.mjs"
import { measureFreezes } from "./freeze.mjs"
import { canMeasure, quiet } from "./process-cpu.mjs"
import { startBare, startGateway } from "./runtime.mjs"
import { createWorld, seed } from "./seed.mjs"
import { printTable } from "./table.mjs"
import { measureReplies, measureWebhooks } from "./webhook.mjs"

/** People of ten Pages: a Page paces what is sent as it, and ten of them leave fan-out to its own speed. */
const WORLD = { pages: 10, peopleOfFirst: 300, peopleOfOthers: 60, peopleOfOtherBank: 50 }
/** Parts that need the first Page alone. */
const OF_ONE_PAGE = new Set(["alert", "freeze", "fair"])
/** Objects look at the clock ten seconds after something arrived for them. */
const LOOKED_AGAIN_MS = 11_000

/** Parts with consumers running, in this order: with objects that stay in memory, and with objects that start anew each round. */
const PARTS = {
  awake: { webhook: measureWebhooks, reply: measureReplies, "fan-out": measureFanOut },
  asleep: {
    webhook: measureWebhooks,
    reply: measureReplies,
    "fan-out": measureFanOut,
    alert: measureAlerts,
    fair: measureFairness,
    freeze: measureFreezes,
  },
}

const asked = process.argv.slice(2)
const runs = (part) => asked.length === 0 || asked.includes(part)

if (canMeasure) await main()
else console.log("The bench reads CPU from /proc and runs on Linux only: nothing was measured.")

async function main() {
  const dir = mkdtempSync(join(tmpdir(), "tellerline-bench-"))
  const places = Object.fromEntries(
    ["state", "bare", "bundle", "counting"].map((name) => [name, join(dir, name)]),
  )
  for (const place of Object.values(places)) mkdirSync(place)
  const key = await createTestKey("bench-1")
  const farSide = await startFarSide(key.jwk)
  const ofOnePage = asked.length > 0 && asked.every((part) => OF_ONE_PAGE.has(part))
  const world = createWorld(ofOnePage ? { ...WORLD, pages: 1 } : WORLD)
  const rows = []
  const open = []
  const start = async (starting) => {
    const started = await starting
    open.push(started)
    return started
  }
  const stop = async (started) => {
    open.splice(open.indexOf(started), 1)
    await started.stop()
  }
  try {
    say("building")
    const manifest = await build(places.bundle)
    const counting = await build(places.counting, "test/bench/counting-worker.ts")
    const own = { dir: places.state, farSidePort: farSide.port }

    say(`linking ${world.people.length} people of ${world.pages.length} Pages`)
    const seeding = await start(startGateway({ ...own, manifest: counting, migrate: true }))
    await seed(seeding, world)
    await wait(LOOKED_AGAIN_MS)
    await quiet(seeding.pid)
    if (runs("cost")) rows.push(...(await countCost({ gateway: seeding, farSide, world, key, say })))
    await stop(seeding)

    for (const [objects, parts] of Object.entries(PARTS)) {
      if (!Object.keys(parts).some(runs)) continue
      const awake = objects === "awake"
      const gateway = await start(startGateway({ ...own, manifest, awake }))
      const bare = await start(startBare({ dir: places.bare, farSidePort: farSide.port, awake }))
      for (const [name, part] of Object.entries(parts))
        if (runs(name)) rows.push(...(await part({ gateway, bare, farSide, world, key, say, objects })))
      await stop(gateway)
      await stop(bare)
    }
    if (runs("batch")) {
      const gateway = await start(startGateway({ ...own, manifest, consumes: false }))
      const bare = await start(startBare({ dir: places.bare, farSidePort: farSide.port }))
      rows.push(...(await measureBatch({ gateway, bare, world, key, say })))
    }
  } finally {
    for (const started of open) await started.stop()
    await farSide.close()
    rmSync(dir, { recursive: true, force: true })
  }
  printTable(rows)
}

function say(text) {
  console.log(text)
}
