// Every refusal the pretend Graph API can give, as a table: the rules name a row, the routes render it, faults look
// rows up by number. Says nothing about when a row applies. Source: reference/messenger-platform.md 8.2 and 8.3.

/** One refusal. `status` is customary, not contractual: clients decide on `code`, `subcode` and `transient`. */
export type GraphError = {
  readonly status: number
  readonly code: number
  readonly subcode?: number
  readonly message: string
  readonly type?: string
  readonly userTitle?: string
  readonly userMessage?: string
  readonly transient?: boolean
}

const OUTSIDE_WINDOW =
  "(#10) This message is sent outside of allowed window. Learn more about the new policy here: https://developers.facebook.com/docs/messenger-platform/policy-overview"

/** The named refusals. */
export const GRAPH_ERRORS = {
  unknown: { status: 500, code: 1, message: "An unknown error has occurred.", transient: true },
  temporary: {
    status: 500,
    code: 2,
    message: "An unexpected error has occurred. Please retry your request later.",
    transient: true,
  },
  appLimit: { status: 403, code: 4, message: "(#4) Application request limit reached" },
  permission: {
    status: 403,
    code: 10,
    message: "(#10) Application does not have permission for this action",
  },
  outsideWindow: { status: 400, code: 10, subcode: 2018278, message: OUTSIDE_WINDOW },
  cannotReceive: {
    status: 400,
    code: 10,
    subcode: 2018108,
    message:
      "(#10) This Person Cannot Receive Messages: This person isn't receiving messages from you right now.",
  },
  pageRestricted: {
    status: 400,
    code: 10,
    subcode: 1893063,
    message: "(#10) The Page is temporarily restricted from sending messages.",
  },
  invalid: { status: 400, code: 100, message: "(#100) Invalid parameter" },
  noUser: { status: 400, code: 100, subcode: 2018001, message: "(#100) No matching user found" },
  actionWithMessage: {
    status: 400,
    code: 100,
    subcode: 2018014,
    message: "(#100) A sender action must be sent on its own, without a message.",
  },
  buttonPayloadMissing: {
    status: 400,
    code: 100,
    subcode: 1893029,
    message: "(#100) User pass less payload than required for POSTBACK button",
  },
  noObject: {
    status: 400,
    code: 100,
    subcode: 33,
    type: "GraphMethodException",
    message:
      "Unsupported request. Object with this ID does not exist, cannot be loaded due to missing permissions, or does not support this operation.",
  },
  templateCreation: {
    status: 400,
    code: 100,
    subcode: 2018416,
    message: "Invalid parameter",
    userTitle: "Message Template Creation Failed",
    userMessage: "The template could not be created.",
  },
  postbackExample: {
    status: 400,
    code: 100,
    subcode: 2388051,
    message: "Invalid parameter",
    userTitle: "Message Template Creation Failed",
    userMessage: "A POSTBACK button takes no example.",
  },
  token: { status: 401, code: 190, message: "Invalid OAuth access token - Cannot parse access token" },
  tokenExpired: {
    status: 401,
    code: 190,
    subcode: 463,
    message: "Error validating access token: Session has expired.",
  },
  tokenAppRemoved: {
    status: 401,
    code: 190,
    subcode: 458,
    message: "Error validating access token: The user has not authorized application.",
  },
  permissions: { status: 403, code: 200, message: "(#200) Permissions error" },
  tokenPermission: {
    status: 403,
    code: 230,
    message: "(#230) Requires pages_messaging permission to manage the object",
  },
  policyBlock: {
    status: 400,
    code: 368,
    message: "(#368) The action attempted has been deemed abusive or is otherwise disallowed",
  },
  unavailable: {
    status: 400,
    code: 551,
    subcode: 1545041,
    message: "(#551) This person isn't available right now.",
    transient: false,
  },
  rate: { status: 400, code: 613, message: "(#613) Calls to this api have exceeded the rate limit." },
  sendFailed: {
    status: 400,
    code: 1200,
    message: "(#1200) Temporary send message failure. Please try again later.",
    transient: true,
  },
  threadControl: {
    status: 400,
    code: 100,
    subcode: 2018300,
    message: "(#100) Another app is controlling this thread now.",
  },
  linkingToken: { status: 400, code: 10303, message: "(#10303) Invalid account_linking_token" },
  noToken: {
    status: 400,
    code: 2500,
    message: "An active access token must be used to query information about the current user.",
  },
  pageCalls: {
    status: 400,
    code: 80001,
    message: "(#80001) There have been too many calls to this Page account. Wait a bit and try again.",
  },
  messengerCalls: {
    status: 400,
    code: 80006,
    message:
      "(#80006) There have been too many messaging calls to this Page account. Wait a bit and try again.",
  },
} as const satisfies Readonly<Record<string, GraphError>>

/** Invalid parameter, saying which and why. */
export const invalidParameter = (why: string): GraphError => ({
  ...GRAPH_ERRORS.invalid,
  message: `(#100) ${why}`,
})

/** A path that this version does not know.
 * @param path what follows the version, with its slash */
export const unknownPath = (path: string): GraphError => ({
  status: 400,
  code: 2500,
  message: `Unknown path components: ${path}`,
})

/** The row with those numbers; without a subcode the first of that code. */
export function findGraphError(code: number, subcode?: number): GraphError | undefined {
  const rows: readonly GraphError[] = Object.values(GRAPH_ERRORS)
  return rows.find((row) => row.code === code && (subcode === undefined || row.subcode === subcode))
}

/** The body as the platform prints it. Members a row does not have are left out, as they are there.
 * @param traceId what a developer would quote to support */
export function renderGraphError(error: GraphError, traceId: string): { readonly error: unknown } {
  return {
    error: {
      message: error.message,
      type: error.type ?? "OAuthException",
      code: error.code,
      ...(error.subcode === undefined ? {} : { error_subcode: error.subcode }),
      ...(error.transient === undefined ? {} : { is_transient: error.transient }),
      ...(error.userTitle === undefined ? {} : { error_user_title: error.userTitle }),
      ...(error.userMessage === undefined ? {} : { error_user_msg: error.userMessage }),
      fbtrace_id: traceId,
    },
  }
}
