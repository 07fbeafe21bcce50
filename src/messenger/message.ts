// What we can say in Messenger: a typed message, checked against the platform's limits before any call (message-limits.ts),
// turned into the platform's JSON by wire.ts. Nothing here knows what is being said.

/** A button that answers: `payload` comes back as a postback. */
export interface PostbackButton {
  readonly kind: "postback"
  readonly title: string
  readonly payload: string
}

/** A button that opens a page. https outside development. */
export interface UrlButton {
  readonly kind: "url"
  readonly title: string
  readonly url: string
}

/** A button that calls. E.164. */
export interface CallButton {
  readonly kind: "call"
  readonly title: string
  readonly phone: string
}

/** The platform's own Log In: it writes the title in the person's language. */
export interface LogInButton {
  readonly kind: "log_in"
  readonly url: string
}

export type Button = PostbackButton | UrlButton | CallButton | LogInButton

/** A chip under a message; vanishes after the next message. */
export interface QuickReply {
  readonly title: string
  readonly payload: string
}

export interface TextMessage {
  readonly kind: "text"
  readonly text: string
  readonly quickReplies?: readonly QuickReply[]
}

export interface ButtonMessage {
  readonly kind: "buttons"
  readonly text: string
  readonly buttons: readonly Button[]
  readonly quickReplies?: readonly QuickReply[]
}

/** An approved utility template, by its parameters: the only thing that may be said outside the window. */
export interface TemplateMessage {
  readonly kind: "template"
  readonly name: string
  readonly language: string
  /** Values of `{{1}}`, `{{2}}`, … of the body. */
  readonly body: readonly string[]
  /** Payloads of its postback buttons, by position. */
  readonly payloads?: readonly string[]
}

export type Message = TextMessage | ButtonMessage | TemplateMessage
