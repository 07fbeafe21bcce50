// A page's sentence taken apart: plain text, and the values that stand in it, so that markup can go round the values and a name of the
// other direction does not turn the sentence round. Used by the catalogues of pages; the chat's is catalogue.ts.

/** Values by the names they have in braces. */
export type PageValues = Readonly<Record<string, string>>
export type PagePieces = readonly { readonly text: string; readonly isValue: boolean }[]

const PLACEHOLDER = /\{([a-z]+)\}/

/** The pieces of a sentence. @throws Error where a value the sentence names is missing: a fault of ours */
export function piecesOf(sentence: string, key: string, values: PageValues): PagePieces {
  return sentence.split(PLACEHOLDER).map((text, index) => {
    if (index % 2 === 0) return { text, isValue: false }
    const value = values[text]
    if (value === undefined) throw new Error(`Cannot say "${key}": value "${text}" is missing`)
    return { text: value, isValue: true }
  })
}
