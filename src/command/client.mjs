// Calls to one gateway. The key goes to https or to this machine only, never along a redirect, and into no message.

import { refused, unreachable, usage } from "./failure.mjs"
import { oneLine } from "./print.mjs"

const TIMEOUT_MS = 15_000
const ADMIN_BASE = "/admin/v1"
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]

/** @typedef {{ readonly status: number, readonly body: any, readonly date?: string | undefined }} Answer */
/** @typedef {ReturnType<typeof createClient>} Client */

/** A client of one gateway.
 * @param {{ readonly url: string, readonly key: string | undefined }} given */
export function createClient({ url, key }) {
  const base = originOf(url)

  /** Call the admin API.
   * @param {"GET" | "PUT" | "POST"} method
   * @param {string} path below /admin/v1, its parts already encoded
   * @param {object} [body]
   * @returns {Promise<any>} the answer's JSON */
  async function admin(method, path, body) {
    if (!key) throw usage("set TELLERLINE_ADMIN_KEY to your admin key (in development: dev-admin-key)")
    if (/[^\x21-\x7e]/.test(key)) throw usage("TELLERLINE_ADMIN_KEY holds a character no key has")
    const answer = await ask(method, ADMIN_BASE + path, { authorization: `Bearer ${key}` }, body)
    if (answer.status >= 200 && answer.status < 300) return answer.body
    throw refused(sentenceOf(answer))
  }

  /** Ask the gateway whether it is well; any status is an answer. @returns {Promise<Answer>} */
  const healthz = () => ask("GET", "/healthz", {})

  /** Post what was signed already; any status is an answer.
   * @param {string} path @param {string} body @param {Readonly<Record<string, string>>} headers
   * @returns {Promise<Answer>} */
  const post = (path, body, headers) => ask("POST", path, headers, undefined, body)

  return { base, admin, healthz, post }

  async function ask(method, path, headers, body, signed) {
    const timeout = AbortSignal.timeout(TIMEOUT_MS)
    try {
      const response = await fetch(base + path, {
        method,
        headers: {
          accept: "application/json",
          ...headers,
          ...(body ? { "content-type": "application/json" } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
        ...(signed === undefined ? {} : { body: signed }),
        redirect: "manual",
        signal: timeout,
      })
      const date = response.headers.get("date") ?? undefined
      return { status: response.status, body: parse(await response.text()), date }
    } catch {
      if (timeout.aborted) throw unreachable(`${base} did not answer within ${TIMEOUT_MS / 1000} seconds`)
      throw unreachable(`${base} cannot be reached; is the gateway running, and is the address right?`)
    }
  }
}

function originOf(url) {
  let parsed
  try {
    parsed = new URL(url)
  } catch {
    throw usage("--url (or TELLERLINE_URL) is not an address, write it as https://host")
  }
  const { protocol, hostname, origin, pathname, search, username } = parsed
  if ((protocol !== "https:" && protocol !== "http:") || pathname !== "/" || search || username)
    throw usage("--url (or TELLERLINE_URL) is scheme and host only, as https://host")
  if (protocol === "http:" && !LOOPBACK.includes(hostname))
    throw usage("the key is sent over https only; plain http is for this machine")
  return origin
}

function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A problem document (RFC 9457) as a sentence. */
function sentenceOf({ status, body }) {
  if (status >= 300 && status < 400)
    return `the gateway answered with a redirect (${status}): something in front of it asks you to sign in first`
  if (typeof body?.title !== "string") return `the gateway answered ${status}`
  const faults = Array.isArray(body.faults)
    ? body.faults.map(({ field, fault }) => `${field || "body"} ${fault}`)
    : []
  const request = typeof body.request_id === "string" ? ` (request ${body.request_id})` : ""
  return oneLine(`${[body.title, body.detail, ...faults].filter(Boolean).join("; ")} [${status}]${request}`)
}
