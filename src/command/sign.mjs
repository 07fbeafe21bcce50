// Signs a bank's post with a private key on this machine: RFC 9421 over its head, RFC 9530 over its bytes (docs/bank-events.md). The key is
// read from a file, never from an argument, and leaves this process in no form. Used by send.mjs and bank-check.mjs.

import { constants, createHash, createPrivateKey, sign } from "node:crypto"
import { readFile } from "node:fs/promises"
import { usage } from "./failure.mjs"

const COMPONENTS = ["@method", "@authority", "@path", "@query", "content-type", "content-digest"]
const TAG = "bank-events-v1"

/** How each kind of key signs. @see RFC 9421, 3.3 */
const SCHEMES = {
  ec: (key, bytes) => sign("sha256", bytes, { key, dsaEncoding: "ieee-p1363" }),
  ed25519: (key, bytes) => sign(null, bytes, key),
  rsa: (key, bytes) =>
    sign("sha512", bytes, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 }),
}

/** @typedef {{ readonly kid: string, readonly key: import("node:crypto").KeyObject }} Signer */

/** The bank's key: a private JWK (its `kid` is meant where none is given), or PEM.
 * @param {{ readonly key?: string, readonly kid?: string }} options
 * @returns {Promise<Signer>} */
export async function readSigner({ key: file, kid: given }) {
  if (!file) throw usage("say which private key signs: --key <file>, a private JWK or PEM")
  let text
  try {
    text = await readFile(file, "utf8")
  } catch {
    throw usage(`the key file "${file}" cannot be read`)
  }
  const { key, kid } = parseKey(text, file)
  const name = given ?? kid
  if (!name) throw usage("say what the key is called at jwksUri: --kid <kid>")
  if (!/^[\x20-\x21\x23-\x5b\x5d-\x7e]{1,200}$/.test(name)) throw usage("--kid holds a character no kid has")
  const kind = key.asymmetricKeyType ?? ""
  if (
    !Object.hasOwn(SCHEMES, kind) ||
    (kind === "ec" && key.asymmetricKeyDetails?.namedCurve !== "prime256v1")
  )
    throw usage(`the key in "${file}" is not one that signs events: P-256, Ed25519 or RSA`)
  return { kid: name, key }
}

function parseKey(text, file) {
  try {
    if (!text.trimStart().startsWith("{")) return { key: createPrivateKey(text), kid: undefined }
    const jwk = JSON.parse(text)
    return { key: createPrivateKey({ key: jwk, format: "jwk" }), kid: jwk.kid }
  } catch {
    // A parser's own message could quote the key.
    throw usage(`the file "${file}" holds no private key, as JWK or as PEM`)
  }
}

/** Headers that prove who posts `body` to `url`.
 * @param {Signer} signer
 * @param {{ readonly url: string, readonly contentType: string, readonly body: string }} post
 * @returns {Record<string, string>} */
export function signedHeaders({ kid, key }, { url, contentType, body }) {
  const { host, pathname, search } = new URL(url)
  const digest = `sha-256=:${createHash("sha256").update(body).digest("base64")}:`
  const values = ["POST", host, pathname, search || "?", contentType, digest]
  const list = COMPONENTS.map((name) => `"${name}"`).join(" ")
  const created = Math.floor(Date.now() / 1000)
  const parameters = `(${list});created=${created};keyid="${kid}";tag="${TAG}"`
  const base = [
    ...COMPONENTS.map((name, index) => `"${name}": ${values[index]}`),
    `"@signature-params": ${parameters}`,
  ].join("\n")
  const signature = SCHEMES[key.asymmetricKeyType](key, Buffer.from(base))
  return {
    "content-type": contentType,
    "content-digest": digest,
    "signature-input": `sig1=${parameters}`,
    signature: `sig1=:${signature.toString("base64")}:`,
  }
}
