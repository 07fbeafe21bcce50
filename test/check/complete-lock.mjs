// Adds to package-lock.json the optional platform packages that npm left out of it.
// `npm ci` refuses a lock without them (EUSAGE "Missing: ... from lock file"); `npm install` never notices.
// Run by a person after a dependency changes; `npm run check` proves the result with `npm ci --dry-run`.
import { readFileSync, writeFileSync } from "node:fs"

const LOCK = "package-lock.json"
const OS = /(android|darwin|freebsd|netbsd|openbsd|linux|win32|windows|openharmony|sunos|aix)/
const CPU = /(arm64|arm|x64|ia32|ppc64|riscv64|s390x|loong64|wasm32|64)/

const lock = JSON.parse(readFileSync(LOCK, "utf8"))
const packages = lock.packages
const added = {}

/** The entry node would resolve for `name` from the package at `from`, walking up as node does. */
function findInstalled(from, name) {
  for (let at = from; ;) {
    const entry = packages[`${at ? `${at}/` : ""}node_modules/${name}`]
    if (entry || !at) return entry
    const parent = at.lastIndexOf("/node_modules/")
    at = parent < 0 ? "" : at.slice(0, parent)
  }
}

for (const [from, parent] of Object.entries(packages)) {
  for (const [name, range] of Object.entries(parent.optionalDependencies ?? {})) {
    const version = range.replace(/^[\^~]/, "")
    const installed = findInstalled(from, name)
    if (installed && (installed.version === version || range !== version)) continue
    const os = OS.exec(name)?.[1]?.replace("windows", "win32")
    const cpu = CPU.exec(name.split("/").pop())?.[1]?.replace(/^64$/, "x64")
    const nested = installed || from.includes("/node_modules/")
    added[nested ? `${from}/node_modules/${name}` : `node_modules/${name}`] = {
      version,
      ...(cpu ? { cpu: [cpu] } : {}),
      ...(parent.dev ? { dev: true } : {}),
      optional: true,
      ...(os ? { os: [os] } : {}),
    }
  }
}

lock.packages = Object.fromEntries(
  Object.entries({ ...packages, ...added }).sort(([a], [b]) => (a < b ? -1 : 1)),
)
writeFileSync(LOCK, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`${Object.keys(added).length} optional entries added to ${LOCK}`)
