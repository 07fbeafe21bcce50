// Answers that come when Messenger's window has closed: what an agent writes, under their own name, for seven days by Human Agent, and
// behind "an answer waits" after that or where Meta refuses; what the bank did of a No once it was back. Ends eleven days later than it began.
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest"
import { admin, tellerline } from "./command.ts"
import { answersTo, control, customerOf, passTime, readThread, tellOf, timeOf, wordsOf } from "./control.ts"
import { here } from "./house.ts"
import { hearsBy, linkSomebody, say, unlinkAll } from "./linked.ts"

const PAGE = "100000000000001"
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const DESK = "/desk/demo"
const WAIT = { timeout: 30_000, interval: 100 }

interface Thread {
  readonly thread: string
  readonly facts?: { readonly name?: string; readonly accounts: readonly unknown[] }
  readonly sent?: string
}

describe("answers that come late", () => {
  const [gateway, sandbox] = [here("gateway"), here("sandbox")]
  let psid: string
  let thread: string

  beforeAll(async () => {
    await tellerline(gateway, "templates", "sync", "--page", PAGE, "--reason", "a journey")
    await setPage({ humanAgent: true, agentPicture: "https://people.bank.example/face.png" })
    psid = await linkSomebody({ gateway, sandbox }, "Lara Late-Example", "ana", [
      "support_chat",
      "fraud_alerts",
    ])
  })

  afterAll(async () => {
    await control(sandbox, `/control/pages/${PAGE}`, { humanAgent: true })
    await control(sandbox, "/control/faults", [])
    await setPage({ humanAgent: false, agentPicture: undefined })
    await unlinkAll(sandbox, [psid])
  })

  test("an agent sees the customer's name as the bank gives it, and speaks under their own", async () => {
    await desk("/presence", { name: "Maria" })
    await say(sandbox, psid, "talk to a person")
    await hearsBy(sandbox, psid, /You are number \d/)
    const { threads } = await admin<{ threads: readonly { thread: string; agent?: string }[] }>(gateway, DESK)
    thread = threads.filter(({ agent }) => agent === undefined).at(-1)?.thread ?? ""
    const { facts } = await claim()
    expect(facts?.name).toBe((await customerOf(sandbox, "ana")).fullName)
    expect((await reply("r1", "Good day, I look into it.")).sent).toBe("accepted")
    await hearsBy(sandbox, psid, /I look into it/)
    expect((await newest()).persona?.name).toBe("Maria")
    const assistant = (await readThread(sandbox, psid)).find((said) => /You are number/.test(wordsOf(said)))
    expect(assistant).not.toHaveProperty("persona")
  })

  test("six days later their answer goes by Human Agent, as theirs alone", async () => {
    await passTime(sandbox, 6 * DAY_MS)
    await claim()
    expect((await reply("r2", "The fee is given back.")).sent).toBe("accepted")
    expect(await newest()).toMatchObject({ messagingType: "MESSAGE_TAG", tag: "HUMAN_AGENT" })
    const tagged = (await readThread(sandbox, psid)).filter(
      (said) => "tag" in said && said.tag === "HUMAN_AGENT",
    )
    expect(tagged.map(wordsOf)).toEqual(["The fee is given back."])
  })

  test("after seven days it waits behind the template, and one tap reads it", async () => {
    await passTime(sandbox, 1.5 * DAY_MS)
    await claim()
    expect((await reply("r3", "And the interest too.")).sent).toBe("waits")
    expect((await newest()).messagingType).toBe("UTILITY")
    await hearsBy(sandbox, psid, /An answer from Harbourline Bank to your question is waiting for you/)
    await control(sandbox, `/control/people/${psid}/send`, {
      kind: "postback",
      title: "Read the answer",
      payload: "v1.READ_ANSWER",
    })
    await hearsBy(sandbox, psid, /^And the interest too\.$/)
  })

  test("where Meta refuses the tag the answer waits behind the template too", async () => {
    await say(sandbox, psid, "thank you")
    await passTime(sandbox, 2 * DAY_MS)
    await control(sandbox, `/control/pages/${PAGE}`, { humanAgent: false })
    await claim()
    expect((await reply("r4", "You are welcome.")).sent).toBe("waits")
    expect((await newest()).messagingType).toBe("UTILITY")
    await desk(`/threads/${thread}/close`, {})
  })

  test("a No while the bank is down for a day: what came of it is told by its template", async () => {
    await say(sandbox, psid, "hello")
    const { accounts } = await customerOf(sandbox, "ana")
    const { card } = accounts.find(({ kind }) => kind === "checking") as unknown as {
      card: { readonly ref: string; readonly last4: string }
    }
    await control(sandbox, "/control/bank/cards", { ref: card.ref, state: "active" })
    await suspect("F-LATE0001", card)
    await control(sandbox, "/control/faults", [{ path: "/bank/actions", times: null, status: 503 }])
    await tapNo()
    await hearsBy(sandbox, psid, /the card is not frozen yet\. Please call now/)
    await passTime(sandbox, 25 * HOUR_MS)
    const before = (await answersTo(sandbox, psid)).length
    await control(sandbox, "/control/faults", [])
    await passTime(sandbox, HOUR_MS)
    await vi.waitFor(
      async () => expect((await answersTo(sandbox, psid)).length).toBeGreaterThan(before),
      WAIT,
    )
    const told = await newest()
    expect(told.messagingType).toBe("UTILITY")
    expect(wordsOf(told)).toMatch(
      new RegExp(
        `^News of the fraud report you sent on .* to Harbourline Bank: card ••${card.last4} is frozen; the bank has your report and will contact you by `,
      ),
    )
  })

  const desk = <Answer>(path: string, body: object): Promise<Answer> =>
    admin<Answer>(gateway, `${DESK}${path}`, body)
  /** A claim lapses with its agent's silence: who comes back says so first. */
  async function claim(): Promise<Thread> {
    await desk("/presence", { name: "Maria" })
    return desk<Thread>(`/threads/${thread}/claim`, {})
  }
  const reply = (id: string, text: string) => desk<Thread>(`/threads/${thread}/reply`, { id, text })

  async function newest() {
    const said = (await readThread(sandbox, psid)).filter(({ from }) => from === "page").at(-1)
    if (!said) throw new Error("Nothing was said")
    return said as typeof said & { readonly tag?: string; readonly persona?: { readonly name: string } }
  }

  async function setPage(changes: Readonly<Record<string, unknown>>): Promise<void> {
    const { state: _, ...record } = await admin<Record<string, unknown>>(gateway, `/pages/${PAGE}`)
    await admin(gateway, `/pages/${PAGE}`, { ...record, ...changes }, "PUT")
  }

  async function tapNo(): Promise<void> {
    const { payload } = ((await newest()).attachment ?? {}) as {
      payload?: { buttons?: readonly Record<string, string>[] }
    }
    const button = payload?.buttons?.find(({ title }) => title === "No, not me")
    await control(sandbox, `/control/people/${psid}/send`, {
      kind: "postback",
      title: button?.["title"],
      payload: button?.["payload"],
    })
  }

  async function suspect(
    caseId: string,
    card: { readonly ref: string; readonly last4: string },
  ): Promise<void> {
    const now = await timeOf(sandbox)
    await tellOf(sandbox, {
      type: "bank.fraud.suspected.v1",
      customer: "ana",
      data: {
        case_id: caseId,
        card: { ...card, brand: "visa" },
        transaction: {
          id: `txn_${caseId}`,
          amount: { value: "249.99", currency: "USD" },
          direction: "out",
          status: "declined",
          occurred_at: new Date(now).toISOString(),
          merchant: { name: "ELECTRO MART" },
          channel: "card_not_present",
        },
        reply: { allowed: ["confirm", "deny"], expires_at: new Date(now + 12 * HOUR_MS).toISOString() },
      },
    })
    await hearsBy(sandbox, psid, /ELECTRO MART/)
  }
})
