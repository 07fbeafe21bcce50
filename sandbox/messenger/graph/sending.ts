// POST /{page-id}/messages: gathers the facts, lets send.ts decide, lets accepting.ts act.

import { APP_ID } from "../development.ts"
import { isObject } from "../json.ts"
import { ok, refuse } from "../result.ts"
import { accept } from "./accepting.ts"
import { storeUpload } from "./attachments.ts"
import type { Call, Handler } from "./call.ts"
import { controlOf } from "./control-state.ts"
import { GRAPH_ERRORS } from "./graph-error.ts"
import { listOf } from "./parameters.ts"
import type { SendFacts } from "./send.ts"
import { decideSend } from "./send.ts"
import { maySend } from "./thread-control.ts"

/** Send a message or a sender action. */
export const sendMessage: Handler = async (call) => {
  const { emulator, page } = call
  const values = await withFile(call)
  if (!values.ok) return values
  const decision = decideSend(values.value, factsOf(call))
  if (!decision.ok) return decision
  const person = emulator.people.find(decision.value.psid)
  return person === undefined ? refuse(GRAPH_ERRORS.noUser) : accept(emulator, page, person, decision.value)
}

/** A file that came with the call becomes an attachment of the Page, as if it had been uploaded before. */
async function withFile(
  call: Call,
): Promise<ReturnType<typeof storeUpload> | { ok: true; value: Call["values"] }> {
  const { values, file } = call
  const attachment = isObject(values.message) ? values.message.attachment : undefined
  if (file === undefined || !isObject(attachment)) return ok(values)
  const stored = await storeUpload(call, attachment, file)
  if (!stored.ok) return stored
  const payload = { ...(isObject(attachment.payload) ? attachment.payload : {}), ...stored.value }
  const message = {
    ...(isObject(values.message) ? values.message : {}),
    attachment: { ...attachment, payload },
  }
  return ok({ ...values, message })
}

function factsOf({ emulator, page, standing, overBudget }: Call): SendFacts {
  const now = emulator.clock.now()
  const sends = emulator.rate.count(`${page.id}:send`, Date.now())
  return {
    now,
    restricted: standing.restricted,
    isOverRate: (isMedia) =>
      overBudget ||
      sends > standing.sendsPerSecond ||
      (isMedia && emulator.rate.count(`${page.id}:media`, Date.now()) > standing.mediaPerSecond),
    humanAgent: standing.humanAgent,
    utility: standing.utility,
    whitelistedDomains: listOf(page.profile.whitelisted_domains),
    findRecipient: (psid) => {
      const person = emulator.people.find(psid)
      if (person === undefined || person.pageId !== page.id) return undefined
      return {
        psid,
        blocked: person.blocked,
        actionAt: person.lastActionAt,
        messageAt: person.lastMessageAt,
        isHeldElsewhere: !maySend(controlOf(emulator, person), APP_ID),
        isRegionClosed: (person.region ?? standing.region) !== null,
      }
    },
    findTemplate: (name, language) => emulator.templates.find(page.id, name, language),
    findAttachmentType: (id) => emulator.attachments.find(page.id, id, now)?.type,
    hasPersona: (id) => {
      const persona = emulator.personas.find(id)
      return persona !== undefined && persona.pageId === page.id && !persona.isDeleted
    },
  }
}
