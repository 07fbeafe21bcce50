// Miniflare with the gateway, and Miniflare with the bare Worker: each has a workerd of its own, so that CPU is counted apart, a
// direct socket (no entry Worker in between), and its state on disk. Settings are a deployment's: see relay-worker.mjs.
// Composed by bench.mjs.
import { readFileSync } from "node:fs"
import { Miniflare } from "miniflare"
import { TEST_KEYS } from "../support/keys.ts"
import { readMigrations, readWranglerConfig } from "./build.mjs"
import { children } from "./process-cpu.mjs"

export const PUBLIC_ORIGIN = "https://gateway.example"
export const APP_ID = "2000000000000002"
export const APP_SECRET = "bench-app-secret"

const SETTINGS = {
  PUBLIC_ORIGIN,
  OPERATOR_NAME: "The bench",
  MESSENGER_APP_ID: APP_ID,
  MESSENGER_APP_SECRETS: APP_SECRET,
  MESSENGER_VERIFY_TOKEN: "bench-verify-token",
  ...TEST_KEYS,
}
const DIRECT = { unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] }
const OUTWARD = { outboundService: { type: "worker", worker: "relay" } }

/** The gateway.
 * @param {object} options
 * @param {{mainModule: string, modules: object}} options.manifest of build.mjs
 * @param {string} options.dir its state
 * @param {number} options.farSidePort
 * @param {number} [options.updatesPort] where platform-queue.mjs keeps the queue `updates` instead of Miniflare
 * @param {boolean} [options.consumes] whether its queues are consumed; without, what is posted stays where it is
 * @param {boolean} [options.awake] objects stay in memory; without, those that rest for ten seconds start anew
 * @param {boolean} [options.migrate] whether the database is new
 * @returns {Promise<{url: string, pid: number, db: D1Database, worker: () => Promise<Fetcher>, stop: () => Promise<void>}>} */
export async function startGateway({
  manifest,
  dir,
  farSidePort,
  updatesPort,
  consumes = true,
  awake = false,
  migrate = false,
}) {
  const wrangler = readWranglerConfig()
  const objects = wrangler.durable_objects.bindings
  const config = {
    name: wrangler.name,
    compatibilityDate: wrangler.compatibility_date,
    compatibilityFlags: wrangler.compatibility_flags,
    manifest,
    env: {
      ...Object.fromEntries(Object.entries(SETTINGS).map(([name, value]) => [name, { type: "text", value }])),
      ...Object.fromEntries(
        wrangler.d1_databases.map((db) => [db.binding, { type: "d1", id: db.database_id }]),
      ),
      ...Object.fromEntries(
        wrangler.queues.producers.map(({ binding, queue }) => [binding, { type: "queue", name: queue }]),
      ),
      ...Object.fromEntries(
        objects.map((object) => [
          object.name,
          { type: "durable-object", worker: wrangler.name, exportName: object.class_name },
        ]),
      ),
      ...(updatesPort ? { UPDATES: { type: "worker", worker: "queue", exportName: "BenchQueue" } } : {}),
    },
    exports: Object.fromEntries(objects.map((object) => [object.class_name, objectExport(awake)])),
    triggers: consumes ? wrangler.queues.consumers.map(triggerOf) : [],
  }
  const beside = updatesPort ? [queueWorker(updatesPort, config)] : []
  const gateway = { config, dev: { ...DIRECT, ...OUTWARD } }
  const started = await start(wrangler.name, dir, farSidePort, gateway, beside)
  const db = await started.miniflare.getD1Database("DB", wrangler.name)
  if (migrate) for (const statement of readMigrations()) await db.prepare(statement).run()
  return { ...started, db, worker: () => started.miniflare.getWorker(wrangler.name) }
}

/** The bare Worker. Arguments as above. */
export function startBare({ dir, farSidePort, awake = false }) {
  const contents = readFileSync(new URL("bare-worker.mjs", import.meta.url), "utf8")
  const { compatibility_date, compatibility_flags } = readWranglerConfig()
  const config = {
    name: "bare",
    compatibilityDate: compatibility_date,
    compatibilityFlags: compatibility_flags,
    manifest: { mainModule: "bare.mjs", modules: { "bare.mjs": { type: "esm", contents } } },
    env: {
      BARE: { type: "durable-object", worker: "bare", exportName: "Bare" },
      BARE_QUEUE: { type: "queue", name: "bare" },
    },
    exports: { Bare: objectExport(awake) },
    triggers: [],
  }
  return start("bare", dir, farSidePort, { config, dev: { ...DIRECT, ...OUTWARD } })
}

async function start(name, dir, farSidePort, worker, beside = []) {
  const before = new Set(children())
  const miniflare = new Miniflare({
    logRequests: false,
    resourcePersistencePath: dir,
    // A request logs a line: taken, never printed. What goes wrong is seen by what does not arrive.
    handleStructuredLogs: ({ level, message }) => {
      if (process.env["BENCH_LOG"] || level === "error") process.stderr.write(`${name} ${level} ${message}\n`)
    },
    workers: [worker, relay(farSidePort, worker.config), ...beside],
  })
  const url = (await miniflare.unsafeGetDirectURL(name)).href.replace(/\/$/, "")
  const [pid] = children().filter((child) => !before.has(child))
  return { miniflare, url, pid, stop: () => miniflare.dispose() }
}

function relay(port, config) {
  return outward("relay", "FAR_SIDE", port, config)
}

function queueWorker(port, config) {
  return outward("queue", "QUEUE", port, config)
}

/** A Worker of ours that calls a port of this machine. */
function outward(name, binding, port, { compatibilityDate }) {
  const contents = readFileSync(new URL(`${name}-worker.mjs`, import.meta.url), "utf8")
  return {
    config: {
      name,
      compatibilityDate,
      manifest: { mainModule: `${name}.mjs`, modules: { [`${name}.mjs`]: { type: "esm", contents } } },
      env: { [binding]: { type: "external", address: `127.0.0.1:${port}`, http: {} } },
    },
  }
}

function objectExport(awake) {
  return { type: "durable-object", storage: "sqlite", unsafePreventEviction: awake }
}

function triggerOf(consumer) {
  const of = (name, value) => (value === undefined ? {} : { [name]: value })
  return {
    type: "queue",
    name: consumer.queue,
    ...of("maxBatchSize", consumer.max_batch_size),
    ...of("maxBatchTimeout", consumer.max_batch_timeout),
    ...of("maxRetries", consumer.max_retries),
    ...of("deadLetterQueue", consumer.dead_letter_queue),
  }
}
