// Every stage of an act on cards against everything that can happen to it; a freeze is never lost, and nothing restores but the bank's page.
import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import {
  beginCardAct,
  CARD_STAGES,
  OWED_MS,
  stepCard,
  WAIT_MS,
  type ActCard,
  type CardAct,
  type CardStep,
  type CardEvent,
  type CardStage,
} from "../../../../src/conversations/cases/card-act.ts"
import type { LinkId } from "../../../../src/foundation/id.ts"

const NOW = 1_795_337_639_000
const LINK = "link_1" as LinkId
const CARD: ActCard = { ref: "crd_1", last4: "4821", is: "offered" }
const CARDS = [
  { ref: "crd_1", last4: "4821", state: "active" },
  { ref: "crd_2", last4: "5512", state: "active" },
  { ref: "crd_3", last4: "7700", state: "frozen" },
  { ref: "crd_4", last4: "0001", state: "blocked" },
] as const

const EVENTS = {
  listed: { kind: "listed", cards: CARDS },
  list_refused: { kind: "list_refused" },
  list_unreachable: { kind: "list_unreachable" },
  chosen: { kind: "chosen", ref: "crd_1" },
  chosen_other: { kind: "chosen", ref: "crd_9" },
  frozen: { kind: "frozen", ref: "crd_1" },
  freeze_refused: { kind: "freeze_refused", ref: "crd_1" },
  freeze_unreachable: { kind: "freeze_unreachable", ref: "crd_1" },
  page: { kind: "page", url: "https://bank.example/proof" },
  page_refused: { kind: "page_refused" },
  bank_froze: { kind: "changed", ref: "crd_1", state: "frozen" },
  bank_freed: { kind: "changed", ref: "crd_1", state: "active" },
  bank_freed_other: { kind: "changed", ref: "crd_2", state: "active" },
  link_ended: { kind: "link_ended" },
  time: { kind: "time" },
} as const satisfies Readonly<Record<string, CardEvent>>
type EventName = keyof typeof EVENTS

const begun = beginCardAct("act", LINK, "freeze", NOW).next
const AT: Readonly<Record<CardStage, CardAct>> = {
  listing: begun,
  choosing: { ...begun, stage: "choosing", cards: [CARD], dueAt: NOW },
  freezing: { ...begun, stage: "freezing", cards: [{ ...CARD, is: "asked" }] },
  owing: { ...begun, stage: "owing", cards: [{ ...CARD, is: "owed" }], tries: 1, dueAt: NOW },
  leading: { ...begun, aim: "restore", stage: "leading", cards: [CARD] },
  waiting: { ...begun, aim: "restore", stage: "waiting", cards: [CARD], dueAt: NOW },
  over: { ...begun, stage: "over" },
}

/** `stage ask saying`; a pair that is not here changes nothing and says nothing. */
const TABLE: Readonly<Record<CardStage, Partial<Record<EventName, string>>>> = {
  listing: {
    listed: "choosing - choose",
    list_refused: "over - refused",
    list_unreachable: "over - unreachable",
    link_ended: "over - -",
  },
  choosing: { chosen: "freezing freeze -", link_ended: "over - -", time: "over - -" },
  freezing: {
    frozen: "over - result",
    freeze_refused: "over - result",
    freeze_unreachable: "owing - result",
    link_ended: "over - given_up",
  },
  owing: { bank_froze: "over - -", link_ended: "over - given_up", time: "freezing freeze -" },
  leading: { page: "waiting - page", page_refused: "over - refused", link_ended: "over - -" },
  waiting: {
    bank_froze: "over - -",
    bank_freed: "over - -",
    link_ended: "over - -",
    time: "over - nothing_changed",
  },
  over: {},
}

describe("stepCard()", () => {
  for (const stage of CARD_STAGES)
    for (const name of Object.keys(EVENTS) as EventName[]) {
      const expected = TABLE[stage][name]
      test(`${stage}: ${name} ${expected === undefined ? "changes nothing" : `leads to ${expected}`}`, () => {
        const { next, ask, say } = stepCard(AT[stage], EVENTS[name], NOW)
        if (expected === undefined) expect({ next, ask, say }).toEqual({ next: AT[stage] })
        else expect(`${next.stage} ${ask?.kind ?? "-"} ${say?.is ?? "-"}`).toBe(expected)
      })
    }

  test.for(["choosing", "owing", "waiting"] as const)("%s: before its time nothing happens", (stage) => {
    const at = { ...AT[stage], dueAt: NOW + 1 }
    expect(stepCard(at, { kind: "time" }, NOW)).toEqual({ next: at })
  })

  test("what can be chosen is what the act can change", () => {
    const offered = (aim: CardAct["aim"], cards: readonly (typeof CARDS)[number][] = CARDS) =>
      stepCard({ ...begun, aim }, { kind: "listed", cards }, NOW)
    expect(offered("freeze").next.cards.map(({ ref }) => ref)).toEqual(["crd_1", "crd_2"])
    expect(offered("restore").next.cards.map(({ ref }) => ref)).toEqual(["crd_3"])
    expect(offered("freeze_all")).toMatchObject({
      next: { stage: "freezing" },
      ask: { kind: "freeze", refs: ["crd_1", "crd_2"] },
    })
    expect(offered("freeze", [CARDS[2], CARDS[3]]).say).toEqual({ is: "none", frozen: ["7700"] })
    expect(offered("restore", [CARDS[0]]).say).toEqual({ is: "none", frozen: [] })
  })

  test("several cards are said together, once the last of them is settled", () => {
    const all = stepCard({ ...begun, aim: "freeze_all" }, { kind: "listed", cards: CARDS }, NOW).next
    const one = stepCard(all, { kind: "frozen", ref: "crd_1" }, NOW)
    expect(one.say).toBeUndefined()
    const both = stepCard(one.next, { kind: "freeze_unreachable", ref: "crd_2" }, NOW)
    expect(both.say).toEqual({ is: "result", frozen: ["4821"], owed: ["5512"], refused: [] })
    const again = stepCard(both.next, { kind: "time" }, both.next.dueAt ?? 0)
    expect(again.ask).toEqual({ kind: "freeze", refs: ["crd_2"] })
    const failed = stepCard(again.next, { kind: "freeze_unreachable", ref: "crd_2" }, NOW)
    expect([failed.next.stage, failed.say]).toEqual(["owing", undefined])
    const late = stepCard(again.next, { kind: "freeze_unreachable", ref: "crd_2" }, NOW + OWED_MS)
    expect(late.say).toEqual({ is: "given_up", frozen: ["4821"], owed: ["5512"] })
    const done = stepCard(again.next, { kind: "frozen", ref: "crd_2" }, NOW)
    expect(done.say).toEqual({ is: "result", frozen: ["4821", "5512"], owed: [], refused: [] })
  })

  test("a later round is told as soon as another card is frozen, and is silent while none is", () => {
    const three = ["crd_1", "crd_2", "crd_3"].map((ref) => ({ ...CARDS[0], ref }))
    const down = (at: CardAct, ...refs: readonly string[]) =>
      refs.reduce((step, ref) => stepCard(step.next, { kind: "freeze_unreachable", ref }, NOW), { next: at })
    const round = ({ next }: { readonly next: CardAct }) =>
      stepCard(next, { kind: "time" }, next.dueAt ?? NOW).next
    const all = stepCard({ ...begun, aim: "freeze_all" }, { kind: "listed", cards: three }, NOW).next
    const first: CardStep = down(all, "crd_1", "crd_2", "crd_3")
    expect(first.say).toMatchObject({ is: "result", frozen: [] })
    const silent: CardStep = down(round(first), "crd_1", "crd_2", "crd_3")
    expect(silent.say).toBeUndefined()
    const one = stepCard(round(silent), { kind: "frozen", ref: "crd_1" }, NOW).next
    const some: CardStep = down(one, "crd_2", "crd_3")
    expect(some.say).toMatchObject({ is: "result", frozen: ["4821"], owed: ["4821", "4821"] })
    const again: CardStep = down(round(some), "crd_2", "crd_3")
    expect(again.say).toBeUndefined()
    expect(again.next.stage).toBe("owing")
  })

  test("a choice and the bank's page are waited for ten minutes", () => {
    expect(stepCard(begun, EVENTS.listed, NOW).next.dueAt).toBe(NOW + WAIT_MS)
    expect(stepCard(AT.leading, EVENTS.page, NOW).next.dueAt).toBe(NOW + WAIT_MS)
  })
})

describe("laws of acts on cards", () => {
  const steps = fc.array(
    fc.record({
      event: fc.constantFrom(...(Object.keys(EVENTS) as EventName[])).map((name): CardEvent => EVENTS[name]),
      wait: fc.integer({ min: 0, max: 3_600_000 }),
    }),
    { maxLength: 40 },
  )

  test("a freeze asked for is never lost: it is with the bank, owed, settled, or said to be given up", () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        let at = stepCard(AT.choosing, EVENTS.chosen, NOW).next
        let now = NOW
        for (const { event, wait } of sequence) {
          now += wait
          const { next, say } = stepCard(at, event, now)
          if (next.stage === "over" && at.stage !== "over") {
            const settled = next.cards.every(({ is }) => is === "frozen" || is === "refused")
            expect(settled || say?.is === "given_up").toBe(true)
          } else if (next.stage !== "over") expect(["freezing", "owing"]).toContain(next.stage)
          at = next
        }
      }),
      { numRuns: 2_000 },
    )
  })

  test("freezing never asks for a page, restoring never freezes, and neither acts before a choice", () => {
    fc.assert(
      fc.property(fc.constantFrom("freeze", "freeze_all", "restore"), steps, (aim, sequence) => {
        let at: CardAct = { ...begun, aim }
        let now = NOW
        let tapped = aim === "freeze_all"
        for (const { event, wait } of sequence) {
          now += wait
          const { next, ask } = stepCard(at, event, now)
          tapped ||= event.kind === "chosen" && at.stage === "choosing"
          if (ask) {
            expect(tapped).toBe(true)
            expect(ask.kind).toBe(aim === "restore" ? "page" : "freeze")
          }
          at = next
        }
      }),
      { numRuns: 2_000 },
    )
  })
})
