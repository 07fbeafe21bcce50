// Every command, one row each: its words, what it takes, what it calls. Composed by tellerline.mjs.

import { BANK_CHECK_COMMANDS } from "./bank-check.mjs"
import { BANK_WAY_COMMANDS } from "./bank-ways.mjs"
import { NOTICE_COMMANDS } from "./notice-commands.mjs"
import { DEPARTURE_COMMANDS } from "./departure-commands.mjs"
import { APPROVAL_COMMANDS } from "./approval-commands.mjs"
import { CUSTOMER_COMMANDS } from "./customer-commands.mjs"
import { KEY_COMMANDS } from "./key-commands.mjs"
import { LETTER_COMMANDS } from "./letter-commands.mjs"
import { list, part, show } from "./listing.mjs"
import { PAGE_COMMANDS } from "./page-commands.mjs"
import { put } from "./record-file.mjs"
import { SEND_COMMANDS } from "./send.mjs"
import { AUDIT_COMMANDS } from "./audit-commands.mjs"
import { refused, usage } from "./failure.mjs"
import { oneLine, printJson, printTable, say } from "./print.mjs"

/** @typedef {object} Asked
 * @property {import("./client.mjs").Client} client
 * @property {readonly string[]} given parameters after the command's words
 * @property {Readonly<Record<string, any>>} options
 * @property {Readonly<Record<string, string | undefined>>} environment
 * @property {typeof import("./record-file.mjs").readRecord} readRecord */

/** @typedef {object} Command
 * @property {readonly string[]} words
 * @property {string} usage
 * @property {string} summary
 * @property {string} [help]
 * @property {readonly string[]} [parameters]
 * @property {boolean} [more] whether the last parameter may be given several times
 * @property {readonly string[]} [options] beyond those every command takes
 * @property {(asked: Asked) => Promise<number>} run the exit code */

const INCIDENT_COLUMNS = ["openedAt", "bank", "page", "kind", "detail", "closedAt"]

/** @type {readonly Command[]} */
export const COMMANDS = [
  {
    words: ["banks", "list"],
    usage: "banks list",
    summary: "The banks you hold a role for",
    run: (asked) => list(asked, "/banks", "banks", ["id", "name", "dialect", "jurisdiction", "issuer"]),
  },
  {
    words: ["banks", "show"],
    usage: "banks show <bank>",
    summary: "A bank's record",
    parameters: ["bank"],
    run: (asked) => show(asked, `/banks/${part(asked.given[0])}`),
  },
  {
    words: ["banks", "put"],
    usage: "banks put <file> [--reason <why>]",
    summary: "Register a bank, or replace its record",
    help: 'The file is JSON with the member "id" and those of GET /docs; "-" reads standard input.',
    parameters: ["file"],
    options: ["reason"],
    run: (asked) => put(asked, "banks"),
  },
  ...BANK_CHECK_COMMANDS,
  ...BANK_WAY_COMMANDS,
  ...NOTICE_COMMANDS,
  ...DEPARTURE_COMMANDS,
  ...SEND_COMMANDS,
  ...PAGE_COMMANDS,
  ...KEY_COMMANDS,
  ...APPROVAL_COMMANDS,
  {
    words: ["incidents"],
    usage: "incidents [--bank <bank>] [--closed]",
    summary: "What somebody must know of, newest first",
    options: ["bank", "closed"],
    run: listIncidents,
  },
  {
    words: ["links", "show"],
    usage: "links show <link>",
    summary: "How one link stands",
    parameters: ["link"],
    run: (asked) => show(asked, `/links/${part(asked.given[0])}`),
  },
  {
    words: ["links", "end"],
    usage: "links end <link> --reason <why>",
    summary: "End a link: nothing is told, read or asked under it any more, and its bank is told",
    help: "The reason stands in the audit trail.",
    parameters: ["link"],
    options: ["reason"],
    run: endLink,
  },
  ...LETTER_COMMANDS,
  ...AUDIT_COMMANDS,
  ...CUSTOMER_COMMANDS,
  {
    words: ["health"],
    usage: "health",
    summary: "What works, what is missing, how many dead letters lie here",
    run: health,
  },
  {
    words: ["healthz"],
    usage: "healthz",
    summary: "Does the gateway answer, and is it configured (needs no key)",
    run: healthz,
  },
]

/** The command these words name. @param {readonly string[]} positionals */
export function findCommand(positionals) {
  return COMMANDS.find(({ words }) => words.every((word, at) => positionals[at] === word))
}

/** The commands that begin with these words, as far as both go: `banks` means all of the banks'. @param {readonly string[]} positionals */
export function commandsBeginning(positionals) {
  return COMMANDS.filter(({ words }) => words.every((word, at) => (positionals[at] ?? word) === word))
}

async function listIncidents({ client, options }) {
  const query = new URLSearchParams({
    ...(options.bank ? { bank: options.bank } : {}),
    ...(options.closed ? { closed: "true" } : {}),
  })
  const answer = await client.admin("GET", `/incidents${query.size > 0 ? `?${query}` : ""}`)
  if (options.json) printJson(answer)
  else printTable(INCIDENT_COLUMNS, answer?.incidents ?? [], "Nothing is wrong.")
  return 0
}

async function endLink({ client, given, options }) {
  if (!options.reason) throw usage("say why: --reason <why>")
  const answer = await client.admin("POST", `/links/${part(given[0])}/end`, { reason: options.reason })
  if (options.json) printJson(answer)
  else
    say(
      answer?.left === "ending"
        ? "Ended for its bank and for all events; its chat did not answer yet and is asked again."
        : "Ended.",
    )
  return 0
}

async function health({ client, options }) {
  const answer = await client.admin("GET", "/health")
  if (options.json) printJson(answer)
  else {
    printTable(["name", "ok", "detail"], answer?.checks ?? [], "Nothing was looked at.")
    const letters = Object.entries(answer?.deadLetters ?? {}).map(([queue, count]) => `${queue} ${count}`)
    say(`\nDead letters: ${letters.join(", ") || "none"}`)
  }
  return answer?.status === "ok" ? 0 : 1
}

async function healthz({ client, options }) {
  const { status, body } = await client.healthz()
  if (options.json) printJson(body ?? { status })
  if (status === 200) {
    if (!options.json) say("The gateway is well.")
    return 0
  }
  const said = typeof body?.detail === "string" ? body.detail : body?.title
  throw refused(oneLine(`the gateway answered ${status}${typeof said === "string" ? `: ${said}` : ""}`))
}
