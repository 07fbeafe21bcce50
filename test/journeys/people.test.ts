// A person at the bank, by our desk and by the Page's Inbox: asked for in the chat, taken by an agent, answered, silence meanwhile, given back.
// Two agents want the same chat; closed hours take a message; a live socket tells that the line changed.
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest"
import type { Browser } from "playwright-core"
import { launch } from "./browser.ts"
import { answersTo, control, readThread, setBankRecord, timeOf, wordsOf } from "./control.ts"
import { here } from "./house.ts"
import { hearsBy, linkSomebody, say } from "./linked.ts"

const WAIT = { timeout: 30_000, interval: 100 }
const MARIA = "dev-admin-key"
const BEN = "dev-admin-key-2"
const DESK = "/desk/demo"
const INBOX = "263902037430900"

interface LineThread {
  readonly thread: string
  readonly agent?: string
}
interface Thread {
  readonly lines: readonly { readonly from: string; readonly text: string }[]
  readonly facts?: { readonly accounts: readonly unknown[] }
  readonly sent?: string
}

describe("a person at the bank", () => {
  const [gateway, sandbox] = [here("gateway"), here("sandbox")]
  let browser: Browser

  async function ask(key: string, path: string, body?: object) {
    const response = await fetch(`${gateway}/admin/v1${DESK}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    })
    return { status: response.status, body: (await response.json()) as unknown }
  }
  const threads = async () => (await ask(MARIA, "")).body as { readonly threads: readonly LineThread[] }
  const waiting = async () => (await threads()).threads.filter(({ agent }) => agent === undefined)
  /** Ask for a person and wait for the place. @returns the thread */
  async function queue(psid: string): Promise<string> {
    const before = new Set((await threads()).threads.map(({ thread }) => thread))
    await say(sandbox, psid, "talk to a person")
    await hearsBy(sandbox, psid, /You are number \d/)
    const found = (await waiting()).find(({ thread }) => !before.has(thread))
    if (!found) throw new Error("Nobody joined the line")
    return found.thread
  }
  const linked = (name: string, purposes: readonly string[]) =>
    linkSomebody({ gateway, sandbox }, name, "ana", purposes)
  /** Somebody who is not linked: a person is reached without. @returns their PSID */
  async function someone(name: string): Promise<string> {
    const { psid } = await control<{ psid: string }>(sandbox, "/control/people", { name, locale: "en_US" })
    await say(sandbox, psid, "hello")
    await hearsBy(sandbox, psid, /automated assistant/)
    return psid
  }

  beforeAll(async () => {
    browser = await launch()
    await setBankRecord(gateway, { desk: "own", hours: undefined })
    await ask(MARIA, "/presence", { name: "Maria" })
    await ask(BEN, "/presence", { name: "Ben" })
  })
  afterAll(async () => {
    await setBankRecord(gateway, { desk: "own", hours: undefined })
    await browser?.close()
  })

  test("is asked for, answers, has the thread alone, and leaves", async () => {
    const psid = await linked("Paula Person", ["support_chat"])
    const thread = await queue(psid)
    const at = `/threads/${thread}`

    const claimed = await ask(MARIA, `${at}/claim`, {})
    expect(claimed.status).toBe(200)
    expect((claimed.body as Thread).facts?.accounts.length).toBeGreaterThan(0)
    await hearsBy(sandbox, psid, /^Maria from Harbourline Bank joined\.$/)

    const heard = (await answersTo(sandbox, psid)).length
    await say(sandbox, psid, "Was the fee of last week right?")
    await vi.waitFor(async () => {
      const { lines } = (await ask(MARIA, at)).body as Thread
      expect(lines.map(({ text }) => text)).toContain("Was the fee of last week right?")
    }, WAIT)
    expect((await answersTo(sandbox, psid)).length).toBe(heard)

    const number = await ask(MARIA, `${at}/reply`, { id: "r0", text: "Card 4111 1111 1111 1111" })
    expect(number.status).toBe(422)
    const reply = { id: "r1", text: "It was; the tariff changed in March." }
    expect(((await ask(MARIA, `${at}/reply`, reply)).body as Thread).sent).toBe("accepted")
    await ask(MARIA, `${at}/reply`, reply)
    await hearsBy(sandbox, psid, /tariff changed in March/)

    expect((await ask(MARIA, `${at}/close`, {})).status).toBe(200)
    await hearsBy(sandbox, psid, /^Maria has left\. I'm the automated assistant again\. Did that help\?$/)
    const said = await answersTo(sandbox, psid)
    expect(said.slice(heard)).toEqual([reply.text, expect.stringMatching(/^Maria has left/)])

    await control(sandbox, `/control/people/${psid}/send`, {
      payload: "v1.HELP_YES",
      title: "Yes, it helped",
      kind: "postback",
    })
    await hearsBy(sandbox, psid, /^Thank you, Harbourline Bank has your answer\.$/)
    await vi.waitFor(
      async () => expect((await ask(MARIA, "")).body).toMatchObject({ ratings: { yes: 1 } }),
      WAIT,
    )
    expect((await ask(MARIA, at)).status).toBe(409)
  })

  test("two agents claim at once: one gets it, the other is told who", async () => {
    const psid = await someone("Tessa Two")
    const at = `/threads/${await queue(psid)}`
    const both = await Promise.all([MARIA, BEN].map((key) => ask(key, `${at}/claim`, {})))
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409])
    const lost = both.findIndex(({ status }) => status === 409)
    expect(JSON.stringify(both[lost]?.body)).toContain(lost === 0 ? "is with Ben" : "is with Maria")
    // Who has it not may not read it either.
    expect((await ask(lost === 0 ? MARIA : BEN, at)).status).toBe(409)
    // Of somebody who is not linked nothing of the bank's is shown.
    expect(both[1 - lost]?.body).not.toHaveProperty("facts")
    const winner = lost === 0 ? BEN : MARIA
    const loser = lost === 0 ? "dev-1" : "dev-2"
    expect((await ask(winner, `${at}/transfer`, { to: loser })).status).toBe(200)
    expect((await ask(winner, at)).status).toBe(409)
    expect((await ask(lost === 0 ? MARIA : BEN, `${at}/close`, {})).status).toBe(200)
  })

  test("a claim without a sign of life goes back to the line, and the person is told", async () => {
    const psid = await someone("Sina Silent")
    const at = `/threads/${await queue(psid)}`
    expect((await ask(MARIA, `${at}/claim`, {})).status).toBe(200)
    await control(sandbox, "/control/clock", { advanceMs: 5 * 60_000 })
    await hearsBy(sandbox, psid, /^Maria had to leave\. You are number 1;/)
    expect((await waiting()).map(({ thread }) => `/threads/${thread}`)).toContain(at)
    await ask(BEN, "/presence", { name: "Ben" })
    expect((await ask(BEN, `${at}/claim`, {})).status).toBe(200)
    expect((await ask(BEN, `${at}/close`, {})).status).toBe(200)
    await ask(MARIA, "/presence", { name: "Maria" })
  })

  test("an outage is told to everybody who waits, and costs nobody their place", async () => {
    const psids = [await someone("Otto Outage"), await someone("Olive Outage")]
    const queued = [await queue(psids[0] ?? ""), await queue(psids[1] ?? "")]
    const told = await ask(MARIA, "/outage", {})
    expect([told.status, told.body]).toEqual([200, { told: 2 }])
    for (const psid of psids) {
      await hearsBy(sandbox, psid, /^Our people cannot answer at the moment\. You keep your place/)
      const said = (await readThread(sandbox, psid)).filter(({ from }) => from === "page").at(-1)
      expect(JSON.stringify(said)).toContain("Call the bank")
    }
    expect((await waiting()).map(({ thread }) => thread)).toEqual(queued)
    for (const thread of queued)
      for (const verb of ["claim", "close"])
        expect((await ask(MARIA, `/threads/${thread}/${verb}`, {})).status).toBe(200)
  })

  test("closed hours take a message, which is answered once somebody is there", async () => {
    const now = await timeOf(sandbox)
    const tomorrow = new Date(now + 86_400_000).getUTCDay() || 7
    const after = (tomorrow % 7) + 1
    await setBankRecord(gateway, { hours: [{ days: [after], from: "08:00", to: "18:00" }] })
    const psid = await someone("Carla Closed")
    await vi.waitFor(async () => {
      await say(sandbox, psid, "talk to a person")
      const said = await answersTo(sandbox, psid)
      expect(
        said.some((each) => /^Our people are back \w+day 08:00 \(Berlin\)\. Leave a message\./.test(each)),
      ).toBe(true)
    }, WAIT)
    await say(sandbox, psid, "my statement of March has a mistake in it")
    await hearsBy(sandbox, psid, /^Harbourline Bank's people have your message/)
    await setBankRecord(gateway, { hours: undefined })
    const left = (await waiting())[0]?.thread
    const seen = (await ask(MARIA, `/threads/${left}/claim`, {})).body as Thread
    expect(seen.lines.map(({ text }) => text)).toEqual(["my statement of March has a mistake in it"])
    await ask(MARIA, `/threads/${left}/reply`, { id: "r1", text: "It is mended." })
    await hearsBy(sandbox, psid, /^It is mended\.$/)
    await ask(MARIA, `/threads/${left}/close`, {})
  })

  test("whoever watches hears that the line changed, and nothing of what was said", async () => {
    const heard: string[] = []
    const Socket = WebSocket as unknown as new (url: string, given: object) => WebSocket
    const socket = new Socket(`${gateway.replace("http", "ws")}/admin/v1${DESK}/live`, {
      headers: { authorization: `Bearer ${MARIA}` },
    })
    socket.addEventListener("message", ({ data }) => heard.push(String(data)))
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve)
      socket.addEventListener("error", reject)
    })
    const psid = await someone("Wanda Watched")
    const thread = await queue(psid)
    await vi.waitFor(
      () => expect(heard.map((each) => JSON.parse(each))).toContainEqual({ v: 1, kind: "changed", thread }),
      WAIT,
    )
    socket.close()
    await ask(MARIA, `/threads/${thread}/claim`, {})
    await ask(MARIA, `/threads/${thread}/close`, {})
  })

  test("in the Page's Inbox: handed over, answered there, given back in the browser", async () => {
    await setBankRecord(gateway, { desk: "inbox" })
    const psid = await someone("Ines Inbox")
    const ownerOf = async () =>
      (await control<{ owner?: string | null }>(sandbox, `/control/people/${psid}/control`)).owner ?? null
    await vi.waitFor(async () => {
      // The gateway may still hold the bank's record from before for some seconds.
      if ((await ownerOf()) === null) await say(sandbox, psid, "talk to a person")
      await vi.waitFor(async () => expect(await ownerOf()).toBe(INBOX), { timeout: 4_000, interval: 100 })
    }, WAIT)
    await hearsBy(sandbox, psid, /handing this chat to Harbourline Bank's people/)
    const before = (await answersTo(sandbox, psid)).length
    await say(sandbox, psid, "hello, what's my balance?")

    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    await page.goto(`${sandbox}/inbox?person=${psid}`)
    await page.getByText("People of the bank have this chat.").waitFor()
    await page.getByRole("log").getByText("what's my balance?").waitFor()
    await page.getByLabel("Answer as the bank").fill("Good day, this is Olga.")
    await page.getByRole("button", { name: "Send" }).click()
    await hearsBy(sandbox, psid, /this is Olga/)
    await say(sandbox, psid, "thank you Olga")
    await page.getByRole("log").getByText("thank you Olga").waitFor()
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true)
    const said = (await readThread(sandbox, psid)).filter(({ from }) => from === "page").map(wordsOf)
    expect(said.slice(before)).toEqual(["Good day, this is Olga."])

    await page.getByRole("button", { name: "Give back to the assistant" }).click()
    await page.getByText("The assistant has this chat.").waitFor()
    await hearsBy(sandbox, psid, /^I'm the automated assistant again\.$/)
    await say(sandbox, psid, "help")
    await hearsBy(sandbox, psid, /I can|connect/i, 2)

    // Taken without being asked: the assistant is silent, and speaks again once it has the chat.
    await page.getByRole("button", { name: "Take this chat" }).click()
    await page.getByText("People of the bank have this chat.").waitFor()
    expect(await ownerOf()).toBe(INBOX)
    const spoken = (await answersTo(sandbox, psid)).length
    await say(sandbox, psid, "what's my balance?")
    await page.getByRole("log").getByText("what's my balance?").last().waitFor()
    await page.getByLabel("Answer as the bank").fill("Ben here, one moment.")
    await page.getByRole("button", { name: "Send" }).click()
    await hearsBy(sandbox, psid, /Ben here/)
    await page.getByRole("button", { name: "Give back to the assistant" }).click()
    await page.getByText("The assistant has this chat.").waitFor()
    await hearsBy(sandbox, psid, /^I'm the automated assistant again\.$/, 2)
    expect((await answersTo(sandbox, psid)).slice(spoken)).toEqual([
      "Ben here, one moment.",
      "I'm the automated assistant again.",
    ])
    await say(sandbox, psid, "help")
    await hearsBy(sandbox, psid, /I can|connect/i, 3)
    await page.close()
  })
})
