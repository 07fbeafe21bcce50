// The bytes of a webhook and its signatures, against the vectors of messenger-platform.md 1.2 and 4.9.

import { describe, expect, it } from "vitest"
import { serialiseWebhook } from "../../../sandbox/messenger/webhooks/serialise.ts"
import { appSecretProof, signWebhook } from "../../../sandbox/messenger/webhooks/signature.ts"

const SECRET = "test_app_secret"
const BODY = String.raw`{"object":"page","entry":[{"id":"100","time":1458692752478,"messaging":[{"sender":{"id":"200"},"recipient":{"id":"100"},"timestamp":1458692752478,"message":{"mid":"m_1","text":"\u00e4\u00f6\u00e5 \ud83d\ude00 a\/b"}}]}]}`
const PAYLOAD = {
  object: "page",
  entry: [
    {
      id: "100",
      time: 1458692752478,
      messaging: [
        {
          sender: { id: "200" },
          recipient: { id: "100" },
          timestamp: 1458692752478,
          message: { mid: "m_1", text: "äöå 😀 a/b" },
        },
      ],
    },
  ],
}

describe("serialiseWebhook()", () => {
  it("writes the 220 bytes of the platform's vector", () => {
    expect(serialiseWebhook(PAYLOAD)).toBe(BODY)
    expect(new TextEncoder().encode(serialiseWebhook(PAYLOAD)).length).toBe(220)
  })

  it("escapes / @ % < and every unit above 0x7e, and leaves & > and ~ alone", () => {
    expect(serialiseWebhook("/@%<&>~\u007f é\u2028")).toBe(
      String.raw`"\/\u0040\u0025\u003C&>~\u007f \u00e9\u2028"`,
    )
  })

  it("reads back as what went in", () => {
    const value = {
      text: 'a "quoted" \\ line\nwith العربية and 🏦',
      ids: ["74887579174524785"],
      app: 1000000000000001,
    }
    expect(JSON.parse(serialiseWebhook(value))).toEqual(value)
  })
})

describe("signWebhook()", () => {
  it("gives both digests of the vector", async () => {
    expect(await signWebhook(SECRET, BODY)).toEqual({
      "x-hub-signature": "sha1=ce9bec784581aab009a0b023841c592bc261f621",
      "x-hub-signature-256": "sha256=a14b7bfe47d03ac324fb48c609071ef554e84dff4603a0acd4537af50f0922e1",
    })
  })

  it("gives another digest for the decoded variant", async () => {
    const decoded = JSON.stringify(PAYLOAD)
    expect((await signWebhook(SECRET, decoded))["x-hub-signature-256"]).toBe(
      "sha256=dc07dc88c207580a621f6d54734c93465f791bbe1c31682148d8cb8b14c761b8",
    )
  })
})

describe("appSecretProof()", () => {
  it("gives the digest of the vector", async () => {
    expect(await appSecretProof(SECRET, "EAATESTTOKEN")).toBe(
      "bad6df0b858104754a0ffde2f0c05fe9731f1a5e141ee1bccf316d05f28d5135",
    )
  })
})
