// `npm run dev`: both sides up, migrated and registered, two addresses and four things to try.
// `-- --fresh` begins anew; `-- --elsewhere` registers the bank behind every other login and dialect too; PORT and SANDBOX_PORT move
// the two. Ctrl-C stops everything.
// Run by a person, without arguments that a production deployment would share; sandbox/start.mjs does the starting.
import { relative } from "node:path"
import { CannotStart } from "./cannot-start.mjs"
import { ELSEWHERE_BANKS, registerDemo, registerElsewhere } from "./demo.mjs"
import { ROOT } from "./side.mjs"
import { GATEWAY_PORT, SANDBOX_PORT, start } from "./start.mjs"

/** Cron does not fire under `wrangler dev`; the deployed schedule is once a minute too. */
const SCHEDULE_EVERY_MS = 60_000

const abort = new AbortController()
let starting

try {
  const options = readCommandLine()
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => void end(0))

  starting = start({
    ...options,
    signal: abort.signal,
    onStart: () => console.log("Starting the gateway and the sandbox ..."),
    onLine: errorPrinter(),
  })
  const running = await starting
  await registerDemo(running.gateway, running.sandbox)
  if (process.argv.includes("--elsewhere"))
    for (const bank of ELSEWHERE_BANKS) await registerElsewhere(running.gateway, running.sandbox, bank)
  greet(running)
  const schedule = setInterval(() => void runScheduled(running.gateway), SCHEDULE_EVERY_MS)
  const death = await running.ended
  clearInterval(schedule)
  throw death
} catch (error) {
  if (!abort.signal.aborted) {
    console.error(
      error instanceof CannotStart ? error.message : `The demo could not be set up: ${error.message}`,
    )
    await end(1)
  }
}

function readCommandLine() {
  const known = new Set(["--fresh", "--elsewhere"])
  const unknown = process.argv.slice(2).find((word) => !known.has(word))
  if (unknown) throw new CannotStart(`Unknown option "${unknown}": there are --fresh and --elsewhere.`)
  return {
    fresh: process.argv.includes("--fresh"),
    port: readPort("PORT", GATEWAY_PORT),
    sandboxPort: readPort("SANDBOX_PORT", SANDBOX_PORT),
  }
}

function readPort(setting, usual) {
  const text = process.env[setting]
  if (text === undefined || text === "") return usual
  const port = Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new CannotStart(`${setting} is "${text}": it must be a port, 1 to 65535.`)
  }
  return port
}

/** Both sides chatter; what a person needs here is wrangler's error blocks, which end at an empty line. */
function errorPrinter() {
  const inError = { gateway: false, sandbox: false }
  return (side, line) => {
    if (/\[ERROR\]|\[wrangler:error\]/.test(line)) inError[side] = true
    else if (line.trim() === "" || line.startsWith("[wrangler:info]")) inError[side] = false
    if (inError[side] && !abort.signal.aborted) console.error(`${side}: ${line.trim()}`)
  }
}

function greet({ gateway, sandbox, logDir }) {
  const event = JSON.stringify({ type: "bank.fraud.suspected.v1", customer: "ana" })
  console.log(`
  The phone and the bank   ${sandbox}
  The gateway              ${gateway}

Four things to try
  1. Open ${sandbox} : a phone with a chat, as a customer of the bank holds it.
  2. Say "hello", tap Log In, and sign in as ana, password demo, second factor 000000.
  3. Spend something at ${sandbox}/bank/desk and see the alert arrive in the chat.
  4. Let the bank sign and post an event:
     curl ${sandbox}/control/bank/events -H 'content-type: application/json' -d '${event}'

Logs are in ${relative(ROOT, logDir)}. Ctrl-C stops both.`)
}

async function runScheduled(gateway) {
  try {
    const response = await fetch(`${gateway}/cdn-cgi/local/scheduled`, {
      method: "GET",
      redirect: "manual",
      signal: AbortSignal.timeout(30_000),
    })
    if (!response.ok) console.error(`gateway: the scheduled work was answered ${response.status}`)
  } catch (error) {
    if (!abort.signal.aborted) console.error(`gateway: the scheduled work failed: ${error.message}`)
  }
}

async function end(code) {
  if (abort.signal.aborted) return
  abort.abort()
  // A start that was interrupted, or failed, has stopped its own sides when it rejects.
  await starting?.then(
    (running) => running.stop(),
    () => undefined,
  )
  process.exit(code)
}
