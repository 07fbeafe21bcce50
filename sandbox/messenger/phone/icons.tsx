// The few signs of the phone page, drawn here so that nothing is loaded from elsewhere.

import type { FC } from "hono/jsx"

const PATHS = {
  send: "M3.4 20.4 21.5 12.6a.65.65 0 0 0 0-1.2L3.4 3.6a.6.6 0 0 0-.83.7l1.9 6.6 9.03 1.1-9.03 1.1-1.9 6.6a.6.6 0 0 0 .83.7Z",
  menu: "M4 6.25h16M4 12h16M4 17.75h16",
  more: "M5.5 12a1.6 1.6 0 1 1-3.2 0 1.6 1.6 0 0 1 3.2 0Zm8.1 0a1.6 1.6 0 1 1-3.2 0 1.6 1.6 0 0 1 3.2 0Zm8.1 0a1.6 1.6 0 1 1-3.2 0 1.6 1.6 0 0 1 3.2 0Z",
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

/** The Page's picture: the bank's lighthouse over one wave, at night. */
export const PAGE_PICTURE = [
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">',
  '<defs><linearGradient id="sea" x1="0" y1="0" x2=".6" y2="1">',
  '<stop offset="0" stop-color="#06303d"/><stop offset="1" stop-color="#0e6a78"/></linearGradient></defs>',
  '<rect width="64" height="64" fill="url(#sea)"/>',
  '<path d="M37.5 18.2 53 12.6v11.6zM26.5 18.2 11 12.6v11.6z" fill="#f2b84b"/>',
  '<path d="M29 13.5h6l1 4.7h-8zM27.5 20.5h9L39 42H25z" fill="#fff"/>',
  '<path d="M12 48.5c5 0 5-3.3 10-3.3s5 3.3 10 3.3 5-3.3 10-3.3 5 3.3 10 3.3" fill="none" stroke="#fff" stroke-width="3.4" stroke-linecap="round"/>',
  "</svg>",
].join("")

/** A person's picture: initials on a disc.
 * @param initials letters only; escaped all the same */
export function personPicture(initials: string): string {
  const safe = initials.replace(/[<>&"']/g, "")
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="#5b6b8c"/><text x="32" y="32" dy=".36em" text-anchor="middle" font-family="system-ui,sans-serif" font-size="26" font-weight="600" fill="#fff">${safe}</text></svg>`
}
