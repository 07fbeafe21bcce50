// What a million notifications cost: counted rows, queue operations and requests times the price list. Each is told, echoed, reported
// delivered and one day pruned. Counted on the same source with counters round it (counting-worker.ts); the Send API's 300 ms are
// assumed, CPU is this machine's and holds the simulated platform too: both stand in their lines.
import { bankPost, post, postAll, receipts, webhook } from "./load.mjs"
import { readWranglerConfig } from "./build.mjs"
import { cpuMs, quiet } from "./process-cpu.mjs"
import { BANK, paymentEvent } from "./seed.mjs"
import { mostRow } from "./table.mjs"
import { arrivals } from "./waiting.mjs"

/** USD a unit. @see Cloudflare's pricing pages, as of the price list this was designed by */
const PRICES = {
  request: 0.3e-6,
  cpuMs: 0.02e-6,
  queueOperation: 0.4e-6,
  objectRequest: 0.15e-6,
  gigabyteSecond: 12.5e-6,
  row: 1e-6,
  logEvent: 0.6e-6,
}
/** A message is written, read and deleted. */
const OPERATIONS_A_UNIT = 3
const OBJECT_GIGABYTES = 0.128
const SEND_SECONDS = 0.3
/** A row of a table without rowid, deleted. */
const ROWS_PRUNED = 1
const MILLION = 1_000_000

const WAYS = [
  { name: "batches of 1,000", size: 1_000, posts: 2, dollars: 4.75, operations: 0.05 },
  { name: "single posts", size: 1, posts: 300, dollars: 6.5, operations: 3 },
]

/** Count, and price. */
export async function countCost({ gateway, farSide, world, key, say }) {
  const rows = []
  for (const way of WAYS) {
    say(`counting ${way.name}`)
    const counted = await count({ gateway, farSide, world, key }, way)
    rows.push(...price(way, counted))
  }
  return rows
}

async function count({ gateway, farSide, world, key }, { name, size, posts }) {
  const sends = []
  farSide.onSend = (body, _at, url) => {
    const page = url.split("/").at(-2)
    sends.push({ page, psid: body.recipient.id, metadata: body.message.metadata, mid: `m_${farSide.sent}` })
  }
  // What the month's key and the Page's first use cost is not a notification's.
  await tell({ gateway, farSide, key }, [paymentEvent(world.people[0], `warm-${name}`)])
  await quiet(gateway.pid)
  const before = await snapshot(gateway)
  sends.length = 0
  for (let number = 0; number < posts; number += 1)
    await tell(
      { gateway, farSide, key },
      Array.from({ length: size }, (_, index) => {
        const each = number * size + index
        return paymentEvent(world.people[each % world.people.length], `cost-${size}-${each}`)
      }),
    )
  await quiet(gateway.pid)
  const told = await snapshot(gateway)
  const bodies = sends.flatMap((send) =>
    receipts(send, send.mid, send.metadata).map((event) => webhook(send.page, [event])),
  )
  await postAll(`${gateway.url}/messenger/webhook`, bodies, { atOnce: 8, status: 200 })
  await quiet(gateway.pid)
  const heard = await snapshot(gateway)
  farSide.onSend = undefined
  const n = size * posts
  return { told: difference(told, before, n), heard: difference(heard, told, n) }
}

async function tell({ gateway, farSide, key }, events) {
  const all = arrivals(farSide, events.length)
  const status = await post(`${gateway.url}/banks/${BANK}/events`, await bankPost(key, BANK, events))
  if (status !== 202) throw new Error(`Events were answered ${status}`)
  await all
}

async function snapshot(gateway) {
  const counts = await (await fetch(`${gateway.url}/bench/counts`)).json()
  return { ...counts, d1Rows: await countRows(gateway.db), cpuMs: cpuMs(gateway.pid) }
}

async function countRows(db) {
  const tables = await db
    .prepare(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'",
    )
    .all()
  const counts = tables.results.map(({ name }) => `(SELECT count(*) FROM "${name}")`)
  return db.prepare(`SELECT ${counts.join(" + ")} AS n`).first("n")
}

/** Of each counter, what one notification has of it. */
function difference(after, before, n) {
  return Object.fromEntries(Object.keys(after).map((name) => [name, (after[name] - before[name]) / n]))
}

function price({ name, dollars, operations }, { told, heard }) {
  const sum = (counter) => told[counter] + heard[counter]
  const queueOperations = sum("queueUnits") * OPERATIONS_A_UNIT
  const invocations = sum("requests") + sum("batches") + sum("callbackBatches")
  const lines = [
    ["requests of the bank and its queues", told.requests + told.batches, PRICES.request],
    ["requests of Meta: echo, delivery", heard.requests + heard.batches, PRICES.request],
    ["CPU ms (this machine's)", sum("cpuMs"), PRICES.cpuMs],
    ["queue operations", queueOperations, PRICES.queueOperation],
    ["calls of objects", sum("objectCalls"), PRICES.objectRequest],
    ["GB-s of objects while Meta answers", SEND_SECONDS * OBJECT_GIGABYTES, PRICES.gigabyteSecond],
    ["rows of objects: told", told.rowsWritten, PRICES.row],
    ["rows of objects: echo, delivery", heard.rowsWritten, PRICES.row],
    ["rows of objects: pruned", ROWS_PRUNED, PRICES.row],
    ["rows of D1", sum("d1Rows"), PRICES.row],
  ]
  const total = lines.reduce((all, [, units, each]) => all + units * each * MILLION, 0)
  const callbacks =
    told.callbackUnits * OPERATIONS_A_UNIT * PRICES.queueOperation + told.callbackBatches * PRICES.request
  const logged = (invocations + sum("objectCalls")) * sampling()
  return [
    mostRow(`$ a million, ${name}`, total, dollars, "$", "the sum of the lines under it"),
    ...lines.map(([what, units, each]) => priced(what, units, each)),
    {
      what: "  beside: callbacks to the bank",
      measured: `$${(callbacks * MILLION).toFixed(3)}`,
      note: `${told.callbackUnits.toFixed(4)} messages, ${told.callbackBatches.toFixed(4)} batches each; not in the sum`,
    },
    priced(
      "beside: log events of invocations",
      logged,
      PRICES.logEvent,
      "not in the sum; wrangler.toml samples",
    ),
    mostRow(`queue operations each, ${name}`, queueOperations, operations, "operations", "without callbacks"),
    mostRow("rows each, told", told.rowsWritten, 2, "rows", ""),
    {
      what: "D1 statements a batch",
      measured: (told.d1Statements / told.batches).toFixed(2),
      note: `${told.batches.toFixed(4)} batches each; what isolates look up again of banks and Pages included`,
    },
  ]
}

function priced(what, units, each, note = "") {
  const amount = `$${(units * each * MILLION).toFixed(3)}`
  return { what: `  ${what}`, measured: amount, note: `${units.toFixed(4)} each${note ? `; ${note}` : ""}` }
}

/** Share of invocations whose logs are kept. */
function sampling() {
  const { observability } = readWranglerConfig()
  if (observability?.enabled !== true) return 0
  return observability.logs?.head_sampling_rate ?? observability.head_sampling_rate ?? 1
}
