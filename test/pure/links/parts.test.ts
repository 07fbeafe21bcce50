// The small pure parts of linking: the way back, the six digits, the authorization code, accounts, records, signing keys.
import fc from "fast-check"
import { exportJWK, generateKeyPair } from "jose"
import { describe, expect, test } from "vitest"
import { createPseudonyms } from "../../../src/crypto/pseudonym.ts"
import { parseSigningKeys } from "../../../src/crypto/signing-keys.ts"
import type { LinkId, Random } from "../../../src/foundation/id.ts"
import { createAuthorizationCode, linkOfAuthorizationCode } from "../../../src/links/authorization-code.ts"
import { parseGrantedDetail, shortLabel } from "../../../src/links/bank-accounts.ts"
import { canonicalJson } from "../../../src/crypto/canonical.ts"
import { givenRecord, storedRecord } from "../../../src/links/consent-record.ts"
import { isMessengerRedirect, withAuthorizationCode } from "../../../src/links/redirect-uri.ts"
import { createSixDigits } from "../../../src/links/six-digits.ts"
import { BANK } from "../../support/fake-bank.ts"
import { TEST_KEYS } from "../../support/keys.ts"
import { coveredBy, readsOfScope } from "../../../src/links/granted.ts"
import { PROFILES } from "../../../src/links/bank-profile.ts"

const random: Random = (bytes) => crypto.getRandomValues(new Uint8Array(bytes))

describe("isMessengerRedirect()", () => {
  const PATH = "/messenger_platform/account_linking"
  test.each([
    `https://www.facebook.com${PATH}?account_linking_token=A%2BB`,
    `https://facebook.com${PATH}`,
    `https://m.facebook.com${PATH}`,
    `https://www.messenger.com${PATH}?x=1`,
  ])("takes %s", (uri) => expect(isMessengerRedirect(uri, undefined)).toBe(true))

  test.each([
    `http://www.facebook.com${PATH}`,
    `https:www.facebook.com${PATH}`,
    `https:/www.facebook.com${PATH}`,
    `https:///www.facebook.com${PATH}`,
    `https://www.facebook.com.evil.example${PATH}`,
    `https://evil.example${PATH}`,
    `https://evilmessenger.com${PATH}`,
    `https://messenger.com.evil.example${PATH}`,
    `https://www.facebook.com@evil.example${PATH}`,
    `https://user:pw@www.facebook.com${PATH}`,
    `https://www.facebook.com:8443${PATH}`,
    `https://www.facebook.com${PATH}/../../l.php?u=https://evil.example`,
    `https://www.facebook.com${PATH}x`,
    `https://www.facebook.com/l.php?u=${PATH}`,
    `https://www.facebook.com${PATH}#fragment`,
    `https://www.facebook.com${PATH}?authorization_code=mine`,
    `https://www.facebook.com\\@evil.example${PATH}`,
    `https://www.facebook.com${PATH}?a="><script>`,
    `https://www.facebook.com${PATH}?a=b c`,
    `javascript:alert(1)//www.facebook.com${PATH}`,
    `//www.facebook.com${PATH}`,
    "",
    `http://localhost:8788${PATH}`,
  ])("refuses %s", (uri) => expect(isMessengerRedirect(uri, undefined)).toBe(false))

  test("takes 1,500 characters and not one more", () => {
    const start = `https://www.facebook.com${PATH}?t=`
    expect(isMessengerRedirect(start.padEnd(1_500, "x"), undefined)).toBe(true)
    expect(isMessengerRedirect(start.padEnd(1_501, "x"), undefined)).toBe(false)
  })

  test("takes in development the sandbox's and no other, not even Messenger's", () => {
    const sandbox = "http://localhost:8788"
    expect(isMessengerRedirect(`${sandbox}${PATH}?t=1`, sandbox)).toBe(true)
    for (const origin of ["http://localhost:8789", "http://127.0.0.1:8788", "https://www.facebook.com"])
      expect(isMessengerRedirect(`${origin}${PATH}?t=1`, sandbox)).toBe(false)
  })
})

test("withAuthorizationCode() appends and changes nothing of what stood there", () => {
  const uri = "https://www.facebook.com/messenger_platform/account_linking"
  expect(withAuthorizationCode(`${uri}?t=A%2bB+C`, "code")).toBe(`${uri}?t=A%2bB+C&authorization_code=code`)
  expect(withAuthorizationCode(uri, "code")).toBe(`${uri}?authorization_code=code`)
})

describe("createSixDigits()", () => {
  const drawing = (...draws: readonly number[]) => {
    const left = [...draws]
    const given: Random = () => {
      const bytes = new Uint8Array(4)
      new DataView(bytes.buffer).setUint32(0, left.shift() ?? 0)
      return bytes
    }
    return given
  }
  test("keeps leading zeros", () => expect(createSixDigits(drawing(7))).toBe("000007"))
  test("takes the last draw below the limit and throws away the first above it", () => {
    expect(createSixDigits(drawing(4_293_999_999))).toBe("999999")
    expect(createSixDigits(drawing(4_294_000_000, 4_294_967_295, 12))).toBe("000012")
  })
})

describe("an authorization code", () => {
  test("has 128 bits and names one link, always the same", async () => {
    const code = createAuthorizationCode(random)
    expect(code).toMatch(/^[A-Za-z0-9_-]{22}$/)
    const link = await linkOfAuthorizationCode(code)
    expect(link).toMatch(/^link_[A-Za-z0-9_-]{22}$/)
    expect(link).toBe(await linkOfAuthorizationCode(code))
    expect(link).not.toContain(code)
  })
  test("of another form names none", async () => {
    for (const code of ["", "x", "a".repeat(21), "a".repeat(23), `${"a".repeat(21)}=`])
      expect(await linkOfAuthorizationCode(code)).toBeUndefined()
  })
})

describe("what a bank's grant covers", () => {
  test.each([
    [["balances", "transactions"], undefined],
    [undefined, undefined],
    [["balances"], ["balance_updates", "fraud_alerts", "support_chat"]],
    [
      ["transactions"],
      ["transaction_alerts", "fraud_alerts", "receipts", "shipping_updates", "support_chat"],
    ],
    [[], ["fraud_alerts", "support_chat"]],
  ] as const)("of reads %j: %j", (reads, covered) => expect(coveredBy(reads)).toEqual(covered))

  test("is read from a scope that names reads, the one asked for where the answer names none", () => {
    const { scope } = PROFILES["fdx-green"]
    expect(readsOfScope(scope)).toEqual(["balances", "transactions"])
    expect(readsOfScope(scope, "openid BALANCES")).toEqual(["balances"])
    expect(readsOfScope(scope, "openid")).toEqual([])
    expect(readsOfScope(PROFILES.fapi2.scope, "openid")).toBeUndefined()
  })

  test("is read from a granted detail's actions, where it has any", () => {
    const detail = { type: "account_information", accounts: [{ id: "a", last4: "4821", currency: "EUR" }] }
    const readsOf = (actions?: unknown) => parseGrantedDetail([{ ...detail, actions }])?.reads
    expect(readsOf()).toBeUndefined()
    expect(readsOf(["list_accounts"])).toEqual([])
    expect(readsOf(["read_transactions", "make_coffee"])).toEqual(["transactions"])
    expect(parseGrantedDetail([{ ...detail, actions: "read_balances" }])).toBeUndefined()
  })
})

describe("P6: accounts as the bank names them", () => {
  const parse = (account: object) =>
    parseGrantedDetail([
      {
        type: "account_information",
        accounts: [{ id: "a", last4: "4821", name: "x", kind: "checking", currency: "EUR", ...account }],
      },
    ])?.accounts[0]
  test("keep four digits of a number at most", () => {
    expect(parse({ last4: "DE89370400440532013000" })?.last4).toBe("3000")
    expect(parse({ last4: "xx-82" })?.last4).toBe("82")
  })
  test("keep no card number in a label, no controls, no direction marks", () => {
    expect(shortLabel("Card 4111 1111 1111 1111")).toBe("Card")
    expect(shortLabel("\u202Eevil\u0000 name\n")).toBe("evil name")
    expect([...shortLabel("é".repeat(50))].length).toBe(40)
  })
  test("an unknown kind is an other account", () => expect(parse({ kind: "crypto" })?.kind).toBe("other"))
  test.each([{ id: "" }, { currency: "euro" }, { last4: 4821 }])("are refused as a whole for %j", (account) =>
    expect(parse(account)).toBeUndefined(),
  )
  test("are 1 to 50", () => {
    const many = (count: number) =>
      parseGrantedDetail([
        {
          type: "account_information",
          accounts: Array.from({ length: count }, (_, index) => ({
            id: `${index}`,
            last4: "1",
            currency: "EUR",
          })),
        },
      ])?.accounts
    expect([many(0), many(50)?.length, many(51)]).toEqual([undefined, 50, undefined])
  })
  test("no label holds five digits in a row, whatever the bank writes", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => !/\p{Nd}{5}/u.test(shortLabel(text))))
  })
})

describe("the consent record", () => {
  const decision = {
    link: "link_a" as LinkId,
    epoch: 1,
    purposes: ["support_chat", "balance_updates"] as const,
    showAmounts: false,
    accounts: [{ id: "acc-1", kind: "checking", label: "Everyday", last4: "4821", currency: "EUR" }] as const,
    textSha256: "digest",
    language: "en",
    givenAt: 1,
    until: 2,
    previous: "",
  }
  const pseudonyms = createPseudonyms(new Uint8Array(32))

  test("has one form for one decision, whatever the order", async () => {
    const [one, other] = await Promise.all(
      [decision.purposes, decision.purposes.toReversed()].map(async (purposes) =>
        storedRecord(await givenRecord(BANK, "Operator", await pseudonyms, { ...decision, purposes })),
      ),
    )
    expect(one).toEqual(other)
  })
  test("names accounts by a digest of this link alone", async () => {
    const of = async (link: string) =>
      givenRecord(BANK, "Operator", await pseudonyms, { ...decision, link: link as LinkId })
    const [one, other] = [await of("link_a"), await of("link_b")]
    expect(one.accounts).not.toEqual(other.accounts)
    expect(JSON.stringify(one)).not.toMatch(/acc-1|4821|Everyday/)
  })
  test("names the bank as controller where we are its processor, and us where we are not", async () => {
    const roles = async (role: typeof BANK.role) =>
      (await givenRecord({ ...BANK, role }, "Operator", await pseudonyms, decision)).parties.map(
        ({ role: as, name }) => `${as} ${name}`,
      )
    expect(await roles("bank_processor")).toEqual([
      "controller Demo Bank",
      "processor Operator",
      "recipient Meta Platforms",
    ])
    expect((await roles("third_party"))[0]).toBe("controller Operator")
  })
  test("canonicalJson() sorts members, keeps lists, drops what is not there and refuses fractions", () => {
    expect(canonicalJson({ b: [2, { d: 1, c: "é\n" }], a: undefined, A: true })).toBe(
      '{"A":true,"b":[2,{"c":"é\\n","d":1}]}',
    )
    expect(() => canonicalJson({ a: 0.5 })).toThrow(TypeError)
  })
})

describe("parseSigningKeys()", () => {
  async function keySet(...changes: readonly object[]) {
    const keys = await Promise.all(
      changes.map(async (change, index) => {
        const pair = await generateKeyPair("ES256", { extractable: true })
        return { ...(await exportJWK(pair.privateKey)), kid: `k${index}`, ...change }
      }),
    )
    return JSON.stringify({ keys })
  }
  test("signs with the first and publishes the public half of all", async () => {
    const parsed = await parseSigningKeys(await keySet({}, {}))
    if (!parsed.ok) throw new Error(parsed.error.detail)
    const { key, kid, publicJwks } = parsed.value
    expect([kid, key.extractable, key.usages]).toEqual(["k0", false, ["sign"]])
    expect(publicJwks.keys.map((jwk) => Object.keys(jwk).toSorted().join(" "))).toEqual([
      "alg crv kid kty use x y",
      "alg crv kid kty use x y",
    ])
  })
  test("publishes no private member of the test key", async () => {
    const parsed = await parseSigningKeys(TEST_KEYS.SIGNING_KEYS)
    expect(JSON.stringify(parsed.ok && parsed.value.publicJwks)).not.toContain("jpsQnnGQmL")
  })
  test.each([
    ["not JSON", "x"],
    ["no list", "{}"],
    ["null", "null"],
    ["an empty list", '{"keys":[]}'],
  ])("refuses %s", async (_, json) => expect(await parseSigningKeys(json)).toMatchObject({ ok: false }))
  test.each([
    [{ kid: undefined }],
    [{ kid: "k 0" }],
    [{ d: undefined }],
    [{ kty: "RSA" }],
    [{ crv: "P-384" }],
    [{ x: "AA" }],
  ])("refuses a key with %j", async (change) =>
    expect(await parseSigningKeys(await keySet(change))).toMatchObject({ ok: false }),
  )
  test("refuses two keys of one kid, and a damaged older key", async () => {
    expect(await parseSigningKeys(await keySet({ kid: "a" }, { kid: "a" }))).toMatchObject({ ok: false })
    expect(await parseSigningKeys(await keySet({}, { x: "AA" }))).toMatchObject({ ok: false })
  })
})
