// The decision about one Send API call, in the order of messenger-platform.md 11.1 after token and page: recipient,
// blocked, thread control, restricted, rate, parameter limits, tag, window, template. Pure: facts in, a thing to do or
// a refusal out.

import type { JsonObject } from "../json.ts"
import { isObject, textOf } from "../json.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"
import type { GraphError } from "./graph-error.ts"
import { GRAPH_ERRORS, invalidParameter } from "./graph-error.ts"
import { checkFile, isMedia } from "./message-files.ts"
import { checkExtensions, checkMessage } from "./message-limits.ts"
import { checkRecipient, checkSideParameters, readPassing } from "./send-limits.ts"
import type { RenderedTemplate, Template } from "./template.ts"
import { renderTemplate } from "./template.ts"
import type { ControlCall } from "./thread-control.ts"
import type { Claim, LastActions } from "./window.ts"
import { isWithinWindow } from "./window.ts"

/** What must be known about the recipient. */
export type RecipientFacts = LastActions & {
  readonly psid: string
  readonly blocked: boolean
  /** Another app holds the thread */
  readonly isHeldElsewhere: boolean
  /** They, or the Page, are where utility messages are refused */
  readonly isRegionClosed: boolean
}

/** What must be known about the world. */
export type SendFacts = {
  readonly now: number
  readonly restricted: boolean
  /** @param isMedia audio and video have a limit of their own */
  readonly isOverRate: (isMedia: boolean) => boolean
  readonly humanAgent: boolean
  readonly utility: boolean
  readonly whitelistedDomains: readonly string[]
  readonly findRecipient: (psid: string) => RecipientFacts | undefined
  readonly findTemplate: (name: string, language: string) => Template | undefined
  /** The type of a file of this Page, if it has one by that id */
  readonly findAttachmentType: (id: string) => string | undefined
  readonly hasPersona: (id: string) => boolean
}

/** What an accepted call does. */
export type Send =
  | {
      readonly kind: "message"
      readonly psid: string
      readonly messagingType: string
      readonly tag: string | undefined
      readonly message: JsonObject
      readonly rendered: RenderedTemplate | undefined
      readonly personaId: string | undefined
      readonly replyTo: string | undefined
      /** What becomes of the thread afterwards */
      readonly control: ControlCall | undefined
    }
  | {
      readonly kind: "action"
      readonly psid: string
      readonly action: string
      readonly payload: unknown
      readonly personaId: string | undefined
    }

const TYPES = ["RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY"]
const ACTIONS = ["typing_on", "typing_off", "mark_seen", "react", "unreact"]
/** Tags alive in November 2026; ACCOUNT_UPDATE and its two siblings died on 27 April 2026 and are like any unknown one. */
const TAGS = ["HUMAN_AGENT", "CUSTOMER_FEEDBACK"]

/** Decide one call.
 * @param params query and body together, JSON members already parsed */
export function decideSend(params: JsonObject, facts: SendFacts): Result<Send, GraphError> {
  const form = checkRecipient(params.recipient)
  if (form !== undefined) return refuse(form)
  const psid = isObject(params.recipient) ? textOf(params.recipient, "id") : undefined
  const recipient = psid === undefined ? undefined : facts.findRecipient(psid)
  if (recipient === undefined) return refuse(GRAPH_ERRORS.noUser)
  if (recipient.blocked) return refuse(GRAPH_ERRORS.unavailable)
  if (recipient.isHeldElsewhere) return refuse(GRAPH_ERRORS.threadControl)
  if (facts.restricted) return refuse(GRAPH_ERRORS.pageRestricted)
  if (facts.isOverRate(isMedia(params.message))) return refuse(GRAPH_ERRORS.messengerCalls)
  const side = checkSideParameters(params, facts.hasPersona)
  if (side !== undefined) return refuse(side)
  return params.sender_action === undefined
    ? decideMessage(params, recipient, facts)
    : decideAction(params, recipient, facts)
}

function decideAction(
  params: JsonObject,
  recipient: RecipientFacts,
  facts: SendFacts,
): Result<Send, GraphError> {
  if (params.message !== undefined) return refuse(GRAPH_ERRORS.actionWithMessage)
  const action = String(params.sender_action).toLowerCase()
  if (!ACTIONS.includes(action)) {
    return refuse(
      invalidParameter(`Param sender_action must be one of {${ACTIONS.join(", ").toUpperCase()}}`),
    )
  }
  if (!isWithinWindow("standard", recipient, facts.now)) return refuse(GRAPH_ERRORS.outsideWindow)
  const { payload } = params
  return ok({
    kind: "action",
    psid: recipient.psid,
    action,
    payload,
    personaId: textOf(params, "persona_id"),
  })
}

function decideMessage(
  params: JsonObject,
  recipient: RecipientFacts,
  facts: SendFacts,
): Result<Send, GraphError> {
  const message = params.message
  if (!isObject(message)) return refuse(invalidParameter("The parameter message is required"))
  // Documented as required, taken for RESPONSE in practice.
  const messagingType = params.messaging_type ?? "RESPONSE"
  if (typeof messagingType !== "string" || !TYPES.includes(messagingType)) {
    return refuse(invalidParameter(`Param messaging_type must be one of {${TYPES.join(", ")}}`))
  }
  const refusal =
    checkMessage(message) ??
    checkFile(message, facts.findAttachmentType) ??
    checkExtensions(message, facts.whitelistedDomains)
  if (refusal !== undefined) return refuse(refusal)
  if ((messagingType === "UTILITY") !== (message.template !== undefined)) {
    return refuse(
      invalidParameter("A template under message needs messaging_type UTILITY, and the other way round"),
    )
  }
  const control = readPassing(params.thread_control)
  if (!control.ok) return control
  const claim = claimOf(messagingType, params.tag, message, facts)
  if (!claim.ok) return claim
  if (!isWithinWindow(claim.value, recipient, facts.now)) return refuse(GRAPH_ERRORS.outsideWindow)
  const send = {
    kind: "message",
    psid: recipient.psid,
    messagingType,
    tag: textOf(params, "tag"),
    message,
    personaId: textOf(params, "persona_id"),
    replyTo: isObject(params.reply_to) ? textOf(params.reply_to, "mid") : undefined,
    control: control.value,
  } as const
  if (message.template === undefined) return ok({ ...send, rendered: undefined })
  if (!facts.utility) return refuse(GRAPH_ERRORS.permission)
  if (recipient.isRegionClosed) return refuse(GRAPH_ERRORS.region)
  const rendered = fillTemplate(message.template, facts)
  return rendered.ok ? ok({ ...send, rendered: rendered.value }) : rendered
}

function claimOf(
  messagingType: string,
  tag: unknown,
  message: JsonObject,
  facts: SendFacts,
): Result<Claim, GraphError> {
  if (messagingType === "UTILITY") return ok("utility")
  if (messagingType !== "MESSAGE_TAG") {
    return tag === undefined
      ? ok("standard")
      : refuse(invalidParameter("Param tag needs messaging_type MESSAGE_TAG"))
  }
  if (typeof tag !== "string" || !TAGS.includes(tag)) return refuse(GRAPH_ERRORS.invalid)
  // What the platform answers without the feature is not documented; the sheet expects 100.
  if (tag === "HUMAN_AGENT" && !facts.humanAgent) return refuse(GRAPH_ERRORS.invalid)
  if (tag === "CUSTOMER_FEEDBACK" && !isFeedback(message)) {
    return refuse(invalidParameter("CUSTOMER_FEEDBACK goes with the customer_feedback template only"))
  }
  return ok("seven_days")
}

function isFeedback(message: JsonObject): boolean {
  const payload = isObject(message.attachment) ? message.attachment.payload : undefined
  return isObject(payload) && payload.template_type === "customer_feedback"
}

function fillTemplate(given: unknown, facts: SendFacts): Result<RenderedTemplate, GraphError> {
  if (!isObject(given)) return refuse(invalidParameter("Param message[template] must be an object"))
  const language = isObject(given.language) ? textOf(given.language, "code") : undefined
  const template = facts.findTemplate(textOf(given, "name") ?? "", language ?? "")
  if (template?.status !== "APPROVED") return refuse(invalidParameter("Template not found or not approved"))
  return renderTemplate(template, given)
}
