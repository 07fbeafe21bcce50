// P9: how a message may leave, as a table and as a law.
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { PURPOSES } from "../../../src/foundation/purpose.ts"
import { decideRoute, isWindowOpen, messagingOf, type RouteQuestion } from "../../../src/messenger/route.ts"
import { renderSend } from "../../../src/messenger/wire.ts"

const NOW = 1_763_800_000_000
const HOUR = 3_600_000
/** 24 h less the margin of a minute. */
const LAST = 24 * HOUR - 60_000
/** Seven days less the same. */
const WEEK = 7 * 24 * HOUR - 60_000
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
    ["an agent in the window", { author: "person", purpose: null }, "RESPONSE"],
    [
      "an agent after it, where the Page has the feature",
      {
        author: "person",
        purpose: null,
        lastActionAt: NOW - LAST,
        lastMessageAt: NOW - LAST,
        humanAgent: true,
      },
      "HUMAN_AGENT",
    ],
    [
      "an agent in the last instant of the seven days",
      {
        author: "person",
        purpose: null,
        lastActionAt: NOW - WEEK + 1,
        lastMessageAt: NOW - WEEK + 1,
        humanAgent: true,
      },
      "HUMAN_AGENT",
    ],
    [
      "an agent in the first instant after them",
      {
        author: "person",
        purpose: null,
        lastActionAt: NOW - WEEK,
        lastMessageAt: NOW - WEEK,
        humanAgent: true,
      },
      "window_closed_no_template",
    ],
    [
      "an agent after them: an answer is waiting",
      { author: "person", purpose: "support_chat", lastActionAt: NOW - WEEK, humanAgent: true },
      "UTILITY",
    ],
    [
      "an agent whose customer has only tapped in the seven days",
      {
        author: "person",
        purpose: "support_chat",
        lastActionAt: NOW - LAST,
        lastMessageAt: NOW - WEEK,
        humanAgent: true,
      },
      "UTILITY",
    ],
    [
      "an agent whose customer never wrote",
      { author: "person", purpose: "support_chat", lastActionAt: NOW - LAST, humanAgent: true },
      "UTILITY",
    ],
    ["the assistant in the seven days", { lastActionAt: NOW - LAST, humanAgent: true }, "UTILITY"],
    [
      "an agent to somebody who never acted",
      { author: "person", purpose: null, lastActionAt: null, humanAgent: true },
      "window_closed_no_template",
    ],
    ["a reply while another app holds the thread", { inTurn: true, thread: "other" }, "thread_elsewhere"],
    [
      "an alert while another app holds the thread",
      { lastActionAt: null, thread: "other" },
      "thread_elsewhere",
    ],
    [
      "an agent while another app holds the thread",
      { author: "person", thread: "other", humanAgent: true },
      "thread_elsewhere",
    ],
    ["a reply in an idle thread", { inTurn: true, thread: "idle" }, "RESPONSE"],
    [
      "a reply in an idle thread, we are the default app",
      { inTurn: true, thread: "idle", defaultApp: "ours" },
      "RESPONSE",
    ],
    [
      "an alert in an idle thread of another default app",
      { thread: "idle", defaultApp: "other" },
      "thread_elsewhere",
    ],
    [
      "a reply in our thread, though another is the default app",
      { inTurn: true, thread: "ours", defaultApp: "other" },
      "RESPONSE",
    ],
    ["an alert in the window of a region that refuses", { regionRefusedAt: NOW - 1 }, "UPDATE plain"],
    [
      "a reply in such a region",
      { inTurn: true, regionRefusedAt: NOW - 30 * 24 * HOUR + 1 },
      "RESPONSE plain",
    ],
    ["a reply once that is forgotten", { inTurn: true, regionRefusedAt: NOW - 30 * 24 * HOUR }, "RESPONSE"],
    [
      "an alert after the window in such a region",
      { lastActionAt: null, regionRefusedAt: NOW - 1 },
      "utility_unavailable",
    ],
    [
      "an alert after the window once that is forgotten",
      { lastActionAt: null, regionRefusedAt: NOW - 30 * 24 * HOUR },
      "UTILITY",
    ],
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
    const plain = "plain" in route ? " plain" : ""
    expect(route.kind === "cannot" ? route.reason : route.kind + plain).toBe(expected)
  })

  it("P9: never gives a removed tag, HUMAN_AGENT for a bot, or free text outside the window", () => {
    const instant = fc.oneof(fc.constant(null), fc.integer({ min: NOW - 40 * 24 * HOUR, max: NOW + HOUR }))
    const question = fc.record(
      {
        now: fc.constant(NOW),
        lastActionAt: instant,
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
        thread: fc.constantFrom("ours" as const, "other" as const, "idle" as const),
        defaultApp: fc.constantFrom("ours" as const, "other" as const, "none" as const),
        humanAgent: fc.boolean(),
        lastMessageAt: instant,
        regionRefusedAt: instant,
      },
      { requiredKeys: ["now", "lastActionAt", "author", "purpose", "inTurn", "template", "page"] },
    )
    fc.assert(
      fc.property(question, (each) => {
        const route = decideRoute(each)
        const { kind } = route
        if (each.page === "paused" || each.thread === "other") expect(kind).toBe("cannot")
        if (route.kind === "cannot") return
        const { messagingType, tag } = messagingOf(route)
        expect(["RESPONSE", "UPDATE", "UTILITY", "MESSAGE_TAG"]).toContain(messagingType)
        expect([undefined, "HUMAN_AGENT"]).toContain(tag)
        if (kind === "RESPONSE" || kind === "UPDATE") expect(isWindowOpen(each.lastActionAt, NOW)).toBe(true)
        if (kind === "RESPONSE") expect(each.inTurn || each.author === "person").toBe(true)
        if (kind === "UTILITY") expect([each.template, each.page]).toEqual(["approved", "open"])
        if (tag !== undefined) {
          expect([each.author, each.humanAgent, (each.lastMessageAt ?? 0) > NOW - 7 * 24 * HOUR]).toEqual([
            "person",
            true,
            true,
          ])
        }
      }),
      { numRuns: 3000 },
    )
  })
})

describe("messagingOf()", () => {
  it("gives the tag to a person's late answer and to nothing else", () => {
    const message = { kind: "text", text: "x" } as const
    const send = (kind: "RESPONSE" | "UPDATE" | "HUMAN_AGENT") =>
      renderSend({ psid: "2", message, metadata: "m", ...messagingOf({ kind }) })
    expect(send("HUMAN_AGENT")).toMatchObject({ messaging_type: "MESSAGE_TAG", tag: "HUMAN_AGENT" })
    expect(send("UPDATE")).not.toHaveProperty("tag")
  })
})
