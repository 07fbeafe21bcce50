// "My data" in the chat: what is on is said, and a button leads to the person's own pages once, for five minutes.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { ENTRY_MS, enter } from "../../../src/conversations/flows/my-data.ts"
import { openEntry, withEntry } from "../../../src/conversations/own-data-entry.ts"
import { DAY_MS } from "../../../src/foundation/clock.ts"
import { createRandom, createTestVault } from "../../support/person-given.ts"
import { BANK, NOON, PSID, WHOM } from "../../support/person-builders.ts"
import { Simulation } from "../../support/person-world.ts"
import { choicesOf, consent, contextAt, person, say, STATES, wordsOf } from "../../support/turn-world.ts"

const linked = person({ consent: consent() })

describe('turn() hears "my data"', () => {
  test.each([
    "my data",
    "My data",
    "My data and stop",
    "who used my data?",
    "what do you know about me",
    "download my data",
    "بياناتي",
    "من يستخدم بياناتي؟",
    "بياناتي والإيقاف",
  ])("said as: %s", (said) => {
    const taken = say(linked, said)
    expect(taken.state.entry).toEqual({ id: contextAt().questionId, until: NOON + ENTRY_MS })
    expect(taken.say[0]?.message).toMatchObject({ buttons: [{ kind: "url", url: BANK.ownDataUrl }, {}] })
  })

  test("P8: erasing and stopping are heard first", () => {
    expect(say(linked, "delete my data").state.entry).toBeUndefined()
    expect(say(linked, "stop sending my data alerts").state.stopped).toBeDefined()
  })

  test("says what is on, for which accounts, until when", () => {
    expect(wordsOf(say(linked, "my data"))[0]).toContain(
      "On: balances, payments, fraud alerts, questions here, for Checking ••4821, until 21 May 2027.",
    )
    expect(choicesOf(say(linked, "my data"))).toEqual(["My data", "Stop", "Help", "Talk to a person"])
  })

  test("says that nothing is on, that messages are off, that nothing is connected", () => {
    expect(wordsOf(say(person({ consent: consent({ purposes: [] }) }), "my data"))[0]).toContain(
      "nothing is switched on",
    )
    const stopped = person({
      consent: consent(),
      stopped: { at: NOON, endsAt: NOON + 7 * DAY_MS, keepFraud: false },
    })
    expect(wordsOf(say(stopped, "my data"))[0]).toContain("Messages are off; your connection ends on 29 Nov")
    expect(wordsOf(say(person(), "my data"))[0]).toContain("Nothing is connected.")
    const over = person({ consent: consent({ until: NOON }) })
    expect(wordsOf(say(over, "my data"))[0]).toContain("Nothing is connected.")
  })

  test("leads to the page of an erasure that is under way, and makes no link good", () => {
    const erasing = person({ erasing: { code: "c", cause: "me", at: NOON, requested: true } })
    const taken = say(erasing, "my data")
    expect(taken.state.entry).toBeUndefined()
    expect(choicesOf(taken)[0]).not.toBe("My data")
  })

  test.each(Object.entries(STATES))("has an answer with the button for somebody %s", (name, state) => {
    // What is said to a person is theirs to answer.
    if (name === "past 20 turns this minute" || name === "with a person") return
    expect(choicesOf(say(state, "my data"))[0]).toBe("My data")
  })
})

describe("enter()", () => {
  const shown = say(linked, "my data").state
  const id = shown.entry?.id ?? ""

  test("is good once, to the last millisecond of its five minutes", () => {
    const first = enter(shown, id, contextAt(NOON + ENTRY_MS - 1))
    expect(first.state).not.toBe(shown)
    expect(first.state.entry).toBeUndefined()
    expect(enter(first.state, id, contextAt(NOON + ENTRY_MS - 1)).state).toBe(first.state)
    expect(enter(shown, id, contextAt(NOON + ENTRY_MS)).state).toBe(shown)
  })

  test("is good for the newest link only", () => {
    const later = say(shown, "my data", contextAt(NOON + 1_000)).state
    expect(enter(later, id, contextAt(NOON + 2_000)).state).toBe(later)
    expect(enter(later, later.entry?.id ?? "", contextAt(NOON + 2_000)).state.entry).toBeUndefined()
  })
})

describe("withEntry() and openEntry()", () => {
  const vault = createTestVault(() => NOON, createRandom())
  const taken = say(linked, "my data")

  async function tokenOf(state = taken.state): Promise<string> {
    const [said] = await withEntry(vault, WHOM, state, BANK.ownDataUrl, taken.say)
    const [button] = said?.message.kind === "buttons" ? said.message.buttons : []
    return button?.kind === "url" ? (button.url.split("#")[1] ?? "") : ""
  }

  test("P5: the address holds neither PSID nor account, and opens for its person", async () => {
    const token = await tokenOf()
    expect(token).toMatch(/^v1\./)
    expect(token).not.toContain(PSID)
    expect(await openEntry(vault, token, NOON)).toEqual({
      ok: true,
      value: { v: 1, whom: WHOM, id: taken.state.entry?.id, until: NOON + ENTRY_MS, language: "en" },
    })
  })

  test("refuses a token past its time, a changed one, another kind of ours, and a novel", async () => {
    const token = await tokenOf()
    expect(await openEntry(vault, token, NOON + ENTRY_MS - 1)).toMatchObject({ ok: true })
    expect(await openEntry(vault, token, NOON + ENTRY_MS)).toMatchObject({
      error: { reason: "entry_expired" },
    })
    const other = await vault.sealForDays("form", "entry", "token", "{}")
    const elsewhere = await vault.sealForDays("me", "session", "cookie", "{}")
    const changed = token.slice(0, -2) + (token.endsWith("AA") ? "BB" : "AA")
    for (const wrong of ["", "v1.x", other, elsewhere, changed, "v".repeat(5_000)])
      expect(await openEntry(vault, wrong, NOON)).toMatchObject({ error: { reason: "entry_unreadable" } })
  })
})

describe("a Conversation", () => {
  let world: Simulation
  beforeEach(() => {
    world = new Simulation()
  })
  afterEach(() => world.close())

  test("sends the button with a token of its own each time", async () => {
    await world.link()
    await world.say("my data")
    await world.say("my data")
    const urls = world.messenger.shown.flatMap((sent) =>
      Array.from(JSON.stringify(sent).matchAll(/https:\/\/gateway\.example\/me#([\w.~-]+)/g), ([url]) => url),
    )
    expect(new Set(urls).size).toBe(2)
  })
})
