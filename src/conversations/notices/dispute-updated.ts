// `bank.dispute.updated.v1`: "Dispute D-4K7Q at Demo Bank: it is being looked into. Next news by 27 Nov." What the bank's word for its
// state is not one we know, only that there is news is said.

import type { DisputeUpdated } from "../../banks/event.ts"
import { phrase } from "../../phrases/catalogue.ts"
import type { PhraseKey } from "../../phrases/en.ts"
import { isolate } from "../../phrases/format.ts"
import type { Notice } from "./notice.ts"
import { nameDay, nameReference } from "./words.ts"

const TEMPLATE = "dispute_news_v1"
const STATES: Readonly<Record<string, PhraseKey>> = {
  received: "dispute_received",
  open: "dispute_received",
  under_review: "dispute_review",
  in_review: "dispute_review",
  information_needed: "dispute_information",
  provisional_credit: "dispute_credit",
  accepted: "dispute_accepted",
  resolved_customer: "dispute_accepted",
  won: "dispute_accepted",
  rejected: "dispute_rejected",
  resolved_merchant: "dispute_rejected",
  lost: "dispute_rejected",
  closed: "dispute_closed",
  withdrawn: "dispute_closed",
}

export const disputeNotice: Notice<DisputeUpdated> = {
  accountOf: () => undefined,
  compose(event, { language, bank }) {
    const state = phrase(
      language,
      (Object.hasOwn(STATES, event.state) ? STATES[event.state] : undefined) ?? "dispute_news",
    )
    const reference = nameReference(language, event.caseId)
    const date = event.nextDate === undefined ? "none" : nameDay(language, event.nextDate)
    const dated = event.nextDate === undefined ? state : phrase(language, "dispute_dated", { state, date })
    const name = isolate(language, bank.name)
    const text = phrase(language, "dispute_update", { bank: name, case: reference, state, date })
    return {
      message: { kind: "text", text },
      template: { kind: "template", name: TEMPLATE, language, body: [reference, bank.name, dated] },
    }
  },
  templates: [
    {
      name: TEMPLATE,
      language: "en",
      body: "News of your dispute {{1}} at {{2}}: {{3}}. Write to us here if you have questions.",
      examples: ["D-4K7Q2M9X", "Harbourline Bank", "it is being looked into"],
    },
    {
      name: TEMPLATE,
      language: "ar",
      body: "جديد في اعتراضكم {{1}} لدى {{2}}: {{3}}. اكتبوا إلينا هنا إن كانت لديكم أسئلة.",
      examples: ["D-4K7Q2M9X", "Harbourline Bank", "قيد الدراسة"],
    },
  ],
}
