// The way back into Messenger: the only address our pages ever lead out to, besides the bank. Checked before anything else,
// or our page would be an open redirector that hands out codes. Pure.

const PATH = "/messenger_platform/account_linking"
const HOSTS = ["www.facebook.com", "facebook.com", "m.facebook.com"]
const HOST_SUFFIX = ".messenger.com"
/** It travels in the cookie; Meta's own are a few hundred characters. */
const CHARS_MAX = 1_500
const FORBIDDEN = /[^\x21-\x7e]|[#\\"'<>]/

/** `true` for an address Messenger gave: https, one of its hosts, its path.
 * @param sandboxOrigin in development the one origin that stands for Messenger, and no other */
export function isMessengerRedirect(uri: string, sandboxOrigin: string | undefined): boolean {
  const url = URL.parse(uri)
  if (!url || uri.length > CHARS_MAX || FORBIDDEN.test(uri)) return false
  // `https:www.facebook.com/…` names that host by itself, and a path of our own once it stands in a page of ours.
  if (!uri.startsWith(`${url.origin}/`)) return false
  if (url.pathname !== PATH || url.username || url.password || url.searchParams.has("authorization_code"))
    return false
  if (sandboxOrigin !== undefined) return url.origin === sandboxOrigin
  return (
    url.protocol === "https:" &&
    url.port === "" &&
    (HOSTS.includes(url.hostname) || url.hostname.endsWith(HOST_SUFFIX))
  )
}

/** The way back with our code. Text is appended, never re-encoded: what stands there is Meta's, to the byte. */
export function withAuthorizationCode(redirectUri: string, code: string): string {
  return `${redirectUri}${redirectUri.includes("?") ? "&" : "?"}authorization_code=${code}`
}
