// Starting both sides: the gateway and the sandbox, each under its own `wrangler dev`, with local state and keys.
// Plain JavaScript without packages, because it is what tells someone that the packages are missing.
// It prints nothing and registers nothing: callers get two addresses, a `stop` and, when it fails, one plain sentence.
// Composed by sandbox/dev.mjs (a person at a terminal) and test/journeys/start.ts (tests, in a directory of their own).
import { existsSync, mkdirSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { CannotStart } from "./cannot-start.mjs"
import { ensureKeys } from "./keys.mjs"
import { ROOT, WRANGLER, answers, diesOf, runSide } from "./side.mjs"

export const GATEWAY_PORT = 8787
export const SANDBOX_PORT = 8788

/** wrangler itself wants 22; the project brings its own Node, so 20 is enough to get that far. */
const NODE_MAJOR_MIN = 20

/** Refuse an old Node and a missing install, before anything is touched.
 * @throws {CannotStart} */
function assertInstalled() {
  const major = Number(process.versions.node.split(".")[0])
  if (major < NODE_MAJOR_MIN) {
    throw new CannotStart(
      `Tellerline needs Node ${NODE_MAJOR_MIN} or newer, this is ${process.versions.node}.`,
    )
  }
  if (!existsSync(WRANGLER) || !existsSync(join(ROOT, "node_modules", "hono"))) {
    throw new CannotStart("The packages are not installed: run `npm ci` first.")
  }
}

/** Start the gateway and the sandbox, and wait until both answer.
 * @param {object} options
 * @param {number} [options.port] the gateway's
 * @param {number} [options.sandboxPort]
 * @param {boolean} [options.fresh] begin anew: forget both states and the keys
 * @param {string} [options.dir] keep state, keys and logs there instead of in the working tree
 * @param {() => void} [options.onStart] called once nothing stands in the way any more
 * @param {(side: "gateway" | "sandbox", line: string) => void} [options.onLine] every line either side prints
 * @param {AbortSignal} [options.signal] stops a start that is still under way
 * @returns {Promise<{gateway: string, sandbox: string, stateDir: string, logDir: string, ended: Promise<CannotStart>,
 *   stop: () => Promise<void>}>} two origins without a slash at the end, the directory with the gateway's stored
 *   state, and `ended`, which resolves when a side dies although nobody stopped it
 * @throws {CannotStart} */
export async function start({
  port = GATEWAY_PORT,
  sandboxPort = SANDBOX_PORT,
  fresh = false,
  dir,
  onStart,
  onLine,
  signal,
} = {}) {
  assertInstalled()
  if (port === sandboxPort) throw new CannotStart(`PORT and SANDBOX_PORT are both ${port}: choose two.`)
  await assertFree(port, "PORT")
  await assertFree(sandboxPort, "SANDBOX_PORT")

  const local = dir ? journeyPlaces(dir) : workingTreePlaces()
  if (fresh) forget(local)
  ensureKeys(local.keyFile, local.stateDir)
  rmSync(local.logDir, { recursive: true, force: true })
  mkdirSync(local.logDir, { recursive: true })
  onStart?.()

  // localhost everywhere: origin, issuer, cookies and signed targets are compared as text.
  const gateway = `http://localhost:${port}`
  const sandbox = `http://localhost:${sandboxPort}`
  const sides = []
  const run = (side, args) => {
    const child = runSide(side, args, local, onLine)
    sides.push(child)
    return child
  }
  const stop = () => Promise.all(sides.map((side) => side.stop())).then(() => undefined)
  const abort = () => void stop()
  signal?.addEventListener("abort", abort)

  try {
    // `--var` reaches only the first `-c` Worker, the front one; it hands the origins on to the bank.
    const sandboxSide = run("sandbox", [
      "dev",
      "-c",
      join("sandbox", "messenger", "wrangler.toml"),
      "-c",
      join("sandbox", "bank", "wrangler.toml"),
      ...devFlags(sandboxPort, local.sandboxDir),
      ...vars({ ORIGIN: sandbox, GATEWAY_ORIGIN: gateway }),
    ])
    const migrate = ["d1", "migrations", "apply", "DB", "--local", "--persist-to"]
    const migration = run("gateway", [...migrate, local.stateDir])
    const code = await migration.exited
    if (signal?.aborted) throw new CannotStart("Stopped.")
    if (code !== 0) throw new CannotStart(`The database could not be migrated.\n${migration.tail()}`)
    const gatewaySide = run("gateway", [
      "dev",
      ...devFlags(port, local.stateDir),
      ...(local.envFile ? ["--env-file", local.envFile] : []),
      ...vars({
        PUBLIC_ORIGIN: gateway,
        GRAPH_ORIGIN: `${sandbox}/graph`,
        MESSENGER_LINK_ORIGIN: `${sandbox}/m.me`,
      }),
    ])
    await Promise.all([
      answers("gateway", `${gateway}/healthz`, gatewaySide, signal),
      answers("sandbox", `${sandbox}/bank/oidc/.well-known/openid-configuration`, sandboxSide, signal),
    ])
    const ended = Promise.race([diesOf("gateway", gatewaySide), diesOf("sandbox", sandboxSide)])
    return { gateway, sandbox, stateDir: local.stateDir, logDir: local.logDir, ended, stop }
  } catch (error) {
    await stop()
    throw error
  } finally {
    signal?.removeEventListener("abort", abort)
  }
}

/** Where `npx wrangler dev` looks by itself, so that after one `npm run dev` it serves the same data. */
function workingTreePlaces() {
  const wrangler = join(ROOT, ".wrangler")
  return {
    keyFile: join(ROOT, ".dev.vars"),
    stateDir: join(wrangler, "state"),
    sandboxDir: join(wrangler, "sandbox"),
    logDir: join(wrangler, "logs"),
    registryDir: join(wrangler, "registry"),
  }
}

function journeyPlaces(dir) {
  const keyFile = join(dir, "gateway.env")
  return {
    keyFile,
    envFile: keyFile,
    stateDir: join(dir, "gateway"),
    sandboxDir: join(dir, "sandbox"),
    logDir: join(dir, "logs"),
    registryDir: join(dir, "registry"),
  }
}

/** The keys go with the state: neither is of use without the other. */
function forget({ stateDir, sandboxDir, keyFile }) {
  for (const path of [stateDir, sandboxDir, keyFile]) rmSync(path, { recursive: true, force: true })
}

function devFlags(port, persistTo) {
  const quiet = ["--inspector-port", "0", "--show-interactive-dev-session=false"]
  return ["--ip", "localhost", "--port", String(port), "--persist-to", persistTo, ...quiet]
}

function vars(values) {
  return Object.entries(values).flatMap(([name, value]) => ["--var", `${name}:${value}`])
}

/** wrangler's own words about a taken port fill a screen, and come after the other side has started. */
async function assertFree(port, setting) {
  for (const host of ["127.0.0.1", "::1"]) {
    const code = await listenOnce(port, host)
    if (code === "EADDRINUSE" || code === "EACCES") {
      throw new CannotStart(
        `Port ${port} is ${code === "EACCES" ? "not allowed" : "taken"}: free it, or choose another with ${setting}=<port>.`,
      )
    }
  }
}

function listenOnce(port, host) {
  return new Promise((resolve) => {
    const server = createServer()
    server.once("error", (error) => resolve(error.code))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}
