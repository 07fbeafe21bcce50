// How a bank's pages look like the bank: its colour, within what everybody can read, and its logo. Pure: the record's checks and the
// pages' stylesheet (links/page-style.ts) both rest on it. A logo travels with the page; nothing is loaded from elsewhere.

/** The bank's colour, `#rrggbb`: of buttons, links and the strokes of progress. */
export interface Colours {
  readonly light: string
  /** Beside dark grounds; where it is left out, `light` made lighter until it can be read. */
  readonly dark?: string | undefined
}

/** What a page shows of a bank beside its name. */
export interface Brand {
  readonly colours?: Colours | undefined
  /** `data:` URL. */
  readonly logo?: string | undefined
}

/** Text and its ground. @see WCAG 2.2, 1.4.3 */
export const CONTRAST_MIN = 4.5
/** 9 kB: it travels with each page, by a phone's connection. */
export const LOGO_CHARS_MAX = 12_000

/** What stands behind the bank's colour: card, tint and ground of the pages. */
export const GROUNDS = {
  light: ["#ffffff", "#f3f6fa", "#eef1f5"],
  dark: ["#161f29", "#1b2632", "#0d131a"],
} as const

const COLOUR = /^#[0-9a-f]{6}$/
const LOGO = /^data:image\/(png|webp|svg\+xml);base64,([A-Za-z0-9+/]+={0,2})$/
/** How each kind of picture begins: ISO/IEC 15948, 5.2; RFC 9649, 2.3; W3C SVG. */
const BEGINNINGS: Readonly<Record<string, RegExp>> = {
  png: /^\x89PNG\r\n\x1a\n/,
  webp: /^RIFF[^]{4}WEBP/,
  "svg+xml": /^(\uFEFF|\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--[^]*?-->\s*)*<svg[\s>]/,
}
/** An SVG may begin with words about itself. */
const BEGINNING_BYTES = 400
const STEPS_TO_WHITE = 20

/** What is wrong with a colour; `undefined` where nothing is. @param mode the grounds it will stand on */
export function findColourFault(colour: string, mode: keyof typeof GROUNDS): string | undefined {
  if (!COLOUR.test(colour)) return "must be # and six digits of 0-9 and a-f"
  const least = leastContrast(colour, mode)
  if (least >= CONTRAST_MIN) return undefined
  const words = mode === "light" ? "must be darker" : "must be lighter"
  // Cut, not rounded: what fails must not read as what passes.
  return `${words}: its contrast with the ${mode} pages is ${(Math.floor(least * 100) / 100).toFixed(2)} to 1, and ${CONTRAST_MIN} is the least`
}

/** Whether it is a picture of a kind pages show, and what it says it is. */
export function isLogo(value: string): boolean {
  const [, kind = "", data = ""] = LOGO.exec(value) ?? []
  const beginning = BEGINNINGS[kind]
  if (!beginning || data.length % 4 !== 0) return false
  try {
    return beginning.test(String.fromCharCode(...Uint8Array.fromBase64(data).slice(0, BEGINNING_BYTES)))
  } catch {
    return false
  }
}

/** A colour for dark pages: the given one, mixed with white until it can be read there. */
export function lighten(colour: string): string {
  for (let step = 0; step < STEPS_TO_WHITE; step += 1) {
    const mixed = mix(colour, "#ffffff", step / STEPS_TO_WHITE)
    if (leastContrast(mixed, "dark") >= CONTRAST_MIN) return mixed
  }
  return "#ffffff"
}

/** So much of the second colour in the first. @param share from 0 to 1 */
export function mix(first: string, second: string, share: number): string {
  const other = channelsOf(second)
  const mixed = channelsOf(first).map((channel, index) =>
    Math.round(channel * (1 - share) + (other[index] ?? 0) * share),
  )
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`
}

/** Contrast of two colours, 1 to 21. @see WCAG 2.2, "contrast ratio" */
export function contrastOf(first: string, second: string): number {
  const [one, two] = [luminanceOf(first), luminanceOf(second)]
  return (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05)
}

function leastContrast(colour: string, mode: keyof typeof GROUNDS): number {
  return Math.min(...GROUNDS[mode].map((ground) => contrastOf(colour, ground)))
}

/** @see WCAG 2.2, "relative luminance" */
function luminanceOf(colour: string): number {
  const [red = 0, green = 0, blue = 0] = channelsOf(colour).map((channel) => {
    const part = channel / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function channelsOf(colour: string): readonly number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
}
