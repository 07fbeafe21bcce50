// The admin API's operations on notices to everybody linked, and their JSON Schemas, for its description. Data only; the routes are
// notice-routes.ts.

type Schema = Readonly<Record<string, unknown>>

const INSTANT: Schema = { type: "string", format: "date-time" }
const NOTICE_ID: Schema = { type: "string", pattern: "^notice_[A-Za-z0-9_-]{43}$" }
const PEOPLE = (description: string): Schema => ({ type: "integer", description: `People: ${description}` })

/** Schemas of notices. */
export const NOTICE_SCHEMAS = {
  NoticeId: NOTICE_ID,
  Notice: {
    type: "object",
    properties: {
      id: NOTICE_ID,
      bank: { type: "string" },
      state: {
        enum: ["waiting", "running", "stopped", "done", "expired"],
        description: '"waiting": for two persons; "expired": it went stale before everybody had their turn',
      },
      people: PEOPLE("linked when it came"),
      told: PEOPLE("told"),
      notTold: PEOPLE("not told, each for a reason of their own"),
      left: PEOPLE("walked by without an outcome, and tried again"),
      receivedAt: INSTANT,
      staleAt: INSTANT,
      startedAt: INSTANT,
      endedAt: INSTANT,
    },
    required: ["id", "bank", "state", "people", "told", "notTold", "left", "receivedAt", "staleAt"],
    description: "A notice of a bank to everybody linked: how far it is, never its words",
  },
} as const satisfies Readonly<Record<string, Schema>>

const ACT = ["body_not_json", "body_too_large", "media_type", "invalid", "not_found", "notice_state"] as const

/** Operations below `/notices`. */
export const NOTICE_OPERATIONS = [
  {
    method: "get",
    path: "/notices",
    id: "listNotices",
    summary: "Notices to everybody linked and how far they are, newest first, at most 100",
    action: "notice.read",
    query: [{ name: "bank", description: "Only this bank's" }],
    answer: { schema: "Notice", list: "notices" },
    refusals: ["forbidden", "not_found"],
  },
  {
    method: "get",
    path: "/notices/{id}",
    id: "getNotice",
    summary: "How far one notice is",
    action: "notice.read",
    answer: { schema: "Notice" },
    refusals: ["not_found"],
  },
  {
    method: "post",
    path: "/notices/{id}/start",
    id: "startNotice",
    summary: "Ask that a notice to more than 1,000 people be sent; another admin approves it",
    action: "notice.change",
    body: "ReasonInput",
    answer: { schema: "Approval" },
    refusals: ACT,
  },
  {
    method: "post",
    path: "/notices/{id}/stop",
    id: "stopNotice",
    summary: "Tell nobody more; answered once nothing of it can begin any more, after two seconds",
    action: "notice.change",
    body: "ReasonInput",
    answer: { schema: "Notice" },
    refusals: ACT,
  },
  {
    method: "post",
    path: "/notices/{id}/resume",
    id: "resumeNotice",
    summary: "Go on with a notice that was stopped, where it stood",
    action: "notice.change",
    body: "ReasonInput",
    answer: { schema: "Notice" },
    refusals: ACT,
  },
] as const
