// The page of alert settings: what it shows, what each field becomes, what is refused by name and changes nothing.
import { beforeEach, describe, expect, test } from "vitest"
import { OwnPages } from "../../support/own-pages.ts"

const ACCOUNT = "acc-secret-1"
/** The form as the page shows it to somebody who never chose. */
const SHOWN = {
  quiet_from: "22:00",
  quiet_to: "07:00",
  digest_at: "18:00",
  max: "",
  zone: "Europe/Berlin",
  from: "",
  direction: "",
  countries: "",
  account: `transaction_alerts|${ACCOUNT}`,
}

let own: OwnPages
beforeEach(() => {
  own = new OwnPages()
})

const save = (fields: Readonly<Record<string, string>>) =>
  own.press("/me/alerts", own.visit(), { ...SHOWN, ...fields })

test("saving what is shown sets the zone and leaves everything else wanted", async () => {
  const answer = await save({})
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/me/alerts?did=change"])
  expect(own.preferences).toEqual({
    v: 1,
    zone: "Europe/Berlin",
    rules: { [`balance_updates|${ACCOUNT}`]: { off: true } },
  })
})

test("each field becomes its rule", async () => {
  await save({
    quiet: "on",
    quiet_from: "21:30",
    digest: "on",
    digest_at: "19:15",
    max: "5",
    zone: "Asia/Kuwait",
    from: "49,5",
    direction: "out",
    foreign: "on",
    remote: "on",
    kind: "cash",
    countries: "de; fr",
    below: "-10",
    account: `balance_updates|${ACCOUNT}`,
  })
  expect(own.preferences).toEqual({
    v: 1,
    zone: "Asia/Kuwait",
    quiet: { from: 21 * 60 + 30, to: 7 * 60 },
    digestAt: 19 * 60 + 15,
    maxADay: 5,
    rules: {
      transaction_alerts: {
        from: { value: "49.50", currency: "EUR" },
        direction: "out",
        foreignOnly: true,
        remoteOnly: true,
        categories: ["6010", "6011"],
        countries: ["DE", "FR"],
      },
      balance_updates: { below: { value: "-10.00", currency: "EUR" } },
      [`transaction_alerts|${ACCOUNT}`]: { off: true },
    },
  })
  const page = await (await own.get("/me/alerts?did=change", own.visit())).text()
  for (const shown of [
    'value="21:30"',
    'value="19:15"',
    'value="5"',
    'value="49.50"',
    'value="DE, FR"',
    "Changed,",
  ])
    expect(page).toContain(shown)
  expect(page).toMatch(/name="kind" value="cash" checked/)
})

test("what the page does not show stays", async () => {
  own.preferences = {
    v: 1,
    mutedUntil: 9,
    rules: { receipts: { off: true }, [`transaction_alerts|${ACCOUNT}`]: { direction: "in" } },
  }
  await save({})
  expect(own.preferences).toMatchObject({
    mutedUntil: 9,
    rules: { receipts: { off: true }, [`transaction_alerts|${ACCOUNT}`]: { direction: "in" } },
  })
})

test.each([
  ["١٢٫٥", "12.50"],
  ["1 000", "1000.00"],
  ["0", "0.00"],
])("an amount typed as %s is %s", async (typed, value) => {
  await save({ from: typed })
  expect(own.preferences?.rules["transaction_alerts"]?.from?.value).toBe(value)
})

describe("is refused by name, and changes nothing", () => {
  test.each([
    ["an unknown zone", { zone: "Mars/Olympus" }, /time zone is not one/],
    ["quiet hours without an end", { quiet: "on", quiet_to: "22:00" }, /another end/],
    ["quiet hours without a time", { quiet: "on", quiet_from: "" }, /another end/],
    ["a summary without a time", { digest: "on", digest_at: "25:00" }, /needs a time/],
    ["none a day", { max: "0" }, /from 1 to 50/],
    ["words for a number", { max: "many" }, /from 1 to 50/],
    ["a negative amount", { from: "-1" }, /not an amount/],
    ["an amount of words", { below: "ten" }, /not an amount/],
    ["a country by name", { countries: "Germany" }, /two letters/],
  ])("%s", async (_, fields, words) => {
    const answer = await save(fields)
    expect(answer.status).toBe(400)
    expect(await answer.text()).toMatch(words)
    expect(own.preferences).toBeUndefined()
  })

  test("P12: a form of another visit, another origin, nobody's visit", async () => {
    const session = own.visit()
    const answers = [
      await own.post("/me/alerts", { ...SHOWN, form: "other" }, session),
      await own.post("/me/alerts", { ...SHOWN, form: session.form }, session, "https://evil.example"),
      await own.post("/me/alerts", { ...SHOWN, form: session.form }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([400, 403, 403])
    expect(own.preferences).toBeUndefined()
  })

  test("somebody whose link is gone", async () => {
    own.consent = undefined
    expect((await save({})).status).toBe(409)
    expect((await own.get("/me/alerts", own.visit())).headers.get("location")).toBe("/me")
  })
})

test("a bank's default is shown until the person chooses", async () => {
  own.defaults = { quietFrom: "23:00", quietTo: "06:00", paymentsFrom: { value: "20.00", currency: "EUR" } }
  const page = await (await own.get("/me/alerts", own.visit())).text()
  expect(page).toMatch(/name="quiet" value="on" checked/)
  expect(page).toMatch(/value="23:00"/)
  expect(page).toMatch(/value="20.00"/)
  await save({})
  expect(own.preferences?.quiet).toBeUndefined()
})
