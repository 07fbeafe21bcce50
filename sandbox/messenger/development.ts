// The fixed values of development: the one app, the one Page and the keys both sides know beforehand.
// Nothing here is secret: the gateway refuses to start with any of them outside loopback.

/** The Meta app that the gateway is. Echoes carry this id as a JSON number, as the platform's do. */
export const APP_ID = "1000000000000001"

/** Key of both webhook signatures and of `appsecret_proof`. */
export const APP_SECRET = "dev-app-secret"

/** What the subscription handshake presents as `hub.verify_token`. */
export const VERIFY_TOKEN = "dev-verify-token"

/** Presented to the gateway's admin API when the clock moves. */
export const GATEWAY_ADMIN_KEY = "dev-admin-key"

/** The Page that exists from the start. */
export const FIRST_PAGE = {
  id: "100000000000001",
  token: "dev-page-token",
  name: "Harbourline Bank",
} as const

/** What that Page is subscribed to before anybody calls `subscribed_apps`. */
export const FIRST_FIELDS = [
  "messages",
  "messaging_postbacks",
  "message_echoes",
  "message_deliveries",
  "message_reads",
  "messaging_referrals",
  "messaging_account_linking",
  "message_template_status_update",
] as const

/** The people a new sandbox holds. */
export const FIRST_PEOPLE = [
  { name: "Ana Lindqvist", locale: "en_US" },
  { name: "Ben Okafor", locale: "en_GB" },
  { name: "Layla Al-Mutairi", locale: "ar_AR" },
] as const
