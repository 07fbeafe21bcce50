// What a bank's engineers need to mend a signature (RFC 9421): which key it names, how far its clock is off, what it does not cover; in
// development the signature base we computed. Judges nothing; the values of headers are never in it but for those of the base.

import type { RefusalNote } from "./intake-given.ts"
import { SIGNED_COMPONENTS, type RequestHead } from "./event-signature.ts"
import type { Now } from "../foundation/clock.ts"

const HEADER_CHARS_MAX = 4_000
const KID = /;keyid="([A-Za-z0-9_.:-]{1,200})"/
const CREATED = /;created=([0-9]{1,12})/
const COVERED = /^[a-z*][a-z0-9_.*-]*=\(([^)]*)\)(.*)$/

/** Read what can be read of a signature that was refused. */
export function reportSignature(
  head: RequestHead,
  given: { readonly publicOrigin: string; readonly development: boolean; readonly realNow: Now },
): Pick<RefusalNote, "kid" | "skewSeconds" | "missing" | "base"> {
  const input = head.headers.get("signature-input") ?? ""
  const [, list, parameters = ""] = COVERED.exec(input.slice(0, HEADER_CHARS_MAX)) ?? []
  const kid = KID.exec(parameters)?.[1]
  const created = CREATED.exec(parameters)?.[1]
  const covered = (list ?? "").split(" ").map((name) => name.slice(1, -1))
  const missing = SIGNED_COMPONENTS.filter((name) => !covered.includes(name))
  return {
    ...(kid === undefined ? {} : { kid }),
    ...(created === undefined ? {} : { skewSeconds: Math.round(given.realNow() / 1_000 - Number(created)) }),
    missing,
    ...(given.development && list !== undefined
      ? { base: baseOf(head, given.publicOrigin, covered, `(${list})${parameters}`) }
      : {}),
  }
}

/** @see RFC 9421, section 2.5 */
function baseOf(
  { method, target, headers }: RequestHead,
  publicOrigin: string,
  covered: readonly string[],
  parameters: string,
): string {
  const url = new URL(publicOrigin + target)
  const derived: Readonly<Record<string, string>> = {
    "@method": method,
    "@authority": url.host,
    "@path": url.pathname,
    "@query": url.search || "?",
    "@target-uri": url.href,
  }
  return [
    ...covered.map((name) => `"${name}": ${derived[name] ?? headers.get(name) ?? ""}`),
    `"@signature-params": ${parameters}`,
  ]
    .join("\n")
    .slice(0, HEADER_CHARS_MAX)
}
