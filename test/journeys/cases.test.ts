// When it matters: a fraud question answered both ways, a card frozen, a lost wallet, a bank that is down in the middle. What the chat says
// is held against what the bank has. Without a browser: the pages of the bank that are part of it are walked by their forms.
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest"
import { answersTo, control, customerOf, readThread, tellOf, timeOf } from "./control.ts"
import { here } from "./house.ts"
import { hearsBy, linkSomebody, say, unlinkAll } from "./linked.ts"

const HOUR_MS = 3_600_000
/** Ana's and Chi's cards; each is this story's alone. */
const ANA_CARD = { ref: "", last4: "" }
/** What a fraud question offers, and nothing beside it. */
const CHOICES = ["Yes, it was me", "No, not me", "Open the app"]
const WAIT = { timeout: 30_000, interval: 50 }

describe("when it matters", () => {
  const gateway = here("gateway")
  const sandbox = here("sandbox")
  let ana: string
  let chi: string

  beforeAll(async () => {
    ana = await linkSomebody({ gateway, sandbox }, "Ana Cases-Example", "ana", ["fraud_alerts"])
    chi = await linkSomebody({ gateway, sandbox }, "Chi Cases-Example", "chi", ["account_service"])
    const { accounts } = await customerOf(sandbox, "ana")
    const card = accounts.find(({ kind }) => kind === "checking") as unknown as { card: typeof ANA_CARD }
    Object.assign(ANA_CARD, card.card)
  })

  afterAll(async () => {
    await settings({ fraudYes: "taken" })
    await unlinkAll(sandbox, [ana, chi])
  })

  test("No: the card is frozen at the bank, the report is there, a person is offered", async () => {
    await cardIs("active")
    await suspect("F-CASE0001")
    await tap(ana, "No, not me")
    await hearsBy(
      sandbox,
      ana,
      new RegExp(
        `^Card ••${ANA_CARD.last4} is frozen\\. Harbourline Bank has your report from .*case F-CASE0001, and will contact you by `,
      ),
    )
    expect(await stateOf(ANA_CARD.ref)).toBe("frozen")
    expect(await answerOf("F-CASE0001")).toBe("deny")
    expect(await titles(ana)).toEqual(["Talk to a person", "Call the bank", "Tapped by mistake"])
  })

  test("[Tapped by mistake] leads to the bank's page; the chat reports what came of it by itself", async () => {
    const url = await tapForPage(ana, "Tapped by mistake")
    await hearsBy(sandbox, ana, /Sign in at Harbourline Bank to take your No back/)
    expect((await proveAt(url, "123456")).status).toBe(422)
    expect(await stateOf(ANA_CARD.ref)).toBe("frozen")
    expect((await proveAt(url, "000000")).status).toBe(200)
    await hearsBy(
      sandbox,
      ana,
      /has closed the fraud check you were asked about: the payment counts as yours/,
    )
    await hearsBy(sandbox, ana, new RegExp(`^Card ••${ANA_CARD.last4} can be used again\\.`))
    expect(await stateOf(ANA_CARD.ref)).toBe("active")
    expect((await proveAt(url, "000000")).status).toBe(410)
  })

  test("Yes where the bank wants proof: its link, then the outcome; the tap alone releases nothing", async () => {
    await settings({ fraudYes: "proof" })
    await cardIs("frozen")
    await suspect("F-CASE0002")
    const url = await tapForPage(ana, "Yes, it was me")
    await hearsBy(sandbox, ana, /Harbourline Bank wants to confirm that with you/)
    expect(await stateOf(ANA_CARD.ref)).toBe("frozen")
    expect(await answerOf("F-CASE0002")).toBeNull()
    expect((await proveAt(url, "000000")).status).toBe(200)
    await hearsBy(sandbox, ana, /the payment counts as yours/, 2)
    expect(await answerOf("F-CASE0002")).toBe("confirm")
    await settings({ fraudYes: "taken" })
  })

  test("the bank is down during a No: said so with its number, tried on, and told when it is done", async () => {
    await cardIs("active")
    await suspect("F-CASE0003")
    await control(sandbox, "/control/faults", [{ path: "/bank/actions", times: null, status: 503 }])
    await tap(ana, "No, not me")
    await hearsBy(
      sandbox,
      ana,
      /the card is not frozen yet\. Please call now\. I keep trying and will tell you/,
    )
    expect(await titles(ana)).toEqual(["Call the bank", "Talk to a person"])
    expect(await stateOf(ANA_CARD.ref)).toBe("active")
    await control(sandbox, "/control/faults", [])
    await hearsBy(sandbox, ana, /is frozen\. Harbourline Bank has your report from .*case F-CASE0003/)
    expect(await stateOf(ANA_CARD.ref)).toBe("frozen")
    expect(await answerOf("F-CASE0003")).toBe("deny")
  })

  test("a card is frozen in Arabic, and used again by the bank's own page", async () => {
    await say(sandbox, chi, "جمّد بطاقتي")
    await hearsBy(sandbox, chi, /^أي بطاقة أجمّد؟/)
    const [title = ""] = (await titles(chi)).filter((each) => each.startsWith("تجميد"))
    await tap(chi, title)
    await hearsBy(sandbox, chi, /مجمّدة\./)
    const { accounts } = await customerOf(sandbox, "chi")
    const cards = accounts.flatMap((each) =>
      "card" in each ? [each.card as { state: string; ref: string }] : [],
    )
    const frozen = cards.filter(({ state }) => state === "frozen")
    expect(frozen).toHaveLength(1)
    await say(sandbox, chi, "فك تجميد البطاقة")
    await hearsBy(sandbox, chi, /^أي بطاقة تريدون استخدامها من جديد؟/)
    const [again = ""] = (await titles(chi)).filter((each) => each.startsWith("فك تجميد"))
    const url = await tapForPage(chi, again)
    expect((await proveAt(url, "000000")).status).toBe(200)
    await vi.waitFor(async () => expect(await stateOf(frozen[0]?.ref ?? "")).toBe("active"), WAIT)
  })

  test("a payment is disputed: the bank has what was said and when, the chat only the bank's date", async () => {
    await say(sandbox, chi, "اعتراض على دفعة")
    await hearsBy(sandbox, chi, /^أي دفعة هي؟/)
    for (const [said, answered] of [
      ["١", /^ما الخطأ فيها؟/],
      ["خُصمت مرتين", /^كم منها؟/],
      ["المبلغ كله", /^أرسلوا صورًا/],
    ] as const) {
      await say(sandbox, chi, said)
      await hearsBy(sandbox, chi, answered)
    }
    await control(sandbox, `/control/people/${chi}/send`, { attachment: { type: "image" } })
    await hearsBy(sandbox, chi, /مرفق/)
    const before = await timeOf(sandbox)
    await say(sandbox, chi, "إرسال الاعتراض")
    await hearsBy(sandbox, chi, /اعتراضكم، الحالة .*D-[0-9A-F]{6}/)
    const { disputes } = await control<{ disputes: readonly { summary: Record<string, unknown> }[] }>(
      sandbox,
      "/control/bank/disputes",
    )
    expect(disputes).toHaveLength(1)
    expect(disputes[0]?.summary).toMatchObject({
      reason: "charged_twice",
      evidence: [expect.stringMatching(/^messenger:/)],
    })
    expect(Date.parse(String(disputes[0]?.summary["received_at"]))).toBeGreaterThanOrEqual(before - 1_000)
  })

  test("a lost wallet, from somebody nobody linked: the first answer has the bank's number and a person", async () => {
    const { psid } = await control<{ psid: string }>(sandbox, "/control/people", {
      name: "Unlinked Cases-Example",
      locale: "en_US",
    })
    await say(sandbox, psid, "I lost my wallet!!")
    await hearsBy(sandbox, psid, /Call Harbourline Bank now, at any hour/)
    expect((await answersTo(sandbox, psid)).length).toBe(1)
    expect(await titles(psid)).toEqual(["Call the bank", "Talk to a person"])
  })

  async function suspect(caseId: string): Promise<void> {
    const answer = await tellOf(sandbox, {
      type: "bank.fraud.suspected.v1",
      customer: "ana",
      data: {
        case_id: caseId,
        card: { ref: ANA_CARD.ref, last4: ANA_CARD.last4, brand: "visa" },
        transaction: {
          id: `txn_${caseId}`,
          amount: { value: "249.99", currency: "USD" },
          direction: "out",
          status: "declined",
          occurred_at: new Date(await timeOf(sandbox)).toISOString(),
          merchant: { name: "ELECTRO MART" },
          channel: "card_not_present",
        },
        reply: {
          allowed: ["confirm", "deny"],
          expires_at: new Date((await timeOf(sandbox)) + 12 * HOUR_MS).toISOString(),
        },
      },
    })
    expect(answer).toBeDefined()
    await vi.waitFor(async () => expect(await titles(ana)).toEqual(CHOICES), WAIT)
  }

  /** Buttons of the newest message of the Page, by title. */
  async function buttonsOf(psid: string): Promise<readonly Record<string, string>[]> {
    const newest = (await readThread(sandbox, psid)).filter(({ from }) => from === "page").at(-1)
    const { payload } = (newest?.attachment ?? {}) as {
      payload?: { buttons?: readonly Record<string, string>[] }
    }
    return payload?.buttons ?? []
  }

  async function titles(psid: string): Promise<readonly string[]> {
    return (await buttonsOf(psid)).map(({ title }) => title ?? "")
  }

  async function tap(psid: string, wanted: string): Promise<void> {
    const button = (await buttonsOf(psid)).find(({ title }) => title === wanted)
    if (!button) throw new Error(`Cannot tap "${wanted}": it is not there`)
    const { title, payload } = button
    await control(sandbox, `/control/people/${psid}/send`, { kind: "postback", title, payload })
  }

  /** Tap what leads to a page of the bank's. @returns its address */
  async function tapForPage(psid: string, title: string): Promise<string> {
    await tap(psid, title)
    return vi.waitFor(async () => {
      const url = (await buttonsOf(psid)).find(({ type }) => type === "web_url")?.url
      expect(url).toMatch(/\/bank\/step-up\//)
      return url ?? ""
    }, WAIT)
  }

  function proveAt(url: string, factor: string): Promise<Response> {
    return fetch(url, { method: "POST", body: new URLSearchParams({ factor }), redirect: "manual" })
  }

  async function cardIs(state: "active" | "frozen"): Promise<void> {
    await control(sandbox, "/control/bank/cards", { ref: ANA_CARD.ref, state })
  }

  async function stateOf(ref: string): Promise<string | undefined> {
    const everyone = await Promise.all(["ana", "ben", "chi"].map((each) => customerOf(sandbox, each)))
    return everyone
      .flatMap(({ accounts }) => accounts)
      .flatMap((each) => ("card" in each ? [each.card as { ref: string; state: string }] : []))
      .find((card) => card.ref === ref)?.state
  }

  async function answerOf(caseId: string): Promise<string | null | undefined> {
    const { cases } = await control<{ cases: readonly { id: string; answer: string | null }[] }>(
      sandbox,
      "/control/bank/fraud-cases",
    )
    return cases.find(({ id }) => id === caseId)?.answer
  }

  async function settings(patch: Record<string, string>): Promise<void> {
    await control(sandbox, "/control/bank/settings", patch)
  }
})
