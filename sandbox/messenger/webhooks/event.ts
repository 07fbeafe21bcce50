// Webhook events as the platform words them, members in the order of its samples. Builds; sends nothing.
// Source: reference/messenger-platform.md 2.

import type { JsonObject } from "../json.ts"
import { isObject } from "../json.ts"

/** What one event needs to say who and when. */
export type Between = { readonly psid: string; readonly pageId: string; readonly at: number }

/** The field a Page must be subscribed to for an event to be sent. */
export type Field =
  | "messages"
  | "message_echoes"
  | "message_deliveries"
  | "message_reads"
  | "message_reactions"
  | "message_edits"
  | "messaging_postbacks"
  | "messaging_referrals"
  | "messaging_account_linking"
  | "messaging_optins"
  | "messaging_feedback"
  | "messaging_handovers"

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
    readonly referral: JsonObject | undefined
  },
): JsonObject => ({
  ...fromPerson(between),
  postback: {
    mid: postback.mid,
    title: postback.title,
    payload: postback.payload,
    ...(postback.referral === undefined ? {} : { referral: postback.referral }),
  },
})

/** A link or an ad led into an existing thread. */
export const referralEvent = (between: Between, referral: JsonObject): JsonObject => ({
  ...fromPerson(between),
  referral,
})

/** Where an m.me link led from. For people in Europe the platform leaves out the source.
 * @see reference/messenger-platform.md 9.4 */
export const shortLink = (ref: string, hasSource: boolean): JsonObject => ({
  ref,
  ...(hasSource ? { source: "SHORTLINK" } : {}),
  type: "OPEN_THREAD",
})

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

/** How the platform names reactions, with the sign each has. */
export const REACTIONS: Readonly<Record<string, string>> = {
  love: "\u2764",
  smile: "\u{1F606}",
  wow: "\u{1F62E}",
  sad: "\u{1F622}",
  angry: "\u{1F620}",
  like: "\u{1F44D}",
  dislike: "\u{1F44E}",
}

/** The person reacted to a message, or took it back. */
export const reactionEvent = (between: Between, mid: string, reaction: string | undefined): JsonObject => ({
  ...fromPerson(between),
  reaction:
    reaction === undefined
      ? { mid, action: "unreact" }
      : {
          mid,
          action: "react",
          ...(Object.hasOwn(REACTIONS, reaction)
            ? { reaction, emoji: REACTIONS[reaction] }
            : { reaction: "other", emoji: reaction }),
        },
})

/** The person changed the words of a message, for the `edits`th time. */
export const editEvent = (between: Between, mid: string, text: string, edits: number): JsonObject => ({
  ...fromPerson(between),
  message_edit: { mid, text, num_edit: edits },
})

/** The person agreed to something outside the chat, or through a template. */
export const optinEvent = (between: Between, optin: JsonObject): JsonObject => ({
  ...fromPerson(between),
  optin,
})

/** The person answered a feedback question, and maybe said why. */
export const feedbackEvent = (
  between: Between,
  questionId: string,
  answer: { readonly type: string; readonly payload: string; readonly followUp: string | undefined },
): JsonObject => {
  const followUp =
    answer.followUp === undefined ? {} : { follow_up: { type: "free_form", payload: answer.followUp } }
  const question = { type: answer.type, payload: answer.payload, ...followUp }
  return {
    ...fromPerson(between),
    messaging_feedback: { feedback_screens: [{ screen_id: 0, questions: { [questionId]: question } }] },
  }
}

/** What another app did to the control of a thread. */
export type ControlNews = {
  readonly previous: string | undefined
  readonly metadata: string | undefined
} & (
  | { readonly kind: "pass" | "take"; readonly owner: string }
  | { readonly kind: "request"; readonly asking: string }
)

/** A thread was passed to our app, taken from it, or is asked for. App ids are text here and numbers in echoes, as in
 * real captures. */
export const controlEvent = (between: Between, news: ControlNews): JsonObject => ({
  ...fromPerson(between),
  [`${news.kind}_thread_control`]:
    news.kind === "request"
      ? { requested_owner_app_id: news.asking, metadata: news.metadata ?? null }
      : {
          previous_owner_app_id: news.previous ?? null,
          new_owner_app_id: news.owner,
          metadata: news.metadata ?? null,
        },
})

/** An event as a bystander gets it: a tap without what is behind the button. */
export function withoutPayload(event: JsonObject): JsonObject {
  if (!isObject(event.postback)) return event
  const { payload: _, ...postback } = event.postback
  return { ...event, postback }
}

/** One entry of a request body.
 * @param event JSON text, put in unchanged so that its member order stays */
export const entryOf = (
  pageId: string,
  at: number,
  part: "messaging" | "standby" | "changes",
  event: unknown,
): JsonObject => ({
  id: pageId,
  time: at,
  [part]: [event],
})
