// Forgetting a person: asked once, ended at once, gone whole, at whatever step the object dies; and who comes afterwards is somebody new.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/foundation/clock.ts"
import { ERASED_KEPT_MS } from "../../../src/conversations/erasing.ts"
import { IDLE_MS } from "../../../src/conversations/idle.ts"
import type { Person } from "../../../src/conversations/person.ts"
import { nextChangeAt } from "../../../src/conversations/turn-time.ts"
import { fraud, NOON, payment, PSID, tap, text, WHOM } from "../../support/person-builders.ts"
import { Simulation } from "../../support/person-world.ts"
import {
  choicesOf,
  consent,
  contextAt,
  hear,
  person,
  say,
  STATES,
  take,
  wordsOf,
} from "../../support/turn-world.ts"

describe('turn() on "delete my data"', () => {
  test.each(Object.entries(STATES))(
    "somebody %s is asked once, and the grant ends in the turn of the yes",
    (_, state) => {
      const asked = say(state, "delete my data")
      expect(choicesOf(asked).slice(0, 2)).toEqual(["Delete everything", "Keep it"])
      const sure = hear(asked.state, tap("v1.DELETE_CONFIRM", NOON))
      expect(wordsOf(sure)[0]).toMatch(/Nothing about you is used here any more/)
      expect(sure.state.erasing).toMatchObject({ cause: "chat", requested: false })
      expect(sure.state.erasing?.code).toBe(contextAt().questionId)
      for (const name of ["consent", "offer", "opening", "entry", "stopped"])
        expect(sure.state).not.toHaveProperty(name)
      expect(sure.state.questions).toEqual([])
      expect(sure.state.ending.map(({ reason }) => reason)).toEqual(
        state.consent || state.offer || state.opening ? ["erased"] : [],
      )
      expect(sure.say[0]?.message).toMatchObject({
        buttons: [{ kind: "url", url: `https://gateway.example/privacy/erasure/${contextAt().questionId}` }],
      })
    },
  )

  test("in Arabic, by the buttons' titles", () => {
    const asked = say(person({ language: "ar", consent: consent() }), "احذف بياناتي")
    expect(say(asked.state, "حذف كل شيء").state.erasing).toBeDefined()
    expect(wordsOf(say(asked.state, "الإبقاء عليه"))).toEqual(["لم يُحذف شيء."])
    expect(say(asked.state, "الإبقاء عليه").state).not.toHaveProperty("deleteAskedAt")
  })

  test("a yes counts for an hour: an older button asks again, and so does one that nobody asked for", () => {
    const asked = say(person({ consent: consent() }), "delete my data").state
    const last = hear(asked, tap("v1.DELETE_CONFIRM", NOON + HOUR_MS - 1), contextAt(NOON + HOUR_MS - 1))
    const late = hear(asked, tap("v1.DELETE_CONFIRM", NOON + HOUR_MS), contextAt(NOON + HOUR_MS))
    expect(last.state.erasing).toBeDefined()
    expect([late.state.erasing, late.state.consent]).toEqual([undefined, consent()])
    expect(hear(person(), tap("v1.DELETE_CONFIRM", NOON)).state.erasing).toBeUndefined()
  })

  test("asked again meanwhile, the same erasure is named; what others decide then is not said twice", () => {
    const asked = say(person({ consent: consent() }), "delete my data").state
    const going = hear(asked, tap("v1.DELETE_CONFIRM", NOON)).state
    expect(say(going, "delete my data", contextAt(NOON + MINUTE_MS)).state.erasing).toEqual(going.erasing)
    const told = take(going, { kind: "erase", code: "another", cause: "bank" })
    expect([told.say, told.state.erasing]).toEqual([[], { ...going.erasing, requested: true }])
  })

  test("others decide it: whoever was connected hears of it, nobody else does", () => {
    const event = { kind: "erase", code: "c", cause: "bank" } as const
    expect(wordsOf(take(person({ consent: consent() }), event))).toEqual([
      "Your connection with Demo Bank has ended, and what was kept here about you is being deleted.",
    ])
    expect(take(person(), event).say).toEqual([])
    expect(take(person(), event).state.erasing).toMatchObject({ code: "c", requested: true })
  })
})

describe("nobody there for a year", () => {
  const heard = { lastActionAt: NOON - 1_000, turnedThrough: NOON - 1_000 }

  test("a link under which nothing was said or asked ends and says so", () => {
    const linked = person({ ...heard, linkedAt: NOON, consent: consent({ until: NOON + 900 * DAY_MS }) })
    expect(take(linked, { kind: "time" }, contextAt(NOON + IDLE_MS)).state).toBe(linked)
    const ended = take(linked, { kind: "time", quiet: true }, contextAt(NOON + IDLE_MS))
    expect(ended.state.ending).toEqual([{ link: consent().link, reason: "idle" }])
    expect(wordsOf(ended)).toHaveLength(1)
  })

  test("somebody without one is forgotten, silently, on the day and not before", () => {
    const nobody = person(heard)
    expect(take(nobody, { kind: "time" }, contextAt(NOON - 1_001 + IDLE_MS)).state).toBe(nobody)
    expect(nextChangeAt(nobody)).toBe(NOON - 1_000 + IDLE_MS)
    const forgotten = take(nobody, { kind: "time" }, contextAt(NOON - 1_000 + IDLE_MS))
    expect([forgotten.say, forgotten.state.erasing?.cause]).toEqual([[], "idle"])
    expect(nextChangeAt(forgotten.state)).toBeUndefined()
  })
})

describe("Conversation.erase()", () => {
  let sim: Simulation
  beforeEach(() => {
    sim = new Simulation()
  })
  afterEach(() => sim.close())

  const begin = (given: Person) => given.beginErasure({ v: 1, whom: WHOM, code: "code", cause: "bank" })
  const wipe =
    (requestedAt: number, oldKey = true) =>
    (given: Person) =>
      given.erase({ v: 1, person: WHOM.person, requestedAt, oldKey })
  const rows = () => sim.storage.dump().match(/"key"|"name"/g)?.length ?? 0

  test("asked for in the chat: said, asked of whoever carries it out, once; and the directory hears the link's end", async () => {
    await sim.link()
    await sim.say("delete my data")
    await sim.webhook(tap("v1.DELETE_CONFIRM", sim.now))
    await sim.advance(MINUTE_MS)
    expect(sim.messenger.texts.at(-1)).toMatch(/Nothing about you is used here/)
    expect(sim.directory.erasures).toEqual([expect.objectContaining({ cause: "chat" })])
    expect([...sim.directory.links.values()].map(({ state, reason }) => [state, reason])).toEqual([
      ["ended", "erased"],
    ])
    expect(sim.directory.unlinked).toEqual([PSID])
    const queued = await sim.tell(payment("after", sim.now))
    expect(queued.outcome).toMatchObject({ state: "suppressed", reason: "not_linked" })
  })

  test("leaves one instant and an alarm, then nothing at all", async () => {
    await sim.link()
    await sim.repeat(begin)
    await sim.advance(1_000)
    expect(sim.messenger.texts).toEqual([expect.stringMatching(/has ended, and what was kept here/)])
    await sim.repeat(wipe(sim.now))
    expect(sim.directory.wrappedKey).toBeUndefined()
    expect(rows()).toBe(2)
    expect(sim.storage.dump()).not.toContain("person_")
    await sim.advance(ERASED_KEPT_MS + 1_000)
    expect([rows(), sim.storage.dump(), sim.storage.alarmAt]).toEqual([0, "", null])
  })

  test("what Messenger repeats from before makes nobody new; who writes afterwards is somebody new", async () => {
    await sim.link()
    const before = text("delete my data", sim.now)
    await sim.repeat(begin)
    await sim.advance(1_000)
    await sim.repeat(wipe(sim.now))
    await sim.advance(MINUTE_MS)
    sim.forgetChat()
    await sim.webhook(before)
    expect([sim.messenger.texts, rows()]).toEqual([[], 2])
    await sim.say("balance")
    expect(sim.messenger.texts).toEqual([expect.stringMatching(/Connect/)])
    expect(sim.directory.wrappedKey).toBeDefined()
    expect(sim.logged).toEqual([])
  })

  test("repeated late it does not touch who came since; a key of before goes with everything under it", async () => {
    await sim.link()
    await sim.repeat(begin)
    const requestedAt = sim.now
    await sim.advance(MINUTE_MS)
    await sim.repeat(wipe(requestedAt))
    await sim.say("hello")
    const there = sim.storage.dump()
    await sim.repeat(wipe(requestedAt, false))
    expect(sim.storage.dump()).toBe(there)
    await sim.repeat(wipe(requestedAt, true))
    expect(rows()).toBe(2)
  })

  test("dying at any call of it, before or after, ends the same once it is asked again", async () => {
    const trace = await withLinked(async (each) => {
      each.watch()
      await each.repeat(begin)
      await each.advance(1_000)
      await each.repeat(wipe(each.now))
      await each.advance(10_000)
      return [...each.trace]
    })
    expect(trace).toEqual(
      expect.arrayContaining(["deleteAll", "alarm.set", "erasure.forgetKey", "send", "links.end"]),
    )
    for (const [at, name] of trace.entries())
      for (const when of ["before", "after"] as const) {
        const left = await withLinked(async (each) => {
          each.watch({ at, when })
          await each.repeat(begin)
          await each.advance(MINUTE_MS)
          await each.repeat(wipe(each.now))
          await each.advance(MINUTE_MS)
          return [
            each.directory.wrappedKey,
            [...each.storage.dump().matchAll(/"name":"(\w+)"/g)].map(([, row]) => row),
          ]
        })
        expect(left, `${when} ${at} ${name}`).toEqual([undefined, ["erased", "version"]])
      }
  })

  async function withLinked<T>(run: (each: Simulation) => Promise<T>): Promise<T> {
    sim.close()
    sim = new Simulation()
    await sim.link()
    return run(sim)
  }

  test("who never comes again: the link nothing was told under for a year ends, and what is kept of them goes after another", async () => {
    await sim.link({ until: sim.now + 900 * DAY_MS })
    const ends = () => [...sim.directory.links.values()].map(({ state, reason }) => [state, reason])
    await sim.advance(300 * DAY_MS)
    await sim.tell(fraud("late", sim.now))
    await sim.advance(364 * DAY_MS)
    expect(ends()).toEqual([["live", undefined]])
    await sim.advance(33 * DAY_MS)
    expect(ends()).toEqual([["ended", "idle"]])
    await sim.advance(DAY_MS)
    expect(sim.directory.erasures).toEqual([expect.objectContaining({ cause: "idle" })])
  })

  test("whoever's key is gone is somebody new, and is not answered for what they wrote before", async () => {
    await sim.link()
    await sim.say("balance")
    await sim.advance(DAY_MS)
    sim.evict()
    sim.directory.wrappedKey = undefined
    sim.forgetChat()
    await sim.advance(DAY_MS)
    expect(sim.messenger.texts).toEqual([])
    await sim.say("hello")
    expect(sim.messenger.texts).toHaveLength(1)
  })
})
