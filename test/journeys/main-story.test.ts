// The mission in one story: a customer says hello, links the bank, asks, and is told; then the gateway's disk is read.
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest"
import type { Browser } from "playwright-core"
import { launch } from "./browser.ts"
import { chooseAndConnect, control, meet, passBank, type Someone } from "./phone.ts"

interface Truth {
  readonly customers: readonly {
    readonly userName: string
    readonly reference: string
    readonly fullName: string
    readonly accounts: readonly {
      readonly id: string
      readonly name: string
      readonly last4: string
      readonly available: string
    }[]
  }[]
}

describe("the main story", () => {
  const sandbox = inject("sandbox")
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
    await ana.page.goto(`${sandbox}/?person=${ana.psid}`)
    await ana.reads(/Type the 6 digits/)
    await ana.say(`${code.slice(0, 3)} ${code.slice(3)}`)
    await ana.reads(/Connected: Checking ••4821/)
  })

  test("\"what's my balance\" is answered with the bank's true figures", async () => {
    const { available } = await checkingOf(sandbox, "ana")
    const figures = Number(available).toLocaleString("en", { minimumFractionDigits: 2 })
    await ana.say("what's my balance")
    await ana.reads(`Checking ••4821: ${figures} EUR available`)
  })

  test("a payment at the desk stands in the chat within two seconds", async () => {
    const { id } = await checkingOf(sandbox, "ana")
    const before = Date.now()
    const payment = { account: id, amount: "24.90", direction: "debit", merchant: "Marktkauf Kreuzberg" }
    await control(sandbox, "/control/bank/payments", payment)
    await ana.reads(/paid 24\.90 EUR, Marktkauf Kreuzberg/)
    expect(Date.now() - before).toBeLessThan(2_000)
  })
})

async function checkingOf(sandbox: string, userName: string) {
  const { customers } = await control<Truth>(sandbox, "/control/bank/customers")
  const account = customers
    .find((each) => each.userName === userName)
    ?.accounts.find((each) => each.name === "Checking")
  if (!account) throw new Error(`Cannot find the checking account of ${userName}`)
  return account
}
