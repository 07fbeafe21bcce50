// `tellerline bank check` and `banks diff`: what would change of a record; what the gateway finds when it asks the bank, and the one thing it cannot see for itself: whether an event the
// bank signs is taken. Rows of the table in commands.mjs.

import { usage } from "./failure.mjs"
import { oneLine, printJson, printTable, say } from "./print.mjs"
import { cloudEvent, postEvents } from "./send.mjs"
import { readSigner } from "./sign.mjs"

const TEST_TYPE = "bank.test.v1"
/** The gateway's limits for `created`. */
const OLD_SECONDS_MAX = 300
const AHEAD_SECONDS_MAX = 10
const MARKS = { ok: "ok   ", fault: "FAULT", note: "note " }

/** @type {readonly import("./commands.mjs").Command[]} */
export const BANK_CHECK_COMMANDS = [
  {
    words: ["banks", "diff"],
    usage: "banks diff <file>",
    summary: "What would change if this record were put, and which of it takes a second person",
    help: "The exit code is 1 where something would change.",
    parameters: ["file"],
    run: diff,
  },
  {
    words: ["bank", "check"],
    usage: "bank check <bank> [--key <file>] [--kid <kid>] [--file <record>] [--reason <why>]",
    summary: "Everything a bank must pass, asked of it now, and what is wrong in words",
    help: [
      "--key (a private JWK or PEM of the bank) also signs and posts a test event, which nobody is told.",
      "--file is a record that is not stored yet, looked at instead of the stored one.",
      "The exit code is 1 where something is wrong.",
    ].join("\n"),
    parameters: ["bank"],
    options: ["key", "kid", "file", "reason"],
    run: check,
  },
]

async function diff({ client, given: [file], options, readRecord }) {
  const { id, ...record } = await readRecord(file)
  if (typeof id !== "string" || !id) throw usage(`the file has no "id"`)
  const body = { record, reason: "to see what would change" }
  const { changes } = await client.admin("POST", `/banks/${encodeURIComponent(id)}/changes`, body)
  const rows = changes.map(({ guarded, ...change }) => ({ ...change, takes: guarded ? "two people" : "one" }))
  if (options.json) printJson({ changes })
  else printTable(["member", "from", "to", "takes"], rows, "Nothing would change.")
  return changes.length > 0 ? 1 : 0
}

async function check({ client, given: [bank], options, readRecord }) {
  const record = options.file ? await readRecord(options.file) : undefined
  const signer = options.key ? await readSigner(options) : undefined
  const path = `/banks/${encodeURIComponent(bank)}`
  const { findings } = await client.admin("POST", `${path}/check`, {
    ...(record ? { record } : {}),
    ...(options.reason ? { reason: options.reason } : {}),
  })
  const source = record?.eventSource ?? (await client.admin("GET", path)).eventSource
  const keys = findings.find(({ check: name }) => name === "event_keys")
  const all = [...findings, await testEvent({ client, signer, bank, source, keys })]
  const faults = all.filter(({ state }) => state === "fault").length
  if (options.json) printJson({ passed: faults === 0, findings: all })
  else {
    for (const { check: name, state, said } of all)
      say(`${MARKS[state] ?? oneLine(state)}  ${oneLine(name).padEnd(20)}${oneLine(said)}`)
    say(
      faults === 0 ? "\nThe bank passes." : `\n${faults} ${faults === 1 ? "thing is" : "things are"} wrong.`,
    )
  }
  return faults === 0 ? 0 : 1
}

/** The bank's own part of the list: a signed event. */
async function testEvent({ client, signer, bank, source, keys }) {
  const found = (state, said) => ({ check: "test_event", state, said })
  if (!signer)
    return found("note", "Not looked at: give the bank's private key with --key to sign a test event")
  const event = cloudEvent({ type: TEST_TYPE, source, subject: "tellerline-check", data: {} })
  const { status, body, date } = await postEvents(
    client,
    signer,
    `/banks/${encodeURIComponent(bank)}/events`,
    event,
  )
  if (status >= 200 && status < 300) return found("ok", "An event signed by the bank is taken")
  const detail = typeof body?.detail === "string" ? body.detail : body?.title
  if (status === 401) return found("fault", whyRefused(signer, keys, date))
  if (status === 403)
    return found(
      "fault",
      "The eventSource of the record is another than the one of the event: the record was just changed?",
    )
  return found("fault", `The test event is refused (${status})${detail ? `: ${oneLine(detail)}` : ""}`)
}

/** The gateway tells strangers one sentence; what can be known on this side is said here. */
function whyRefused({ kid }, keys, date) {
  const behind = Math.round((Date.parse(date ?? "") - Date.now()) / 1000)
  if (behind > OLD_SECONDS_MAX || behind < -AHEAD_SECONDS_MAX)
    return `This machine's clock is ${Math.abs(behind)} seconds ${behind > 0 ? "behind" : "ahead of"} the gateway's: signatures are ${OLD_SECONDS_MAX} seconds old at most, ${AHEAD_SECONDS_MAX} ahead`
  if (keys?.state === "ok" && !keys.said.includes(`"${kid}"`))
    return `The key "${kid}" is not among those at jwksUri: publish it there, or sign with another`
  if (keys?.state !== "ok") return "The signature cannot be judged while jwksUri cannot be used"
  return `The signature does not hold: the private key is not the one published as "${kid}", or --url is not the gateway's public origin`
}
