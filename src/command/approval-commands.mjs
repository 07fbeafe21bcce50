// Commands about what one admin asked for and another must approve. Rows of the table in commands.mjs.

import { usage } from "./failure.mjs"
import { list, part, show } from "./listing.mjs"
import { printJson, say } from "./print.mjs"

const APPROVAL_COLUMNS = ["id", "bank", "kind", "object", "askedBy", "askedReason", "until"]

/** @type {readonly import("./commands.mjs").Command[]} */
export const APPROVAL_COMMANDS = [
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
]

async function decide({ client, given, options }, act, done) {
  if (!options.reason) throw usage("say why: --reason <why>")
  const answer = await client.admin("POST", `/approvals/${part(given[0])}/${act}`, { reason: options.reason })
  if (options.json) printJson(answer)
  else say(done)
  return 0
}
