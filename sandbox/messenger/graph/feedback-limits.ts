// The customer_feedback template: one screen, one question. Source: reference/messenger-platform.md 5.6.

import type { JsonObject } from "../json.ts"
import { isObject, objectsOf } from "../json.ts"
import { invalidParameter } from "./graph-error.ts"
import type { Verdict } from "./limits.ts"
import { allowText, eachItem, firstRefusal, requireList, requireText, requireUrl } from "./limits.ts"

const WHERE = "message[attachment][payload]"
const TYPES = ["csat", "nps", "ces", "free_form"]
const LABELS = ["neg_pos", "hard_easy", "dis_sat", "unlike_like", "poor_great", "none"]
const OPTIONS = ["one_to_five", "five_stars", "five_emojis", "zero_to_ten", "one_to_seven"]
const TITLE_MIN = 5

/** The first thing wrong with it, if anything is. */
export function checkFeedback(payload: JsonObject): Verdict {
  const days = payload.expires_in_days ?? 1
  return firstRefusal([
    () => requireText(payload, "title", 65, WHERE),
    () => allowText(payload, "subtitle", 80, WHERE),
    () => allowText(payload, "button_title", 20, WHERE),
    () => requireList(payload, "feedback_screens", 1, 1, WHERE),
    () => eachItem(objectsOf(payload, "feedback_screens"), checkScreen),
    () =>
      payload.business_privacy === undefined
        ? invalidParameter(`The parameter ${WHERE}[business_privacy] is required`)
        : requireUrl(
            isObject(payload.business_privacy) ? payload.business_privacy : {},
            "url",
            `${WHERE}[business_privacy]`,
          ),
    () =>
      typeof days === "number" && Number.isInteger(days) && days >= 1 && days <= 7
        ? undefined
        : invalidParameter(`Param ${WHERE}[expires_in_days] must be between 1 and 7`),
  ])
}

function checkScreen(screen: JsonObject): Verdict {
  const where = `${WHERE}[feedback_screens][0]`
  return firstRefusal([
    () => requireList(screen, "questions", 1, 1, where),
    () =>
      eachItem(objectsOf(screen, "questions"), (question) =>
        checkQuestion(question, `${where}[questions][0]`),
      ),
  ])
}

function checkQuestion(question: JsonObject, where: string): Verdict {
  const followUp = question.follow_up
  return firstRefusal([
    () => requireText(question, "id", 80, where),
    () =>
      /^\w+$/.test(String(question.id))
        ? undefined
        : invalidParameter(`Param ${where}[id] must match [A-Za-z0-9_]+`),
    () => oneOf(question, "type", TYPES, where),
    () => requireText(question, "title", 85, where),
    () =>
      String(question.title).length < TITLE_MIN
        ? invalidParameter(`Param ${where}[title] must have at least ${TITLE_MIN} characters`)
        : undefined,
    () => (question.score_label === undefined ? undefined : oneOf(question, "score_label", LABELS, where)),
    () => (question.score_option === undefined ? undefined : oneOf(question, "score_option", OPTIONS, where)),
    () => (isObject(followUp) ? allowText(followUp, "placeholder", 65, `${where}[follow_up]`) : undefined),
  ])
}

function oneOf(object: JsonObject, key: string, allowed: readonly string[], where: string): Verdict {
  return allowed.includes(String(object[key]))
    ? undefined
    : invalidParameter(`Param ${where}[${key}] must be one of {${allowed.join(", ").toUpperCase()}}`)
}
