// Who holds a thread, from what the webhook tells: messenger-platform.md 7.1.
import { describe, expect, it } from "vitest"
import type { PageId } from "../../../src/foundation/id.ts"
import type { MessengerEvent } from "../../../src/messenger/event.ts"
import {
  hearThread,
  holderAt,
  IDLE,
  type ThreadControl,
  type ThreadHolder,
} from "../../../src/messenger/thread.ts"

const OUR_APP = "1"
const INBOX = "263902037430900"
const DAY = 86_400_000
const T = 1_763_800_000_000
const head = { v: 1, page: "100" as PageId, psid: "200", at: T, key: "k" } as const
const control = (change: "pass" | "take" | "request", to: string | null): MessengerEvent => ({
  ...head,
  kind: "thread_control",
  change,
  from: null,
  to,
})
const said: MessengerEvent = { ...head, kind: "message", mid: "m", text: "hi", attachments: [] }
const held = (holder: ThreadHolder, at = T - 1): ThreadControl => ({ v: 1, holder, at })

describe("hearThread()", () => {
  it.each<readonly [string, ThreadControl, MessengerEvent, ThreadHolder]>([
    ["control passed to us", IDLE, control("pass", OUR_APP), "ours"],
    ["control passed to the Page Inbox", held("ours"), control("pass", INBOX), "other"],
    ["control taken by the Page Inbox", held("ours"), control("take", INBOX), "other"],
    ["control given up", held("other"), control("pass", null), "idle"],
    ["control asked for", held("ours"), control("request", INBOX), "ours"],
    [
      "an act that is only overheard",
      IDLE,
      { ...head, kind: "overheard", standby: true, event: said as never },
      "other",
    ],
    [
      "an echo of the Page Inbox, overheard",
      IDLE,
      { ...head, kind: "echo", standby: true, mid: "m", by: "page_inbox" },
      "other",
    ],
    [
      "our own echo, overheard",
      held("other"),
      { ...head, kind: "echo", standby: true, mid: "m", by: "ours" },
      "other",
    ],
    ["a message to us, though another held it: they let go, and nobody told us", held("other"), said, "idle"],
    [
      "a delivery to us, though another holds it",
      held("other"),
      { ...head, kind: "delivery", mids: [], watermark: 1 },
      "other",
    ],
    ["a message in a thread nobody holds", IDLE, said, "idle"],
    ["a read overheard", IDLE, { ...head, kind: "read", standby: true, watermark: 1 }, "idle"],
  ])("after %s", (_name, before, event, holder) => {
    expect(hearThread(before, event, OUR_APP).holder).toBe(holder)
  })

  it("takes nothing from events older than the last: webhooks come out of order", () => {
    const now = held("ours", T + 1)
    expect(hearThread(now, control("take", INBOX), OUR_APP)).toBe(now)
  })

  it("keeps a thread alive by what is said in it", () => {
    expect(hearThread(held("ours", T - DAY + 1), said, OUR_APP)).toEqual(held("ours", T))
  })
})

describe("holderAt()", () => {
  it("lets control lapse a day after the last activity", () => {
    expect(holderAt(held("other", T), T + DAY - 1)).toBe("other")
    expect(holderAt(held("other", T), T + DAY)).toBe("idle")
  })
})
