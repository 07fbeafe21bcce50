// Commands about the outer keys of VAULT_KEYS: what names each, one in wrong hands, one that may go. Rows of the table in commands.mjs.

import { usage } from "./failure.mjs"
import { part } from "./listing.mjs"
import { oneLine, printJson, printTable, say } from "./print.mjs"

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

/** @type {readonly import("./commands.mjs").Command[]} */
export const KEY_COMMANDS = [
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
]

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
