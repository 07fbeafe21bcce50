// The event signer: what it signs verifies, and nothing else does. The verifier here is http-message-sig under the
// gateway's own policy, beside the bank's for callbacks.

import { verifySignature } from "http-message-sig"
import { describe, expect, it } from "vitest"
import {
  CALLBACK_TAG,
  COMPONENTS,
  digestOf,
  EVENT_TAG,
  signedPost,
  verifyPost,
} from "../../../sandbox/bank/events/sign.ts"
import { createKeys, EVENT_KEY_ID, publicPart } from "../../../sandbox/bank/store/keys.ts"

const URL_ = "http://localhost:8787/banks/demo/events"
const NOW = 1_795_337_639
const { events: key } = await createKeys()

const sign = (over: Partial<Parameters<typeof signedPost>[0]> = {}) =>
  signedPost({
    url: URL_,
    contentType: "application/cloudevents+json",
    body: `{"hello": "world"}`,
    key,
    created: NOW,
    nonce: "n-1",
    tag: EVENT_TAG,
    ...over,
  })

async function judge(
  request: Request,
  over: { url?: string; body?: string; tag?: string; keys?: ReturnType<typeof publicPart>[] } = {},
) {
  const body =
    over.body === undefined
      ? new Uint8Array(await request.arrayBuffer())
      : new TextEncoder().encode(over.body)
  return verifyPost({
    url: over.url ?? request.url,
    headers: request.headers,
    body,
    keys: over.keys ?? [publicPart(key)],
    tag: over.tag ?? EVENT_TAG,
    now: NOW,
  })
}

describe("digestOf()", () => {
  it("gives the vector of RFC 9530", async () => {
    expect(await digestOf(new TextEncoder().encode(`{"hello": "world"}`))).toBe(
      "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:",
    )
  })
})

describe("signedPost()", () => {
  it("covers the six components and states created, keyid, tag and nonce", async () => {
    const { headers } = await sign()
    const [, covered, parameters] = /^sig1=\(([^)]*)\);(.*)$/.exec(headers.get("signature-input") ?? "") ?? []
    expect(covered).toBe(COMPONENTS.map((name) => `"${name}"`).join(" "))
    expect(parameters).toBe(`created=${NOW};keyid="${EVENT_KEY_ID}";tag="${EVENT_TAG}";nonce="n-1"`)
  })

  it("verifies under the gateway's policy, with a query and without", async () => {
    for (const url of [URL_, `${URL_}?preview=1`]) {
      const request = await sign({ url })
      const spki = await crypto.subtle.importKey(
        "jwk",
        { kty: "EC", crv: "P-256", x: key.x!, y: key.y! },
        { name: "ECDSA", namedCurve: "P-256" },
        false,
        ["verify"],
      )
      const verified = await verifySignature(request, {
        policy: {
          algorithms: ["ecdsa-p256-sha256"],
          requiredComponents: COMPONENTS,
          requiredParameters: ["created", "keyid", "tag"],
          maxAge: 300,
          clockSkew: 10,
          now: NOW,
        },
        resolveVerifier: () => ({
          algorithm: "ecdsa-p256-sha256",
          verify: (data, signature) =>
            crypto.subtle.verify(
              { name: "ECDSA", hash: "SHA-256" },
              spki,
              signature as BufferSource,
              data as BufferSource,
            ),
        }),
      })
      expect(verified.parameters.keyid).toBe(EVENT_KEY_ID)
    }
  })

  it("publishes no private member", () => {
    expect(Object.keys(publicPart(key))).not.toContain("d")
  })
})

describe("verifyPost()", () => {
  it("takes what was signed", async () => {
    expect(await judge(await sign())).toBe("good")
  })

  it("calls a body changed by one byte a digest mismatch", async () => {
    expect(await judge(await sign(), { body: `{"hello": "worle"}` })).toBe("digest mismatch")
  })

  it.each([
    ["another address", { url: "http://127.0.0.1:8787/banks/demo/events" }],
    ["another query", { url: `${URL_}?x=1` }],
    ["another purpose", { tag: CALLBACK_TAG }],
  ])("refuses the signature for %s", async (_what, over) => {
    expect(await judge(await sign(), over)).toBe("bad signature")
  })

  it("holds the line of age: 300 s old passes, 301 s does not; 10 s ahead passes, 11 s does not", async () => {
    expect(await judge(await sign({ created: NOW - 300 }))).toBe("good")
    expect(await judge(await sign({ created: NOW - 301 }))).toBe("bad signature")
    expect(await judge(await sign({ created: NOW + 10 }))).toBe("good")
    expect(await judge(await sign({ created: NOW + 11 }))).toBe("bad signature")
  })

  it("names an unknown key, another key under the same name, and no signature at all", async () => {
    const { events: other } = await createKeys()
    expect(await judge(await sign(), { keys: [] })).toBe("unknown key")
    expect(await judge(await sign(), { keys: [publicPart(other)] })).toBe("bad signature")
    expect(await judge(new Request(URL_, { method: "POST", body: "{}" }))).toBe("unsigned")
  })
})
