// Adds to package-lock.json the optional platform packages that npm left out of it; lock.mjs says why they must be there.
// Run by a person after a dependency changes, from the root of the project; `npm run check` proves the result.
import { readFileSync, writeFileSync } from "node:fs"
import { missingOptional } from "./lock.mjs"

const LOCK = "package-lock.json"

const lock = JSON.parse(readFileSync(LOCK, "utf8"))
const missing = missingOptional(lock.packages)
lock.packages = Object.fromEntries(
  Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => (a < b ? -1 : 1)),
)
writeFileSync(LOCK, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`${Object.keys(missing).length} optional entries added to ${LOCK}`)
