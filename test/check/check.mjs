// `npm run check`: every gate that is not a test, one line a step. Exit code 1 when one fails.
// `node test/check/check.mjs lint floors` runs those two; `--root <directory>` looks at another tree.
// Run by people, CI and test/check/check.test.ts; the steps are test/check/steps.mjs.
import { resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { STEPS } from "./steps.mjs"

const OUTPUT_CHARACTERS_MAX = 8_000

const { values, positionals } = parseArgs({ allowPositionals: true, options: { root: { type: "string" } } })
const root = resolve(values.root ?? fileURLToPath(new URL("../..", import.meta.url)))
const unknown = positionals.filter((name) => !(name in STEPS))
if (unknown.length > 0) {
  console.error(`No step "${unknown.join('", "')}": there are ${Object.keys(STEPS).join(", ")}.`)
  process.exit(1)
}

const names = positionals.length > 0 ? positionals : Object.keys(STEPS)
const width = Math.max(...names.map((name) => name.length))
let failed = 0
for (const name of names) {
  const startedAt = performance.now()
  const { ok, output, note } = await STEPS[name](root)
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  console.log(
    `${name.padEnd(width)}  ${seconds.padStart(5)} s  ${ok ? "ok" : "FAILED"}${note ? `  ${note}` : ""}`,
  )
  if (ok) continue
  failed += 1
  console.log(shorten(output.trim()).replaceAll(/^/gm, "    "))
}
console.log(
  failed === 0 ? `check: ${names.length} steps ok` : `check: ${failed} of ${names.length} steps failed`,
)
process.exitCode = failed === 0 ? 0 : 1

function shorten(text) {
  if (text.length <= OUTPUT_CHARACTERS_MAX) return text
  return `${text.slice(0, OUTPUT_CHARACTERS_MAX)}\n... ${text.length - OUTPUT_CHARACTERS_MAX} characters more`
}
