// Floors and circles, and that the tool which looks for them looked at every file of src.
// The rules are .dependency-cruiser.mjs. A reader that cannot parse reads nothing, finds nothing wrong and says so
// with exit code 0: hence the counting.
// Composed by test/check/steps.mjs.
import { readdir } from "node:fs/promises"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { run } from "./run.mjs"

/** @param {string} root
 * @returns {Promise<import("./run.mjs").Outcome>} */
export async function checkFloors(root) {
  const trees = ["src", "sandbox"].filter((tree) => existsSync(join(root, tree)))
  const words = ["--config", ".dependency-cruiser.mjs", "--output-type", "json", ...trees]
  const { stdout, output } = await run(root, "depcruise", ...words)
  let result
  try {
    result = JSON.parse(stdout)
  } catch {
    return { ok: false, output }
  }
  const faults = [
    ...result.summary.violations.map(describe),
    ...unread(await sources(root), result.modules),
    ...(result.modules.some(isImporting) ? [] : ["Not one import was found in src: the reader is blind"]),
  ]
  return { ok: faults.length === 0, output: faults.join("\n") }
}

function describe({ rule, from, to, cycle }) {
  const way = cycle ? [from, ...cycle.map((step) => step.name)].join(" -> ") : `${from} -> ${to}`
  return `${rule.name}: ${way}`
}

function unread(files, modules) {
  const read = new Set(modules.map((module) => module.source))
  if (files.length === 0) return ["src has no files"]
  return files.filter((file) => !read.has(file)).map((file) => `not read: ${file}`)
}

function isImporting({ source, dependencies }) {
  return source.startsWith("src/") && dependencies.length > 0
}

/** Files of src in TypeScript, as paths from the root with forward slashes. */
async function sources(root) {
  const entries = await readdir(join(root, "src"), { recursive: true })
  return entries.filter((name) => /\.tsx?$/.test(name)).map((name) => `src/${name.replaceAll("\\", "/")}`)
}
