// Commands about audit logs and a restored database. Rows of the table in commands.mjs.

import { readFile } from "node:fs/promises"
import { verifyExport } from "./audit-verify.mjs"
import { usage } from "./failure.mjs"
import { oneLine, printJson, printRecord, printTable, say } from "./print.mjs"

const LINE_COLUMNS = ["at", "bank", "actor", "action", "object"]

/** @type {readonly import("./commands.mjs").Command[]} */
export const AUDIT_COMMANDS = [
  {
    words: ["audit", "head"],
    usage: "audit head <bank> [--month <YYYY-MM>]",
    summary: "The signed head of a bank's audit log (\"*\": the deployment's own)",
    parameters: ["bank"],
    options: ["month"],
    run: async (asked) => {
      const answer = await asked.client.admin("GET", pathOf(asked, "head"))
      if (asked.options.json) printJson(answer)
      else printRecord(answer ?? {})
      return 0
    },
  },
  {
    words: ["audit", "check"],
    usage: "audit check <bank> [--month <YYYY-MM>]",
    summary: "Hold everything stored of an audit log against itself",
    help: "The exit code is 1 where something differs.",
    parameters: ["bank"],
    options: ["month"],
    run: async (asked) => {
      const answer = await asked.client.admin("GET", pathOf(asked, "check"))
      if (asked.options.json) printJson(answer)
      else say(answer?.intact ? "All is as it was written." : `Differs at ${oneLine(answer?.differs)}.`)
      return answer?.intact ? 0 : 1
    },
  },
  {
    words: ["audit", "export"],
    usage: "audit export <bank> [--month <YYYY-MM>]",
    summary: "A whole audit log as JSON, to be kept and checked offline",
    parameters: ["bank"],
    options: ["month"],
    run: async (asked) => {
      printJson(await asked.client.admin("GET", pathOf(asked, "export")))
      return 0
    },
  },
  {
    words: ["audit", "verify"],
    usage: "audit verify <export.json> [--keys <jwks.json>] [--since <head>]",
    summary: "Check an export offline: entries, tree, signature, growth",
    help: "Asks no gateway. --keys is a key set you trust (the deployment's /.well-known/jwks.json, kept when you knew it to be good);\nwithout it the export's own keys are used, which proves that it is whole, not whose it is.\n--since is a file with a head you kept: the log must go on from it.\nThe exit code is 1 where something is not as it was signed.",
    parameters: ["export.json"],
    options: ["keys", "since"],
    run: verify,
  },
  {
    words: ["restore", "status"],
    usage: "restore status",
    summary: "Was the database put back to an older state",
    run: async ({ client, options }) => {
      const answer = await client.admin("GET", "/restore")
      if (options.json) printJson(answer)
      else
        say(
          answer?.restored
            ? "The database was put back: every way in is shut."
            : "The database is as it was left.",
        )
      return answer?.restored ? 1 : 0
    },
  },
  {
    words: ["restore", "finish"],
    usage: "restore finish --reason <why>",
    summary: "Do again what a database that was put back forgot, and open every way in",
    help: "Links that ended end again, erased people are erased again, revoked keys are revoked again, from the audit logs.\nWhat people did since and must do again is listed. It may be repeated where it was cut off.",
    options: ["reason"],
    run: finishRestore,
  },
]

/** @param {import("./commands.mjs").Asked} asked @param {string} what */
function pathOf({ given, options }, what) {
  const bank = given[0] === "*" ? "*" : encodeURIComponent(given[0] ?? "")
  return `/audit/${bank}/${what}${options.month ? `?month=${encodeURIComponent(options.month)}` : ""}`
}

/** @param {import("./commands.mjs").Asked} asked */
async function verify({ given, options }) {
  const text = await read(given[0])
  const { head, since, ownKeys } = verifyExport(text, {
    ...(options.keys ? { keys: await read(options.keys) } : {}),
    ...(options.since ? { since: await read(options.since) } : {}),
  })
  if (options.json) {
    printJson({ verified: true, head, ...(since ? { since } : {}), ownKeys })
    return 0
  }
  const { bank, month, size, iss, iat } = head
  const signedAt = new Date(iat * 1000).toISOString()
  say(
    `Whole: ${size} entries of ${oneLine(bank)} in ${oneLine(month)}, signed by ${oneLine(iss)} at ${signedAt}.`,
  )
  if (since) say(`It goes on from the ${since.size} entries signed before.`)
  if (ownKeys) say("Checked by the export's own keys: pass --keys to know whose it is.")
  return 0
}

/** @param {import("./commands.mjs").Asked} asked */
async function finishRestore({ client, options }) {
  if (!options.reason) throw usage("say why: --reason <why>")
  const sum = { ended: 0, settled: 0, erased: 0, revokedKeys: 0 }
  let answer
  do {
    answer = await client.admin("POST", "/restore/finish", { reason: options.reason })
    for (const name of Object.keys(sum)) sum[name] += answer?.[name] ?? 0
    if (answer?.left > 0 && !options.json) say(`${answer.left} left to do.`)
  } while (answer?.left > 0)
  const { toDo = [] } = answer ?? {}
  if (options.json) printJson({ ...sum, toDo })
  else {
    const { ended, settled, erased, revokedKeys } = sum
    say(
      `Done again: ${ended} links ended, ${erased} people erased, ${revokedKeys} keys revoked; ${settled} links settled.`,
    )
    if (toDo.length > 0) say("\nWhat people did since, to be done again by them:")
    printTable(LINE_COLUMNS, toDo, "Nothing is left to do again.")
  }
  return 0
}

async function read(file) {
  try {
    return await readFile(file, "utf8")
  } catch {
    throw usage(`the file "${file}" cannot be read`)
  }
}
