// No tracked file names a place that only one machine or one network has: a package registry's host, somebody's home.
// The lock file is the usual carrier. Composed by test/check/steps.mjs.
import { readFile, readdir } from "node:fs/promises"
import { join } from "node:path"
import { run } from "./run.mjs"

/** Written so that no line of this file is its own finding. */
const PLACES = [
  { what: "a package registry", form: /\bregistry\.(?:npmjs|yarnpkg|npmmirror)\b|\bnpm\.pkg\.github\b/i },
  { what: "a package registry", form: /https?:\/\/[^/\s"']*(?:registry|artifactory|nexus|verdaccio)/i },
  { what: "a package registry", form: /^\s*(?:@[\w-]+:)?registry\s*=|"resolved":\s*"https?:/ },
  { what: "a home directory", form: /(?:^|[\s"'`(=:])(?:\/home|\/Users|\/root)\/[\w.-]+/ },
  { what: "a home directory", form: /\b[A-Z]:\\{1,2}Users\\/ },
]
const UNTRACKED = new Set(["node_modules", ".git", ".wrangler", "dist", "coverage"])
const BYTES_MAX = 2_000_000

/** @param {string} root
 * @returns {Promise<import("./run.mjs").Outcome>} */
export async function checkPlaces(root) {
  const faults = []
  for (const file of await trackedFiles(root)) {
    const bytes = await readFile(join(root, file)).catch(() => undefined)
    if (!bytes || bytes.length > BYTES_MAX || bytes.includes(0)) continue
    for (const [index, line] of bytes.toString("utf8").split("\n").entries()) {
      const found = PLACES.find(({ form }) => form.test(line))
      if (found) faults.push(`${file}:${index + 1} names ${found.what}`)
    }
  }
  return { ok: faults.length === 0, output: faults.join("\n") }
}

/** What git tracks; in a tree without git, every file that is not built or installed. */
async function trackedFiles(root) {
  const listed = await run(root, "git", "ls-files", "-z")
  if (listed.ok) return listed.stdout.split("\0").filter(Boolean)
  return filesBelow(root, "")
}

async function filesBelow(root, below) {
  const entries = await readdir(join(root, below), { withFileTypes: true })
  const lists = entries
    .filter((entry) => !UNTRACKED.has(entry.name))
    .map((entry) => {
      const path = below ? `${below}/${entry.name}` : entry.name
      return entry.isDirectory() ? filesBelow(root, path) : entry.isFile() ? [path] : []
    })
  return (await Promise.all(lists)).flat()
}
