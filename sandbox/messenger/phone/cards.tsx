// The structured templates as cards: button, generic, media, receipt, and a filled-in utility template.
// Source: reference/messenger-platform.md 5. Anything else is drawn as a plain note by bubble.tsx.

import type { FC } from "hono/jsx"
import type { RenderedTemplate } from "../graph/template.ts"
import type { JsonObject } from "../json.ts"
import { isObject, objectsOf, textOf } from "../json.ts"
import type { Drawing } from "./buttons.tsx"
import { Buttons } from "./buttons.tsx"
import { FeedbackCard } from "./feedback-card.tsx"
import { printMoney } from "./money.ts"

/** @param media where the file of an `attachment_id` lies */
export type Card = FC<{ payload: JsonObject; media: string | undefined; drawing: Drawing }>

const ButtonCard: Card = ({ payload, drawing }) => (
  <div class="card">
    <p class="card-text" dir="auto">
      {textOf(payload, "text")}
    </p>
    <Buttons buttons={objectsOf(payload, "buttons")} drawing={drawing} />
  </div>
)

const GenericCards: Card = ({ payload, drawing }) => {
  const elements = objectsOf(payload, "elements")
  const isSquare = payload.image_aspect_ratio === "square"
  return (
    <div
      class={elements.length > 1 ? "carousel" : "single"}
      {...(elements.length > 1 ? { tabindex: 0 } : {})}
    >
      {elements.map((element) => (
        <div class="card">
          <Picture url={textOf(element, "image_url")} square={isSquare} />
          <div class="card-head">
            <p class="card-title" dir="auto">
              {textOf(element, "title")}
            </p>
            {textOf(element, "subtitle") === undefined ? null : (
              <p class="card-subtitle" dir="auto">
                {textOf(element, "subtitle")}
              </p>
            )}
            <DefaultAction action={element.default_action} />
          </div>
          <Buttons buttons={objectsOf(element, "buttons")} drawing={drawing} />
        </div>
      ))}
    </div>
  )
}

const DefaultAction: FC<{ action: unknown }> = ({ action }) => {
  const url = isObject(action) ? textOf(action, "url") : undefined
  return url === undefined ? null : (
    <a class="card-host" href={url} target="_blank" rel="noopener noreferrer">
      {URL.parse(url)?.host}
    </a>
  )
}

const MediaCard: Card = ({ payload, media, drawing }) => {
  const [element = {}] = objectsOf(payload, "elements")
  return (
    <div class="card">
      <Picture url={media ?? textOf(element, "url")} square={false} />
      <Buttons buttons={objectsOf(element, "buttons")} drawing={drawing} />
    </div>
  )
}

const ReceiptCard: Card = ({ payload, drawing }) => {
  const { words, locale } = drawing
  const currency = textOf(payload, "currency") ?? ""
  const summary = isObject(payload.summary) ? payload.summary : {}
  const money = (amount: unknown): string => printMoney(amount, currency, locale)
  return (
    <div class="card receipt">
      <div class="card-head">
        <p class="card-title" dir="auto">
          {textOf(payload, "merchant_name") ?? textOf(payload, "recipient_name")}
        </p>
        <p class="card-subtitle">
          {words.receipt} <bdi>{textOf(payload, "order_number")}</bdi>
        </p>
      </div>
      <ul class="lines">
        {objectsOf(payload, "elements").map((line) => (
          <li>
            <span dir="auto">
              {textOf(line, "title")}
              <small>
                {[
                  textOf(line, "subtitle"),
                  typeof line.quantity === "number" ? `${words.quantity} ${line.quantity}` : undefined,
                ]
                  .filter((part) => part !== undefined)
                  .join(" · ")}
              </small>
            </span>
            <bdi class="amount">{money(line.price)}</bdi>
          </li>
        ))}
      </ul>
      <dl class="sums">
        <dt>{words.paidWith}</dt>
        <dd>
          <bdi>{textOf(payload, "payment_method")}</bdi>
        </dd>
        <dt class="total">{words.total}</dt>
        <dd class="total">
          <bdi>{money(summary.total_cost)}</bdi>
        </dd>
      </dl>
    </div>
  )
}

/** A picture from the network; without one a quiet empty field keeps the card's shape. */
const Picture: FC<{ url: string | undefined; square: boolean }> = ({ url, square }) =>
  url === undefined ? null : (
    <img class={square ? "picture square" : "picture"} src={url} alt="" loading="lazy" />
  )

const CARDS: Readonly<Record<string, Card>> = {
  button: ButtonCard,
  customer_feedback: FeedbackCard,
  generic: GenericCards,
  media: MediaCard,
  receipt: ReceiptCard,
}

/** The card of a template message, or nothing for a type the phone cannot draw. */
export function cardFor(payload: JsonObject): Card | undefined {
  return CARDS[String(payload.template_type)]
}

/** A utility template: header, text, buttons. */
export const UtilityCard: FC<{ rendered: RenderedTemplate; drawing: Drawing }> = ({ rendered, drawing }) => (
  <div class="card">
    <Picture url={rendered.imageUrl} square={false} />
    {rendered.header === undefined ? null : (
      <p class="card-title lead" dir="auto">
        {rendered.header}
      </p>
    )}
    <p class="card-text" dir="auto">
      {rendered.body}
    </p>
    <Buttons buttons={rendered.buttons} drawing={drawing} />
  </div>
)
