// A bank's line on SQLite: order, claims, beats, transfers, estimates. Each line of it from both sides.
import { beforeEach, describe, expect, test } from "vitest"
import type { PageId, PersonId } from "../../../src/foundation/id.ts"
import type { Sql } from "../../../src/foundation/world.ts"
import { HOUR_MS, MINUTE_MS } from "../../../src/foundation/clock.ts"
import * as line from "../../../src/support/line-store.ts"
import { createStorage } from "../../support/person-storage.ts"

const NOW = Date.UTC(2026, 10, 22, 12)

describe("a line", () => {
  let sql: Sql
  beforeEach(() => {
    sql = createStorage().sql
    line.prepareLine(sql)
    for (const [id, name] of [
      ["maria", "Maria"],
      ["ben", "Ben"],
    ] as const)
      line.present(sql, { id, name, status: "here" }, NOW)
  })

  const join = (thread: string, at: number, windowEndsAt = at + 24 * HOUR_MS) =>
    line.join(
      sql,
      { thread, person: `person_${thread}` as PersonId, page: "1" as PageId, kind: "chat", windowEndsAt },
      at,
    )
  const waiting = () => line.listThreads(sql).map(({ thread }) => thread)

  test("is ordered by the closing of the window, then by the wait", () => {
    join("late", NOW, NOW + 3 * HOUR_MS)
    join("second", NOW + 2, NOW + HOUR_MS)
    join("first", NOW + 1, NOW + HOUR_MS)
    expect(waiting()).toEqual(["first", "second", "late"])
    expect(line.placeOf(sql, "late", NOW)).toEqual({ place: 3 })
  })

  test("joining again keeps the place", () => {
    join("a", NOW)
    join("b", NOW + 1)
    expect(join("a", NOW + 5)).toEqual({ place: 1 })
  })

  test("of two who claim at once one gets it and the other is told who", () => {
    join("a", NOW)
    expect(line.claim(sql, "a", "maria", NOW)).toMatchObject({ ok: true, value: { agent: "maria" } })
    expect(line.claim(sql, "a", "ben", NOW)).toEqual({ ok: false, error: { reason: "taken", by: "Maria" } })
    expect(line.claim(sql, "a", "maria", NOW)).toMatchObject({ ok: true })
  })

  test("who is not at the desk claims nothing; nobody claims what is over", () => {
    join("a", NOW)
    expect(line.claim(sql, "a", "chi", NOW)).toMatchObject({ error: { reason: "not_here" } })
    line.present(sql, { id: "ben", name: "Ben", status: "away" }, NOW)
    expect(line.claim(sql, "a", "ben", NOW)).toMatchObject({ error: { reason: "not_here" } })
    line.end(sql, "a", NOW)
    expect(line.claim(sql, "a", "maria", NOW)).toMatchObject({ error: { reason: "gone" } })
  })

  test("a claim goes back after five minutes without a beat, and not before", () => {
    join("a", NOW)
    line.claim(sql, "a", "maria", NOW)
    expect(line.lapse(sql, NOW + line.BEAT_MS - 1)).toEqual([])
    expect(line.held(sql, "a", "maria", NOW + line.BEAT_MS - 1)).toBeDefined()
    const beat = NOW + line.BEAT_MS - 1
    expect(line.lapse(sql, beat + line.BEAT_MS - 1)).toEqual([])
    expect(line.lapse(sql, beat + line.BEAT_MS).map(({ thread }) => thread)).toEqual(["a"])
    expect(line.held(sql, "a", "maria", beat + line.BEAT_MS)).toBeUndefined()
    // Told again until the Conversation knows.
    expect(line.lapse(sql, beat + line.BEAT_MS)).toHaveLength(1)
    line.toldOfLapse(sql, "a")
    expect(line.lapse(sql, beat + line.BEAT_MS)).toEqual([])
  })

  test("somebody else may claim in the instant a claim is too old", () => {
    join("a", NOW)
    line.claim(sql, "a", "maria", NOW)
    const late = NOW + line.BEAT_MS
    expect(line.claim(sql, "a", "ben", late - 1)).toMatchObject({ error: { reason: "taken" } })
    expect(line.held(sql, "a", "maria", late)).toBeUndefined()
    expect(line.claim(sql, "a", "ben", late)).toMatchObject({ ok: true })
  })

  test("a thread is given only to a colleague who is there, and only by who has it", () => {
    join("a", NOW)
    line.claim(sql, "a", "maria", NOW)
    expect(line.transfer(sql, "a", { from: "ben", to: "maria", now: NOW })).toBeUndefined()
    expect(line.transfer(sql, "a", { from: "maria", to: "chi", now: NOW })).toBeUndefined()
    expect(line.transfer(sql, "a", { from: "maria", to: "ben", now: NOW })).toMatchObject({ name: "Ben" })
    expect(line.held(sql, "a", "maria", NOW)).toBeUndefined()
    expect(line.held(sql, "a", "ben", NOW)).toBeDefined()
  })

  test("the estimate is the median wait of the last two hours, else none", () => {
    expect(join("x", NOW)).toEqual({ place: 1 })
    for (const [thread, minutes] of [
      ["a", 2],
      ["b", 30],
      ["c", 4],
    ] as const) {
      join(thread, NOW - minutes * MINUTE_MS)
      line.claim(sql, thread, "maria", NOW)
    }
    expect(line.placeOf(sql, "x", NOW)).toEqual({ place: 1, estimateMs: 4 * MINUTE_MS })
    expect(line.placeOf(sql, "x", NOW + 2 * HOUR_MS - 1)).toHaveProperty("estimateMs")
    expect(line.placeOf(sql, "x", NOW + 2 * HOUR_MS)).toEqual({ place: 1 })
  })

  test("what goes back keeps its place, and its first wait counts", () => {
    join("a", NOW)
    join("b", NOW + 1)
    line.claim(sql, "a", "maria", NOW + MINUTE_MS)
    expect(line.giveBack(sql, "a", NOW + MINUTE_MS)).toMatchObject({ place: 1 })
    // Until its Conversation was told of it, whoever looks after lapses tells it.
    expect(line.lapse(sql, NOW + MINUTE_MS).map(({ thread }) => thread)).toEqual(["a"])
    line.toldOfLapse(sql, "a")
    expect(line.lapse(sql, NOW + MINUTE_MS)).toEqual([])
    line.claim(sql, "a", "ben", NOW + 10 * MINUTE_MS)
    expect(line.placeOf(sql, "b", NOW + 10 * MINUTE_MS)).toEqual({ place: 1, estimateMs: MINUTE_MS })
  })

  test("ratings and ready answers are kept", () => {
    join("a", NOW)
    line.end(sql, "a", NOW)
    line.rate(sql, "a", true)
    expect(line.countRatings(sql)).toEqual({ yes: 1, no: 0 })
    line.putAnswers(sql, [{ title: "Hours", text: "We are here from 8." }])
    line.putAnswers(sql, [{ title: "Hours", text: "We are here from 9." }])
    expect(line.listAnswers(sql)).toEqual([{ title: "Hours", text: "We are here from 9." }])
  })
})
