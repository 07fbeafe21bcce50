// Commands about a bank that leaves: asking for it, how far it is, its certificate of deletion. Rows of the table in commands.mjs.

import { usage } from "./failure.mjs"
import { printJson, printRecord, say } from "./print.mjs"

/** @type {readonly import("./commands.mjs").Command[]} */
export const DEPARTURE_COMMANDS = [
  {
    words: ["banks", "leave"],
    usage: "banks leave <bank> --reason <why>",
    summary: "Ask that a bank leaves: its ways in close, and everything of it and its customers is deleted",
    help: "Another admin approves: tellerline approvals approve <id>. Export first what the bank is owed; it cannot be undone.\nTake the app off the bank's Pages at Meta too, so that nobody new writes meanwhile.",
    parameters: ["bank"],
    options: ["reason"],
    run: leave,
  },
  {
    words: ["banks", "departure"],
    usage: "banks departure <bank> [--certificate]",
    summary:
      "How far a bank's departure is; with --certificate its signed certificate of deletion and nothing else",
    parameters: ["bank"],
    options: ["certificate"],
    run: departure,
  },
]

async function leave({ client, given, options }) {
  if (!options.reason) throw usage("say why: --reason <why>")
  const answer = await client.admin("POST", pathOf(given[0]), { reason: options.reason })
  if (options.json) printJson(answer)
  else {
    printRecord(answer ?? {})
    say("\nAnother admin approves: tellerline approvals approve <id> --reason <why>")
  }
  return 0
}

async function departure({ client, given, options }) {
  const answer = await client.admin("GET", pathOf(given[0]))
  if (options.certificate) {
    if (!answer?.certificate) throw usage("the bank has not left yet: there is no certificate")
    say(answer.certificate)
  } else if (options.json) printJson(answer)
  else {
    const { certificate, ...rest } = answer ?? {}
    printRecord(rest)
    if (certificate) say("\nIts certificate: tellerline banks departure <bank> --certificate")
  }
  return 0
}

function pathOf(bank) {
  return `/banks/${encodeURIComponent(bank)}/departure`
}
