// The words of the consent page, gathered: what the page shows is what the record's digest is taken of. Pure.

import { digestText } from "../crypto/hmac.ts"
import { PURPOSES } from "../foundation/purpose.ts"
import type { Language } from "../phrases/catalogue.ts"
import type { LinkPageKey } from "../phrases/link-pages.en.ts"
import { linkPagePhrase } from "../phrases/link-pages.ts"

/** Values the consent page's sentences hold. */
export interface ConsentValues {
  readonly bank: string
  readonly operator: string
  /** When it ends, as shown. */
  readonly date: string
}

/** The sentences a customer consents by, in the order they are shown. */
const SHOWN: readonly LinkPageKey[] = [
  "consent_title",
  "consent_intro",
  ...PURPOSES.flatMap((purpose) => [purpose, `${purpose}_sample`] as const),
  "show_amounts",
  "show_amounts_note",
  "consent_terms",
  "consent_until",
]

/** base64url SHA-256 of the page's words in one language, values filled in, one line a sentence. */
export function consentTextDigest(language: Language, values: ConsentValues): Promise<string> {
  return digestText(SHOWN.map((key) => linkPagePhrase(language, key, { ...values })).join("\n"))
}
