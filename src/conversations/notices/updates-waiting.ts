// What waits for a person outside the platform's window: how many there are, and a button that tells them. No type of event has this
// notice; held.ts sends it.

import type { TemplateMessage } from "../../messenger/message.ts"
import type { TemplateSpec } from "../../messenger/template.ts"
import { phrase, type Language } from "../../phrases/catalogue.ts"
import { intentPayload } from "../intents/intent.ts"

const TEMPLATE = "updates_waiting_v1"

export const WAITING_TEMPLATES: readonly TemplateSpec[] = [
  {
    name: TEMPLATE,
    language: "en",
    body: "You have {{1}} updates from {{2}} waiting in this chat. Tap below to read them.",
    examples: ["4", "Harbourline Bank"],
    buttons: [phrase("en", "held_button")],
  },
  {
    name: TEMPLATE,
    language: "ar",
    body: "لديكم {{1}} من التحديثات من {{2}} بانتظاركم في هذه المحادثة. اضغطوا أدناه لقراءتها.",
    examples: ["4", "Harbourline Bank"],
    buttons: [phrase("ar", "held_button")],
  },
]

/** @param bank its name */
export function waitingTemplate(language: Language, count: string, bank: string): TemplateMessage {
  return {
    kind: "template",
    name: TEMPLATE,
    language,
    body: [count, bank],
    payloads: [intentPayload("updates")],
  }
}
