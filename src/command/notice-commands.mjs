// Commands about notices to everybody linked: how far they are, stopping and resuming one, asking that one be sent.
// Rows of the table in commands.mjs.

import { usage } from "./failure.mjs"
import { oneLine, printJson, printRecord, printTable, say } from "./print.mjs"

const COLUMNS = ["id", "bank", "state", "people", "told", "notTold", "left", "receivedAt"]

/** @type {readonly import("./commands.mjs").Command[]} */
export const NOTICE_COMMANDS = [
  {
    words: ["notices", "list"],
    usage: "notices list [--bank <bank>]",
    summary: "Notices to everybody linked and how far they are, newest first",
    options: ["bank"],
    run: list,
  },
  {
    words: ["notices", "show"],
    usage: "notices show <id>",
    summary: "How far one notice is",
    parameters: ["id"],
    async run({ client, given, options }) {
      const answer = await client.admin("GET", pathOf(given[0]))
      if (options.json) printJson(answer)
      else printRecord(answer ?? {})
      return 0
    },
  },
  {
    words: ["notices", "start"],
    usage: "notices start <id> --reason <why>",
    summary: "Ask that a notice to more than 1,000 people be sent",
    help: "Another admin approves: tellerline approvals approve <id>.",
    parameters: ["id"],
    options: ["reason"],
    run: (asked) => act(asked, "start"),
  },
  {
    words: ["notices", "stop"],
    usage: "notices stop <id> --reason <why>",
    summary: "Tell nobody more",
    parameters: ["id"],
    options: ["reason"],
    run: (asked) => act(asked, "stop"),
  },
  {
    words: ["notices", "resume"],
    usage: "notices resume <id> --reason <why>",
    summary: "Go on with a notice that was stopped, where it stood",
    parameters: ["id"],
    options: ["reason"],
    run: (asked) => act(asked, "resume"),
  },
]

async function list({ client, options }) {
  const query = options.bank ? `?bank=${encodeURIComponent(options.bank)}` : ""
  const answer = await client.admin("GET", `/notices${query}`)
  if (options.json) printJson(answer)
  else printTable(COLUMNS, answer?.notices ?? [], "There are no notices.")
  return 0
}

async function act({ client, given, options }, how) {
  if (!options.reason) throw usage("say why: --reason <why>")
  const answer = await client.admin("POST", `${pathOf(given[0])}/${how}`, { reason: options.reason })
  if (options.json) printJson(answer)
  else if (how === "start")
    say(
      `Asked. Another admin approves it: tellerline approvals approve ${oneLine(answer?.id)} --reason <why>`,
    )
  else printRecord(answer ?? {})
  return 0
}

function pathOf(id) {
  return `/notices/${encodeURIComponent(id)}`
}
