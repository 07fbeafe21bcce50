// POST /{page-id}/messages: gathers the facts, lets send.ts decide, lets accepting.ts act.

import { refuse, ok } from "../result.ts"
import { accept } from "./accepting.ts"
import type { Handler } from "./call.ts"
import { GRAPH_ERRORS } from "./graph-error.ts"
import { SEND_CALLS_MAX } from "./rate.ts"
import { decideSend } from "./send.ts"

/** Send a message or a sender action. */
export const sendMessage: Handler = ({ emulator, page, values }) => {
  const calls = emulator.rate.count(page.id, Date.now())
  const decision = decideSend(values, {
    now: emulator.clock.now(),
    overRate: calls > SEND_CALLS_MAX,
    findRecipient: (psid) => {
      const person = emulator.people.find(psid)
      if (person === undefined || person.pageId !== page.id) return undefined
      return { psid, blocked: person.blocked, actionAt: person.lastActionAt, messageAt: person.lastMessageAt }
    },
    findTemplate: (name, language) => emulator.templates.find(page.id, name, language),
  })
  if (!decision.ok) return decision
  const person = emulator.people.find(decision.value.psid)
  return person === undefined ? refuse(GRAPH_ERRORS.noUser) : ok(accept(emulator, person, decision.value))
}
