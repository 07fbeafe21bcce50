// Ids as the platform makes them: opaque, never in sequence.

const DIGITS = "0123456789"
const WORDS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

function pick(alphabet: string, length: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length))
  return Array.from(bytes, (byte) => alphabet[byte % alphabet.length] ?? "0").join("")
}

/** A person's id for one Page: 17 decimal digits, beyond 2^53, so that a reader who takes it for a number fails. */
export const randomPsid = (): string => `7${pick(DIGITS, 16)}`

/** A message id: `m_` and 60 characters. */
export const randomMid = (): string => `m_${pick(WORDS, 60)}`

/** Id of an attachment, a persona or another object: 16 decimal digits. */
export const randomObjectId = (): string => `1${pick(DIGITS, 15)}`

/** A template id: 15 decimal digits. */
export const randomTemplateId = (): string => `5${pick(DIGITS, 14)}`

/** What errors carry as `fbtrace_id`: 11 characters starting with A. */
export const randomTrace = (): string => `A${pick(WORDS, 10)}`

/** An account linking token: opaque, 96 characters. */
export const randomLinkingToken = (): string => pick(WORDS, 96)

/** A person's id for the app, as Facebook Login gives it: it cannot be messaged. */
export const randomAsid = (): string => `10${pick(DIGITS, 14)}`
