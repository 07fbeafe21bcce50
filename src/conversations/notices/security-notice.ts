// `bank.security.notice.v1`: a new device, a changed password, a new payee, changed details; with the ways out of it as buttons.

import type { SecurityNotice } from "../../banks/event.ts"
import { phrase } from "../../phrases/catalogue.ts"
import type { PhraseKey } from "../../phrases/en.ts"
import { isolate } from "../../phrases/format.ts"
import { intentPayload } from "../intents/intent.ts"
import type { Notice } from "./notice.ts"
import { nameInstant, nameOutsider } from "./words.ts"

const TEMPLATE = "security_notice_v1"
const WORDS = {
  new_device: "security_new_device",
  password_changed: "security_password",
  new_payee: "security_payee",
  details_changed: "security_details",
} as const satisfies Readonly<Record<SecurityNotice["kind"], PhraseKey>>

export const securityNotice: Notice<SecurityNotice> = {
  accountOf: () => undefined,
  compose(event, context) {
    const { language, bank } = context
    const what = phrase(language, WORDS[event.kind])
    const when = nameInstant(context, event.happenedAt)
    const place = nameOutsider(language, event.place) || "none"
    const name = isolate(language, bank.name)
    const text = phrase(language, "security_notice", { bank: name, what, when, place })
    return {
      message: {
        kind: "buttons",
        text,
        buttons: [
          {
            kind: "postback",
            title: phrase(language, "not_my_link_button"),
            payload: intentPayload("fraud"),
          },
          { kind: "call", title: phrase(language, "call_button"), phone: bank.emergencyPhone },
        ],
      },
      template: {
        kind: "template",
        name: TEMPLATE,
        language,
        body: [bank.name, what, when],
        payloads: [intentPayload("fraud")],
      },
    }
  },
  templates: [
    {
      name: TEMPLATE,
      language: "en",
      body: "Security notice from {{1}}: {{2}}, {{3}}. If this was not you, tell us here or call the bank.",
      examples: ["Harbourline Bank", "a new device signed in", "today 09:13 (Berlin)"],
      buttons: [phrase("en", "not_my_link_button")],
    },
    {
      name: TEMPLATE,
      language: "ar",
      body: "إشعار أمان من {{1}}: {{2}}، {{3}}. إن لم تكونوا أنتم فأخبرونا هنا أو اتصلوا بالبنك.",
      examples: ["Harbourline Bank", "سجّل جهاز جديد الدخول", "اليوم 09:13 (Berlin)"],
      buttons: [phrase("ar", "not_my_link_button")],
    },
  ],
}
