// `bank.card.state_changed.v1`: "Card ••4821 can be used again." Also how the chat reports what came of the bank's own page.

import type { CardStateChanged } from "../../banks/event.ts"
import { phrase } from "../../phrases/catalogue.ts"
import type { Notice } from "./notice.ts"

const TEMPLATE = "card_state_v1"
const WORDS = {
  active: "card_active",
  frozen: "card_frozen",
  blocked: "card_blocked",
  replaced: "card_replaced",
} as const satisfies Readonly<Record<CardStateChanged["state"], string>>

export const cardStateNotice: Notice<CardStateChanged> = {
  accountOf: (event) => event.account,
  compose(event, { language }) {
    const { last4 } = event.card
    const text = phrase(language, WORDS[event.state], { last4 })
    const state = phrase(language, `${WORDS[event.state]}_word`)
    return {
      message: { kind: "text", text },
      template: { kind: "template", name: TEMPLATE, language, body: [last4, state] },
    }
  },
  templates: [
    {
      name: TEMPLATE,
      language: "en",
      body: "Your card ending in {{1}} has another state now: {{2}}. Write to us here if this was not you.",
      examples: ["4821", "frozen"],
    },
    {
      name: TEMPLATE,
      language: "ar",
      body: "تغيّرت حالة بطاقتكم المنتهية بالأرقام {{1}} وهي الآن: {{2}}. اكتبوا إلينا هنا إن لم تكونوا أنتم.",
      examples: ["4821", "مجمّدة"],
    },
  ],
}
