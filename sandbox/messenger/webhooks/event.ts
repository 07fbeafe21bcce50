// Webhook events as the platform words them, members in the order of its samples. Builds; sends nothing.
// Source: reference/messenger-platform.md 2.

import type { JsonObject } from "../json.ts"

/** What one event needs to say who and when. */
export type Between = { readonly psid: string; readonly pageId: string; readonly at: number }

/** The field a Page must be subscribed to for an event to be sent. */
export type Field =
  | "messages"
  | "message_echoes"
  | "message_deliveries"
  | "message_reads"
  | "message_reactions"
  | "messaging_postbacks"
  | "messaging_referrals"
  | "messaging_account_linking"
  | "message_template_status_update"

const fromPerson = ({ psid, pageId, at }: Between): JsonObject => ({
  sender: { id: psid },
  recipient: { id: pageId },
  timestamp: at,
})

/** A person wrote, tapped a chip or sent an attachment. */
export const messageEvent = (between: Between, mid: string, content: JsonObject): JsonObject => ({
  ...fromPerson(between),
  message: { mid, ...content },
})

/** A person tapped a button, a menu item or Get Started. */
export const postbackEvent = (
  between: Between,
  postback: {
    readonly mid: string
    readonly title: string
    readonly payload: string
    readonly ref: string | undefined
  },
): JsonObject => ({
  ...fromPerson(between),
  postback: {
    mid: postback.mid,
    title: postback.title,
    payload: postback.payload,
    ...(postback.ref === undefined ? {} : { referral: shortLink(postback.ref) }),
  },
})

/** An m.me link led into an existing thread. */
export const referralEvent = (between: Between, ref: string): JsonObject => ({
  ...fromPerson(between),
  referral: shortLink(ref),
})

const shortLink = (ref: string): JsonObject => ({ ref, source: "SHORTLINK", type: "OPEN_THREAD" })

/** Account linking ended at Messenger; the code is passed on as it came. */
export const linkedEvent = (between: Between, code: string): JsonObject => ({
  ...fromPerson(between),
  account_linking: { status: "linked", authorization_code: code },
})

/** The person logged out. */
export const unlinkedEvent = (between: Between): JsonObject => ({
  ...fromPerson(between),
  account_linking: { status: "unlinked" },
})

/** What the Page sent, told to the Page's app. The app id is a JSON number here, as in real captures. */
export const echoEvent = (
  { psid, pageId, at }: Between,
  echo: {
    readonly appId: string
    readonly metadata: string | undefined
    readonly mid: string
    readonly content: JsonObject
  },
): JsonObject => ({
  sender: { id: pageId },
  recipient: { id: psid },
  timestamp: at,
  message: {
    is_echo: true,
    app_id: Number(echo.appId),
    ...(echo.metadata === undefined ? {} : { metadata: echo.metadata }),
    mid: echo.mid,
    ...echo.content,
  },
})

/** Messages reached the phone. */
export const deliveryEvent = (between: Between, mids: readonly string[], watermark: number): JsonObject => ({
  ...fromPerson(between),
  delivery: { mids, watermark },
})

/** Everything up to the watermark was seen. */
export const readEvent = (between: Between, watermark: number): JsonObject => ({
  ...fromPerson(between),
  read: { watermark },
})

/** The person reacted to a message, or took it back. */
export const reactionEvent = (between: Between, mid: string, reaction: string | undefined): JsonObject => ({
  ...fromPerson(between),
  reaction: reaction === undefined ? { mid, action: "unreact" } : { mid, action: "react", reaction },
})

/** A template's review ended. The shape is the project's reading: no source shows the platform's. */
export const templateStatusChange = (template: {
  readonly id: string
  readonly name: string
  readonly language: string
  readonly status: string
  readonly reason: string | undefined
}): JsonObject => ({
  field: "message_template_status_update",
  value: {
    event: template.status,
    message_template_id: template.id,
    message_template_name: template.name,
    message_template_language: template.language,
    reason: template.reason ?? null,
  },
})

/** One entry of a request body.
 * @param event JSON text, put in unchanged so that its member order stays */
export const entryOf = (
  pageId: string,
  at: number,
  part: "messaging" | "changes",
  event: unknown,
): JsonObject => ({
  id: pageId,
  time: at,
  [part]: [event],
})
