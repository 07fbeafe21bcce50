// The same bank behind every login and every dialect of account data: somebody links, asks for balance and payments, and hears what the
// bank's books say; leaving ends the consent at the bank. FAPI 2.0 with FDX is every other journey.
import { afterEach, describe, expect, test } from "vitest"
import { registerElsewhere } from "../../sandbox/demo.mjs"
import { accountOf, answersTo, control, customerOf, inWords, setBank, tokensAt } from "./control.ts"
import { readDirectory } from "./gateway-state.ts"
import { here } from "./house.ts"
import { hearsBy, linkSomebody, say } from "./linked.ts"

interface ConsentSeen {
  readonly id: string
  readonly server: string
  readonly status: string
  readonly customer: string | null
  readonly accounts: readonly string[]
}

const BANKS = ["demo-green", "demo-uk", "demo-uk-31", "demo-berlin"] as const
const KEEPS_CONSENTS = ["demo-uk", "demo-uk-31", "demo-berlin"]

describe("a bank elsewhere", () => {
  const [gateway, sandbox] = [here("gateway"), here("sandbox")]
  const sides = { gateway, sandbox }

  afterEach(() => setBank(sandbox, { accessTokenTtlSeconds: 600, accountData: "up" }))

  test.each(BANKS)("%s: link, balance, payments, refresh, disconnect", async (bank) => {
    const page = await registerElsewhere(gateway, sandbox, bank)
    const { reference } = await customerOf(sandbox, "ana")
    const tokensBefore = await tokensAt(sandbox, reference)
    // Too short to be used twice: every question but the login's own refreshes first.
    await setBank(sandbox, { accessTokenTtlSeconds: 15 })
    const psid = await linkSomebody(sides, `Dia ${bank}`, "ana", ["account_service"], { bank, page })
    const { id, available, currency } = await accountOf(sandbox, "ana")
    const keeps = KEEPS_CONSENTS.includes(bank)
    const [consent] = (await consents()).filter(
      (each) => each.status === "allowed" && each.id.startsWith("grant_") !== keeps,
    )
    expect(consent).toMatchObject({ customer: reference, accounts: [id] })
    // What the bank may later name alone is known by its pseudonym.
    const [live] = readDirectory(
      here("stateDir"),
      "SELECT bank_consent AS named FROM links WHERE bank_id = ? AND state = 'live'",
      bank,
    )
    expect(live?.["named"]).toEqual(keeps ? expect.stringMatching(/^[\w-]{43}$/) : null)
    expect(live?.["named"]).not.toBe(consent?.id)

    await say(sandbox, psid, "balance")
    const balance = `Checking ••4821: ${inWords(available, currency)} available`
    await hearsBy(sandbox, psid, new RegExp(balance.replaceAll(".", String.raw`\.`)))
    await say(sandbox, psid, "payments")
    await hearsBy(sandbox, psid, /Checking ••4821, latest first:\n/)
    await say(sandbox, psid, "Earlier payments")
    await hearsBy(sandbox, psid, /earlier/i)

    await say(sandbox, psid, "balance")
    await hearsBy(sandbox, psid, new RegExp(balance.replaceAll(".", String.raw`\.`)), 2)

    await say(sandbox, psid, "disconnect")
    await say(sandbox, psid, "Disconnect now")
    await hearsBy(sandbox, psid, /^Disconnected\./)
    await expect.poll(() => tokensAt(sandbox, reference), { timeout: 20_000 }).toBe(tokensBefore)
    if (keeps)
      await expect
        .poll(async () => (await consents()).find(({ id: one }) => one === consent?.id)?.status)
        .toBe("deleted")
    expect((await answersTo(sandbox, psid)).filter((each) => /not answering/.test(each))).toEqual([])
  })

  async function consents(): Promise<readonly ConsentSeen[]> {
    const { consents: found } = await control<{ consents: readonly ConsentSeen[] }>(
      sandbox,
      "/control/bank/consents",
    )
    return found
  }
})
