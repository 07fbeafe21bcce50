// The three keys a development gateway needs, made once and kept beside its local state.
// They are random and local: nothing here is used, or accepted, outside development.
// Composed by sandbox/start.mjs.
import { createHash, generateKeyPairSync, randomBytes } from "node:crypto"
import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { CannotStart } from "./cannot-start.mjs"

/** A setting's name and how its value is made. The formats are those of the configuration table in README.md. */
const KEYS = {
  VAULT_KEYS: () => JSON.stringify({ keys: [vaultKey()] }),
  SIGNING_KEYS: () => JSON.stringify({ keys: [signingKey()] }),
  PSEUDONYM_KEY: () => randomBytes(32).toString("base64url"),
}

/** Add to `file` (lines of `NAME='value'`) whichever key it lacks; what is there stays.
 * @param {string} file
 * @param {string} stateDir what the keys seal: without them it can no longer be read
 * @throws {CannotStart} where state exists whose keys are gone */
export function ensureKeys(file, stateDir) {
  const present = existsSync(file) ? readFileSync(file, "utf8") : ""
  const missing = Object.keys(KEYS).filter((name) => !new RegExp(`^\\s*${name}\\s*=`, "m").test(present))
  if (missing.length === 0) return
  if (holdsData(stateDir)) {
    throw new CannotStart(
      `The local data was sealed with keys that are gone (${missing.join(", ")}): begin anew with \`npm run dev -- --fresh\`.`,
    )
  }
  const lines = missing.map((name) => `${name}='${KEYS[name]()}'\n`).join("")
  mkdirSync(dirname(file), { recursive: true })
  const heading = present === "" ? "# Made by `npm run dev` for this machine only. Not for deployment.\n" : ""
  appendFileSync(file, `${heading}${present === "" || present.endsWith("\n") ? "" : "\n"}${lines}`, {
    mode: 0o600,
  })
}

function holdsData(stateDir) {
  const databases = join(stateDir, "v3", "d1")
  return existsSync(databases) && readdirSync(databases).length > 0
}

/** A 256-bit key as RFC 7518 6.4 writes it; the kid is a date, so that a ring of several reads in order. */
function vaultKey() {
  const kid = `dev-${new Date().toISOString().slice(0, 10)}`
  return { kty: "oct", kid, alg: "A256GCM", k: randomBytes(32).toString("base64url") }
}

/** An ES256 key; its kid is the RFC 7638 thumbprint: required members only, in alphabetical order, no spaces. */
function signingKey() {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const { crv, d, kty, x, y } = privateKey.export({ format: "jwk" })
  const kid = createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url")
  return { kty, kid, alg: "ES256", use: "sig", crv, x, y, d }
}
