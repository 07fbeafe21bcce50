// A URL that came from a bank or its carriers, before it may stand under a button (P6): https, on a host registered for that bank,
// and looking like what it is. Pure.

const URL_CHARS_MAX = 2_000
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?$/

/** The URL in its normal form, or `undefined` where it must not be shown.
 * @param linkHosts host names as registered, compared whole: a subdomain is another host. Loopback may be registered in
 * development only (bank-record.ts), and is the one place where http will do. */
export function findSafeUrl(value: unknown, linkHosts: readonly string[]): string | undefined {
  if (typeof value !== "string" || value.length > URL_CHARS_MAX) return undefined
  // Control characters and blanks are stripped or encoded by the parser: what is shown would not be what was checked.
  if (/[\p{C}\p{Z}\\]/u.test(value)) return undefined
  const url = URL.parse(value)
  if (!url || url.username !== "" || url.password !== "") return undefined
  if (!linkHosts.includes(url.host)) return undefined
  if (url.protocol !== "https:" && !(url.protocol === "http:" && LOOPBACK.test(url.host))) return undefined
  return url.href
}
