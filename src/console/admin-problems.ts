// What an operator is told when the admin API says no: one row a reason. A reason without a row does not compile.
// Bland towards strangers; towards an operator it names the member at fault, never its value.

import { problemResponse, type Problem } from "../http/problem.ts"

/** One member of a body that cannot be taken. */
export interface Fault {
  /** Path of the member: `issuer`, `linkHosts.0`. */
  readonly field: string
  /** What it must be, in words of ours. */
  readonly fault: string
}

const NOT_FOUND = { status: 404, type: "not-found", title: "There is no such thing here" }
const UNAUTHORIZED = {
  status: 401,
  type: "unauthorized",
  title: "Who is asking is not known",
  detail: "Send an admin key as a bearer token, or come through Cloudflare Access",
  headers: { "www-authenticate": 'Bearer realm="tellerline"' },
}
const LATER = { "retry-after": "30" }

const PROBLEMS = {
  credential_missing: UNAUTHORIZED,
  key_unknown: UNAUTHORIZED,
  key_expired: UNAUTHORIZED,
  assertion_refused: UNAUTHORIZED,
  assertion_without_role: {
    status: 403,
    type: "no-role",
    title: "No role is held here",
    detail: "None of the groups is named in ACCESS_ROLES",
  },
  certs_unreachable: {
    status: 503,
    type: "unavailable",
    title: "Signing in cannot be checked right now",
    headers: LATER,
  },
  cross_site: { status: 403, type: "cross-site", title: "Another site may not act here" },
  forbidden: { status: 403, type: "forbidden", title: "The role held does not allow this" },
  hidden: NOT_FOUND,
  not_found: NOT_FOUND,
  body_too_large: { status: 413, type: "too-large", title: "The body is too large" },
  body_unreadable: { status: 400, type: "unreadable", title: "The body could not be read" },
  body_not_json: { status: 400, type: "not-json", title: "The body is not JSON" },
  media_type: { status: 415, type: "media-type", title: "The body must be application/json" },
  not_restored: {
    status: 409,
    type: "not-restored",
    title: "The database was not put back: there is nothing to finish",
  },
  reason_missing: {
    status: 400,
    type: "reason",
    title: "A reason is needed",
    detail: 'Say why, in at most 500 characters: header "Tellerline-Reason" or member "reason"',
  },
  invalid: { status: 422, type: "invalid", title: "Some members cannot be taken" },
  development_value: {
    status: 422,
    type: "development-value",
    title: "A value of the development set cannot be used here",
  },
  page_of_another_bank: {
    status: 409,
    type: "page-of-another-bank",
    title: "The Page belongs to another bank",
    detail: "A Page belongs to one bank for life",
  },
  page_jurisdiction_fixed: {
    status: 409,
    type: "page-jurisdiction-fixed",
    title: "The Page's jurisdiction cannot change",
    detail: "The conversations of its people cannot move; register another Page",
  },
  page_token_missing: {
    status: 422,
    type: "page-token-missing",
    title: "A new Page needs its access token",
    detail: 'Send it as the member "token"; it is never given out again',
  },
  token_refused: {
    status: 422,
    type: "token-refused",
    title: "Messenger does not take this token for this Page",
    detail: "Nothing was changed; connect the Page again at Meta and send the token it gives",
  },
  page_unavailable: {
    status: 503,
    type: "unavailable",
    title: "The Page's record or token cannot be read right now",
    headers: LATER,
  },
  graph_unavailable: {
    status: 503,
    type: "unavailable",
    title: "Messenger does not answer right now",
    headers: LATER,
  },
  graph_refused: {
    status: 502,
    type: "messenger-refused",
    title: "Messenger refuses to do this for this Page",
    detail: "Look at the Page's incidents: its token or a permission may be missing",
  },
  approval_closed: {
    status: 409,
    type: "approval-closed",
    title: "It can be decided no more",
    detail: "It was decided, a newer one took its place, or it is too old; ask again",
  },
  notice_state: { status: 409, type: "notice-state", title: "The notice is not in a state for that" },
  approval_own: {
    status: 403,
    type: "approval-own",
    title: "Somebody else must approve what you asked for",
  },
  approval_not_done: {
    status: 409,
    type: "approval-not-done",
    title: "Approved, and it cannot be done now",
    detail: "Mend what the faults name and approve it again",
  },
  key_newest: {
    status: 409,
    type: "key-newest",
    title: "This key seals now",
    detail: "Put a new one in front of VAULT_KEYS first",
  },
  key_removed: { status: 409, type: "key-removed", title: "This key was let go" },
  api_keys_full: {
    status: 409,
    type: "api-keys-full",
    title: "The bank has as many keys as it may",
    detail: "Revoke one first",
  },
  changed_meanwhile: {
    status: 409,
    type: "changed-meanwhile",
    title: "Somebody else changed it at the same time",
    detail: "Nothing was done; look at what is there now",
  },
  check_too_soon: {
    status: 429,
    type: "too-soon",
    title: "This bank was checked a moment ago",
    headers: { "retry-after": "5" },
  },
  key_in_use: {
    status: 409,
    type: "key-in-use",
    title: "This key cannot be let go yet",
    detail: "What still stands against it is named among the faults",
  },
  desk_gone: { status: 404, type: "desk-gone", title: "That chat is over, or never was" },
  desk_not_here: {
    status: 409,
    type: "desk-not-here",
    title: "Nobody of that name is at the desk",
    detail: "Say so at /presence first; a quarter of an hour without a word counts as away",
  },
  desk_taken: { status: 409, type: "desk-taken", title: "A colleague has this chat" },
  desk_not_yours: {
    status: 409,
    type: "desk-not-yours",
    title: "This chat is not with you",
    detail: "It went back to the line or to a colleague; claim it again",
  },
  desk_number: {
    status: 422,
    type: "desk-number",
    title: "That looks like the number of a card or an account",
    detail: "It was neither sent nor kept; name at most the last four digits",
  },
  desk_cannot_send: {
    status: 409,
    type: "desk-cannot-send",
    title: "Messenger does not take a message to this customer now",
    detail: "The window is closed and no template may say that an answer waits, or the Page is stopped",
  },
  desk_unavailable: {
    status: 503,
    type: "unavailable",
    title: "The chat does not answer right now",
    headers: LATER,
  },
  queue_unavailable: {
    status: 503,
    type: "unavailable",
    title: "The queue took nothing; the letter is where it was",
    headers: LATER,
  },
} as const satisfies Readonly<Record<string, Problem>>

/** Every way the admin API says no. */
export type AdminRefusal = keyof typeof PROBLEMS

/** The status and `type` of a refusal, for the API's description. */
export function problemOf(refusal: AdminRefusal): Problem {
  return PROBLEMS[refusal]
}

/** A refusal as it leaves.
 * @param faults members that cannot be taken, at most 20 are named */
export function refuse(
  refusal: AdminRefusal,
  requestId: string | undefined,
  faults?: readonly Fault[],
): Response {
  const problem: Problem = PROBLEMS[refusal]
  return problemResponse(
    faults ? { ...problem, members: { faults: faults.slice(0, FAULTS_MAX) } } : problem,
    requestId,
  )
}

const FAULTS_MAX = 20
