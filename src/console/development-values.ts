// Ids and the token of the development set that live in D1 rather than in settings: outside development they are refused when
// they are registered, as config.ts refuses its part at the start.

const REGISTERED_IN_DEVELOPMENT: readonly unknown[] = ["demo", "100000000000001", "dev-page-token"]

/** `true` for the development bank's id, Page id or Page token. */
export function isDevelopmentValue(value: unknown): boolean {
  return REGISTERED_IN_DEVELOPMENT.includes(value)
}
