// Commands about what could not be handled: listing it, looking at one letter without its content, replaying one, some, or asking that all a
// filter means be replayed. Rows of the table in commands.mjs.

import { usage } from "./failure.mjs"
import { part, show } from "./listing.mjs"
import { oneLine, printJson, printTable, say } from "./print.mjs"

const COLUMNS = ["id", "bank", "page", "queue", "kind", "items", "reason", "attempts", "at", "until"]
/** Options that filter, and the members they are. The option `--reason` is why somebody acts. */
const FILTERS = {
  bank: "bank",
  page: "page",
  queue: "queue",
  kind: "kind",
  cause: "reason",
  from: "from",
  to: "to",
}
const FILTER_USAGE =
  "[--page <page>] [--queue <queue>] [--kind <kind>] [--cause <why it lies here>] [--from <instant>] [--to <instant>]"

/** @type {readonly import("./commands.mjs").Command[]} */
export const LETTER_COMMANDS = [
  {
    words: ["dead-letters", "list"],
    usage: "dead-letters list [--bank <bank>] [--page <page>] [--cause <why it lies here>] [--cursor <next>]",
    summary: "What could not be handled, newest first",
    help: `All that filters: [--bank <bank>] ${FILTER_USAGE}\nInstants as 2026-11-22T00:00:00Z: those that lie here since then or later, or since before.`,
    options: [...Object.keys(FILTERS), "cursor"],
    run: list,
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
    usage: "dead-letters replay <id>… --reason <why>",
    summary: "Post letters' jobs to their queues again",
    help: "Up to 50 ids. The reason stands in the audit trail. Each is looked at anew: what was told once is not told again, what is too old is not told at all.",
    parameters: ["id"],
    more: true,
    options: ["reason"],
    run: replay,
  },
  {
    words: ["dead-letters", "replay-matching"],
    usage:
      "dead-letters replay-matching --bank <bank> [--page <page>] [--cause <why it lies here>] --reason <why>",
    summary: "Ask that every letter of a bank that the filter means be replayed",
    help: `All that filters: ${FILTER_USAGE}\nWhat the filter means can be looked at first: tellerline dead-letters list with the same options.\nAnother admin approves: tellerline approvals approve <id>.`,
    options: [...Object.keys(FILTERS), "reason"],
    run: replayMatching,
  },
]

function filterOf(options) {
  return Object.fromEntries(
    Object.entries(FILTERS).flatMap(([option, member]) =>
      options[option] ? [[member, options[option]]] : [],
    ),
  )
}

async function list({ client, options }) {
  const query = new URLSearchParams(filterOf(options))
  if (options.cursor) query.set("cursor", options.cursor)
  const answer = await client.admin(
    "GET",
    query.size > 0 ? `/dead-letters?${query.toString()}` : "/dead-letters",
  )
  if (options.json) printJson(answer)
  else printTable(COLUMNS, answer?.deadLetters ?? [], "There are no dead letters.")
  const again = Object.keys(FILTERS).flatMap((name) => (options[name] ? [` --${name} ${options[name]}`] : []))
  if (!options.json && answer?.next)
    say(`\nMore: tellerline dead-letters list${again.join("")} --cursor ${oneLine(answer.next)}`)
  return 0
}

async function replay({ client, given, options }) {
  if (!options.reason) throw usage("say why: --reason <why>")
  const { reason } = options
  if (given.length === 1) {
    const answer = await client.admin("POST", `/dead-letters/${part(given[0])}/replay`, { reason })
    if (options.json) printJson(answer)
    else say(`Posted to "${answer?.replayed?.queue}" again.`)
    return 0
  }
  const answer = await client.admin("POST", "/dead-letters/replay", { ids: given, reason })
  const left = answer?.notReplayed ?? []
  if (options.json) printJson(answer)
  else {
    say(`Posted to their queues again: ${(answer?.replayed ?? []).length}.`)
    if (left.length > 0) say(`Where they were, or not there any more: ${left.map(oneLine).join(", ")}`)
  }
  return left.length === 0 ? 0 : 1
}

async function replayMatching({ client, options }) {
  if (!options.reason) throw usage("say why: --reason <why>")
  if (!options.bank) throw usage("say whose: --bank <bank>")
  const answer = await client.admin("POST", "/dead-letters/replay-by-filter", {
    filter: filterOf(options),
    reason: options.reason,
  })
  if (options.json) printJson(answer)
  else {
    say(`Asked for ${answer?.asked?.letters} letters. Nothing has gone back yet.`)
    say(`Another admin approves it: tellerline approvals approve ${oneLine(answer?.id)} --reason <why>`)
  }
  return 0
}
