// A bank that signs its requests, for tests: RFC 9421 and RFC 9530 written out by hand, so that the gateway's library is not judged by
// itself. Runs in Node and in workerd. Not for src/.

import { ALGORITHMS, createSigningKey, type SigningKey } from "./signing-key.ts"

export const EVENTS_TYPE = "application/cloudevents+json"
export const BATCH_TYPE = "application/cloudevents-batch+json"
export const COMPONENTS = [
  "@method",
  "@authority",
  "@path",
  "@query",
  "content-type",
  "content-digest",
] as const

/** How a request differs from the one a well-behaved bank sends. */
export interface Signing {
  readonly contentType?: string
  /** Seconds. */
  readonly created?: number | undefined
  readonly tag?: string
  /** Left out of the list, and of what is signed. */
  readonly without?: readonly string[]
  /** Further parameters as they stand in the header: `;expires=1`. */
  readonly parameters?: string
  /** In the place of ours, in the signature only. */
  readonly authority?: string
  readonly digest?: string
  readonly label?: string
}

/** A key pair of a bank. */
export type TestKey = SigningKey<"ES256" | "EdDSA" | "PS512">

/** A fresh key; its public half as a bank publishes it. */
export function createTestKey(kid: string, alg: TestKey["alg"] = "ES256"): Promise<TestKey> {
  return createSigningKey(kid, alg)
}

/** `sha-256=:…:` over a body. */
export async function contentDigest(body: Uint8Array<ArrayBuffer>, algorithm = "sha-256"): Promise<string> {
  const digest = await crypto.subtle.digest(algorithm.toUpperCase(), body)
  return `${algorithm}=:${new Uint8Array(digest).toBase64()}:`
}

/** The headers of a signed POST. */
export async function signHeaders(
  key: TestKey,
  url: string,
  body: Uint8Array<ArrayBuffer>,
  signing: Signing = {},
): Promise<Headers> {
  const { host, pathname, search } = new URL(url)
  const contentType = signing.contentType ?? EVENTS_TYPE
  const digest = signing.digest ?? (await contentDigest(body))
  const values: Readonly<Record<(typeof COMPONENTS)[number], string>> = {
    "@method": "POST",
    "@authority": signing.authority ?? host,
    "@path": pathname,
    "@query": search || "?",
    "content-type": contentType,
    "content-digest": digest,
  }
  const covered = COMPONENTS.filter((name) => !signing.without?.includes(name))
  const list = covered.map((name) => `"${name}"`).join(" ")
  const created = "created" in signing ? signing.created : Math.floor(Date.now() / 1_000)
  const parameters =
    (created === undefined ? "" : `;created=${created}`) +
    `;keyid="${key.kid}";tag="${signing.tag ?? "bank-events-v1"}"${signing.parameters ?? ""}`
  const base = [
    ...covered.map((name) => `"${name}": ${values[name]}`),
    `"@signature-params": (${list})${parameters}`,
  ].join("\n")
  const signature = await crypto.subtle.sign(
    ALGORITHMS[key.alg].sign,
    key.pair.privateKey,
    new TextEncoder().encode(base),
  )
  const label = signing.label ?? "sig1"
  return new Headers({
    "content-type": contentType,
    "content-digest": digest,
    "signature-input": `${label}=(${list})${parameters}`,
    signature: `${label}=:${new Uint8Array(signature).toBase64()}:`,
  })
}

/** A signed POST. */
export async function signedRequest(
  key: TestKey,
  url: string,
  body: Uint8Array<ArrayBuffer>,
  signing: Signing = {},
): Promise<Request> {
  return new Request(url, { method: "POST", body, headers: await signHeaders(key, url, body, signing) })
}

/** A request as the bank got it. */
export interface Received {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly body: Uint8Array<ArrayBuffer>
}

/** Judge what was signed with ES256, by hand: what is covered, whose key, which tag, over which bytes.
 * @returns the parameters, or what is wrong in a word */
export async function verifyReceived(
  { url, method, headers, body }: Received,
  jwks: readonly (Readonly<Record<string, unknown>> & { readonly kid: string })[],
): Promise<
  { readonly covered: readonly string[]; readonly parameters: Readonly<Record<string, string>> } | string
> {
  if (headers.get("content-digest") !== (await contentDigest(body))) return "digest"
  const [, label, list = "", rest = ""] =
    /^([a-z0-9]+)=\(([^)]*)\)(.*)$/.exec(headers.get("signature-input") ?? "") ?? []
  const [, sameLabel, signature = ""] = /^([a-z0-9]+)=:([^:]+):$/.exec(headers.get("signature") ?? "") ?? []
  if (!label || label !== sameLabel) return "label"
  const covered = list.split(" ").map((name) => name.slice(1, -1))
  const { host, pathname, search } = new URL(url)
  const derived: Readonly<Record<string, string>> = {
    "@method": method,
    "@authority": host,
    "@path": pathname,
    "@query": search || "?",
  }
  const base = [
    ...covered.map((name) => `"${name}": ${derived[name] ?? headers.get(name) ?? ""}`),
    `"@signature-params": (${list})${rest}`,
  ].join("\n")
  const parameters = Object.fromEntries(
    Array.from(rest.matchAll(/;([a-z]+)=(?:"([^"]*)"|([0-9]+))/g), ([, name = "", text, number]) => [
      name,
      text ?? number ?? "",
    ]),
  )
  const jwk = jwks.find(({ kid }) => kid === parameters["keyid"])
  if (!jwk) return "key"
  const { kty, crv, x, y } = jwk
  const key = await crypto.subtle.importKey(
    "jwk",
    { kty, crv, x, y } as never,
    ALGORITHMS.ES256.create,
    false,
    ["verify"],
  )
  const good = await crypto.subtle.verify(
    ALGORITHMS.ES256.sign,
    key,
    Uint8Array.fromBase64(signature),
    new TextEncoder().encode(base),
  )
  return good ? { covered, parameters } : "signature"
}
