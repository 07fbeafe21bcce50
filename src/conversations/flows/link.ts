// From the pending link to the live one: the chat names what would be connected and asks for the six digits of the page (P11).
// Only here is a six-digit text compared, only while a link is pending. What was typed lies sealed in the inbox as any text does and
// is worth nothing afterwards; the code itself leaves the state with the offer.

import type { Account } from "../../banks/bank.ts"
import type { LinkId } from "../../foundation/id.ts"
import type { Consent } from "../../links/consent.ts"
import { CODE_TRIES_MAX, type LinkOffer } from "../../links/link.ts"
import type { Presented } from "../../links/presenting.ts"
import { phrase, type Language } from "../../phrases/catalogue.ts"
import { formatAccount, formatDate, formatDay, formatList, formatTime } from "../../phrases/format.ts"
import { digitValue } from "../intents/redact.ts"
import { answer, answerText, linkNotice, type Utterance } from "../leave.ts"
import { ending, isNewLink, without, withoutLink, type State } from "../state.ts"
import { turnOf, type Flow, type Opened, type Turn, type TurnContext } from "../turn-context.ts"
import { answerWithLogIn, bankName, callButton, chips, connectButtons, menuChips } from "./choices.ts"

const CODE_DIGITS = 6
/** What keyboards and people put between digits: spaces, dashes of any script, dots, marks that do not show. */
const BETWEEN_DIGITS = /[\s\p{Pd}\p{Cf}.·_]/gu
const ACCOUNTS_NAMED_MAX = 3
/** What lies further back than that many renewals nobody answers any more. */
const RENEWED_MAX = 5

/** Account's name with its last four digits, in the person's language. */
export function accountName(language: Language, account: Account): string {
  return formatAccount(language, phrase(language, `kind_${account.kind}`), account.last4)
}

/** The bank login is done; ask for the code. A newer offer takes the place of an older one; three tries are for a link, however
 * often its page is gone through; the same offer again says nothing again. */
export function askForCode(state: State, context: TurnContext, offer: LinkOffer): Turn {
  if (context.now >= offer.offeredUntil) return turnOf(state)
  // It has ended here, and the directory does not know yet: no code brings it back.
  if (state.ending.some((each) => each.link === offer.link)) return turnOf(state)
  // Repeated after its code was typed, it asks for nothing any more.
  if (state.opening?.link === offer.link || state.consent?.link === offer.link) return turnOf(state)
  const replaced = state.offer && state.offer.link !== offer.link ? state.offer : undefined
  const free = replaced ? ending(state, replaced.link, "not_confirmed") : state
  const known = state.offer?.link === offer.link ? state.offer : undefined
  if (known?.epoch === offer.epoch && known.code === offer.code) return turnOf(state)
  const asked: State = { ...free, offer: { ...offer, triesLeft: known?.triesLeft ?? CODE_TRIES_MAX } }
  return turnOf(asked, [askingFor(asked, context, offer)], { urgent: true })
}

/** [I saw no code], typed: the page shows it again to the browser that began there, and to no other. */
export const showCodeAgain: Flow = (state, context) =>
  state.offer
    ? turnOf(state, [askingFor(state, context, state.offer)])
    : turnOf(state, [answerWithLogIn(state, context, "connect_first", { bank: bankName(context) })])

function askingFor(state: State, { ways }: TurnContext, offer: LinkOffer): Utterance {
  const text = phrase(state.language, "link_offered", {
    bank: offer.bankName,
    accounts: nameAccounts(state.language, offer.accounts),
  })
  const title = phrase(state.language, "no_code_button")
  return linkNotice({ kind: "buttons", text, buttons: [{ kind: "url", title, url: ways.codeUrl }] })
}

/** An `m.me` link with a nonce was opened in this chat. */
export function hearPresented(state: State, context: TurnContext, presented: Presented): Turn {
  switch (presented.kind) {
    case "offer":
      return askForCode(state, context, presented.offer)
    case "gone":
      return turnOf(state, [answerWithLogIn(state, context, "link_too_late")])
    case "other_person":
      return turnOf(state, [answerWithLogIn(state, context, "link_elsewhere")])
  }
}

/** The six digits in a text: spaces, a dash, any script's digits; `undefined` where the text is something else. */
export function findCode(text: string): string | undefined {
  const compact = text.replace(BETWEEN_DIGITS, "")
  const characters = [...compact]
  if (characters.length !== CODE_DIGITS || !characters.every((each) => /\p{Nd}/u.test(each))) return undefined
  return characters.map(digitValue).join("")
}

/** A code was typed while one is asked for. Three tries. */
export function tryCode(state: State, context: TurnContext, code: string): Turn {
  const { offer } = state
  if (!offer) return turnOf(state)
  if (context.now >= offer.offeredUntil) return endOffer(state, context)
  if (code === offer.code) {
    const { triesLeft: _, ...opening } = offer
    const known: State = { ...without(state, "offer"), opening }
    if (!context.ways.bankConfirms) return turnOf(known)
    return turnOf(known, [answer({ kind: "text", text: sayBank(state, context, "bank_confirms") })])
  }
  const triesLeft = offer.triesLeft - 1
  if (triesLeft > 0) {
    const text = answerText(state.language, "code_wrong", { tries: triesLeft })
    return turnOf({ ...state, offer: { ...offer, triesLeft } }, [answer({ kind: "text", text })])
  }
  const ended = ending(without(state, "offer"), offer.link, "wrong_code")
  return turnOf(ended, [answerWithLogIn(ended, context, "code_failed")])
}

/** The ten minutes are over. */
export function endOffer(state: State, context: TurnContext): Turn {
  const { offer } = state
  if (!offer) return turnOf(state)
  const ended = ending(without(state, "offer"), offer.link, "not_confirmed")
  return turnOf(ended, [answerWithLogIn(ended, context, "offer_expired")])
}

/** The directory has answered: the consent is in force from here, or nothing was connected. */
export function finishOpening(state: State, context: TurnContext, offer: LinkOffer, opened: Opened): Turn {
  if (state.opening?.link !== offer.link) return turnOf(state)
  const settled = without(state, "opening")
  if (opened.kind === "refused") {
    if (opened.reason === "gone") return turnOf(settled, [answerWithLogIn(settled, context, "link_failed")])
    const text = sayBank(state, context, opened.reason)
    const buttons = [callButton(state, context)]
    return turnOf(settled, [answer({ kind: "buttons", text, buttons, quickReplies: menuChips(settled) })])
  }
  const { mark, renews } = opened
  const consent: Consent = {
    v: 1,
    link: offer.link,
    bank: offer.bank,
    bankName: offer.bankName,
    purposes: offer.purposes,
    accounts: offer.accounts,
    showAmounts: offer.showAmounts,
    givenAt: offer.givenAt,
    until: offer.until,
    epoch: mark.epoch,
    recordHash: mark.recordHash,
    ...(offer.covered ? { covered: offer.covered } : {}),
  }
  const before = settled.consent
  // A renewal is as new as what it renews.
  const newSince = renews && before ? settled.newSince : context.now
  const linked: State = {
    ...withoutLink(settled),
    consent,
    linkedAt: context.now,
    ...(newSince === undefined ? {} : { newSince }),
    ...(renews && before ? carriedOver(settled, before.link, offer.link) : {}),
  }
  const { language } = state
  const text = phrase(language, offer.purposes.length > 0 ? "connected" : "connected_nothing_on", {
    accounts: nameAccounts(language, offer.accounts),
    purposes: formatList(
      language,
      offer.purposes.map((purpose) => phrase(language, `purpose_${purpose}`)),
    ),
    until: formatDate(language, offer.until, context.bank.timeZone),
  })
  const hidden = isNewLink(linked, context.ways.newLinkMs, context.now)
  const whole = hidden
    ? `${text}\n${phrase(language, "connected_new", { time: endOfNew(linked, context) })}`
    : text
  const connected = linkNotice({ kind: "text", text: whole, quickReplies: menuChips(linked) })
  if (renews || !before || before.link === offer.link) return turnOf(linked, [connected])
  const ended = phrase(language, "link_replaced", { accounts: nameAccounts(language, before.accounts) })
  return turnOf(linked, [linkNotice({ kind: "text", text: ended }), connected])
}

/** What a renewal leaves as it is: what they want to hear, what was told them and may be answered, what the bank is being asked to do. */
function carriedOver(
  { preferences, frozenHere, questions, renewed = [] }: State,
  before: LinkId,
  link: LinkId,
): Partial<State> {
  return {
    ...(preferences ? { preferences } : {}),
    ...(frozenHere ? { frozenHere } : {}),
    questions: questions.filter((each) => "alert" in each || "act" in each || "dispute" in each),
    ...(before === link ? { renewed } : { renewed: [...renewed, before].slice(-RENEWED_MAX) }),
  }
}

function sayBank(
  state: State,
  context: TurnContext,
  key: "bank_confirms" | "links_full" | "not_confirmed_by_bank",
) {
  return answerText(state.language, key, { bank: bankName(context) })
}

/** When amounts are shown in a chat that was linked lately, as a person reads it. */
export function endOfNew({ newSince = 0, language }: State, { ways, bank }: TurnContext): string {
  const at = newSince + ways.newLinkMs
  const values = {
    date: formatDay(language, at, bank.timeZone),
    time: formatTime(language, at, bank.timeZone),
  }
  return phrase(language, "on_day", values)
}

/** Something needs a link and there is none, or its consent does not cover it. */
export function offerLink(
  state: State,
  context: TurnContext,
  reason: "not_linked" | "consent_expired" | "purpose_off" | "account_not_covered",
): Turn {
  const bank = bankName(context)
  if (reason === "not_linked")
    return turnOf(state, [answerWithLogIn(state, context, "connect_first", { bank })])
  if (reason === "consent_expired")
    return turnOf(state, [answerWithLogIn(state, context, "link_again", { bank })])
  return turnOf(state, [
    answer({
      kind: "buttons",
      text: answerText(state.language, "purpose_off"),
      buttons: connectButtons(state, context),
      quickReplies: chips(state.language, ["help", "stop"]),
    }),
  ])
}

/** Accounts in a sentence, the first three by name. */
export function nameAccounts(language: Language, accounts: readonly Account[]): string {
  const named = accounts.slice(0, ACCOUNTS_NAMED_MAX).map((account) => accountName(language, account))
  return formatList(language, accounts.length > ACCOUNTS_NAMED_MAX ? [...named, "…"] : named)
}
