// Commands about dead letters: what could not be handled, and posting it again. Rows of the table in commands.mjs.

import { usage } from "./failure.mjs"
import { part, show } from "./listing.mjs"
import { oneLine, printJson, printTable, say } from "./print.mjs"

const LETTER_COLUMNS = ["id", "bank", "queue", "kind", "items", "reason", "at", "until"]

/** @type {readonly import("./commands.mjs").Command[]} */
export const LETTER_COMMANDS = [
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
]

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

async function replay({ client, given, options }) {
  if (!options.reason) throw usage("say why: --reason <why>")
  const answer = await client.admin("POST", `/dead-letters/${part(given[0])}/replay`, {
    reason: options.reason,
  })
  if (options.json) printJson(answer)
  else say(`Posted to "${answer?.replayed?.queue}" again.`)
  return 0
}
