// A bank's record: every fault named, nothing of it repeated, both sides of each line.
import { describe, expect, it } from "vitest"
import { parseBankRecord } from "../../../src/banks/bank-record.ts"
import { bankRecord } from "../../support/bank.ts"

const DEVELOPMENT = { development: true }
const LIVE = { development: false }

/** A bank outside development. */
const live = (changes: object = {}) => ({
  ...bankRecord({
    issuer: "https://login.harbourline.example",
    apiBase: "https://api.harbourline.example/fdx/v6",
    actionsBase: "https://api.harbourline.example/actions",
    callbackUrl: "https://api.harbourline.example/callbacks",
    eventSource: "https://harbourline.example/events",
    jwksUri: "https://api.harbourline.example/jwks.json",
    linkHosts: ["harbourline.example", "track.carrier.example:8443"],
  }),
  ...changes,
})

const faultsOf = (value: unknown, rules = LIVE) => {
  const record = parseBankRecord(value, rules)
  return record.ok ? [] : record.error.faults.map(({ field, fault }) => `${field} ${fault}`)
}

describe("parseBankRecord()", () => {
  it("gives back what it was given, without members it does not know", () => {
    expect(parseBankRecord({ ...live(), surprise: 1 }, LIVE)).toEqual({ ok: true, value: live() })
    expect(parseBankRecord(bankRecord(), DEVELOPMENT)).toEqual({ ok: true, value: bankRecord() })
  })

  it("fills in what a bank need not say", () => {
    const {
      v: _v,
      subjectClaim: _s,
      timeZone: _t,
      consentDays: _c,
      chatTextDays: _x,
      fallbackAfterSeconds: _f,
      reportDelivery: _r,
      login: _l,
      linkConfirmation: _k,
      linksMax: _m,
      newLinkHours: _h,
      actionsBase: _a,
      callbackUrl: _u,
      ...least
    } = live()
    const record = parseBankRecord({ ...least, actionsBase: null }, LIVE)
    expect(record).toMatchObject({
      ok: true,
      value: {
        v: 1,
        subjectClaim: "sub",
        timeZone: "UTC",
        consentDays: 180,
        chatTextDays: 30,
        fallbackAfterSeconds: 30,
        reportDelivery: false,
        login: "browser",
        linkConfirmation: "none",
        linksMax: 2,
        newLinkHours: 24,
      },
    })
    expect(record.ok && "actionsBase" in record.value).toBe(false)
  })

  it("takes a bank that must confirm links only where it can be asked", () => {
    const { callbackUrl: _, ...silent } = live()
    expect(faultsOf({ ...silent, linkConfirmation: "required" })).toEqual([
      "linkConfirmation needs a callbackUrl to be asked at",
    ])
    expect(parseBankRecord(live({ linkConfirmation: "required" }), LIVE).ok).toBe(true)
  })

  it("names every fault at once, and repeats no value", () => {
    const faults = faultsOf(
      live({
        id: "Demo Bank",
        issuer: "http://secret.example",
        emergencyPhone: "555",
        languages: [],
        consentDays: 0,
      }),
    )
    expect(faults.map((fault) => fault.split(" ")[0])).toEqual([
      "id",
      "issuer",
      "languages",
      "emergencyPhone",
      "consentDays",
    ])
    expect(faults.join()).not.toMatch(/secret|Demo|555/)
  })

  it("takes loopback and plain http in development only", () => {
    const faults = faultsOf(bankRecord())
    for (const field of ["issuer", "apiBase", "actionsBase", "callbackUrl", "jwksUri", "linkHosts.0"]) {
      expect(faults.some((fault) => fault.startsWith(`${field} must be`))).toBe(true)
    }
    expect(faultsOf(bankRecord({ issuer: "http://bank.example" }), DEVELOPMENT)).toHaveLength(1)
  })

  it.each([
    "http://api.harbourline.example",
    "https://user@api.harbourline.example",
    "https://api.harbourline.example?x",
    "https://api.harbourline.example#x",
    "https://127.0.0.1",
    "https://2130706433",
    "https://[::1]",
    "https://10.0.0.7",
    "https://intranet",
    "https://bank.internal",
    "https://bank.local",
    "https://metadata.home.arpa",
    "ftp://api.harbourline.example",
    "api.harbourline.example",
    "",
    `https://api.harbourline.example/${"x".repeat(480)}`,
  ])("P15: refuses %j as an address we would call", (jwksUri) => {
    expect(faultsOf(live({ jwksUri }))[0]).toMatch(/^jwksUri /)
  })

  it.each([
    ["v", 2],
    ["id", "a"],
    ["id", "callback"],
    ["id", "consent"],
    ["id", "code"],
    ["id", "x".repeat(41)],
    ["name", ""],
    ["name", " Harbourline"],
    ["name", "Harbour\u202eline"],
    ["name", "x".repeat(61)],
    ["role", "advertiser"],
    ["jurisdiction", "DE"],
    ["dialect", "obie-4"],
    ["apiBase", "https://api.harbourline.example/fdx/"],
    ["subjectClaim", "sub ject"],
    ["timeZone", "Europe/Atlantis"],
    ["timeZone", "+01:00"],
    ["languages.0", ["en_US"]],
    ["languages.1", ["en", "EN-us"]],
    ["emergencyPhone", "+0301234567"],
    ["emergencyPhone", "030 1234567"],
    ["emergencyPhone", "+1234567890123456"],
    ["linkHosts.0", ["Harbourline.example"]],
    ["linkHosts.0", ["*.harbourline.example"]],
    ["linkHosts.0", ["https://harbourline.example"]],
    ["consentDays", 366],
    ["consentDays", 1.5],
    ["consentDays", "180"],
    ["fallbackAfterSeconds", 4],
    ["fallbackAfterSeconds", 3_601],
    ["fallbackAfterSeconds", 30.5],
    ["reportDelivery", "yes"],
  ])("refuses %s as %j", (field, value) => {
    const faults = faultsOf(live({ [field.split(".")[0] ?? ""]: value }))
    expect(faults[0]).toMatch(new RegExp(`^${field} `))
  })

  it("takes the bank's own places on its hosts, its colours and its logo, and gives them back", () => {
    const given = {
      appLink: "https://harbourline.example/app?from=chat",
      helpUrl: "https://harbourline.example/help",
      complaintsUrl: "https://harbourline.example/complaints#form",
      colours: { light: "#0b5261", dark: "#6fcbd6" },
      logo: `data:image/png;base64,${btoa("\x89PNG\r\n\x1a\n")}`,
    }
    expect(parseBankRecord(live(given), LIVE)).toEqual({ ok: true, value: live(given) })
    const without = Object.fromEntries(Object.keys(given).map((name) => [name, null]))
    expect(parseBankRecord(live(without), LIVE)).toEqual({ ok: true, value: live() })
  })

  it.each([
    ["appLink", "https://elsewhere.example/app"],
    ["appLink", "https://app.harbourline.example/"],
    ["appLink", "harbourline://open"],
    ["helpUrl", "http://harbourline.example/help"],
    ["helpUrl", "https://user@harbourline.example/"],
    ["complaintsUrl", "javascript:alert(1)"],
    ["complaintsUrl", `https://harbourline.example/${"x".repeat(480)}`],
    ["colours.light", { light: "#ffd400" }],
    ["colours.light", { dark: "#6fcbd6" }],
    ["colours.dark", { light: "#0b5261", dark: "#0b5261" }],
    ["logo", "https://harbourline.example/logo.png"],
    ["logo", `data:image/png;base64,${btoa(`\x89PNG\r\n\x1a\n${"x".repeat(9_000)}`)}`],
  ])("P6: refuses %s as %j", (field, value) => {
    expect(faultsOf(live({ [field.split(".")[0] ?? ""]: value }))[0]).toMatch(new RegExp(`^${field} `))
  })

  it("P6: a host does not leave while one of the bank's places lies on it", () => {
    expect(faultsOf(live({ helpUrl: "https://harbourline.example/help", linkHosts: [] }))).toEqual([
      "helpUrl must be an https URL on a host of linkHosts",
    ])
  })

  it.each([
    ["fdx-6", {}, { profile: "fapi2", acrValues: ["urn:bank:2fa"] }],
    ["fdx-6", { profile: "fdx-green" }, { profile: "fdx-green", acrValues: ["urn:bank:2fa"] }],
    ["open-banking-4.0", {}, { profile: "uk-open-banking", acrValues: ["urn:openbanking:psd2:sca"] }],
    ["open-banking-3.1", { acrValues: ["urn:x"] }, { profile: "uk-open-banking", acrValues: ["urn:x"] }],
    ["berlin-1.3", {}, { profile: "berlin", acrValues: [], looksADay: 4 }],
    ["berlin-1.3", { looksADay: 20 }, { looksADay: 20 }],
  ])("reads dialect %s with %j", (dialect, given, expected) => {
    const record = parseBankRecord(live({ dialect, profile: undefined, acrValues: undefined, ...given }), {
      development: false,
    })
    expect(record).toMatchObject({
      ok: true,
      value: { idTokenAlg: "ES256", unsignedPayments: false, ...expected },
    })
    expect(record.ok && dialect !== "berlin-1.3" && "looksADay" in record.value).toBe(false)
  })

  it.each([
    ["fdx-6", { profile: "berlin" }, "profile does not go with this dialect"],
    ["open-banking-4.0", { profile: "fapi2" }, "profile does not go with this dialect"],
    ["berlin-1.3", { profile: "fdx-green" }, "profile does not go with this dialect"],
    ["fdx-6", { acrValues: [] }, "acrValues must name one value at least"],
    ["open-banking-4.0", { acrValues: [] }, "acrValues must name one value at least"],
  ])("refuses dialect %s with %j", (dialect, given, fault) => {
    expect(faultsOf(live({ dialect, profile: undefined, ...given }))).toEqual([fault])
  })

  it.each([
    ["profile", "oauth2"],
    ["idTokenAlg", "RS256"],
    ["idTokenAlg", "none"],
    ["acrValues", Array.from({ length: 11 }, () => "urn:x")],
    ["looksADay", 0],
    ["looksADay", 1.5],
    ["unsignedPayments", "yes"],
  ])("refuses %s %j", (field, value) => {
    expect(faultsOf(live({ [field]: value }))[0]).toMatch(new RegExp(`^${field} `))
  })

  it("takes the last of each limit", () => {
    const least = {
      id: "ab",
      name: "x",
      languages: ["pt-BR"],
      emergencyPhone: "+4930123",
      linkHosts: [],
      consentDays: 1,
      fallbackAfterSeconds: 5,
    }
    expect(faultsOf(live(least))).toEqual([])
    const most = {
      id: "a".repeat(40),
      name: "x".repeat(60),
      emergencyPhone: "+123456789012345",
      consentDays: 365,
      fallbackAfterSeconds: 3_600,
      timeZone: "Asia/Kolkata",
    }
    expect(faultsOf(live(most))).toEqual([])
  })

  it.each([null, undefined, 1, "text", []])("refuses %j whole", (value) => {
    expect(faultsOf(value)).toEqual(["record is missing or of another type"])
  })
})
