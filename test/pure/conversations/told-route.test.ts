// P9: how an event leaves. Inside the window as a message, outside it as an approved template, or not at all and why.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { HOUR_MS, MINUTE_MS } from "../../../src/foundation/clock.ts"
import type { TemplateState } from "../../../src/messenger/template.ts"
import { fraud, payment } from "../../support/person-builders.ts"
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
