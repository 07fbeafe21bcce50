// The usage headers of every answer. Pure. `call_count` is the share of 200 calls for each engaged person in 24 hours;
// `estimated_time_to_regain_access` is in minutes. Source: messenger-platform.md 8.1.

/** What the headers tell. */
export type Usage = { readonly percent: number; readonly regainMinutes: number }

/** The share of the calls allowed, in whole percent; more than 100 is possible. */
export function percentOf(calls: number, allowed: number): number {
  return allowed === 0 ? 100 : Math.floor((calls * 100) / allowed)
}

/** Both headers, as the platform prints them.
 * @param pageId whose usage it is */
export function usageHeaders(pageId: string, { percent, regainMinutes }: Usage): Record<string, string> {
  const usage = { call_count: percent, total_cputime: percent, total_time: percent }
  const messenger = { type: "messenger", ...usage, estimated_time_to_regain_access: regainMinutes }
  return {
    "x-app-usage": JSON.stringify(usage),
    "x-business-use-case-usage": JSON.stringify({ [pageId]: [messenger] }),
  }
}
