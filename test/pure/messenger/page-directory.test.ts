// A Page's record and token: kept a minute, used longer only where D1 does not answer.
import { beforeEach, describe, expect, it } from "vitest"
import type { BankId, PageId } from "../../../src/foundation/id.ts"
import type { Log } from "../../../src/foundation/log.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import {
  createPageDirectory,
  FRESH_MS,
  STALE_MS_MAX,
  type PageDirectory,
} from "../../../src/messenger/page-directory.ts"
import { takesUtility, parsePageRecord, type PageRecord } from "../../../src/messenger/page-record.ts"
import { pagePlace, type StoredPage } from "../../../src/messenger/page-store.ts"

const ID = "100" as PageId
const record: PageRecord = {
  v: 1,
  id: ID,
  bank: "demo" as BankId,
  name: "Harbourline Bank",
  jurisdiction: "none",
  ceilingPerSecond: 300,
  logInAllowed: true,
  utilityAllowed: true,
  utility: { scopeName: "pages_utility_messaging", sendShape: "message_template", regions: [] },
  humanAgent: false,
  defaultApp: "none",
}
let stored: StoredPage | undefined
let broken: boolean
let sealBroken: boolean
let now: number
let loads: number
let opens: string[]
let lines: string[]
let directory: PageDirectory

beforeEach(() => {
  stored = { record, tokenSealed: "v1.k.sealed" }
  broken = false
  sealBroken = false
  now = 1_763_800_000_000
  loads = 0
  opens = []
  lines = []
  const write = (event: string, fields?: object) => void lines.push(JSON.stringify({ event, ...fields }))
  const log: Log = { info: write, warn: write, error: write }
  directory = createPageDirectory({
    load: () => {
      loads += 1
      return broken ? Promise.reject(new Error("D1 said: v1.k.sealed")) : Promise.resolve(stored)
    },
    open: (sealed, place) => {
      opens.push(place)
      return Promise.resolve(sealBroken ? err({ reason: "seal_broken" }) : ok(`opened ${sealed}`))
    },
    now: () => now,
    log,
  })
})

const token = async () => {
  const found = await directory.find(ID)
  return found.ok ? found.value.token.reveal() : found.error.reason
}

describe("createPageDirectory()", () => {
  it("opens the token at its own place", async () => {
    expect(await token()).toBe("opened v1.k.sealed")
    expect(opens).toEqual(["demo|pages|100|token"])
    expect(pagePlace(record)).toBe("demo|pages|100|token")
  })

  it("reads and opens once a minute, and anew after it", async () => {
    await token()
    now += FRESH_MS - 1
    await token()
    expect([loads, opens.length]).toEqual([1, 1])
    now += 1
    await token()
    expect([loads, opens.length]).toEqual([2, 1])
  })

  it("sees a new token after a minute, or at once where it was changed here", async () => {
    await token()
    stored = { record, tokenSealed: "v1.k.newer" }
    expect(await token()).toBe("opened v1.k.sealed")
    directory.forget(ID)
    expect(await token()).toBe("opened v1.k.newer")
  })

  it("uses what it keeps while D1 does not answer, for an hour", async () => {
    await token()
    broken = true
    now += STALE_MS_MAX - 1
    expect(await token()).toBe("opened v1.k.sealed")
    now += 1
    expect(await directory.find(ID)).toEqual({ ok: false, error: { reason: "unavailable", retry: "later" } })
  })

  it("is an outage where nothing is kept and D1 does not answer", async () => {
    broken = true
    expect(await directory.findRecord(ID)).toEqual({
      ok: false,
      error: { reason: "unavailable", retry: "later" },
    })
  })

  it("does not know a Page that was never registered, and asks again for it", async () => {
    stored = undefined
    expect(await token()).toBe("page_unknown")
    stored = { record, tokenSealed: "v1.k.sealed" }
    expect(await token()).toBe("opened v1.k.sealed")
  })

  it("P13: gives the record of a Page whose token does not open", async () => {
    sealBroken = true
    expect(await directory.findRecord(ID)).toEqual({ ok: true, value: record })
    expect(await directory.find(ID)).toMatchObject({ ok: false, error: { reason: "malformed" } })
    sealBroken = false
    expect(await token()).toBe("opened v1.k.sealed")
  })

  it("P5: prints no token", async () => {
    expect(JSON.stringify(await directory.find(ID))).toContain("[secret]")
    broken = true
    now += FRESH_MS
    await directory.find(ID)
    expect(lines).toHaveLength(1)
    expect(lines.join()).not.toContain("v1.k")
  })
})

describe("parsePageRecord()", () => {
  const given = { v: 1, id: "100", bankId: "demo", name: "Harbourline Bank" }

  it("fills in what an operator left out", () => {
    expect(parsePageRecord(given)).toEqual({ ok: true, value: record })
  })

  it("reads what it wrote", () => {
    const full = {
      ...record,
      jurisdiction: "eu",
      locationHint: "weur",
      ceilingPerSecond: 40,
      logInAllowed: false,
      utility: { scopeName: "page_utility_messaging", sendShape: "attachment", regions: ["US", "TH"] },
      country: "DE",
      humanAgent: true,
      defaultApp: "ours",
    } as const
    expect(parsePageRecord(JSON.parse(JSON.stringify(full)))).toEqual({ ok: true, value: full })
  })

  it("drops members it does not know", () => {
    expect(parsePageRecord({ ...given, token: "EAA" })).toEqual({ ok: true, value: record })
  })

  it.each<readonly [string, object]>([
    ["v", { v: 2 }],
    ["id", { id: "100a" }],
    ["bank", { bankId: "Demo" }],
    ["bank", { bankId: undefined }],
    ["name", { name: "" }],
    ["name", { name: "x".repeat(61) }],
    ["name", { name: "Bank\u202e" }],
    ["jurisdiction", { jurisdiction: "de" }],
    ["locationHint", { locationHint: "moon" }],
    ["ceilingPerSecond", { ceilingPerSecond: 0 }],
    ["ceilingPerSecond", { ceilingPerSecond: 301 }],
    ["ceilingPerSecond", { ceilingPerSecond: 1.5 }],
    ["logInAllowed", { logInAllowed: "yes" }],
    ["utility.sendShape", { utility: { sendShape: "top" } }],
    ["utility.scopeName", { utility: { scopeName: "pages_messaging" } }],
    ["utility.regions.0", { utility: { regions: ["Germany"] } }],
    ["country", { country: "de" }],
    ["humanAgent", { humanAgent: "yes" }],
    ["agentPicture", { agentPicture: "http://bank.example/people.png" }],
    ["defaultApp", { defaultApp: "263902037430900" }],
  ])("refuses a wrong %s by its name: %j", (field, change) => {
    const parsed = parsePageRecord({ ...given, ...change })
    expect(parsed.ok || parsed.error.faults.map((each) => each.field)).toEqual([field])
  })

  it.each([null, undefined, 7, "record", []])("refuses %j", (value) => {
    expect(parsePageRecord(value).ok).toBe(false)
  })
})

describe("takesUtility()", () => {
  it.each<readonly [string, Partial<PageRecord>, boolean]>([
    ["a Page without settings", {}, true],
    ["a Page its operator switched off", { utilityAllowed: false }, false],
    [
      "a Page in one of the regions",
      { utility: { ...record.utility, regions: ["US", "TH"] }, country: "TH" },
      true,
    ],
    [
      "a Page in another region",
      { utility: { ...record.utility, regions: ["US", "TH"] }, country: "DE" },
      false,
    ],
    ["a Page of no known country", { utility: { ...record.utility, regions: ["US"] } }, false],
  ])("judges %s", (_name, change, takes) => {
    expect(takesUtility({ ...record, ...change })).toBe(takes)
  })
})
