// `bank.shipping.updated.v1`: "Parcel from Corner Bakery: on its way with Nordlicht Parcel, expected 24 Nov." [Track parcel], which leads
// to a host registered for the bank and nowhere else.

import type { ShippingUpdated } from "../../banks/event.ts"
import { findSafeUrl } from "../../banks/safe-url.ts"
import { phrase } from "../../phrases/catalogue.ts"
import type { PhraseKey } from "../../phrases/en.ts"
import type { Notice } from "./notice.ts"
import { nameDay, nameOutsider } from "./words.ts"

const TEMPLATE = "parcel_news_v1"
const STATUSES: Readonly<Record<string, PhraseKey>> = {
  created: "parcel_ready",
  label_created: "parcel_ready",
  pre_transit: "parcel_ready",
  shipped: "parcel_transit",
  in_transit: "parcel_transit",
  out_for_delivery: "parcel_out",
  delivered: "parcel_delivered",
  ready_for_pickup: "parcel_pickup",
  delayed: "parcel_delayed",
  exception: "parcel_delayed",
  failed_attempt: "parcel_missed",
  returned: "parcel_returned",
}
/** Nothing is expected any more. */
const OVER: ReadonlySet<string> = new Set(["delivered", "returned"])

export const shippingNotice: Notice<ShippingUpdated> = {
  accountOf: () => undefined,
  compose(event, { language, bank }) {
    const merchant = nameOutsider(language, event.merchant) || phrase(language, "someone")
    const carrier = nameOutsider(language, event.carrier) || phrase(language, "parcel_carrier")
    const status = phrase(
      language,
      (Object.hasOwn(STATUSES, event.status) ? STATUSES[event.status] : undefined) ?? "parcel_news",
    )
    const date = event.eta === undefined || OVER.has(event.status) ? "none" : nameDay(language, event.eta)
    const text = phrase(language, "parcel", { merchant, carrier, status, date })
    const url = findSafeUrl(event.trackingUrl, bank.linkHosts)
    const template = {
      kind: "template",
      name: TEMPLATE,
      language,
      body: [merchant, status, carrier],
    } as const
    if (url === undefined) return { message: { kind: "text", text }, template }
    const button = { kind: "url", title: phrase(language, "track_button"), url } as const
    return { message: { kind: "buttons", text, buttons: [button] }, template }
  },
  templates: [
    {
      name: TEMPLATE,
      language: "en",
      body: "Your parcel from {{1}}: {{2}} with {{3}}. Write to us here to see more of it.",
      examples: ["Corner Bakery", "on its way", "Nordlicht Parcel"],
    },
    {
      name: TEMPLATE,
      language: "ar",
      body: "طردكم من {{1}}: {{2}} مع {{3}}. اكتبوا إلينا هنا لمعرفة المزيد عنه.",
      examples: ["مخبز الزاوية", "في الطريق", "Nordlicht Parcel"],
    },
  ],
}
