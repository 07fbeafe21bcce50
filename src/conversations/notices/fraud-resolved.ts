// `bank.fraud.resolved.v1`: a case is over. The bank's word for how is said only where it is one of the two we know; nothing is promised
// that the bank did not say.

import type { FraudResolved } from "../../banks/event.ts"
import { phrase } from "../../phrases/catalogue.ts"
import type { PhraseKey } from "../../phrases/en.ts"
import { isolate } from "../../phrases/format.ts"
import type { Notice } from "./notice.ts"

const TEMPLATE = "fraud_closed_v1"
/** Banks' words for "it was the customer" and for "it was not". */
const WORDS: Readonly<Record<string, PhraseKey>> = {
  genuine: "fraud_resolved_genuine",
  confirmed_genuine: "fraud_resolved_genuine",
  released: "fraud_resolved_genuine",
  fraud: "fraud_resolved_fraud",
  confirmed_fraud: "fraud_resolved_fraud",
}

export const fraudResolvedNotice: Notice<FraudResolved> = {
  accountOf: () => undefined,
  compose(event, { language, bank }) {
    const key = Object.hasOwn(WORDS, event.outcome) ? WORDS[event.outcome] : undefined
    return {
      message: {
        kind: "text",
        text: phrase(language, key ?? "fraud_resolved", { bank: isolate(language, bank.name) }),
      },
      template: { kind: "template", name: TEMPLATE, language, body: [bank.name] },
    }
  },
  templates: [
    {
      name: TEMPLATE,
      language: "en",
      body: "The fraud check from {{1}} that you were asked about in this chat is closed. Write to us here if you have questions.",
      examples: ["Harbourline Bank"],
    },
    {
      name: TEMPLATE,
      language: "ar",
      body: "أُغلق تحقق الاحتيال من {{1}} الذي سُئلتم عنه في هذه المحادثة. اكتبوا إلينا هنا إن كانت لديكم أسئلة.",
      examples: ["Harbourline Bank"],
    },
  ],
}
