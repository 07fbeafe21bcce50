#!/usr/bin/env node
// `tellerline`: the admin API on a terminal. Needs Node 20 and nothing else; the admin key comes from the environment only, because
// arguments can be read by every process of the machine. Commands are commands.mjs, the calls client.mjs, the tables print.mjs.
//
// Exit codes: 0 done, 1 the gateway refused, 2 not understood, 3 the gateway did not answer.

import process from "node:process"
import { parseArgs } from "node:util"
import { createClient } from "./client.mjs"
import { COMMANDS, commandsBeginning, findCommand } from "./commands.mjs"
import { Failure, usage } from "./failure.mjs"
import { printHelp, printHelpOf } from "./print.mjs"
import { readRecord } from "./record-file.mjs"

const NODE_MAJOR_MIN = 20
const DEFAULT_URL = "http://localhost:8787"
const OPTIONS = {
  url: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  reason: { type: "string" },
  bank: { type: "string" },
  cursor: { type: "string" },
  page: { type: "string" },
  closed: { type: "boolean" },
  customer: { type: "string" },
  at: { type: "string" },
  from: { type: "string" },
  to: { type: "string" },
  "connected-by": { type: "string" },
  month: { type: "string" },
  keys: { type: "string" },
  since: { type: "string" },
  key: { type: "string" },
  kid: { type: "string" },
  file: { type: "string" },
  type: { type: "string" },
  source: { type: "string" },
  data: { type: "string" },
  id: { type: "string" },
  time: { type: "string" },
  queue: { type: "string" },
  kind: { type: "string" },
  cause: { type: "string" },
  preview: { type: "boolean" },
  certificate: { type: "boolean" },
}
/** Options any command takes. */
const COMMON = ["url", "json", "help"]

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on("error", (fault) => process.exit(fault.code === "EPIPE" ? 0 : 1))
process.exitCode = await main(process.argv.slice(2)).catch((failure) => {
  if (!(failure instanceof Failure)) throw failure
  process.stderr.write(`tellerline: ${failure.message}\n`)
  return failure.exitCode
})

/** @param {readonly string[]} args */
async function main(args) {
  const major = Number(process.versions.node.split(".")[0])
  if (major < NODE_MAJOR_MIN)
    throw usage(`Node ${NODE_MAJOR_MIN} or newer is needed, this is ${process.versions.node}`)
  const { values, positionals } = parse(args)
  const command = findCommand(positionals)
  if (positionals.length === 0) {
    printHelp(COMMANDS)
    return values.help ? 0 : 2
  }
  const meant = commandsBeginning(positionals)
  if (values.help && meant.length > 0) {
    printHelpOf(meant)
    return 0
  }
  if (!command) throw usage(`"${positionals.join(" ")}" is not a command; see tellerline --help`)
  const given = positionals.slice(command.words.length)
  const allowed = [...COMMON, ...(command.options ?? [])]
  const stray = Object.keys(values).find((name) => !allowed.includes(name))
  if (stray)
    throw usage(
      `"${command.words.join(" ")}" takes no --${stray}; see tellerline ${command.words.join(" ")} --help`,
    )
  const wanted = (command.parameters ?? []).length
  if (command.more ? given.length < wanted : given.length !== wanted)
    throw usage(`write it as: tellerline ${command.usage}`)
  const client = createClient({
    url: values.url ?? process.env.TELLERLINE_URL ?? DEFAULT_URL,
    key: process.env.TELLERLINE_ADMIN_KEY,
  })
  return command.run({ client, given, options: values, environment: process.env, readRecord })
}

function parse(args) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  } catch (fault) {
    throw usage(
      `${fault instanceof Error ? fault.message.split(". ")[0] : "these arguments are not understood"}`,
    )
  }
}
