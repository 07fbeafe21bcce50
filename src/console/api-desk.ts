// The admin API's operations of the desk, and their JSON Schemas, for its description. Data only; the routes are desk-routes.ts.

type Schema = Readonly<Record<string, unknown>>

const INSTANT: Schema = { type: "string", format: "date-time" }
const THREAD: Schema = { type: "string", pattern: "^desk_[A-Za-z0-9_-]{1,64}$" }
const TEXT: Schema = { type: "string", minLength: 1, maxLength: 1000 }
const KIND: Schema = { enum: ["chat", "message"], description: '"message": left while nobody was there' }
const ANSWERS: Schema = {
  type: "array",
  maxItems: 100,
  items: {
    type: "object",
    properties: { title: { type: "string", maxLength: 60 }, text: TEXT },
    required: ["title", "text"],
  },
}
const AGENT_MEMBERS = {
  id: { type: "string" },
  name: { type: "string", maxLength: 40, description: "What customers read" },
  status: { enum: ["here", "away"] },
} as const

/** Schemas of the desk. */
export const DESK_SCHEMAS = {
  DeskAgent: { type: "object", properties: AGENT_MEMBERS, required: ["id", "name", "status"] },
  DeskPresenceInput: {
    type: "object",
    properties: { name: AGENT_MEMBERS.name, status: AGENT_MEMBERS.status },
    required: ["name"],
    additionalProperties: false,
  },
  DeskLine: {
    type: "object",
    properties: {
      threads: {
        type: "array",
        description: "In the order they are to be taken: by the closing of Messenger's window, then by wait",
        items: {
          type: "object",
          properties: {
            thread: THREAD,
            kind: KIND,
            joinedAt: INSTANT,
            windowEndsAt: INSTANT,
            agent: { type: "string", description: "Who has it; none while it waits" },
          },
          required: ["thread", "kind", "joinedAt", "windowEndsAt"],
        },
      },
      agents: { type: "array", items: { type: "object", properties: AGENT_MEMBERS } },
      ratings: {
        type: "object",
        properties: { yes: { type: "integer" }, no: { type: "integer" } },
        description: "Whether it helped, as customers said in the last 30 days",
      },
    },
    required: ["threads", "agents", "ratings"],
  },
  DeskThread: {
    type: "object",
    properties: {
      thread: THREAD,
      kind: KIND,
      phase: { enum: ["leaving", "joining", "waiting", "with_person", "inbox", "closed"] },
      language: { type: "string" },
      linked: { type: "boolean" },
      windowEndsAt: INSTANT,
      lines: {
        type: "array",
        items: {
          type: "object",
          properties: {
            at: INSTANT,
            from: { enum: ["customer", "agent", "note"] },
            text: { type: "string" },
            name: { type: "string" },
          },
          required: ["at", "from", "text"],
        },
      },
      draft: { type: "string" },
      facts: {
        type: "object",
        properties: {
          name: { type: "string", description: "The customer's, where the bank gave one with the link" },
          accounts: { type: "array", items: { type: "object" } },
          events: { type: "array", maxItems: 3, items: { type: "object" } },
        },
        description: "Only where the customer switched support_chat on",
      },
      sent: {
        type: "string",
        description:
          'What became of a reply so far; "waits": Messenger\'s window is closed, the customer was told that an answer is there',
      },
    },
    required: ["thread", "kind", "phase", "language", "linked", "windowEndsAt", "lines"],
  },
  DeskReplyInput: {
    type: "object",
    properties: {
      id: {
        type: "string",
        pattern: "^[A-Za-z0-9_-]{1,64}$",
        description: "Yours: the same id is said once, however often it is sent",
      },
      text: TEXT,
    },
    required: ["id", "text"],
    additionalProperties: false,
  },
  DeskTextInput: {
    type: "object",
    properties: { text: TEXT },
    required: ["text"],
    additionalProperties: false,
  },
  DeskTransferInput: {
    type: "object",
    properties: { to: { type: "string", description: "Id of a colleague at the desk" } },
    required: ["to"],
    additionalProperties: false,
  },
  DeskAnswersInput: {
    type: "object",
    properties: { answers: ANSWERS },
    required: ["answers"],
    additionalProperties: false,
  },
  DeskAnswers: { type: "object", properties: { answers: ANSWERS }, required: ["answers"] },
  DeskDone: { type: "object", properties: { done: { const: true } }, required: ["done"] },
  DeskOutage: {
    type: "object",
    properties: { told: { type: "integer", description: "How many were told" } },
    required: ["told"],
  },
} as const satisfies Readonly<Record<string, Schema>>

const READ = ["not_found", "forbidden"] as const
const BODY = [...READ, "body_not_json", "body_too_large", "media_type", "invalid"] as const
const HELD = [...BODY, "desk_gone", "desk_not_yours", "desk_unavailable"] as const
const THREADS = "/desk/{bank}/threads/{thread}"

/** Operations below `/desk/{bank}`. */
export const DESK_OPERATIONS = [
  {
    method: "get",
    path: "/desk/{bank}",
    id: "getDesk",
    summary: "A bank's line: who waits, who has whom, who is at the desk",
    action: "desk.read",
    answer: { schema: "DeskLine" },
    refusals: READ,
  },
  {
    method: "get",
    path: "/desk/{bank}/live",
    id: "watchDesk",
    summary: "A WebSocket that says when the line changes, and of which thread; never what was said",
    action: "desk.act",
    answer: { schema: "DeskDone" },
    refusals: READ,
  },
  {
    method: "get",
    path: "/desk/{bank}/answers",
    id: "getDeskAnswers",
    summary: "The bank's ready answers",
    action: "desk.read",
    answer: { schema: "DeskAnswers" },
    refusals: READ,
  },
  {
    method: "put",
    path: "/desk/{bank}/answers",
    id: "putDeskAnswers",
    summary: "Put other ready answers in their place",
    action: "desk.manage",
    body: "DeskAnswersInput",
    answer: { schema: "DeskAnswers" },
    refusals: BODY,
  },
  {
    method: "post",
    path: "/desk/{bank}/outage",
    id: "tellDeskOutage",
    summary: "Tell everybody who waits that nobody can answer now",
    action: "desk.manage",
    body: "ReasonInput",
    answer: { schema: "DeskOutage" },
    refusals: BODY,
  },
  {
    method: "post",
    path: "/desk/{bank}/presence",
    id: "putDeskPresence",
    summary: "Say that you are at the desk, by which name, or away",
    action: "desk.act",
    body: "DeskPresenceInput",
    answer: { schema: "DeskAgent" },
    refusals: BODY,
  },
  {
    method: "get",
    path: THREADS,
    id: "getDeskThread",
    summary: "A thread you have",
    action: "desk.act",
    answer: { schema: "DeskThread" },
    refusals: [...READ, "desk_gone", "desk_not_yours", "desk_unavailable"],
  },
  {
    method: "post",
    path: `${THREADS}/claim`,
    id: "claimDeskThread",
    summary: "Take a thread; of two who try, one gets it and the other is told who",
    action: "desk.act",
    body: "ReasonInput",
    answer: { schema: "DeskThread" },
    refusals: [...BODY, "desk_gone", "desk_not_here", "desk_taken", "desk_unavailable"],
  },
  {
    method: "post",
    path: `${THREADS}/beat`,
    id: "beatDeskThread",
    summary: "Say that you are still at it; after 5 minutes without a word it goes back to the line",
    action: "desk.act",
    body: "ReasonInput",
    answer: { schema: "DeskDone" },
    refusals: HELD,
  },
  {
    method: "post",
    path: `${THREADS}/reply`,
    id: "replyInDeskThread",
    summary: "Say something to the customer",
    action: "desk.act",
    body: "DeskReplyInput",
    answer: { schema: "DeskThread" },
    refusals: [...HELD, "desk_number", "desk_cannot_send"],
  },
  {
    method: "post",
    path: `${THREADS}/draft`,
    id: "draftInDeskThread",
    summary: "Keep what you are about to say",
    action: "desk.act",
    body: "DeskTextInput",
    answer: { schema: "DeskThread" },
    refusals: [...HELD, "desk_number"],
  },
  {
    method: "post",
    path: `${THREADS}/note`,
    id: "noteInDeskThread",
    summary: "Note something for colleagues",
    action: "desk.act",
    body: "DeskTextInput",
    answer: { schema: "DeskThread" },
    refusals: [...HELD, "desk_number"],
  },
  {
    method: "post",
    path: `${THREADS}/transfer`,
    id: "transferDeskThread",
    summary: "Give a thread to a colleague at the desk",
    action: "desk.act",
    body: "DeskTransferInput",
    answer: { schema: "DeskDone" },
    refusals: [...HELD, "desk_not_here"],
  },
  {
    method: "post",
    path: `${THREADS}/return`,
    id: "returnDeskThread",
    summary: "Put a thread back where it stood in the line",
    action: "desk.act",
    body: "ReasonInput",
    answer: { schema: "DeskDone" },
    refusals: HELD,
  },
  {
    method: "post",
    path: `${THREADS}/close`,
    id: "closeDeskThread",
    summary: "End a thread: the assistant is back, and the customer is asked whether it helped",
    action: "desk.act",
    body: "ReasonInput",
    answer: { schema: "DeskDone" },
    refusals: HELD,
  },
] as const
