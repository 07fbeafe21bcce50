// The lock file: that it holds what package.json asks for, and every platform's optional packages.
// npm leaves out those that the registry it was written against could not serve; npm 11 then refuses the lock
// (EUSAGE "Missing: ... from lock file"), npm 10 takes it and fails on the other platform.
// Composed by test/check/steps.mjs and by test/check/complete-lock.mjs, which mends what is found here.
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { run } from "./run.mjs"

const OS = /(android|darwin|freebsd|netbsd|openbsd|linux|win32|windows|openharmony|sunos|aix)/
const CPU = /(arm64|arm|x64|ia32|ppc64|riscv64|s390x|loong64|wasm32|64)/

/** @param {string} root
 * @returns {Promise<import("./run.mjs").Outcome>} */
export async function checkLock(root) {
  const lock = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8"))
  const missing = Object.keys(missingOptional(lock.packages)).map((name) => `Missing: ${name} from lock file`)
  if (missing.length > 0) {
    return { ok: false, output: [...missing, "Run `node test/check/complete-lock.mjs`"].join("\n") }
  }
  return run(root, "npm", "ci", "--dry-run", "--ignore-scripts", "--no-audit", "--no-fund")
}

/** The entries a lock lacks: an optional dependency that some package names and that is nowhere it could be found.
 * Without `integrity`, which nobody here can know; such entries are skipped by `os` and `cpu`.
 * @param {Record<string, any>} packages the lock's own member of that name
 * @returns {Record<string, any>} entries by the place they belong to */
export function missingOptional(packages) {
  const missing = {}
  for (const [from, parent] of Object.entries(packages)) {
    for (const [name, range] of Object.entries(parent.optionalDependencies ?? {})) {
      const version = range.replace(/^[\^~]/, "")
      const installed = findInstalled(packages, from, name)
      if (installed && (installed.version === version || range !== version)) continue
      const os = OS.exec(name)?.[1]?.replace("windows", "win32")
      const cpu = CPU.exec(name.split("/").pop())?.[1]?.replace(/^64$/, "x64")
      const nested = installed || from.includes("/node_modules/")
      missing[nested ? `${from}/node_modules/${name}` : `node_modules/${name}`] = {
        version,
        ...(cpu ? { cpu: [cpu] } : {}),
        ...(parent.dev ? { dev: true } : {}),
        optional: true,
        ...(os ? { os: [os] } : {}),
      }
    }
  }
  return missing
}

/** The entry Node would resolve for `name` from the package at `from`, walking up as Node does. */
function findInstalled(packages, from, name) {
  for (let at = from; ;) {
    const entry = packages[`${at ? `${at}/` : ""}node_modules/${name}`]
    if (entry || !at) return entry
    const parent = at.lastIndexOf("/node_modules/")
    at = parent < 0 ? "" : at.slice(0, parent)
  }
}
