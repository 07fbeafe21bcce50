// Every reason of the registry a bank is told (design of callbacks), as it comes about: an event is told, and why it was or was not is the
// word of the registry. Those that arise elsewhere name the test that proves them; a new reason without a row does not pass.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { REASONS, type Reason } from "../../../src/banks/callback-reason.ts"
import type { ToldEvent } from "../../../src/banks/event-types.ts"
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/foundation/clock.ts"
import { PURPOSES } from "../../../src/foundation/purpose.ts"
import type { TemplateState } from "../../../src/messenger/template.ts"
import type { Preferences } from "../../../src/preferences/preferences.ts"
import { readText } from "../docs/documents.ts"
import { event } from "../../support/event-builders.ts"
import { balance, BANK, fraud, NOON, payment, tap } from "../../support/person-builders.ts"
import { Simulation } from "../../support/person-world.ts"

let sim: Simulation
beforeEach(async () => {
  sim = new Simulation()
  await sim.link({ purposes: PURPOSES })
})
afterEach(() => sim.close())

const notice = (more: object) => ({ ...event("bank.service.notice.v1", "n", sim.now), ...more }) as ToldEvent
const paid = (id = "a", more: object = {}) => payment(id, sim.now, more)
const wants = (preferences: Omit<Preferences, "v">) => {
  sim.facts = { ...BANK, defaults: { v: 1, ...preferences } }
}
const outside = async (template?: TemplateState) => {
  await sim.advance(DAY_MS)
  if (template) sim.messenger.templates = new Map([["payment_notice_v1 en", template]])
}
const rule = (more: object) => wants({ rules: { transaction_alerts: more } })
const at = (hour: number) => sim.advance(NOON + (hour - 12) * HOUR_MS - sim.now)

/** What is arranged before the event, and the event. */
type Case = readonly [state: string, arrange: () => unknown, told: () => ToldEvent]

const CASES: Partial<Readonly<Record<Reason, Case>>> = {
  sent: ["accepted", () => {}, paid],
  quiet_hours: [
    "held",
    async () => {
      wants({ quiet: { from: 22 * 60, to: 7 * 60 }, rules: {} })
      await at(23)
    },
    paid,
  ],
  digest: ["held", () => wants({ digestAt: 18 * 60, rules: {} }), paid],
  muted: ["held", () => sim.say("mute today"), paid],
  daily_limit: [
    "held",
    async () => {
      wants({ maxADay: 1, rules: {} })
      await sim.tell(paid("first"))
    },
    paid,
  ],
  threshold: ["suppressed", () => rule({ from: { value: "27.41", currency: "EUR" } }), paid],
  not_chosen: ["suppressed", () => rule({ foreignOnly: true }), paid],
  not_linked: ["suppressed", () => sim.say("disconnect now"), paid],
  purpose_off: ["suppressed", () => sim.say("stop payments"), paid],
  account_not_covered: ["suppressed", () => {}, () => paid("a", { account: "acc-9" })],
  stale: ["suppressed", () => {}, () => paid("a", { staleAt: sim.now })],
  unfit: ["suppressed", () => {}, () => notice({ title: { en: "A special offer" } })],
  conflict: ["suppressed", () => sim.tell(paid()), () => paid("a", { account: "acc-2" })],
  newer_told: [
    "superseded",
    () => sim.tell(balance("new", sim.now, "2.00")),
    () => balance("old", sim.now - 1, "1.00"),
  ],
  told_before: [
    "superseded",
    () => sim.tell(paid("one", { transaction: paid("x").transaction })),
    () => paid("two", { transaction: paid("x").transaction }),
  ],
  payment_told: ["superseded", () => sim.tell(paid()), () => balance("b", sim.now, "1.00")],
  person_unavailable: [
    "undeliverable",
    () => {
      const refusal = { reason: "gone", retry: "never", code: 551, unavailable: true } as const
      sim.messenger.fates.push({ kind: "refuse", refusal })
    },
    paid,
  ],
  window_closed_no_template: ["undeliverable", () => outside(), paid],
  window_closed_template_pending: ["undeliverable", () => outside("pending"), paid],
  window_closed_template_rejected: ["undeliverable", () => outside("rejected"), paid],
  utility_unavailable: [
    "undeliverable",
    () => {
      sim.messenger.utilityAllowed = false
      return outside("approved")
    },
    paid,
  ],
  refused: [
    "failed",
    () => {
      const refusal = { reason: "our_fault", retry: "never", code: 100 } as const
      sim.messenger.fates.push({ kind: "refuse", refusal })
    },
    paid,
  ],
  no_answer: ["unknown", () => sim.messenger.fates.push({ kind: "lost" }), paid],
}

/** Where the others are proven. */
const ELSEWHERE: Partial<Readonly<Record<Reason, string>>> = {
  reminder: "pure/conversations/told.test.ts",
  watermark: "pure/conversations/alert-reports.test.ts",
  consent_expired: "pure/conversations/told.test.ts",
  link_event: "pure/notifications/link-events.test.ts",
  case_over: "pure/conversations/cases/case-news.test.ts",
  asked: "pure/conversations/hints.test.ts",
  page_paused: "pure/messenger/route.test.ts",
  thread_elsewhere: "pure/conversations/heard.test.ts",
  new_link: "pure/conversations/new-link.test.ts",
  fallback: "pure/conversations/alert-reports.test.ts",
  message_limits: "pure/notifications/callbacks.test.ts",
  lost: "pure/conversations/held.test.ts",
  gave_up: "pure/notifications/fan-out.test.ts",
  code_confirmed: "objects/callbacks.test.ts",
  changed_by_customer: "journeys/leaving.test.ts",
  renewed: "objects/callbacks.test.ts",
  disconnected: "pure/conversations/link-flow.test.ts",
  not_me: "pure/conversations/new-link.test.ts",
  replaced: "objects/callbacks.test.ts",
  erased: "pure/conversations/erasing.test.ts",
  idle: "pure/conversations/erasing.test.ts",
  ended_by_operator: "journeys/leaving.test.ts",
  refused_by_bank: "journeys/leaving.test.ts",
  revoked_by_bank: "pure/conversations/link-flow.test.ts",
}

/** Those told of an alert after it was told, or that only an alert can have. */
const OF_ALERTS = ["confirmed", "denied", "unreadable"] as const satisfies readonly Reason[]

test.each([
  ["confirmed", "confirm"],
  ["denied", "deny"],
] as const)("%s comes about", async (reason, choice) => {
  sim.bank.terms = { fallbackMs: 30_000, reportDelivery: false }
  await sim.tell(fraud("f", sim.now))
  const [button] =
    JSON.stringify(sim.messenger.calls).match(new RegExp(`v1\\.FRAUD\\.[\\w-]+\\.${choice}`)) ?? []
  await sim.webhook(tap(button ?? "", sim.now))
  await sim.advance(MINUTE_MS)
  expect(sim.bank.told.map(({ status, reason: why }) => `${status} ${why}`)).toContain(`answered ${reason}`)
})

test("unreadable comes about", async () => {
  sim.messenger.paused = true
  const told = await sim.tell(fraud("f", sim.now))
  sim.storage.sql.exec("UPDATE ledger SET sealed = 'v1.k.AAAA' WHERE state = 'queued'")
  sim.evict()
  sim.messenger.paused = false
  await sim.advance(MINUTE_MS)
  expect(told.outcome ?? (await sim.tell(told.event)).outcome).toMatchObject({
    state: "failed",
    reason: "unreadable",
  })
})

test("every reason stands in one of the tables", () => {
  const known = [...Object.keys(CASES), ...OF_ALERTS, ...Object.keys(ELSEWHERE)]
  expect(known.toSorted()).toEqual(Object.keys(REASONS).toSorted())
})

describe("comes about", () => {
  test.each(Object.entries(CASES))("%s", async (reason, [state, arrange, told]) => {
    await arrange()
    const tell = await sim.tell(told())
    // What nobody answers is given up after ten minutes.
    if (state === "unknown") await sim.advance(12 * MINUTE_MS)
    expect(tell.outcome ?? tell.answers.at(-1)).toMatchObject({ kind: "settled", state, reason })
  })
})

test("a fraud question overtakes what would hold a payment back", async () => {
  wants({ quiet: { from: 0, to: 24 * 60 - 1 }, digestAt: 60, maxADay: 1, rules: { fraud_alerts: {} } })
  expect((await sim.tell(paid())).outcome).toMatchObject({ state: "held" })
  expect((await sim.tell(fraud("f", sim.now))).outcome).toMatchObject({
    state: expect.stringMatching(/accepted|delivered/),
  })
})

test.each(Object.entries(ELSEWHERE))("%s is proven in %s", (reason, file) => {
  expect(readText(`test/${file}`)).toMatch(new RegExp(`\\b${reason}\\b`))
})
