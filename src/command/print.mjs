// What stands on the terminal: tables, records, help. Text from the gateway loses its control characters first, so that no record
// can move the cursor or colour the line of another.

import process from "node:process"

const CELL_CHARS_MAX = 60

/** @param {unknown} text */
export function oneLine(text) {
  return String(text ?? "").replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, " ")
}

/** @param {string} text */
export function say(text) {
  process.stdout.write(`${text}\n`)
}

/** @param {unknown} value */
export function printJson(value) {
  say(JSON.stringify(value, undefined, 2))
}

/** A table with a heading, columns as wide as their longest cell.
 * @param {readonly string[]} columns members of the rows
 * @param {readonly object[]} rows
 * @param {string} none what to say where there is no row */
export function printTable(columns, rows, none) {
  if (rows.length === 0) return say(none)
  const cells = [
    columns.map((name) => name.toUpperCase()),
    ...rows.map((row) => columns.map((name) => cell(row[name]))),
  ]
  const widths = columns.map((_, at) => Math.max(...cells.map((line) => line[at].length)))
  for (const line of cells)
    say(
      line
        .map((text, at) => text.padEnd(widths[at]))
        .join("  ")
        .trimEnd(),
    )
}

/** One record, a member a line. @param {object} record */
export function printRecord(record) {
  const names = Object.keys(record)
  const width = Math.max(0, ...names.map((name) => name.length))
  for (const name of names) say(`${oneLine(name).padEnd(width)}  ${flat(record[name])}`)
}

/** @param {readonly { readonly usage: string, readonly summary: string }[]} commands */
export function printHelp(commands) {
  const width = Math.max(...commands.map(({ usage }) => usage.length))
  say("tellerline: run the gateway from a terminal\n")
  for (const { usage, summary } of commands) say(`  tellerline ${usage.padEnd(width)}  ${summary}`)
  say(
    [
      "",
      "  --url <https://host>   the gateway; else TELLERLINE_URL, else http://localhost:8787",
      "  --json                 the answer as JSON instead of a table",
      "  --help                 help, for one command too",
      "",
      "The admin key is read from TELLERLINE_ADMIN_KEY and is never an argument.",
      "Exit codes: 0 done, 1 refused, 2 not understood, 3 the gateway did not answer.",
    ].join("\n"),
  )
}

/** @param {readonly { readonly usage: string, readonly summary: string, readonly help?: string }[]} commands */
export function printHelpOf(commands) {
  for (const { usage, summary, help } of commands)
    say(`tellerline ${usage}\n  ${summary}.${help ? `\n  ${help.replaceAll("\n", "\n  ")}` : ""}`)
}

function cell(value) {
  const text = flat(value)
  return text.length > CELL_CHARS_MAX ? `${text.slice(0, CELL_CHARS_MAX - 1)}…` : text
}

function flat(value) {
  if (Array.isArray(value)) return value.map(flat).join(", ")
  if (typeof value === "object" && value !== null) return oneLine(JSON.stringify(value))
  return oneLine(value)
}
