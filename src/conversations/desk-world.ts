// What a Conversation may do about a person at the bank: stand in the bank's line, hand its thread to the Page's Inbox. Each may be repeated
// after a crash at any of its steps. Composed by conversation.ts.

import { PAGE_INBOX_APP_ID } from "../messenger/event-message.ts"
import { lineOf } from "../support/line-of.ts"
import type { Means } from "./means.ts"
import type { PersonWorld } from "./person-world.ts"
import { Unready } from "./unready.ts"

export function createDeskWorld(
  { graph, pages, now }: Pick<Means, "graph" | "pages" | "now">,
  namespace: Env["LINE"],
): PersonWorld["desk"] {
  return {
    async tell(word, joining, { person, page, bank }) {
      const line = lineOf(namespace, bank)
      const { thread } = joining
      switch (word.kind) {
        case "join":
          return line.join({ v: 1, now: now(), joining: { ...joining, person, page } })
        case "wrote":
          await line.wrote({ v: 1, now: now(), thread })
          return undefined
        case "left":
          await line.end({ v: 1, now: now(), thread })
          return undefined
        case "rated":
          await line.rate({ v: 1, now: now(), thread, satisfied: word.satisfied })
          return undefined
        case "hand_over":
          return undefined
      }
    },
    async handOver({ page }, psid) {
      const found = await pages.find(page)
      if (!found.ok) throw new Unready(`Cannot hand a thread over: ${found.error.reason}`)
      const passed = await graph.passThread(page, found.value.token, psid, { toAppId: PAGE_INBOX_APP_ID })
      if (!passed.ok) throw new Unready(`Cannot hand a thread over: ${passed.error.reason}`)
    },
  }
}
