// What an event would say, in each language of its bank: under a grant nobody gave, for an account nobody has. Nothing is sent, and nobody's
// consent is looked at. Composed by doors.ts; asked for with `?preview=1`.

import type { BankRecord } from "../../banks/bank.ts"
import type { BankEvent } from "../../banks/event.ts"
import { isTold } from "../../banks/event-types.ts"
import type { PreviewedMessage } from "../../banks/intake-given.ts"
import type { LinkId } from "../../foundation/id.ts"
import { Grant } from "../../links/grant.ts"
import { renewalOf } from "../../links/renewal.ts"
import { findLanguage } from "../../phrases/catalogue.ts"
import { accountOf, composeNotice, purposeOf } from "./compose.ts"

const ACCOUNT = { kind: "checking", label: "Checking", last4: "0000", currency: "EUR" } as const
const KEY = "e_preview"

/** The messages by language; empty for an event that says nothing in a chat.
 * @param now our own clock: "today" is said by it */
export function previewEvent(
  bank: BankRecord,
  event: BankEvent,
  now: number,
): Readonly<Record<string, PreviewedMessage>> {
  if (!isTold(event)) return {}
  const purpose = purposeOf(event)
  const account = accountOf(event)
  const accounts = [{ ...ACCOUNT, id: account ?? "preview" }]
  const grant = Grant.decide(
    {
      v: 1,
      link: "link_preview" as LinkId,
      bank: bank.id,
      bankName: bank.name,
      purposes: [purpose],
      accounts,
      showAmounts: true,
      givenAt: now,
      until: now + 1,
      epoch: 0,
      recordHash: "",
    },
    purpose,
    now,
    account,
  )
  if (!grant.ok) throw new Error(`Cannot preview an event: ${grant.error.reason}`)
  const languages = [...new Set(bank.languages.map(findLanguage).filter((each) => each !== undefined))]
  return Object.fromEntries(
    languages.map((language) => {
      const { message, template } = composeNotice(event, {
        language,
        grant: grant.value,
        bank: { ...bank, renewal: renewalOf(bank), defaults: undefined },
        now,
        key: KEY,
      })
      return [
        language,
        {
          text: "text" in message ? message.text : "",
          ...(message.kind === "buttons"
            ? { buttons: message.buttons.map((button) => ("title" in button ? button.title : "")) }
            : {}),
          ...(template ? { template: { name: template.name, values: template.body } } : {}),
        },
      ]
    }),
  )
}
