// What is heard beside the chat: standby, echoes of people, control of the thread, edits and deletions; and what refusals tell of a
// person: their region, that they cannot be reached. In the simulated world.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { digestText } from "../../../src/crypto/hmac.ts"
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/foundation/clock.ts"
import type { Act, MessengerEvent } from "../../../src/messenger/event.ts"
import { PAGE_INBOX_APP_ID } from "../../../src/messenger/event-message.ts"
import type { SendRefusal } from "../../../src/messenger/refusal.ts"
import { openInboxRow } from "../../../src/conversations/inbox.ts"
import { APP_ID, fraud, linking, payment, PSID, text, WHOM } from "../../support/person-builders.ts"
import { createRandom, createTestVault } from "../../support/person-given.ts"
import { Simulation } from "../../support/person-world.ts"

let sim: Simulation
beforeEach(async () => {
  sim = new Simulation()
  await sim.link()
})
afterEach(() => sim.close())

let made = 0
const head = (key = `h_${(made += 1)}`) => ({ v: 1, page: WHOM.page, psid: PSID, at: sim.now, key }) as const
const overheard = (event: Act): MessengerEvent => ({
  ...head(event.key),
  kind: "overheard",
  standby: true,
  event,
})
const control = (change: "pass" | "take", to: string | null): MessengerEvent => ({
  ...head(),
  kind: "thread_control",
  change,
  from: null,
  to,
})
const texts = () => sim.messenger.texts

/** What the inbox keeps of a message. */
async function keptOf(mid: string): Promise<MessengerEvent | undefined> {
  const key = await digestText(`${WHOM.person}|${mid}`)
  const row = sim.storage.sql.exec<{ key: string; seq: number; at: number; sealed: string }>(
    "SELECT key, seq, at, sealed FROM inbox WHERE key = ?",
    key,
  ).rows[0]
  const vault = createTestVault(() => sim.now, createRandom())
  const opened = row && (await openInboxRow(vault, WHOM, row))
  return opened?.ok ? opened.value.event : undefined
}

describe("what is said while another holds the thread", () => {
  test("is never answered, opens the window, and keeps notices silent; what is said to us is answered again", async () => {
    await sim.advance(25 * HOUR_MS)
    await sim.webhook(overheard(text("balance", sim.now)))
    expect(texts()).toEqual([])
    expect(sim.bank.asked).toBe(0)
    expect((await sim.tell(payment("a", sim.now))).outcome).toMatchObject({
      state: "undeliverable",
      reason: "thread_elsewhere",
    })
    await sim.say("help")
    expect(texts()).toEqual([expect.stringMatching(/I can show balances/)])
    expect((await sim.tell(payment("b", sim.now))).outcome?.state).toBe("accepted")
  })

  test("P4: a Log Out that is overheard ends the link, and nothing is said", async () => {
    await sim.webhook(overheard(linking("unlinked", sim.now)))
    await sim.advance(MINUTE_MS)
    expect(sim.directory.live).toBeUndefined()
    expect(texts()).toEqual([])
  })

  test.each(["page_inbox", "app"] as const)(
    "by %s is recorded as said by them, and we keep silent for a day",
    async (by) => {
      const event = {
        ...head(),
        kind: "echo",
        mid: "m_staff",
        by,
        standby: true,
        text: "Maria here",
      } as const
      await sim.webhook({ ...event, key: "m_staff" })
      expect(await keptOf("m_staff")).toMatchObject({ kind: "echo", by, text: "Maria here" })
      expect((await sim.tell(payment("a", sim.now))).outcome?.reason).toBe("thread_elsewhere")
      await sim.advance(DAY_MS - HOUR_MS)
      expect((await sim.tell(payment("b", sim.now, { at: sim.now }))).outcome?.reason).toBe(
        "thread_elsewhere",
      )
      await sim.advance(HOUR_MS)
      expect((await sim.tell(payment("c", sim.now))).outcome?.reason).not.toBe("thread_elsewhere")
    },
  )

  test("to somebody who never wrote to us makes us keep nothing", async () => {
    sim.close()
    sim = new Simulation()
    await sim.webhook({ ...head(), kind: "echo", mid: "m", by: "page_inbox", text: "Hello, Maria here" })
    expect(await keptOf("m")).toBeUndefined()
    expect(sim.directory.wrappedKey).toBeUndefined()
  })

  test("an echo of ours is no event of anybody's: no row, no silence", async () => {
    await sim.say("help")
    const before = sim.storage.rowsWritten
    const { metadata } = sim.messenger.shown[0]?.sent.message ?? {}
    await sim.webhook({
      ...head(),
      kind: "echo",
      mid: "m",
      by: "app",
      standby: true,
      metadata: metadata ?? "",
    })
    expect(sim.storage.rowsWritten).toBe(before)
    expect((await sim.tell(payment("a", sim.now))).outcome?.state).toBe("accepted")
  })
})

describe("control of the thread", () => {
  test("passed to another is theirs until it comes back", async () => {
    await sim.webhook(control("pass", PAGE_INBOX_APP_ID))
    expect((await sim.tell(fraud("f", sim.now))).outcome?.reason).toBe("thread_elsewhere")
    expect((await sim.tell(payment("a", sim.now))).outcome?.reason).toBe("thread_elsewhere")
    await sim.webhook(control("take", APP_ID))
    expect((await sim.tell(payment("b", sim.now))).outcome?.state).toBe("accepted")
  })

  test("nobody's is the default app's", async () => {
    sim.messenger.defaultApp = "other"
    expect((await sim.tell(payment("a", sim.now))).outcome?.reason).toBe("thread_elsewhere")
    await sim.webhook(control("pass", APP_ID))
    expect((await sim.tell(payment("b", sim.now))).outcome?.state).toBe("accepted")
  })

  test("refused by the platform is held by another", async () => {
    const refusal: SendRefusal = { reason: "window", retry: "never", code: 2018300, thread: true }
    sim.messenger.fates.push({ kind: "refuse", refusal })
    expect((await sim.tell(payment("a", sim.now))).outcome?.reason).toBe("thread_elsewhere")
    const calls = sim.messenger.calls.length
    expect((await sim.tell(payment("b", sim.now))).outcome?.reason).toBe("thread_elsewhere")
    expect(sim.messenger.calls).toHaveLength(calls)
  })
})

describe("what the person changed or took back", () => {
  const edit = (mid: string, said: string, edits: number): MessengerEvent => ({
    ...head(),
    kind: "edit",
    mid,
    text: said,
    edits,
  })
  const deletion = (mid: string): MessengerEvent => ({ ...head(), kind: "deletion", mid })

  test("is kept as it stands now, answered once, in whatever order the edits come", async () => {
    const message = text("help", sim.now)
    await sim.webhook(message)
    await sim.webhook(edit(message.mid, "help me, card 4111 1111 1111 1111", 2))
    await sim.webhook(edit(message.mid, "hel", 1))
    expect(await keptOf(message.mid)).toMatchObject({ kind: "message", text: "help me, card [removed]" })
    expect(texts()).toHaveLength(1)
  })

  test("is not kept when it was taken back, nor when that comes first", async () => {
    const [said, late] = [text("help", sim.now), text("balance", sim.now)]
    await sim.webhook(said)
    await sim.webhook(deletion(said.mid), deletion(late.mid))
    await sim.webhook(late, overheard({ ...deletion(said.mid), kind: "deletion", mid: said.mid }))
    for (const { mid } of [said, late]) expect(await keptOf(mid)).toMatchObject({ kind: "deletion" })
    expect(JSON.stringify([await keptOf(said.mid), await keptOf(late.mid)])).not.toMatch(/help|balance/)
    expect(texts()).toHaveLength(1)
    expect(sim.bank.asked).toBe(0)
  })
})

test("what takes no turn is neither stored nor answered", async () => {
  const before = sim.storage.rowsWritten
  await sim.webhook(
    { ...head(), kind: "optin", to: "plugin" },
    { ...head(), kind: "feedback", answers: [{ question: "q", score: "5", comment: "a secret" }] },
    { ...head(), kind: "rating", mid: "m", good: true },
    { ...head(), kind: "order", count: 1 },
    { ...head(), kind: "label", action: "add", label: "1" },
    { ...head(), kind: "unknown", shape: "x" },
  )
  expect(sim.storage.rowsWritten).toBe(before)
  expect(texts()).toEqual([])
})

describe("a person's region that refuses what is structured", () => {
  const refusal: SendRefusal = { reason: "region", retry: "never", code: 10, subcode: 2018336 }

  test("is sent plain text once, remembered for 30 days", async () => {
    sim.messenger.fates.push({ kind: "refuse", refusal })
    await sim.tell(fraud("a", sim.now))
    expect(texts()).toEqual([expect.stringMatching(/Was this you\?\n• Yes, it was me\n• No, not me$/)])
    await sim.say("No, not me")
    expect(sim.bank.answers).toMatchObject([{ answer: "deny" }])
    sim.forgetChat()
    await sim.tell(fraud("b", sim.now))
    expect(sim.messenger.calls).toHaveLength(1)
    expect(texts()[0]).toMatch(/• Yes, it was me/)
    await sim.advance(30 * DAY_MS)
    await sim.say("help")
    sim.forgetChat()
    await sim.tell(fraud("c", sim.now))
    expect(texts()[0]).not.toMatch(/•{1} Yes/)
  })

  test("that refuses plain text too is undeliverable, and so is what would need a template", async () => {
    sim.messenger.fates.push({ kind: "refuse", refusal }, { kind: "refuse", refusal })
    const told = await sim.tell(fraud("a", sim.now))
    await sim.advance(MINUTE_MS)
    expect(told.outcome).toMatchObject({ state: "undeliverable", reason: "utility_unavailable" })
    await sim.advance(25 * HOUR_MS)
    expect((await sim.tell(fraud("b", sim.now))).outcome?.reason).toBe("utility_unavailable")
    expect(sim.messenger.calls).toHaveLength(2)
  })
})

test("a person who cannot be reached is not tried again until they write", async () => {
  const refusal: SendRefusal = { reason: "gone", retry: "never", code: 551, unavailable: true }
  sim.messenger.fates.push({ kind: "refuse", refusal })
  for (const id of ["a", "b"])
    expect((await sim.tell(payment(id, sim.now))).outcome).toMatchObject({
      state: "undeliverable",
      reason: "person_unavailable",
    })
  expect((await sim.tell(fraud("f", sim.now))).outcome?.reason).toBe("person_unavailable")
  expect(sim.messenger.calls).toHaveLength(1)
  await sim.say("hello")
  expect((await sim.tell(payment("c", sim.now))).outcome?.state).toBe("accepted")
})

test("dots show while the bank is asked, once a question, and none for an answer to a fraud question", async () => {
  sim.bank.afterMs = 1_000
  await sim.say("balance")
  expect(sim.messenger.acts).toEqual([{ recipient: { id: PSID }, sender_action: "typing_on" }])
  await sim.advance(2_000)
  await sim.tell(fraud("a", sim.now))
  await sim.say("No, not me")
  expect(sim.messenger.acts).toHaveLength(1)
})

test("the menu is the person's own while they are linked", async () => {
  expect(sim.directory.menus).toEqual(["linked"])
  await sim.say("disconnect now")
  expect(sim.directory.menus).toEqual(["linked", "page"])
})
