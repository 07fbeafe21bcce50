// What may be typed under a fraud question: the title of a button, a bare No, a bare Yes, "that wasn't me". One table a language, heard
// only while exactly one question is open: with two, it does not say which payment is meant (alerts.ts).

import { LANGUAGES, phrase, type Language } from "../../phrases/catalogue.ts"
import { normalise } from "./understand.ts"

/** `yes`: too little to tell the bank; the buttons are shown again. */
export type FraudReply = "confirm" | "deny" | "yes"

interface Replies {
  readonly no: readonly string[]
  /** A No in a few words, and in no others. */
  readonly plainNo: RegExp
  readonly yes: readonly string[]
  /** Held against normalised text. */
  readonly notMine: RegExp
}

/** Longer texts tell a story: what is meant by it is asked. */
const REPLY_CHARS_MAX = 80

const REPLIES: Readonly<Record<Language, Replies>> = {
  en: {
    no: ["no", "nope", "not me", "n", "no no", "no not me", "definitely not", "nah", "no way"],
    plainNo:
      /^((no+|nope|nah) )*(no+|nope|nah|((it|that|this) )?(wasn ?t|was not|isn ?t|is not)( me| mine)?|i (did ?n ?t|did not|have ?n ?t|have not|never did)( do (it|that|this))?)$/,
    yes: ["yes", "yep", "yeah", "y", "ok", "it was me", "that was me", "mine", "it s mine"],
    notMine:
      /\b((was|is|s) ?n(o| )?t (me|mine)|not my (payment|purchase|transaction)|did ?n(o| )?t (make|do|buy|authori[sz]e) (this|that|it)|(do|did) ?n(o| )?t recogni[sz]e)\b/,
  },
  ar: {
    no: ["لا", "لا ليس انا", "كلا", "ليس انا", "لست انا"],
    plainNo:
      /^((لا|كلا) )*(لا|كلا|(مش|مو|مب|موش|ماهو) (انا|لي|مني)|ما (سويتها?|سويته|عملتها?|عملته|فعلتها?)|لم افعل(ها|ه)?)$/,
    yes: ["نعم", "اجل", "انا", "نعم انا", "كنت انا"],
    notMine: /لم اكن انا|ليس انا|لست انا|ليست مني|لم اقم ب(ها|ه|هذه|هذا)|لا اعرف هذه/,
  },
}

const TITLES = { confirm: "fraud_yes_button", deny: "fraud_no_button" } as const

/** What a typed text answers, in whatever language; `undefined` where it answers nothing. */
export function readFraudReply(text: string): FraudReply | undefined {
  const said = normalise(text)
  if (said === "" || said.length > REPLY_CHARS_MAX) return undefined
  for (const choice of ["confirm", "deny"] as const)
    if (LANGUAGES.some((language) => normalise(phrase(language, TITLES[choice])) === said)) return choice
  const rows = LANGUAGES.map((language) => REPLIES[language])
  if (rows.some(({ no, plainNo, notMine }) => no.includes(said) || plainNo.test(said) || notMine.test(said)))
    return "deny"
  return rows.some(({ yes }) => yes.includes(said)) ? "yes" : undefined
}

/** Whether a text says of a payment that it was not theirs: more than a bare No, which may be about anything. */
export function saysNotMine(text: string): boolean {
  const said = normalise(text)
  return LANGUAGES.some(
    (language) => normalise(phrase(language, TITLES.deny)) === said || REPLIES[language].notMine.test(said),
  )
}
