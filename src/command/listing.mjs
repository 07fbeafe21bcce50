// What most commands are: ask the gateway for a list or for one thing, and print it.

import { usage } from "./failure.mjs"
import { printJson, printRecord, printTable } from "./print.mjs"

/** Ask for a list and print it as a table. @param {string} member of the answer that holds the rows */
export async function list({ client, options }, path, member, columns) {
  const answer = await client.admin("GET", path)
  if (options.json) printJson(answer)
  else printTable(columns, answer?.[member] ?? [], `There are no ${member}.`)
  return 0
}

/** Ask for one thing and print it. */
export async function show({ client, options }, path) {
  const answer = await client.admin("GET", path)
  if (options.json) printJson(answer)
  else printRecord(answer ?? {})
  return 0
}

/** A segment of a path. `.` and `..` would change the path however they are encoded. */
export function part(text) {
  if (text === "." || text === "..") throw usage(`"${text}" is no id`)
  return encodeURIComponent(text)
}
