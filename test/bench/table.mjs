// What was measured, as lines under each other: a number, its goal, whether it holds.

/** One line.
 * @typedef {{what: string, measured: string, goal?: string, holds?: boolean, note?: string}} Row */

/** A ratio of ours to bare, in CPU each.
 * @returns {Row} */
export function ratioRow(what, ours, bare, goal, note) {
  const ratio = ours / bare
  return {
    what,
    measured: `${ratio.toFixed(2)} × (${us(ours)} against ${us(bare)})`,
    goal: `≤ ${goal} ×`,
    holds: ratio <= goal,
    note,
  }
}

/** A number against the most it may be.
 * @returns {Row} */
export function mostRow(what, value, goal, unit, note) {
  return { what, measured: `${round(value)} ${unit}`, goal: `≤ ${goal} ${unit}`, holds: value <= goal, note }
}

/** A line that is shown beside and has no goal of its own.
 * @returns {Row} */
export function unjudged({ what, measured, note }) {
  return { what, measured, note }
}

/** Print them. */
export function printTable(rows) {
  const wide = (name) => Math.max(...rows.map((row) => (row[name] ?? "").length))
  const [what, measured, goal] = [wide("what"), wide("measured"), wide("goal")]
  console.log("")
  for (const row of rows) {
    const mark = row.holds === undefined ? "" : row.holds ? "holds" : "MISSED"
    console.log(
      `${row.what.padEnd(what)}  ${row.measured.padEnd(measured)}  ${(row.goal ?? "").padEnd(goal)}  ${mark.padEnd(6)}  ${row.note ?? ""}`.trimEnd(),
    )
  }
}

function us(milliseconds) {
  return `${Math.round(milliseconds * 1_000)} µs`
}

function round(value) {
  return value >= 100 ? Math.round(value) : Number(value.toPrecision(3))
}
