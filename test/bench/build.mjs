// The Workers of the bench as modules: the gateway as it is deployed (minified, by wrangler), and the same source under counters
// (counting-worker.ts). What wrangler.toml says of queues, objects and the date is read from it, so that the bench cannot drift.
// Composed by bench.mjs.
import { execFile } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { unstable_readConfig } from "wrangler"

export const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "")
const WRANGLER = join(ROOT, "node_modules", "wrangler", "bin", "wrangler.js")

/** Build the gateway.
 * @param {string} dir where the bundle goes
 * @param {string} [entry] another entry than wrangler.toml's
 * @returns {Promise<{mainModule: string, modules: Record<string, {type: string, contents: string | Uint8Array}>}>} */
export async function build(dir, entry) {
  const args = ["deploy", ...(entry ? [entry] : []), "--dry-run", "--minify", "--outdir", dir]
  await promisify(execFile)(process.execPath, [WRANGLER, ...args], {
    cwd: ROOT,
    env: { ...process.env, CI: "1", WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true" },
  })
  const names = readdirSync(dir).filter((name) => /\.(js|bin|wasm)$/.test(name))
  const modules = names.map((name) => {
    const contents = readFileSync(join(dir, name))
    if (name.endsWith(".js")) return [name, { type: "esm", contents: contents.toString() }]
    return [name, { type: name.endsWith(".wasm") ? "wasm" : "data", contents }]
  })
  const mainModule = names.find((name) => name.endsWith(".js"))
  return { mainModule, modules: Object.fromEntries(modules) }
}

/** wrangler.toml as wrangler reads it. */
export function readWranglerConfig() {
  return unstable_readConfig({ config: join(ROOT, "wrangler.toml") }, { hideWarnings: true })
}

/** Every statement of the migrations, in order. */
export function readMigrations() {
  const dir = join(ROOT, "migrations")
  return readdirSync(dir)
    .filter((name) => name.endsWith(".sql"))
    .toSorted()
    .flatMap((name) => readFileSync(join(dir, name), "utf8").split("--> statement-breakpoint"))
    .map((statement) => statement.trim())
    .filter(Boolean)
}
