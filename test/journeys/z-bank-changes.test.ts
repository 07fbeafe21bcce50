// What a bank may do to a link: end its consent, rotate its keys and tokens, stop counting, be silent, have a clock that is off. Each is
// heard as what it is: only what the bank ended is ended.
// Comes after the other journeys: it rotates the bank's keys, moves the clock by days and leaves banks that count their looks.
import { afterEach, describe, expect, test } from "vitest"
import { registerElsewhere } from "../../sandbox/demo.mjs"
import { accountOf, answersTo, control, customerOf, inWords, setBank, tokensAt } from "./control.ts"
import { here } from "./house.ts"
import { hearsBy, linkSomebody, say, unlinkAll } from "./linked.ts"

const UP = {
  accessTokenTtlSeconds: 600,
  accountData: "up",
  tokenEndpoint: "up",
  rotateRefreshTokens: false,
  requireResourceNonce: false,
  clockSkewSeconds: 0,
}
const ENDED = /no longer accepts this connection/
const FINE = /is not answering right now\. Your connection is fine\./

describe("a link whose bank", () => {
  const [gateway, sandbox] = [here("gateway"), here("sandbox")]
  const sides = { gateway, sandbox }

  afterEach(() => setBank(sandbox, UP))

  async function linkAt(bank: string | undefined, customer = "ana") {
    const place = bank && { bank, page: await registerElsewhere(gateway, sandbox, bank as "demo-uk") }
    const name = `Change ${bank ?? "demo"}`
    return linkSomebody(sides, name, customer, ["account_service"], ...(place ? [place] : []))
  }

  async function balanceOf(customer: string): Promise<RegExp> {
    const { name, last4, available, currency } = await accountOf(sandbox, customer)
    const words = `${name} ••${last4}: ${inWords(available, currency)} available`
    return new RegExp(words.replaceAll(".", String.raw`\.`))
  }

  test.each([
    ["demo-uk", "expired"],
    ["demo-uk-31", "revoked"],
    ["demo-berlin", "expired"],
    ["demo-berlin", "revoked"],
  ])("%s: a consent that was %s ends it, and says how to begin again", async (bank, status) => {
    const psid = await linkAt(bank)
    const { reference } = await customerOf(sandbox, "ana")
    const before = await tokensAt(sandbox, reference)
    await control(sandbox, "/control/bank/consents", { customer: "ana", status })
    await say(sandbox, psid, "balance")
    await hearsBy(sandbox, psid, ENDED)
    await expect.poll(() => tokensAt(sandbox, reference), { timeout: 20_000 }).toBe(before - 1)
    await say(sandbox, psid, "balance")
    await hearsBy(sandbox, psid, /connect/i, 2)
  })

  test("revokes its refresh token (invalid_grant) has ended it; an unreachable one has not", async () => {
    await setBank(sandbox, { accessTokenTtlSeconds: 15 })
    const psid = await linkAt(undefined)
    const balance = await balanceOf("ana")
    await setBank(sandbox, { tokenEndpoint: "down" })
    await say(sandbox, psid, "balance")
    await hearsBy(sandbox, psid, FINE)
    await setBank(sandbox, { tokenEndpoint: "up" })
    await say(sandbox, psid, "balance")
    await hearsBy(sandbox, psid, balance)
    await control(sandbox, "/control/bank/faults", [
      { path: "/bank/oidc/token", times: 1, status: 400, error: "invalid_grant" },
    ])
    await say(sandbox, psid, "balance")
    await hearsBy(sandbox, psid, ENDED)
  })

  test("rotates its keys and its refresh tokens, and wants nonces everywhere: nobody notices", async () => {
    await setBank(sandbox, {
      accessTokenTtlSeconds: 15,
      rotateRefreshTokens: true,
      requireResourceNonce: true,
    })
    const psid = await linkAt(undefined)
    const balance = await balanceOf("ana")
    for (const times of [1, 2, 3]) {
      await say(sandbox, psid, "balance")
      await hearsBy(sandbox, psid, balance, times)
    }
    await control(sandbox, "/control/bank/keys", {})
    await say(sandbox, psid, "balance")
    await hearsBy(sandbox, psid, balance, 4)
    const second = await linkAt(undefined, "ben")
    // Where redirects are signed too, they are read with the new key.
    const third = await linkAt("demo-uk", "ben")
    expect((await answersTo(sandbox, psid)).filter((each) => FINE.test(each))).toEqual([])
    await unlinkAll(sandbox, [psid, second, third])
  })

  test("counts looks: the fifth balance of a day is not asked for, and tomorrow it is", async () => {
    const psid = await linkAt("demo-berlin")
    const balance = await balanceOf("ana")
    for (const times of [1, 2, 3, 4]) {
      await say(sandbox, psid, "balance")
      await hearsBy(sandbox, psid, balance, times)
    }
    await say(sandbox, psid, "balance")
    await hearsBy(sandbox, psid, /only a few times a day, and today's are used up/)
    await unlinkAll(sandbox, [psid])
  })

  test.each([-90, 90])(
    "has a clock off by %i seconds: linking is refused by name, and works at 5",
    async (skew) => {
      await setBank(sandbox, { clockSkewSeconds: skew })
      await expect(linkAt(undefined)).rejects.toThrow(/\/link\/demo answered 502/)
      await setBank(sandbox, { clockSkewSeconds: Math.sign(skew) * 5 })
      await unlinkAll(sandbox, [await linkAt(undefined)])
    },
  )
})
