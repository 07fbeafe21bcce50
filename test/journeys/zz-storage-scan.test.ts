// After a whole conversation, every file the gateway wrote is read: no token, PSID, customer reference, name, merchant, message
// or amount lies there in clear (P5), and none was printed. What earlier journeys left is looked for too.
// First the scan finds markers, planted in clear by the gateway itself and by hand in each form: silence alone proves nothing.
import { rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Browser } from "playwright-core"
import { launch } from "./browser.ts"
import { accountOf, control, customerOf, readThread, tellOf, timeOf, wordsOf } from "./control.ts"
import { everythingElse } from "./everything-else.ts"
import { here } from "./house.ts"
import { hears, link, meet, reachCode, type Someone } from "./phone.ts"
import { readColumn, scan, type Needle } from "./storage-scan.ts"

const HOUR_MS = 3_600_000
/** Some twenty seconds on a quiet machine. */
const RUN_MS = 180_000
const PAGE_TOKEN = "dev-page-token"
/** Every JOSE header begins so: `{"alg":` and `{"typ":` in base64. */
const JOSE_HEADERS = ["eyJhbGciOi", "eyJ0eXAiOi"]
const PLANTED = {
  name: "Wilhelmina Plantagenet-Scan",
  text: "please tell my gardener Ottokar that the greenhouse invoice is settled",
  arabicText: "أرجو إبلاغ البستاني أن فاتورة الدفيئة قد سُدّدت بالكامل",
  card: "4929031457829039",
  merchant: "Plantagenet Scanworks Ltd",
  fraudMerchant: "Suspicious Scanworks GmbH",
  amount: "48213.97",
  fraudAmount: "7731.58",
}
const CUSTOMERS = ["ana", "ben", "chi"]

describe("the gateway's storage", () => {
  const gateway = here("gateway")
  const sandbox = here("sandbox")
  const stateDir = here("stateDir")
  const logDir = here("logDir")
  let browser: Browser
  let someone: Someone
  let more: readonly Needle[] = []

  beforeAll(async () => {
    browser = await launch()
    someone = await meet(browser, sandbox, PLANTED.name)
    await everythingOnce(someone)
    more = await everythingElse(browser, { gateway, sandbox })
    // What a person never finished leaves its traces too.
    await reachCode(await meet(browser, sandbox, "Unfinished Scan-Example"), "ben", ["receipts"])
  }, RUN_MS)

  afterAll(() => browser?.close())

  test("the scan finds what the gateway keeps in clear, fresh from the write-ahead log", async () => {
    const marker = `Marker Bank ${crypto.randomUUID()}`
    const needles = [{ name: "marker", value: marker }]
    expect(scan(stateDir, needles).found).toEqual([])
    await keepInClear(marker)
    const { found } = scan(stateDir, needles)
    expect(found.map(({ file }) => file)).toContainEqual(expect.stringMatching(/\.sqlite-wal$/))
  })

  test.for(["plain", "utf-16le", "utf-16be", "hex", "json, all escaped", "base64", "base64url"])(
    "the scan finds a marker written as %s, in the middle of other bytes",
    (form) => {
      const marker = `märker?>${crypto.randomUUID()}`
      const planted = join(stateDir, "planted.bin")
      for (const before of ["", "x", "xy"]) {
        writeFileSync(planted, Buffer.concat([Buffer.from("\0\0\0"), written(form, before + marker + "zz")]))
        try {
          const { found } = scan(stateDir, [{ name: "marker", value: marker }])
          expect(found.flatMap(({ forms }) => forms).map((each) => each.replace(/ \+\d$/, ""))).toContain(
            form,
          )
          expect(found.every(({ file }) => file === "planted.bin")).toBe(true)
        } finally {
          rmSync(planted)
        }
      }
    },
  )

  test("holds no token, PSID, reference, name, account, merchant, message or amount", async () => {
    const needles = await listNeedles()
    expect(needles.length).toBeGreaterThan(60)
    const { found, files, bytes } = scan(stateDir, needles)
    expect(found).toEqual([])
    // Read something: the directory, at least one Conversation, each with its log.
    expect(files).toBeGreaterThan(4)
    expect(bytes).toBeGreaterThan(100_000)
  })

  test("the same values are found where they may lie: at the pretend Messenger and the bank", async () => {
    const { found } = scan(join(dirname(stateDir), "sandbox"), await listNeedles())
    const names = new Set(found.map(({ name }) => name))
    for (const name of ["PSID", "person's name", "message", "message id", "bank's token", "linking token"])
      expect(names).toContain(name)
    for (const name of ["customer reference", "account", "merchant", "amount", "text", "Page token"])
      expect(names).toContain(name)
  })

  test("and nothing of it was printed", async () => {
    const needles = await listNeedles()
    const { found } = scan(logDir, needles)
    expect(found.filter(({ file }) => file !== "sandbox.log")).toEqual([])
  })

  /** Everything a person and a bank can say to the gateway, with values that stand nowhere else. */
  async function everythingOnce(person: Someone): Promise<void> {
    await link(person, "ana", ["account_service", "transaction_alerts", "balance_updates", "fraud_alerts"])
    for (const text of [PLANTED.arabicText, PLANTED.text])
      await hears(person, /didn't get that|still don't|لم أفهم|لا أفهم/, () => person.say(text))
    await hears(person, /looks like a card number/, () => person.say(`my card is ${PLANTED.card}`))
    await hears(person, /^Checking .*available, as of/, () => person.say("what's my balance"))
    await hears(person, /latest first:/, () => person.say("show my payments"))
    const { id } = await accountOf(sandbox, "ana")
    await hears(person, /48,213\.97 EUR/, () =>
      control(sandbox, "/control/bank/payments", {
        account: id,
        amount: PLANTED.amount,
        direction: "credit",
        merchant: PLANTED.merchant,
      }),
    )
    await person.reads(/available, as of/)
    await hears(person, /7,731\.58 EUR/, async () =>
      tellOf(sandbox, { type: "bank.fraud.suspected.v1", customer: "ana", data: await suspicion() }),
    )
    await hears(person, /has your answer/, () => person.tap("Yes, it was me"))
  }

  async function suspicion() {
    const now = await timeOf(sandbox)
    return {
      case_id: "F-SCAN0001",
      card: { last4: "5512" },
      transaction: {
        amount: { value: PLANTED.fraudAmount, currency: "EUR" },
        occurred_at: new Date(now).toISOString(),
        merchant: { name: PLANTED.fraudMerchant },
      },
      reply: { allowed: ["confirm", "deny"], expires_at: new Date(now + HOUR_MS).toISOString() },
    }
  }

  /** A bank's name is no secret: its record lies in clear. */
  async function keepInClear(name: string): Promise<void> {
    const headers = { authorization: "Bearer dev-admin-key", "content-type": "application/json" }
    const demo = await fetch(`${gateway}/admin/v1/banks/demo`, { headers })
    const { id: _, ...record } = (await demo.json()) as { id: string; issuer: string; eventSource: string }
    const stored = await fetch(`${gateway}/admin/v1/banks/marker`, {
      method: "PUT",
      headers,
      body: JSON.stringify({ ...record, name, eventSource: `${record.eventSource}/marker` }),
    })
    expect(stored.ok, await stored.clone().text()).toBe(true)
  }

  /** All values there are by now: everybody's, not only this file's. */
  async function listNeedles(): Promise<readonly Needle[]> {
    const needles: Needle[] = []
    const add = (name: string, values: readonly string[], charactersMin = 8) => {
      for (const value of new Set(values)) if (value.length >= charactersMin) needles.push({ name, value })
    }
    add("Page token", [PAGE_TOKEN])
    add("JOSE header", JOSE_HEADERS)
    const sandboxDir = join(dirname(stateDir), "sandbox")
    const tokens = readColumn(sandboxDir, "oidc", "SELECT key FROM oidc WHERE model LIKE '%Token'")
    expect(tokens.length).toBeGreaterThan(0)
    add(
      "bank's token",
      tokens.map((key) => key.slice(key.indexOf(":") + 1)),
    )
    add("linking token", readColumn(sandboxDir, "linking_tokens", "SELECT token FROM linking_tokens"))
    for (const { reference, fullName, accounts } of await Promise.all(
      CUSTOMERS.map((each) => customerOf(sandbox, each)),
    )) {
      add("customer reference", [reference])
      add("customer's name", [fullName])
      add(
        "account",
        accounts.flatMap(({ id, number }) => [id, number]),
      )
    }
    const { people } = await control<{ people: readonly { psid: string; name: string }[] }>(
      sandbox,
      "/control/people",
    )
    add(
      "PSID",
      people.map(({ psid }) => psid),
    )
    add(
      "person's name",
      people.map(({ name }) => name),
    )
    for (const { psid } of people) {
      const thread = await readThread(sandbox, psid)
      add(
        "message",
        thread.flatMap((said) => wordsOf(said).split("\n")),
        16,
      )
      add(
        "message id",
        thread.map(({ mid }) => mid),
      )
    }
    add("merchant", [PLANTED.merchant, PLANTED.fraudMerchant, ...(await merchantsOf())])
    add("amount", [PLANTED.amount, "48,213.97", "4821397"], 7)
    add("amount", [PLANTED.fraudAmount, "7,731.58"], 7)
    add("text", [PLANTED.text, PLANTED.arabicText, PLANTED.card])
    return [...needles, ...more]
  }

  /** Who was paid, as the bank's books name them. */
  async function merchantsOf(): Promise<readonly string[]> {
    const rows = readColumn(join(dirname(stateDir), "sandbox"), "payment", "SELECT row FROM payment")
    const names = rows.map(
      (row) => (JSON.parse(row) as { merchant?: { name?: string } }).merchant?.name ?? "",
    )
    expect(names).toContain(PLANTED.merchant)
    return names
  }
})

function written(form: string, value: string): Buffer {
  const utf16 = Buffer.from(value, "utf16le")
  switch (form) {
    case "utf-16le":
      return utf16
    case "utf-16be":
      return Buffer.from(utf16).swap16()
    case "json, all escaped":
      return Buffer.from(
        value
          .split("")
          .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
          .join(""),
      )
    case "hex":
    case "base64":
    case "base64url":
      return Buffer.from(Buffer.from(value).toString(form))
    default:
      return Buffer.from(value)
  }
}
