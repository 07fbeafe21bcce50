// The few signs of the phone page, drawn here so that nothing is loaded from elsewhere.

import type { FC } from "hono/jsx"

const PATHS = {
  send: "M3.4 20.4 21.5 12.6a.65.65 0 0 0 0-1.2L3.4 3.6a.6.6 0 0 0-.83.7l1.9 6.6 9.03 1.1-9.03 1.1-1.9 6.6a.6.6 0 0 0 .83.7Z",
  menu: "M4 6.25h16M4 12h16M4 17.75h16",
  down: "m6 9.5 6 6 6-6",
  play: "M8 5.6v12.8a.8.8 0 0 0 1.2.7l10.4-6.4a.8.8 0 0 0 0-1.4L9.2 4.9a.8.8 0 0 0-1.2.7Z",
} as const

const LINES: readonly string[] = ["menu", "down"]

/** One sign, in the colour of the text round it. Decoration: the button says what it does. */
export const Icon: FC<{ name: keyof typeof PATHS }> = ({ name }) => (
  <svg class={`sign sign-${name}`} viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
    {LINES.includes(name) ? (
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        stroke-width="2.2"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    ) : (
      <path d={PATHS[name]} fill="currentColor" />
    )}
  </svg>
)

/** The Page's picture: a bank in white on blue. */
export const PAGE_PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#0f6f5c"/><stop offset="1" stop-color="#0a4a63"/></linearGradient></defs><rect width="64" height="64" fill="url(#g)"/><path d="M32 14 13 24.5V28h38v-3.500zM17.500 31v12h5V31zm12 0v12h5V31zm12 0v12h5V31zM13 46v4h38v-4z" fill="#fff"/></svg>`

/** A person's picture: initials on a disc.
 * @param initials letters only; escaped all the same */
export function personPicture(initials: string): string {
  const safe = initials.replace(/[<>&"']/g, "")
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="#5b6b8c"/><text x="32" y="32" dy=".36em" text-anchor="middle" font-family="system-ui,sans-serif" font-size="26" font-weight="600" fill="#fff">${safe}</text></svg>`
}
