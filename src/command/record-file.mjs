// Records that lie in files: reading one, and registering the bank or Page it is of.

import { readFile } from "node:fs/promises"
import process from "node:process"
import { usage } from "./failure.mjs"
import { part } from "./listing.mjs"
import { oneLine, printJson, say } from "./print.mjs"

const FILE_CHARS_MAX = 60_000

/** Register what a file holds, or replace its record. @param {"banks" | "pages"} noun */
export async function put({ client, given, options }, noun, more = {}) {
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
