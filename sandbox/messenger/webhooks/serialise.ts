// Webhook bodies byte for byte as the platform writes them. Does not sign and does not send.
// Form: compact JSON in ASCII; every code unit above 0x7E is \uxxxx in lowercase hex (pairs for the higher planes),
// and four characters are escaped as PHP does: / @ % and <.

const SPECIAL: Readonly<Record<string, string>> = {
  "/": "\\/",
  "@": "\\u0040",
  "%": "\\u0025",
  "<": "\\u003C",
}

/** The body of one webhook request. Member order is the payload's own, so build it in the order of the samples.
 * @see reference/messenger-platform.md 1.2 and 11.2 */
export function serialiseWebhook(payload: unknown): string {
  return JSON.stringify(payload).replace(
    /[/@%<]|[^\x00-\x7e]/g,
    (unit) => SPECIAL[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )
}
