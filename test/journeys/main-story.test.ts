// The mission in one story: a customer says hello, links the bank, asks, and is told.
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Browser } from "playwright-core"
import { launch } from "./browser.ts"
import { accountOf, control, inWords } from "./control.ts"
import { here } from "./house.ts"
import { chooseAndConnect, meet, passBank, type Someone } from "./phone.ts"

describe("the main story", () => {
  const sandbox = here("sandbox")
  let browser: Browser
  let ana: Someone

  beforeAll(async () => {
    browser = await launch()
    ana = await meet(browser, sandbox, "Ana Lindqvist-Example")
  })

  afterAll(() => browser?.close())

  test("a customer links a bank by Log In with the code, and nothing is on before it", async () => {
    await ana.say("hello")
    await ana.reads(/automated assistant/)
    const page = await ana.logIn()
    await passBank(page, "ana")
    const code = await chooseAndConnect(page, ["transaction_alerts", "fraud_alerts", "account_service"])
    await ana.goBack()
    await ana.reads(/Type the 6 digits/)
    await ana.say(`${code.slice(0, 3)} ${code.slice(3)}`)
    await ana.reads(/Connected: Checking ••4821/)
  })

  test("\"what's my balance\" is answered with the bank's true figures", async () => {
    const { available, currency } = await accountOf(sandbox, "ana")
    await ana.say("what's my balance")
    await ana.reads(`Checking ••4821: ${inWords(available, currency)} available`)
  })

  test("a payment at the desk stands in the chat within two seconds", async () => {
    const { id } = await accountOf(sandbox, "ana")
    const before = Date.now()
    const payment = { account: id, amount: "24.90", direction: "debit", merchant: "Marktkauf Kreuzberg" }
    await control(sandbox, "/control/bank/payments", payment)
    await ana.reads(/paid 24\.90 EUR, Marktkauf Kreuzberg/)
    expect(Date.now() - before).toBeLessThan(2_000)
  })
})
