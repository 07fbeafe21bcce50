// Measure the numbers of design.md 7 that need load: `npm run bench`. Ours is the built Worker; what it is compared with is a bare
// Worker in the same run (bare-worker.mjs). CPU is workerd's own; the machine may be busy, so rounds alternate and medians count.
// A goal that is missed is marked, never an error: this is a measurement; a part that does not come to its end in time is one.
// `npm run bench -- webhook alerts` runs those parts only; `--updates 5000` makes the backlog of `alerts`, `fair` and `freeze` smaller,
// `--people 50` its Page: at one message a second each, fewer than 220 people cannot take what the Page could carry.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { parseArgs } from "node:util"
import { createTestKey } from "../support/bank-signer.ts"
import { keepTemporaryInMemory } from "../support/memory-disk.ts"
import { measureAlerts } from "./alerts.mjs"
import { measureFairness } from "./fair.mjs"
import { countCost } from "./cost.mjs"
import { measureFanOut } from "./fan-out.mjs"
import { startFarSide } from "./far-side.mjs"
import { measureFreezes } from "./freeze.mjs"
import { canMeasure, quiet } from "./process-cpu.mjs"
import { startPlatformQueue } from "./platform-queue.mjs"
import { build, readWranglerConfig } from "./build.mjs"
import { startBare, startGateway } from "./runtime.mjs"
import { createWorld, seed } from "./seed.mjs"
import { printTable } from "./table.mjs"
import { measureTenThousand } from "./ten-thousand.mjs"
import { inTime } from "./waiting.mjs"
import { measureReplies, measureWebhooks } from "./webhook.mjs"

/** People of ten Pages: a Page paces what is sent as it, and ten of them leave fan-out to its own speed. */
const WORLD = { pages: 10, peopleOfFirst: 300, peopleOfOthers: 60, peopleOfOtherBank: 50 }
/** Parts that need the first Page alone. */
const OF_ONE_PAGE = new Set(["alerts", "freeze", "fair"])
/** A part, and making its world: on two cores each takes less than half of it. */
const PART_MS_MAX = 170_000
/** Objects look at the clock ten seconds after something arrived for them. */
const LOOKED_AGAIN_MS = 11_000

/** Parts with consumers running, in this order: with objects that stay in memory, and with objects that start anew each round. */
const PARTS = {
  awake: { webhook: measureWebhooks, reply: measureReplies, "fan-out": measureFanOut },
  asleep: {
    webhook: measureWebhooks,
    reply: measureReplies,
    "fan-out": measureFanOut,
    alerts: measureAlerts,
    freeze: measureFreezes,
  },
}
const NAMES = ["cost", ...Object.keys(PARTS.asleep), "fair", "ten-thousand"]

keepTemporaryInMemory()
const { positionals: asked, values } = parseArgs({
  allowPositionals: true,
  options: { updates: { type: "string" }, people: { type: "string" } },
})
const updates = values.updates === undefined ? undefined : Number(values.updates)
const peopleOfFirst = Number(values.people ?? WORLD.peopleOfFirst)
const unknown = asked.filter((part) => !NAMES.includes(part))
const wrong = !(peopleOfFirst >= 20 && peopleOfFirst <= 1_000) || !((updates ?? 1_000) >= 1_000)
if (unknown.length > 0 || wrong) {
  console.error(`npm run bench -- [${NAMES.join(" | ")}] … [--updates 1000 or more] [--people 20 to 1000]`)
  process.exit(2)
}
const runs = (part) => asked.length === 0 || asked.includes(part)

if (canMeasure)
  await main().catch((error) => {
    console.error(`The bench failed: ${error.message}`)
    process.exit(1)
  })
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
  const world = createWorld({ ...WORLD, peopleOfFirst, pages: ofOnePage ? 1 : WORLD.pages })
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

    say(`linking ${world.people.length + world.others.length} people; state lies in ${dir}`)
    const seeding = await start(startGateway({ ...own, manifest: counting, migrate: true }))
    await inTime("linking", PART_MS_MAX, async () => {
      await seed(seeding, world)
      await wait(LOOKED_AGAIN_MS)
      await quiet(seeding.pid)
    })
    if (runs("cost")) rows.push(...(await countCost({ gateway: seeding, farSide, world, key, say })))
    await stop(seeding)

    for (const [objects, parts] of Object.entries(PARTS)) {
      if (!Object.keys(parts).some(runs)) continue
      const awake = objects === "awake"
      const gateway = await start(startGateway({ ...own, manifest, awake }))
      const bare = await start(startBare({ dir: places.bare, farSidePort: farSide.port, awake }))
      const given = { gateway, bare, farSide, world, key, say, objects, updates }
      for (const [name, part] of Object.entries(parts))
        if (runs(name)) rows.push(...(await inTime(name, PART_MS_MAX, () => part(given))))
      await stop(gateway)
      await stop(bare)
    }
    if (runs("fair")) {
      const queue = await startPlatformQueue(batchSizeOf("updates"))
      open.push({ stop: () => queue.close() })
      const gateway = await start(startGateway({ ...own, manifest, updatesPort: queue.port }))
      queue.consume(await gateway.worker(), "updates")
      const given = { gateway, farSide, world, key, say, updates }
      rows.push(...(await inTime("fair", PART_MS_MAX, () => measureFairness(given))))
      await queue.close()
      await stop(gateway)
    }
    if (runs("ten-thousand")) {
      const gateway = await start(startGateway({ ...own, manifest, consumes: false }))
      const bare = await start(startBare({ dir: places.bare, farSidePort: farSide.port }))
      const given = { gateway, bare, world, key, say }
      rows.push(...(await inTime("ten-thousand", PART_MS_MAX, () => measureTenThousand(given))))
    }
  } finally {
    for (const started of open) await started.stop()
    await farSide.close()
    rmSync(dir, { recursive: true, force: true })
  }
  printTable(rows)
}

function batchSizeOf(queue) {
  return readWranglerConfig().queues.consumers.find((each) => each.queue === queue).max_batch_size
}

function say(text) {
  console.log(text)
}
