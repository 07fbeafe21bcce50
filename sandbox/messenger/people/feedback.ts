// A person answers a customer_feedback template, once, while it has not expired. Source: messenger-platform.md 5.6.

import type { Emulator } from "../emulator.ts"
import type { JsonObject } from "../json.ts"
import { isObject, objectsOf, textOf } from "../json.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"
import { announce } from "../webhooks/announce.ts"
import type { Between } from "../webhooks/event.ts"
import { feedbackEvent } from "../webhooks/event.ts"

const ANSWER_MAX = 400
const DAY_MS = 86_400_000

/** Give the answer; `answer` is a score as text, or words for a free_form question. */
export function giveFeedback(
  emulator: Emulator,
  between: Between,
  mid: string,
  answer: string,
  followUp: string | undefined,
): Result<{ readonly mid: null }, string> {
  const said = emulator.thread.find(between.psid, mid)
  const payload = said === undefined ? undefined : feedbackOf(said.body)
  if (said === undefined || payload === undefined) return refuse("That message asks for no feedback")
  const days = typeof payload.expires_in_days === "number" ? payload.expires_in_days : 1
  if (between.at - said.at > days * DAY_MS) return refuse("The question has expired")
  if (answer === "" || answer.length > ANSWER_MAX || (followUp?.length ?? 0) > ANSWER_MAX)
    return refuse(`An answer holds 1 to ${ANSWER_MAX} characters`)
  const [question = {}] = objectsOf(objectsOf(payload, "feedback_screens")[0] ?? {}, "questions")
  const given = { type: textOf(question, "type") ?? "csat", payload: answer, followUp }
  announce(
    emulator,
    "messaging_feedback",
    between,
    feedbackEvent(between, textOf(question, "id") ?? "", given),
  )
  return ok({ mid: null })
}

/** The customer_feedback template of a message, if it is one. */
export function feedbackOf(body: JsonObject): JsonObject | undefined {
  const payload = isObject(body.attachment) ? body.attachment.payload : undefined
  return isObject(payload) && payload.template_type === "customer_feedback" ? payload : undefined
}
