// Checking an export of an audit log, offline: every entry against the tree, the tree against the signed head, the head against one that was
// kept. Node's own cryptography only; written from RFC 6962 (2.1), RFC 8785 and RFC 7515, it shares nothing with the gateway that wrote the
// log. Composed by commands.mjs.

import { createHash, createPublicKey, verify } from "node:crypto"
import { refused, usage } from "./failure.mjs"

const TYPE = "tellerline-audit-head+jws"
const MEMBERS = ["v", "bank", "month", "head", "keys", "entries"]
const JWS = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/

/** @typedef {{ readonly bank: string, readonly month: string, readonly size: number, readonly root: string, readonly iss: string, readonly iat: number }} Head */

/** Check an export.
 * @param {string} text the export
 * @param {{ readonly keys?: string, readonly since?: string }} [more] texts: a JWK set to trust, and a head that was kept (a JWS, or the
 *   answer it came in)
 * @returns {{ readonly head: Head, readonly since?: Head, readonly ownKeys: boolean }} what holds
 * @throws {import("./failure.mjs").Failure} 1 where something is not as it was signed, 2 where a file cannot be read */
export function verifyExport(text, { keys, since } = {}) {
  const whole = parse(text, "export")
  const { v, bank, month, entries } = whole
  if (v !== 1 || !Array.isArray(entries) || typeof whole.head !== "string")
    throw usage("the export is none of this version")
  const stray = Object.keys(whole).find((name) => !MEMBERS.includes(name))
  if (stray !== undefined) throw refused("the export holds something that nobody signed")
  const trusted = keys === undefined ? whole.keys : parse(keys, "key set").keys
  if (!Array.isArray(trusted)) throw usage("the key set has no keys")
  const head = openHead(whole.head, trusted, "head")
  if (head.bank !== bank || head.month !== month)
    throw refused("the head is of another log than the export says")
  for (const [index, entry] of entries.entries())
    if (entry?.bank !== bank || monthOf(entry.at) !== month)
      throw refused(`entry ${index} belongs into another log`)
  const leaves = entries.map(leafOf)
  if (head.size !== leaves.length)
    throw refused(`the head is over ${head.size} entries, the export has ${leaves.length}`)
  if (head.root !== rootOf(leaves)) throw refused("the entries are not those that were signed")
  if (since === undefined) return { head, ownKeys: keys === undefined }
  const older = openHead(headIn(since), trusted, "older head")
  if (older.bank !== bank || older.month !== month) throw refused("the older head is of another log")
  if (older.size > leaves.length)
    throw refused(`the older head is over ${older.size} entries, the export has ${leaves.length}`)
  if (older.root !== rootOf(leaves.slice(0, older.size)))
    throw refused(`the first ${older.size} entries are not those that were signed before`)
  return { head, since: older, ownKeys: keys === undefined }
}

/** The root over these leaves. @param {readonly Buffer[]} leaves @returns {string} base64url */
function rootOf(leaves) {
  const range = (from, to) => {
    if (to - from === 1) return leaves[from]
    let split = 1
    while (split * 2 < to - from) split *= 2
    return sha256([Buffer.of(1), range(from, from + split), range(from + split, to)])
  }
  return (leaves.length === 0 ? sha256([]) : range(0, leaves.length)).toString("base64url")
}

function leafOf(entry) {
  return sha256([Buffer.of(0), Buffer.from(canonical(entry))])
}

function sha256(parts) {
  const hash = createHash("sha256")
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** RFC 8785, for what entries hold. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  const names = Object.keys(value).toSorted()
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`
}

/** @param {string} jws @param {readonly any[]} keys @param {string} what @returns {Head} */
function openHead(jws, keys, what) {
  if (!JWS.test(jws)) throw refused(`the ${what} is no JWS`)
  const [protectedPart, payloadPart, signaturePart] = jws.split(".")
  const header = decode(protectedPart, what)
  if (header.alg !== "ES256" || header.typ !== TYPE) throw refused(`the ${what} is signed as something else`)
  const jwk = keys.find(({ kid }) => kid === header.kid)
  if (!jwk) throw refused(`the ${what} is signed by a key that is not in the key set`)
  const signature = Buffer.from(signaturePart, "base64url")
  if (signature.toString("base64url") !== signaturePart) throw refused(`the ${what}'s signature is malformed`)
  const key = { key: importKey(jwk), dsaEncoding: /** @type {const} */ ("ieee-p1363") }
  if (!verify("sha256", Buffer.from(`${protectedPart}.${payloadPart}`), key, signature))
    throw refused(`the ${what}'s signature does not fit`)
  return decode(payloadPart, what)
}

function importKey({ kty, crv, x, y }) {
  try {
    return createPublicKey({ key: { kty, crv, x, y }, format: "jwk" })
  } catch {
    throw usage("a key of the key set cannot be used")
  }
}

function decode(part, what) {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8"))
  } catch {
    throw refused(`the ${what} is no JSON inside`)
  }
}

/** A head alone, or in the answer it came in. */
function headIn(text) {
  const trimmed = text.trim()
  if (JWS.test(trimmed)) return trimmed
  const { head } = parse(trimmed, "older head")
  return typeof head === "string" ? head : ""
}

function parse(text, what) {
  try {
    const value = JSON.parse(text)
    if (typeof value === "object" && value !== null) return value
  } catch {
    // Told below, without the text.
  }
  throw usage(`the ${what} is not a JSON object`)
}

function monthOf(at) {
  return Number.isSafeInteger(at) ? new Date(at).toISOString().slice(0, 7) : undefined
}
