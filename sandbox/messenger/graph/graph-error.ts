// Every refusal the pretend Graph API can give, as a table: the rules name a row, the routes render it, faults look
// rows up by number or by name. Says nothing about when a row applies. Texts are close to the platform's, no more.
// Source: reference/messenger-platform.md 8.2 and 8.3; `test/sandbox/messenger/emulator-rows.test.ts` goes row by row.

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

type More = Partial<Omit<GraphError, "code" | "subcode" | "message">>

/** @param numbers code, and subcode where there is one */
const row = (numbers: readonly [number, number?], text: string, more: More = {}): GraphError => {
  const [code, subcode] = numbers
  const message = text.startsWith("!") ? text.slice(1) : `(#${code}) ${text}`
  return { status: 400, code, ...(subcode === undefined ? {} : { subcode }), message, ...more }
}

const PASSING = { status: 500, transient: true } as const
const SIGNED_OUT = { status: 401 } as const
const FORBIDDEN = { status: 403 } as const
const NOT_CREATED = { userTitle: "Message Template Creation Failed" } as const
const OUTSIDE =
  "This message is sent outside of allowed window. Learn more about the new policy here: https://developers.facebook.com/docs/messenger-platform/policy-overview"

/** The named refusals, by code. A text that begins with "!" carries no code, as some of the platform's do. */
export const GRAPH_ERRORS = {
  unknown: row([1], "!An unknown error has occurred.", PASSING),
  unknownPermission: row([1, 99], "!An unknown error occurred", { status: 500 }),
  invalidReply: row([1, 1357046], "!Received Invalid JSON reply", { status: 500 }),
  temporary: row([2], "!An unexpected error has occurred. Please retry your request later.", PASSING),
  contactTerms: row([2, 2018344], "The Page has not accepted the Page Contact Terms", { status: 500 }),
  capability: row([3], "Application does not have the capability to make this API call."),
  appLimit: row([4], "Application request limit reached", FORBIDDEN),
  phoneLimit: row([4, 2018022], "Too many send requests to phone numbers", FORBIDDEN),
  marketingDelay: row([4, 2018354], "The minimum delay between notifications was not kept"),
  marketingLimit: row([9, 2018352], "This person has reached the limit of marketing messages"),
  permission: row([10], "Application does not have permission for this action", FORBIDDEN),
  outsideWindow: row([10, 2018278], OUTSIDE),
  outsideWindowOld: row([10, 2018065], OUTSIDE),
  outsideWindowInstagram: row([10, 2534022], OUTSIDE),
  cannotReceive: row(
    [10, 2018108],
    "This Person Cannot Receive Messages: This person isn't receiving messages from you right now.",
  ),
  pageRestricted: row([10, 1893063], "The Page is temporarily restricted from sending messages."),
  region: row([10, 2018336], "This message is not available for people in this region."),
  permissionRefused: row([10, 1893015], "Permission denied"),
  permissionUnmet: row([10, 1404170], "Permission denied"),
  threadControl: row(
    [10, 2018300],
    "Message failed to send because another app is controlling this thread now.",
  ),
  userLimit: row([17], "User request limit reached"),
  pageUserLimit: row([32], "Page request limit reached"),
  objectMissing: row([33], "The object does not exist or cannot be accessed"),
  invalid: row([100], "Invalid parameter"),
  noObject: row(
    [100, 33],
    "!Unsupported request. Object with this ID does not exist, cannot be loaded due to missing permissions, or does not support this operation.",
    { type: "GraphMethodException" },
  ),
  noUser: row([100, 2018001], "No matching user found"),
  fetchFailed: row([100, 2018008], "Failed to fetch the file from the url"),
  actionWithMessage: row([100, 2018014], "A sender action must be sent on its own, without a message."),
  uploadFailed: row([100, 2018047], "Upload attachment failure."),
  attachmentUnknown: row([100, 2018074], "Invalid attachment id: it has expired or belongs to another Page."),
  attachmentSize: row([100, 2018109], "Attachment size exceeds allowable limit"),
  targetApp: row([100, 2018164], "Incorrect app id"),
  mediaTemplate: row([100, 2018173], "Invalid media template"),
  userProfile: row([100, 2018218], "No profile available for this user."),
  userProfilePermission: row([100, 2018247], "Insufficient permission to access user profile."),
  videoTimeout: row([100, 2018294], "Video upload timed out"),
  productId: row([100, 2018320], "Invalid product id"),
  productVersion: row([100, 2018328], "The product template needs version 8 or later"),
  templateCreation: row([100, 2018416], "!Invalid parameter", {
    ...NOT_CREATED,
    userMessage: "The template could not be created.",
  }),
  postbackExample: row([100, 2388051], "!Invalid parameter", {
    ...NOT_CREATED,
    userMessage: "A POSTBACK button takes no example.",
  }),
  buttonPayloadMissing: row([100, 1893029], "User pass less payload than required for POSTBACK button"),
  threadState: row([100, 2534037], "Thread control cannot be changed in this state"),
  session: row([102], "Session key invalid or no longer valid", SIGNED_OUT),
  token: row([190], "!Invalid OAuth access token - Cannot parse access token", SIGNED_OUT),
  tokenAppRemoved: row(
    [190, 458],
    "!Error validating access token: The user has not authorized application.",
    SIGNED_OUT,
  ),
  tokenCheckpoint: row([190, 459], "!Error validating access token: The user is checkpointed.", SIGNED_OUT),
  tokenPassword: row(
    [190, 460],
    "!Error validating access token: The session has been invalidated because the user changed their password.",
    SIGNED_OUT,
  ),
  tokenExpired: row([190, 463], "!Error validating access token: Session has expired.", SIGNED_OUT),
  tokenUnconfirmed: row(
    [190, 464],
    "!Error validating access token: Sessions for the user are not allowed because the user is not a confirmed user.",
    SIGNED_OUT,
  ),
  tokenInvalidated: row([190, 467], "!Error validating access token: Session is invalid.", SIGNED_OUT),
  permissions: row([200], "Permissions error", FORBIDDEN),
  permissionUnavailable: row([200, 1545041], "This person isn't available right now.", FORBIDDEN),
  standardAccess: row(
    [200, 2018028],
    "Cannot message users who are not admins, developers or testers of the app until pages_messaging permission is reviewed and the app is live.",
    FORBIDDEN,
  ),
  messagingPermission: row([200, 2018027], "The app lacks pages_messaging", FORBIDDEN),
  messagingPermissionOld: row([200, 2018021], "The app lacks pages_messaging", FORBIDDEN),
  tokenPermission: row([230], "Requires pages_messaging permission to manage the object", FORBIDDEN),
  applicationLimit: row([341], "Application limit reached"),
  policyBlock: row([368], "The action attempted has been deemed abusive or is otherwise disallowed"),
  duplicate: row([506], "Duplicate status message"),
  unavailable: row([551, 1545041], "This person isn't available right now.", { transient: false }),
  unavailableBare: row([551], "This person isn't available right now.", { transient: false }),
  unavailableOptOut: row([551, 1893047], "This person isn't available right now.", { transient: false }),
  rate: row([613], "Calls to this api have exceeded the rate limit."),
  nuisance: row([613, 2018338], "Messages of this Page were felt as bothersome. Send fewer of them."),
  rateInstagram: row([613, 2534040], "Calls to this api have exceeded the rate limit."),
  rateDetail: row([613, 1893016], "Calls to this api have exceeded the rate limit."),
  sendFailed: row([1200], "Temporary send message failure. Please try again later.", { transient: true }),
  commerceOff: row([2022], "Sending of commerce messages is switched off for this Page"),
  noToken: row([2500], "!An active access token must be used to query information about the current user."),
  callbackUnverified: row([2200], "Callback verification failed"),
  linkingToken: row([10303], "Invalid account_linking_token"),
  pageCalls: row([80001], "There have been too many calls to this Page account. Wait a bit and try again."),
  messengerCalls: row(
    [80006],
    "There have been too many messaging calls to this Page account. Wait a bit and try again.",
  ),
  // The sheet prints these four as codes of their own; on the wire they come as subcodes, above.
  userProfileBare: row([2018218], "No profile available for this user."),
  userProfilePermissionBare: row([2018247], "Insufficient permission to access user profile."),
  threadControlBare: row(
    [2018300],
    "Message failed to send because another app is controlling this thread now.",
  ),
  threadAutomated: row([2018321], "The chat is currently controlled by Messenger."),
  extensions: row([2071010], "This SDK method is not supported"),
  messageDeleted: row([9000001], "The message was deleted"),
} as const satisfies Readonly<Record<string, GraphError>>

/** Invalid parameter, saying which and why. */
export const invalidParameter = (why: string): GraphError => ({
  ...GRAPH_ERRORS.invalid,
  message: `(#100) ${why}`,
})

/** A path that this version does not know, or a version that does not answer.
 * @param path what follows the version, with its slash */
export const unknownPath = (path: string): GraphError => ({
  status: 400,
  code: 2500,
  message: `Unknown path components: ${path}`,
})

/** The row with those numbers; without a subcode the row that has none, else the first of that code. */
export function findGraphError(code: number, subcode?: number): GraphError | undefined {
  const rows: readonly GraphError[] = Object.values(GRAPH_ERRORS).filter((each) => each.code === code)
  return rows.find((each) => each.subcode === subcode) ?? (subcode === undefined ? rows[0] : undefined)
}

/** The row of that name. */
export function findNamedError(name: string): GraphError | undefined {
  return Object.hasOwn(GRAPH_ERRORS, name) ? GRAPH_ERRORS[name as keyof typeof GRAPH_ERRORS] : undefined
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
