// One side of the pair: a wrangler process, its output, whether it answers, and its end.
// It knows neither ports nor settings; those come as wrangler's arguments.
// Composed by sandbox/start.mjs.
import { spawn } from "node:child_process"
import { createWriteStream, existsSync } from "node:fs"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"
import { stripVTControlCharacters } from "node:util"
import { CannotStart } from "./cannot-start.mjs"

export const ROOT = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "")
export const WRANGLER = join(ROOT, "node_modules", "wrangler", "bin", "wrangler.js")

/** A cold start takes about 6 s on two cores; a machine that is busy with tests takes several times that. */
const READY_TIMEOUT_MS = 90_000
const POLL_EVERY_MS = 100
/** wrangler stops within 0.1 s of SIGINT; after this it is killed. */
const STOP_TIMEOUT_MS = 5_000
/** How much of a side's output is kept to explain its death. */
const TAIL_LINES = 30

/** The Node that npm scripts get, also for someone who calls `node sandbox/dev.mjs` with the system's. */
function nodeBinary() {
  const own = ["node", "node.exe"].map((name) => join(ROOT, "node_modules", "node", "bin", name))
  return own.find((path) => existsSync(path)) ?? process.execPath
}

/** Run wrangler in a process group of its own, so that Ctrl-C reaches it from here only, once and in order. */
export function runSide(side, args, local, onLine) {
  const child = spawn(nodeBinary(), [WRANGLER, ...args], {
    cwd: ROOT,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      PATH: `${join(ROOT, "node_modules", ".bin")}${delimiter}${process.env.PATH ?? ""}`,
      CI: "1",
      NO_COLOR: "1",
      FORCE_COLOR: "0",
      WRANGLER_SEND_METRICS: "false",
      WRANGLER_HIDE_BANNER: "true",
      WRANGLER_REGISTRY_PATH: local.registryDir,
      WRANGLER_LOG_PATH: join(local.logDir, "wrangler"),
      // Otherwise every URL, query string included, is written beside the state.
      X_LOCAL_OBSERVABILITY: "false",
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
    },
  })
  const log = createWriteStream(join(local.logDir, `${side}.log`), { flags: "a" })
  const kept = []
  const keep = (line) => {
    log.write(`${line}\n`)
    kept.push(line)
    if (kept.length > TAIL_LINES) kept.shift()
    onLine?.(side, line)
  }
  for (const stream of [child.stdout, child.stderr]) byLine(stream, keep)

  // A test runner that is cut short exits without asking anyone to stop.
  const killAtExit = () => signalGroup(child.pid, "SIGKILL")
  process.once("exit", killAtExit)

  let code
  const exited = new Promise((resolve) => {
    child.once("error", (error) => {
      keep(error.message)
      resolve((code = 1))
    })
    child.once("close", (status) => {
      process.off("exit", killAtExit)
      log.end()
      resolve((code = status ?? 1))
    })
  })
  let stopping
  const stop = () => {
    stopping ??= (async () => {
      if (code !== undefined) return
      signalGroup(child.pid, "SIGINT")
      const late = setTimeout(() => signalGroup(child.pid, "SIGKILL"), STOP_TIMEOUT_MS)
      await exited
      clearTimeout(late)
    })()
    return stopping
  }
  return { exited, stop, tail: () => kept.join("\n"), wasStopped: () => stopping !== undefined }
}

function signalGroup(pid, name) {
  if (pid === undefined) return
  try {
    process.kill(-pid, name)
  } catch (error) {
    if (error.code !== "ESRCH") throw error
  }
}

/** wrangler colours a part of its output whatever it is told. */
function byLine(stream, takeLine) {
  let rest = ""
  const take = (line) => takeLine(stripVTControlCharacters(line))
  stream.setEncoding("utf8")
  stream.on("data", (text) => {
    const lines = (rest + text).split(/\r?\n/)
    rest = lines.pop() ?? ""
    for (const line of lines) take(line)
  })
  stream.on("end", () => {
    if (rest) take(rest)
  })
}

export async function answers(side, url, child, signal) {
  const giveUpAt = Date.now() + READY_TIMEOUT_MS
  let exitCode
  void child.exited.then((code) => (exitCode = code))
  let last = "no answer"
  while (Date.now() < giveUpAt) {
    if (signal?.aborted) throw new CannotStart("Stopped.")
    if (exitCode !== undefined) throw new CannotStart(`The ${side} did not start.\n${child.tail()}`)
    try {
      const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(10_000) })
      if (response.ok) return
      last = `${response.status} ${(await response.text()).slice(0, 500)}`
    } catch {
      // Nobody listens yet.
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_EVERY_MS))
  }
  throw new CannotStart(`The ${side} does not answer at ${url}: ${last}\n${child.tail()}`)
}

export function diesOf(side, child) {
  return new Promise((resolve) => {
    void child.exited.then(() => {
      if (!child.wasStopped()) resolve(new CannotStart(`The ${side} stopped by itself.\n${child.tail()}`))
    })
  })
}
