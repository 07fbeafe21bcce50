// What we can say in Messenger: a typed message, made to fit by message-fit.ts, checked against the platform's limits before any call
// (message-limits.ts), turned into the platform's JSON by wire.ts. Nothing here knows what is being said.

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
  /** What follows the fixed beginning of its URL buttons, by position; they stand behind the postback buttons. */
  readonly urlSuffixes?: readonly string[]
}

export type Message = TextMessage | ButtonMessage | TemplateMessage

/** One card: a title and at least one thing more. */
export interface Card {
  readonly title: string
  readonly subtitle?: string
  readonly imageUrl?: string
  /** What a tap on the card itself opens. */
  readonly url?: string
  readonly buttons?: readonly Button[]
}

/** Up to ten cards side by side: a parcel, a list of accounts. Cannot be shared on. */
export interface GenericMessage {
  readonly kind: "generic"
  readonly cards: readonly Card[]
  readonly square?: boolean
  readonly quickReplies?: readonly QuickReply[]
}

/** One line of a receipt. `price` is decimal text in the receipt's currency. */
export interface ReceiptLine {
  readonly title: string
  readonly subtitle?: string
  readonly quantity?: number
  readonly price: string
  readonly imageUrl?: string
}

/** A completed purchase. Amounts are decimal text (`249.99`) in one ISO 4217 currency and reach the platform digit by digit. There is
 * no postal address: a bank needs to send none. */
export interface ReceiptMessage {
  readonly kind: "receipt"
  readonly recipientName: string
  readonly merchantName?: string
  /** Unique among receipts. */
  readonly orderNumber: string
  readonly currency: string
  /** Enough to tell which card it was: `Visa ••4821`. */
  readonly paymentMethod: string
  readonly orderUrl?: string
  /** Epoch milliseconds. */
  readonly orderedAt?: number
  readonly lines: readonly ReceiptLine[]
  readonly totals: {
    readonly subtotal?: string
    readonly shipping?: string
    readonly tax?: string
    readonly total: string
  }
  readonly adjustments?: readonly { readonly name: string; readonly amount: string }[]
  readonly quickReplies?: readonly QuickReply[]
}

/** One image or video, uploaded before or lying at the platform already. */
export interface MediaMessage {
  readonly kind: "media"
  readonly media: "image" | "video"
  readonly source:
    | { readonly kind: "attachment"; readonly id: string }
    | { readonly kind: "facebook"; readonly url: string }
  readonly buttons?: readonly Button[]
  readonly quickReplies?: readonly QuickReply[]
}

/** Messages with a form of their own. Structured forms may be refused for people in Europe: message-fit.ts `asPlainText`. */
export type RichMessage = GenericMessage | ReceiptMessage | MediaMessage

/** Everything that can be sent. */
export type Sendable = Message | RichMessage
