// Making text fit: a title shortened, a long text split. Cuts fall between what a reader takes for one character, and never
// inside a figure: "1,204.50" cut to "1,20" would be another amount, and nobody could tell. Pure; knows no limits of its own.

import { TEXT_CHARS_MAX } from "./message-limits.ts"

const ELLIPSIS = "…"
/** A figure with its sign, currency mark, masking dots, separators and percent. A plain space inside counts as a separator: where
 * "1 204" could be one figure it is kept as one. */
const FIGURE =
  /[\p{Sc}•*+\-−]*\p{Nd}+(?:[.,:/'’٫٬\u00a0\u202f\u2009 -]?\p{Nd}+)*[ \u00a0\u202f]?[%٪\p{Sc}]?/gu

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" })
const sentences = new Intl.Segmenter(undefined, { granularity: "sentence" })

/** Text of at most `max` UTF-16 units: the text itself, or its beginning and "…". Where a figure stands at the cut it goes as a
 * whole, so that what is left may be "…" alone.
 * @param max at least 1 */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text
  const room = max - ELLIPSIS.length
  const cut = last(outsideFigures(starts(graphemes, text), figuresOf(text)), 0, room) ?? 0
  return text.slice(0, cut).trimEnd() + ELLIPSIS
}

/** Pieces of at most `max` UTF-16 units, in order, none empty: cut after a sentence where one ends in time, else between words, else
 * between characters. Only white space at the cuts is lost. A figure is cut only where it alone is longer than `max`. */
export function splitText(text: string, max: number = TEXT_CHARS_MAX): readonly string[] {
  if (max < 2) throw new RangeError(`Cannot split text into pieces of ${max}`)
  const pieces: string[] = []
  const keep = (piece: string) => {
    if (piece.trim() !== "") pieces.push(piece.trim())
  }
  if (text.length <= max) {
    keep(text)
    return pieces
  }
  const figures = figuresOf(text)
  const characters = starts(graphemes, text)
  const cuts = [starts(sentences, text), wordStarts(text), characters].map((each) =>
    outsideFigures(each, figures),
  )
  let from = 0
  while (text.length - from > max) {
    const to = cuts.map((each) => last(each, from, from + max)).find((each) => each !== undefined)
    const cut = to ?? last(characters, from, from + max) ?? wholeCodePoint(text, from + max)
    keep(text.slice(from, cut))
    from = cut
  }
  keep(text.slice(from))
  return pieces
}

/** Where segments start, ascending, without the first. */
function starts(segmenter: Intl.Segmenter, text: string): readonly number[] {
  return Array.from(segmenter.segment(text), (segment) => segment.index).slice(1)
}

/** Where a word starts after plain white space; a space that forbids a break is none. */
function wordStarts(text: string): readonly number[] {
  return Array.from(text.matchAll(/[ \t\r\n]+(?=[^ \t\r\n])/g), (match) => match.index + match[0].length)
}

type Span = readonly [from: number, to: number]

function figuresOf(text: string): readonly Span[] {
  return Array.from(text.matchAll(FIGURE), (match) => [match.index, match.index + match[0].length] as const)
}

/** Places that lie in no figure. Both lists ascend, so that one walk serves all. */
function outsideFigures(places: readonly number[], figures: readonly Span[]): readonly number[] {
  let next = 0
  return places.filter((place) => {
    while (next < figures.length && (figures[next]?.[1] ?? 0) <= place) next += 1
    return place <= (figures[next]?.[0] ?? Infinity)
  })
}

/** The last place after `from` and not after `to`, or `undefined`. */
function last(places: readonly number[], from: number, to: number): number | undefined {
  const found = places.findLast((place) => place <= to)
  return found !== undefined && found > from ? found : undefined
}

/** `at`, or one less where a surrogate pair would be torn. */
function wholeCodePoint(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at
}
