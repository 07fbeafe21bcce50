// P9: how a message may leave, as a table and as a law.
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { PURPOSES } from "../../../src/foundation/purpose.ts"
import { decideRoute, isWindowOpen, type RouteQuestion } from "../../../src/messenger/route.ts"

const NOW = 1_763_800_000_000
const HOUR = 3_600_000
/** 24 h less the margin of a minute. */
const LAST = 24 * HOUR - 60_000
const asked: RouteQuestion = {
  now: NOW,
  lastActionAt: NOW - HOUR,
  author: "bot",
  purpose: "fraud_alerts",
  inTurn: false,
  template: "approved",
  page: "open",
}

describe("decideRoute()", () => {
  it.each<readonly [string, Partial<RouteQuestion>, string]>([
    ["a reply in the window", { inTurn: true, purpose: null }, "RESPONSE"],
    ["an alert in the window", {}, "UPDATE"],
    ["an alert in the last instant of the window", { lastActionAt: NOW - LAST + 1 }, "UPDATE"],
    ["an alert in the first instant after it", { lastActionAt: NOW - LAST }, "UTILITY"],
    ["an alert to somebody who never acted", { lastActionAt: null }, "UTILITY"],
    [
      "a reply that took a day",
      { inTurn: true, lastActionAt: NOW - LAST, template: "none" },
      "window_closed_no_template",
    ],
    ["an action later than now", { lastActionAt: NOW + 5_000 }, "UPDATE"],
    ["an alert in the window without any template", { template: "none" }, "UPDATE"],
    ["an alert in the window of a Page without templates", { page: "no_utility" }, "UPDATE"],
    [
      "an alert after it, without a template",
      { lastActionAt: null, template: "none" },
      "window_closed_no_template",
    ],
    [
      "an alert after it, template pending",
      { lastActionAt: null, template: "pending" },
      "window_closed_template_pending",
    ],
    [
      "an alert after it, template rejected",
      { lastActionAt: null, template: "rejected" },
      "window_closed_template_rejected",
    ],
    [
      "an alert after it, on a Page without templates",
      { lastActionAt: null, page: "no_utility" },
      "utility_unavailable",
    ],
    ["a notice of the link after it", { lastActionAt: null, purpose: null }, "UTILITY"],
    ["anything on a paused Page", { page: "paused", inTurn: true }, "page_paused"],
    ["anything on a paused Page after the window", { page: "paused", lastActionAt: null }, "page_paused"],
    ["an agent in the window", { author: "person", purpose: null }, "UPDATE"],
    [
      "an agent after it: an answer is waiting",
      { author: "person", purpose: "support_chat", lastActionAt: null },
      "UTILITY",
    ],
    [
      "an agent after it, in an alert's clothes",
      { author: "person", lastActionAt: null },
      "window_closed_no_template",
    ],
    [
      "an agent after it, for no purpose",
      { author: "person", purpose: null, lastActionAt: null },
      "window_closed_no_template",
    ],
  ])("sends %s", (_name, change, expected) => {
    const route = decideRoute({ ...asked, ...change })
    expect(route.kind === "cannot" ? route.reason : route.kind).toBe(expected)
  })

  it("never gives free text outside the window, a message on a paused Page, or a template that is not approved", () => {
    const question = fc.record({
      now: fc.constant(NOW),
      lastActionAt: fc.oneof(fc.constant(null), fc.integer({ min: NOW - 100 * HOUR, max: NOW + HOUR })),
      author: fc.constantFrom("bot" as const, "person" as const),
      purpose: fc.constantFrom(null, ...PURPOSES),
      inTurn: fc.boolean(),
      template: fc.constantFrom(
        "approved" as const,
        "pending" as const,
        "rejected" as const,
        "none" as const,
      ),
      page: fc.constantFrom("open" as const, "paused" as const, "no_utility" as const),
    })
    fc.assert(
      fc.property(question, (each) => {
        const { kind } = decideRoute(each)
        if (kind === "RESPONSE" || kind === "UPDATE") expect(isWindowOpen(each.lastActionAt, NOW)).toBe(true)
        if (kind === "RESPONSE") expect(each.inTurn).toBe(true)
        if (kind === "UTILITY") expect([each.template, each.page]).toEqual(["approved", "open"])
        if (each.page === "paused") expect(kind).toBe("cannot")
      }),
      { numRuns: 1000 },
    )
  })
})
