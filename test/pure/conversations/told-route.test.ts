// P9: how an event leaves. Inside the window as a message, outside it as an approved template, or not at all and why.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { HOUR_MS, MINUTE_MS } from "../../../src/foundation/clock.ts"
import type { TemplateState } from "../../../src/messenger/template.ts"
import { ownTemplatesOf } from "../../../src/conversations/notices/service-notice.ts"
import { LAST_CALL_MS } from "../../../src/conversations/template-wait.ts"
import { event } from "../../support/event-builders.ts"
import { BANK, fraud, payment } from "../../support/person-builders.ts"
import { Simulation } from "../../support/person-world.ts"

let sim: Simulation
beforeEach(() => {
  sim = new Simulation()
})
afterEach(() => sim.close())

describe("by a route the platform allows", () => {
  const outside = 24 * HOUR_MS
  test.each<[TemplateState | undefined, string, string]>([
    ["approved", "accepted", "sent"],
    ["pending", "undeliverable", "window_closed_template_pending"],
    ["rejected", "undeliverable", "window_closed_template_rejected"],
    [undefined, "undeliverable", "window_closed_no_template"],
  ])("P9: outside the window, with a template that is %s", async (template, state, reason) => {
    await sim.link()
    await sim.advance(outside)
    if (template) sim.messenger.templates = new Map([["payment_notice_v1 en", template]])
    const told = await sim.tell(payment("a", sim.now))
    expect(told.outcome).toEqual({ kind: "settled", state, reason })
    expect(sim.messenger.calls.map((each) => each.messaging_type)).toEqual(
      template === "approved" ? ["UTILITY"] : [],
    )
    if (template === "approved")
      expect(sim.messenger.texts[0]).toMatch(
        /^payment_notice_v1\|Checking ••4821\|27\.40 EUR\|Corner Bakery a\|today/,
      )
  })

  const notice = (at: number, more: object = {}) => ({
    ...event("bank.service.notice.v1", "n", at),
    customer: "",
    audience: "linked" as const,
    ...more,
  })

  test("P9: a notice to everybody waits outside the window for its own template, and goes by it once", async () => {
    await sim.link()
    await sim.advance(outside)
    const told = notice(sim.now)
    const [spec] = ownTemplatesOf(told, ["en"], BANK.name)
    if (!spec) throw new Error("no template")
    // The one that says only that a notice is there is for a single customer's.
    sim.messenger.templates = new Map([["service_notice_v1 en", "approved"]])
    const waits = { kind: "pending", afterMs: told.staleAt - LAST_CALL_MS - sim.now }
    expect((await sim.tell(told)).answers).toEqual([waits])
    sim.messenger.templates = new Map([[`${spec.name} en`, "pending"]])
    expect((await sim.tell(told)).answers).toEqual([waits])
    expect(sim.messenger.calls).toEqual([])
    sim.messenger.templates = new Map([[`${spec.name} en`, "approved"]])
    for (let times = 0; times < 2; times += 1)
      expect((await sim.tell(told)).outcome).toEqual({ kind: "settled", state: "accepted", reason: "sent" })
    expect(sim.messenger.calls.map((each) => each.messaging_type)).toEqual(["UTILITY"])
  })

  test("P9: inside the window it waits for nothing; refused, or at the last call, it is undeliverable", async () => {
    await sim.link()
    expect((await sim.tell(notice(sim.now))).outcome).toMatchObject({ state: "accepted" })
    await sim.advance(outside)
    const refused = notice(sim.now, { id: "refused" })
    const [spec] = ownTemplatesOf(refused, ["en"], BANK.name)
    sim.messenger.templates = new Map([[`${spec?.name} en`, "rejected"]])
    expect((await sim.tell(refused)).outcome).toMatchObject({
      state: "undeliverable",
      reason: "window_closed_template_rejected",
    })
    sim.messenger.templates = new Map()
    const late = notice(sim.now, { id: "late", staleAt: sim.now + LAST_CALL_MS + 1 })
    expect((await sim.tell(late)).answers).toEqual([{ kind: "pending", afterMs: 1 }])
    expect((await sim.tell({ ...late, staleAt: sim.now + LAST_CALL_MS })).outcome).toMatchObject({
      state: "undeliverable",
      reason: "window_closed_no_template",
    })
    // Words no template may have: nobody waits for one.
    const unfit = notice(sim.now, { id: "sign", body: { en: "The fee is 5 €." }, title: { en: "Fees" } })
    expect((await sim.tell(unfit)).outcome).toMatchObject({ reason: "window_closed_no_template" })
  })

  test("P9: a Page that may send no utility templates says so, and inside the window nothing changes", async () => {
    await sim.link()
    sim.messenger.utilityAllowed = false
    sim.messenger.templates = new Map([["payment_notice_v1 en", "approved"]])
    expect((await sim.tell(payment("a", sim.now))).outcome?.state).toBe("accepted")
    expect(sim.messenger.calls[0]?.messaging_type).toBe("UPDATE")
    await sim.advance(outside)
    expect((await sim.tell(payment("b", sim.now))).outcome?.reason).toBe("utility_unavailable")
  })

  test("P9: the fraud template carries the alert's own buttons; without an answer it is not repeated unmarked", async () => {
    await sim.link()
    await sim.advance(outside)
    sim.messenger.templates = new Map([["fraud_question_v1 en", "approved"]])
    sim.messenger.fates.push({ kind: "lost" })
    const told = await sim.tell(fraud("x", sim.now))
    await sim.advance(20 * MINUTE_MS)
    expect(sim.messenger.calls).toHaveLength(1)
    expect(JSON.stringify(sim.messenger.calls[0])).toMatch(
      /v1\.FRAUD\.e_[\w-]{43}\.confirm.*v1\.FRAUD\.e_[\w-]{43}\.deny/,
    )
    expect(told.outcome?.state).toBe("unknown")
  })

  test("a paused Page keeps what waits, and it goes when the pause is over", async () => {
    await sim.link()
    sim.messenger.paused = true
    const told = [await sim.tell(payment("a", sim.now)), await sim.tell(fraud("x", sim.now))]
    await sim.say("help")
    await sim.advance(5 * MINUTE_MS)
    expect(sim.messenger.calls).toEqual([])
    sim.messenger.paused = false
    await sim.advance(2 * MINUTE_MS)
    expect(told.map(({ outcome }) => outcome?.state?.replace("delivered", "accepted"))).toEqual([
      "accepted",
      "accepted",
    ])
    expect(sim.messenger.texts).toHaveLength(3)
  })
})
