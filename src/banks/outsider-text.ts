// Text written by outsiders (merchants, order lines, places) before it is shown to a customer (P6): no links, no numbers to call, no
// direction marks, one line, short. What a text says is not judged, only what a chat would make of it. Pure.

/** As long as a merchant's name is on a card statement, with room. */
export const OUTSIDER_GRAPHEMES_MAX = 40
/** Read no more than this of what came: the rest could not be shown anyway. */
const READ_CHARS_MAX = 400

/** A grapheme may be long; a chat's field is counted in characters. */
const SHOWN_CHARS_MAX = 160
/** Two settle what people write; what does not settle was built not to. */
const ROUNDS_MAX = 8

/** Controls, line and paragraph separators, private use, and what has no shape of its own: direction marks and isolates,
 * zero-width characters (they hide a link from these rules and not from a phone), soft hyphens, tags. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]+/gu
/** A scheme and all that hangs on it. */
const SCHEME = /\p{L}[\p{L}\p{Nd}+.-]*:\/\/\S*/gu
const WWW = /\bwww\.\S*/giu
/** A dot, in any script that has one, between characters that could be a host: chats make links of `name.tld`. */
const DOT_IN_NAME = /(?<=[\p{L}\p{Nd}\p{M}_-])[.。](?=\p{L})/gu
/** Seven digits or more with little between them: chats and phones make numbers to call of them. */
const NUMBER_TO_CALL = /[+(]*\p{Nd}(?:[^\p{L}\p{Nd}]{0,3}\p{Nd}){6,}\p{M}*/gu
/** More marks on one letter than any language writes run over the lines above and below. */
const MARKS = /(\p{M}{4})\p{M}+/gu

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" })

/** Make an outsider's text fit to show.
 * @param fallback what is shown where nothing readable is left; ours, not cleaned, never empty
 * @returns at most 40 graphemes and 160 characters, not blank; cleaning it again changes nothing */
export function cleanOutsiderText(text: string, fallback: string): string {
  let clean = text.slice(0, READ_CHARS_MAX)
  // Taking something out may bring two halves of something else together: again until nothing is found.
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const before = clean
    clean = cleanOnce(before)
    if (clean === before) return /[\p{L}\p{Nd}]/u.test(clean) ? clean : fallback
  }
  return fallback
}

function cleanOnce(text: string): string {
  // NFKC: fullwidth and circled forms of letters, dots and digits are those letters, dots and digits to a phone.
  const plain = text
    .toWellFormed()
    .normalize("NFKC")
    .replace(INVISIBLE, " ")
    .replace(SCHEME, " ")
    .replace(WWW, " ")
    .replace(DOT_IN_NAME, " ")
    .replace(NUMBER_TO_CALL, " ")
    .replace(MARKS, "$1")
    .replace(/\s+/gu, " ")
    .trim()
  return firstGraphemes(plain)
}

function firstGraphemes(text: string): string {
  if (text.length <= OUTSIDER_GRAPHEMES_MAX) return text
  let kept = ""
  let count = 0
  for (const { segment } of graphemes.segment(text)) {
    if (count === OUTSIDER_GRAPHEMES_MAX || kept.length + segment.length > SHOWN_CHARS_MAX) break
    kept += segment
    count += 1
  }
  return kept.trim()
}
