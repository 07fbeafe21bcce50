// Every command, one row each: its words, what it takes, what it calls. Composed by tellerline.mjs.

import { readFile } from "node:fs/promises"
import process from "node:process"
import { BANK_CHECK_COMMANDS } from "./bank-check.mjs"
import { BANK_WAY_COMMANDS } from "./bank-ways.mjs"
import { NOTICE_COMMANDS } from "./notice-commands.mjs"
import { DEPARTURE_COMMANDS } from "./departure-commands.mjs"
import { SEND_COMMANDS } from "./send.mjs"
import { AUDIT_COMMANDS } from "./audit-commands.mjs"
import { refused, usage } from "./failure.mjs"
import { oneLine, printJson, printRecord, printTable, say } from "./print.mjs"

/** @typedef {object} Asked
 * @property {import("./client.mjs").Client} client
 * @property {readonly string[]} given parameters after the command's words
 * @property {Readonly<Record<string, any>>} options
 * @property {Readonly<Record<string, string | undefined>>} environment
 * @property {typeof readRecord} readRecord */

/** @typedef {object} Command
 * @property {readonly string[]} words
 * @property {string} usage
 * @property {string} summary
 * @property {string} [help]
 * @property {readonly string[]} [parameters]
 * @property {readonly string[]} [options] beyond those every command takes
 * @property {(asked: Asked) => Promise<number>} run the exit code */

const FILE_CHARS_MAX = 60_000
const TEMPLATE_COLUMNS = ["name", "language", "status", "checkedAt"]
const INCIDENT_COLUMNS = ["openedAt", "bank", "page", "kind", "detail", "closedAt"]
const LETTER_COLUMNS = ["id", "bank", "queue", "kind", "items", "reason", "at", "until"]

const KEY_COLUMNS = [
  "kid",
  "newest",
  "onRing",
  "left",
  "countedAt",
  "replacedAt",
  "compromisedAt",
  "toRenew",
  "renewedAt",
  "removableFrom",
  "removedAt",
]
const APPROVAL_COLUMNS = ["id", "bank", "kind", "object", "askedBy", "askedReason", "until"]

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
  {
    words: ["pages", "list"],
    usage: "pages list",
    summary: "The Pages of the banks you hold a role for",
    run: (asked) => list(asked, "/pages", "pages", ["id", "bank", "name"]),
  },
  {
    words: ["pages", "show"],
    usage: "pages show <page>",
    summary: "A Page's record, without its token, and how it stands",
    parameters: ["page"],
    run: (asked) => show(asked, `/pages/${part(asked.given[0])}`),
  },
  {
    words: ["pages", "put"],
    usage: "pages put <file> [--reason <why>]",
    summary: "Register a Page for a bank, or replace its record or token",
    help: 'The file is JSON with the members "id", "bank", "name" and those of GET /docs; "-" reads standard input.\nThe token is read from TELLERLINE_PAGE_TOKEN, or from the member "token".',
    parameters: ["file"],
    options: ["reason"],
    run: (asked) => put(asked, "pages", { token: asked.environment.TELLERLINE_PAGE_TOKEN }),
  },
  {
    words: ["pages", "reconnect"],
    usage: "pages reconnect <page> --reason <why> [--connected-by <login>]",
    summary: "Let a stopped Page speak again: what waited goes out",
    help: "The new token is read from TELLERLINE_PAGE_TOKEN; without one the Page's own is tried again.",
    parameters: ["page"],
    options: ["reason", "connected-by"],
    run: reconnect,
  },
  {
    words: ["templates", "list"],
    usage: "templates list --page <page>",
    summary: "A Page's utility templates and their status at Messenger",
    options: ["page"],
    run: (asked) => list(asked, `/pages/${part(pageOf(asked))}/templates`, "templates", TEMPLATE_COLUMNS),
  },
  {
    words: ["templates", "sync"],
    usage: "templates sync --page <page> --reason <why>",
    summary: "Create the templates that are missing, and look up the status of all",
    help: "Doing it again changes nothing. The exit code is 1 where Messenger refused one.",
    options: ["page", "reason"],
    run: syncTemplates,
  },
  {
    words: ["keys", "list"],
    usage: "keys list",
    summary: "The outer keys of VAULT_KEYS: what still names each, and what may be done with it",
    run: listKeys,
  },
  {
    words: ["keys", "compromised"],
    usage: "keys compromised <kid> --reason <why>",
    summary: "An outer key fell into wrong hands: renew everything that was ever under it",
    help: "Put a new key in front of VAULT_KEYS first. How far it is: tellerline keys list. Doing it again changes nothing.",
    parameters: ["kid"],
    options: ["reason"],
    run: (asked) => keyAct(asked, "compromised"),
  },
  {
    words: ["keys", "remove"],
    usage: "keys remove <kid> --reason <why>",
    summary: "Ask that an outer key be let go, so that VAULT_KEYS may lack it",
    help: "Another admin approves: tellerline approvals approve <id>. The gateway does not start without a key nobody let go.",
    parameters: ["kid"],
    options: ["reason"],
    run: (asked) => keyAct(asked, "removal"),
  },
  {
    words: ["approvals", "list"],
    usage: "approvals list [--bank <bank>]",
    summary: "What one admin asked for and another must approve",
    options: ["bank"],
    run: (asked) =>
      list(
        asked,
        asked.options.bank ? `/approvals?bank=${part(asked.options.bank)}` : "/approvals",
        "approvals",
        APPROVAL_COLUMNS,
      ),
  },
  {
    words: ["approvals", "show"],
    usage: "approvals show <id>",
    summary: "What exactly was asked for, by whom and why",
    parameters: ["id"],
    run: (asked) => show(asked, `/approvals/${part(asked.given[0])}`),
  },
  {
    words: ["approvals", "approve"],
    usage: "approvals approve <id> --reason <why>",
    summary: "Approve what somebody else asked for: it is done at once",
    parameters: ["id"],
    options: ["reason"],
    run: (asked) => decide(asked, "approve", "Approved and done."),
  },
  {
    words: ["approvals", "decline"],
    usage: "approvals decline <id> --reason <why>",
    summary: "Say no, or take your own ask back",
    parameters: ["id"],
    options: ["reason"],
    run: (asked) => decide(asked, "decline", "Declined."),
  },
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
  {
    words: ["dead-letters", "list"],
    usage: "dead-letters list [--bank <bank>] [--cursor <next>]",
    summary: "What could not be handled, newest first",
    options: ["bank", "cursor"],
    run: listLetters,
  },
  {
    words: ["dead-letters", "show"],
    usage: "dead-letters show <id>",
    summary: "One letter, without its content, which is sealed",
    parameters: ["id"],
    run: (asked) => show(asked, `/dead-letters/${part(asked.given[0])}`),
  },
  {
    words: ["dead-letters", "replay"],
    usage: "dead-letters replay <id> --reason <why>",
    summary: "Post a letter's job to its queue again",
    help: "The reason stands in the audit trail. What was told once is not told again.",
    parameters: ["id"],
    options: ["reason"],
    run: replay,
  },
  ...AUDIT_COMMANDS,
  {
    words: ["customers", "export"],
    usage: "customers export --bank <bank> --customer <reference> --reason <why>",
    summary: "All that is held of one customer, as JSON",
    help: "The reference is the bank's own; without --customer it is read from TELLERLINE_CUSTOMER.",
    options: ["bank", "customer", "reason"],
    run: async (asked) => {
      printJson(await askOfBank(asked, "customer/export", { customer: customerOf(asked) }))
      return 0
    },
  },
  {
    words: ["customers", "erase"],
    usage: "customers erase --bank <bank> --customer <reference> --reason <why>",
    summary: "Erase one customer in every chat",
    help: "Nothing is read or sent any more once this has answered; keys and storage follow within minutes. It cannot be undone.",
    options: ["bank", "customer", "reason"],
    run: eraseCustomer,
  },
  {
    words: ["consents"],
    usage: "consents --bank <bank> --at <instant> --reason <why>",
    summary: "Who had allowed what at an instant",
    options: ["bank", "at", "reason"],
    run: (asked) => listOfBank(asked, "consents", "consents", { at: instantOf(asked, "at") }),
  },
  {
    words: ["disclosures"],
    usage: "disclosures --bank <bank> --from <instant> --to <instant> --reason <why>",
    summary: "Whose data, and which kinds, were passed to Meta between two instants",
    help: "Receipts are kept 90 days; what was erased is in no answer.",
    options: ["bank", "from", "to", "reason"],
    run: (asked) =>
      listOfBank(asked, "disclosures", "disclosures", {
        from: instantOf(asked, "from"),
        to: instantOf(asked, "to"),
      }),
  },
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

async function list({ client, options }, path, member, columns) {
  const answer = await client.admin("GET", path)
  if (options.json) printJson(answer)
  else printTable(columns, answer?.[member] ?? [], `There are no ${member}.`)
  return 0
}

async function show({ client, options }, path) {
  const answer = await client.admin("GET", path)
  if (options.json) printJson(answer)
  else printRecord(answer ?? {})
  return 0
}

async function put({ client, given, options }, noun, more = {}) {
  const record = await readRecord(given[0])
  const { id } = record
  if (typeof id !== "string" || !id) throw usage(`the file has no "id"`)
  const known = Object.fromEntries(
    Object.entries({ ...more, reason: options.reason }).filter(([, value]) => value),
  )
  const answer = await client.admin("PUT", `/${noun}/${part(id)}`, { ...record, ...known })
  if (options.json) printJson(answer)
  else if (answer?.kind === "bank.change") {
    say(
      `Asked: ${(answer.asked?.changes ?? []).map(({ member }) => oneLine(member)).join(", ")} would change.`,
    )
    say(
      `Nothing has changed yet; another admin runs: tellerline approvals approve ${oneLine(answer.id)} --reason <why>`,
    )
  } else say(`Stored ${noun === "banks" ? "bank" : "Page"} ${id}.`)
  return 0
}

async function listLetters({ client, options }) {
  const query = new URLSearchParams()
  for (const name of ["bank", "cursor"]) if (options[name]) query.set(name, options[name])
  const answer = await client.admin(
    "GET",
    query.size > 0 ? `/dead-letters?${query.toString()}` : "/dead-letters",
  )
  if (options.json) printJson(answer)
  else printTable(LETTER_COLUMNS, answer?.deadLetters ?? [], "There are no dead letters.")
  const bank = options.bank ? ` --bank ${options.bank}` : ""
  if (!options.json && answer?.next)
    say(`\nMore: tellerline dead-letters list${bank} --cursor ${oneLine(answer.next)}`)
  return 0
}

async function reconnect({ client, given, options, environment }) {
  if (!options.reason) throw usage("say why: --reason <why>")
  const answer = await client.admin("PUT", `/pages/${part(given[0])}/token`, {
    reason: options.reason,
    ...(environment.TELLERLINE_PAGE_TOKEN ? { token: environment.TELLERLINE_PAGE_TOKEN } : {}),
    ...(options["connected-by"] ? { connectedBy: options["connected-by"] } : {}),
  })
  if (options.json) printJson(answer)
  else {
    const { held, stale, sent } = answer?.reconnected ?? {}
    say(`Reconnected. Held: ${held}, of these too old by now: ${stale}, handed back so far: ${sent}.`)
    say(`How it goes on: tellerline pages show ${oneLine(given[0])}`)
  }
  return 0
}

async function syncTemplates(asked) {
  const { client, options } = asked
  if (!options.reason) throw usage("say why: --reason <why>")
  const answer = await client.admin("POST", `/pages/${part(pageOf(asked))}/templates/sync`, {
    reason: options.reason,
  })
  const refused = answer?.refused ?? []
  if (options.json) printJson(answer)
  else {
    printTable(TEMPLATE_COLUMNS, answer?.templates ?? [], "There are no templates.")
    say(`\nCreated: ${answer?.created?.map(oneLine).join(", ") || "none"}`)
    if (answer?.retired?.length > 0) say(`Retired: ${answer.retired.map(oneLine).join(", ")}`)
    if (refused.length > 0) printTable(["template", "reason", "code", "subcode"], refused, "")
  }
  return refused.length > 0 ? 1 : 0
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

async function listKeys({ client, options }) {
  const answer = await client.admin("GET", "/keys")
  const counts = (tally) =>
    Object.entries(tally ?? {})
      .map(([table, rows]) => `${table} ${rows}`)
      .join(", ")
  const rows = (answer?.keys ?? []).map((key) => ({
    ...key,
    left: key.countedAt ? counts(key.left) || "none" : "not counted",
    toRenew: counts(key.renewalLeft),
  }))
  if (options.json) printJson(answer)
  else printTable(KEY_COLUMNS, rows, "No key has sealed anything yet.")
  return 0
}

async function keyAct({ client, given, options }, act) {
  if (!options.reason) throw usage("say why: --reason <why>")
  const answer = await client.admin("POST", `/keys/${part(given[0])}/${act}`, { reason: options.reason })
  if (options.json) printJson(answer)
  else if (act === "removal")
    say(
      `Asked. Another admin approves it: tellerline approvals approve ${oneLine(answer?.id)} --reason <why>`,
    )
  else say(`Reported. Everything under "${oneLine(given[0])}" is being renewed: tellerline keys list`)
  return 0
}

async function decide({ client, given, options }, act, done) {
  if (!options.reason) throw usage("say why: --reason <why>")
  const answer = await client.admin("POST", `/approvals/${part(given[0])}/${act}`, { reason: options.reason })
  if (options.json) printJson(answer)
  else say(done)
  return 0
}

/** Ask something about a bank's customers: always with a reason. */
async function askOfBank({ client, options }, path, body) {
  if (!options.bank) throw usage("say which bank: --bank <bank>")
  if (!options.reason) throw usage("say why: --reason <why>")
  return client.admin("POST", `/banks/${part(options.bank)}/${path}`, { ...body, reason: options.reason })
}

function customerOf({ options, environment }) {
  const customer = options.customer ?? environment.TELLERLINE_CUSTOMER
  if (!customer) throw usage("say which customer: --customer <reference>")
  return customer
}

function instantOf({ options }, name) {
  if (!options[name]) throw usage(`say when: --${name} <instant>, for example 2026-11-22T00:00:00Z`)
  return options[name]
}

async function eraseCustomer(asked) {
  const answer = await askOfBank(asked, "customer/erasure", { customer: customerOf(asked) })
  if (asked.options.json) printJson(answer)
  else if (answer?.erased) {
    say(`Being erased: ${answer.erased}.`)
    for (const code of answer.codes ?? []) say(`How far it is: /privacy/erasure/${oneLine(code)}`)
  } else say("Nobody is linked to that customer.")
  return 0
}

/** Every part of an answer, one JSON object a line. */
async function listOfBank(asked, path, member, body) {
  let cursor = ""
  for (;;) {
    const answer = await askOfBank(asked, path, { ...body, ...(cursor ? { cursor } : {}) })
    for (const row of answer?.[member] ?? []) say(JSON.stringify(row))
    if (!answer?.next) return 0
    cursor = answer.next
  }
}

function pageOf({ options }) {
  if (!options.page) throw usage("say which Page: --page <page>")
  return options.page
}

async function replay({ client, given, options }) {
  if (!options.reason) throw usage("say why: --reason <why>")
  const answer = await client.admin("POST", `/dead-letters/${part(given[0])}/replay`, {
    reason: options.reason,
  })
  if (options.json) printJson(answer)
  else say(`Posted to "${answer?.replayed?.queue}" again.`)
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

/** A record of a file, `-` for standard input. @param {string} file */
export async function readRecord(file) {
  let text
  try {
    text = file === "-" ? await readInput() : await readFile(file, "utf8")
  } catch {
    throw usage(`the file "${file}" cannot be read`)
  }
  if (text.length > FILE_CHARS_MAX) throw usage(`the file "${file}" is too large for a record`)
  try {
    const record = JSON.parse(text)
    if (typeof record === "object" && record !== null && !Array.isArray(record)) return record
  } catch {
    // Told below: a parser's message quotes the file, and the file may hold a token.
  }
  throw usage(`the file "${file}" is not a JSON object`)
}

async function readInput() {
  let text = ""
  for await (const chunk of process.stdin.setEncoding("utf8")) text += chunk
  return text
}

/** A segment of a path. `.` and `..` would change the path however they are encoded. */
function part(text) {
  if (text === "." || text === "..") throw usage(`"${text}" is no id`)
  return encodeURIComponent(text)
}
