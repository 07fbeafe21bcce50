// The Graph API as calls: asks, reads a capped answer, has it judged (refusal.ts). No limits, window or pacing here: what to send
// and when is decided before. The Page token goes into the Authorization header, never into a URL, which traces and logs keep.
// Composed by worker.ts and the object shells, which give `fetch`.

import { SECOND_MS } from "../foundation/clock.ts"
import type { PageId } from "../foundation/id.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { Secret } from "../foundation/secret.ts"
import { idOf, objectOf, objectsOf, parseJson, textOf, type JsonObject } from "./json.ts"
import {
  errorOf,
  judgeError,
  judgeSilence,
  judgeStrangeAnswer,
  type GraphRefusal,
  type SendRefusal,
} from "./refusal.ts"

/** A linking token that is unknown, used up or older than five minutes: only tapping Log In again helps. */
export interface LinkingTokenRefusal {
  readonly reason: "linking_token_refused"
  readonly retry: "never"
}

/** A template as the platform tells of it. */
export interface GraphTemplate {
  readonly name: string
  readonly language: string
  /** The platform's word: APPROVED, PENDING, REJECTED, PAUSED, … */
  readonly status: string
}

/** The calls. A `signal` cuts a call short of its own deadline; what a cut-off send came to is unknown. */
export interface Graph {
  /** Say something. @param body of wire.ts `renderSend` */
  send(
    page: PageId,
    token: Secret,
    body: JsonObject,
    signal?: AbortSignal,
  ): Promise<Result<{ readonly messageId: string }, SendRefusal>>
  /** Typing dots or the read mark. @param body of wire.ts `renderAction` */
  act(
    page: PageId,
    token: Secret,
    body: JsonObject,
    signal?: AbortSignal,
  ): Promise<Result<void, GraphRefusal>>
  /** Whose tap on Log In a token stands for: their PSID. */
  findPerson(
    token: Secret,
    accountLinkingToken: string,
    signal?: AbortSignal,
  ): Promise<Result<string, GraphRefusal | LinkingTokenRefusal>>
  unlinkAccounts(token: Secret, psid: string, signal?: AbortSignal): Promise<Result<void, GraphRefusal>>
  /** Write properties of the Page's profile; others stay. The platform allows 10 profile calls in 10 minutes. */
  setProfile(
    page: PageId,
    token: Secret,
    properties: JsonObject,
    signal?: AbortSignal,
  ): Promise<Result<void, GraphRefusal>>
  getProfile(
    page: PageId,
    token: Secret,
    fields: readonly string[],
    signal?: AbortSignal,
  ): Promise<Result<JsonObject, GraphRefusal>>
  /** Have the Page's events sent to our webhook; replaces the list of fields. */
  subscribe(
    page: PageId,
    token: Secret,
    fields: readonly string[],
    signal?: AbortSignal,
  ): Promise<Result<void, GraphRefusal>>
  /** @param body of template.ts `renderTemplate` */
  createTemplate(
    page: PageId,
    token: Secret,
    body: JsonObject,
    signal?: AbortSignal,
  ): Promise<Result<{ readonly status: string }, GraphRefusal>>
  /** All templates of a Page. */
  listTemplates(
    page: PageId,
    token: Secret,
    signal?: AbortSignal,
  ): Promise<Result<readonly GraphTemplate[], GraphRefusal>>
}

/** A send is answered in 300 ms as a rule; whoever waits behind it is the same person's next message. */
const SEND_TIMEOUT_MS = 10 * SECOND_MS
const CALL_TIMEOUT_MS = 10 * SECOND_MS
/** The person sits before an empty page meanwhile, and their token dies after five minutes. */
const FIND_PERSON_TIMEOUT_MS = 4 * SECOND_MS
/** An answer is below 2 kB, a hundred templates below 200 kB. */
const ANSWER_BYTES_MAX = 64 * 1024
const LIST_BYTES_MAX = 1024 * 1024
const TEMPLATES_PER_CALL = 100
/** A Page may hold some hundreds of templates; a cursor that never ends is not followed for ever. */
const TEMPLATE_CALLS_MAX = 20
const LINKING_TOKEN_INVALID = 10303

interface Call {
  readonly method: "GET" | "POST"
  /** Below the version, without a leading slash. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: JsonObject
  readonly token: Secret
  /** Whether it may be made twice without harm. */
  readonly repeatable: boolean
  readonly timeoutMs: number
  readonly bytesMax: number
  readonly signal: AbortSignal | undefined
}

/** A client.
 * @param options.origin base URL, may hold a path, no trailing slash
 * @param options.version as in the path: `v26.0`. Stated with every call, else the platform takes its oldest */
export function createGraph(options: {
  readonly origin: string
  readonly version: string
  readonly fetch: typeof fetch
}): Graph {
  const base = `${options.origin}/${options.version}/`
  const ask = (call: Pick<Call, "path" | "token" | "signal"> & Partial<Call>) =>
    askGraph(base, options.fetch, {
      method: "POST",
      repeatable: true,
      timeoutMs: CALL_TIMEOUT_MS,
      bytesMax: ANSWER_BYTES_MAX,
      ...call,
    })

  return {
    async send(page, token, body, signal) {
      const answer = await ask({
        path: `${page}/messages`,
        token,
        body,
        signal,
        repeatable: false,
        timeoutMs: SEND_TIMEOUT_MS,
      })
      if (!answer.ok) return answer
      const messageId = textOf(answer.value["message_id"], 300)
      // Answered well and yet without an id: it may stand in the chat.
      return messageId ? ok({ messageId }) : err(judgeSilence(false))
    },
    act: async (page, token, body, signal) =>
      nothing(await ask({ path: `${page}/messages`, token, body, signal })),
    async findPerson(token, accountLinkingToken, signal) {
      const answer = await ask({
        method: "GET",
        path: "me",
        query: { fields: "recipient", account_linking_token: accountLinkingToken },
        token,
        signal,
        timeoutMs: FIND_PERSON_TIMEOUT_MS,
      })
      if (!answer.ok)
        return answer.error.code === LINKING_TOKEN_INVALID
          ? err({ reason: "linking_token_refused", retry: "never" })
          : answer
      const psid = idOf(answer.value["recipient"])
      return psid ? ok(psid) : err(judgeSilence(true))
    },
    unlinkAccounts: async (token, psid, signal) =>
      nothing(await ask({ path: "me/unlink_accounts", token, body: { psid }, signal })),
    setProfile: async (page, token, properties, signal) =>
      nothing(await ask({ path: `${page}/messenger_profile`, token, body: properties, signal })),
    async getProfile(page, token, fields, signal) {
      const path = `${page}/messenger_profile`
      const answer = await ask({ method: "GET", path, query: { fields: fields.join(",") }, token, signal })
      return answer.ok ? ok(objectsOf(answer.value["data"])[0] ?? {}) : answer
    },
    subscribe: async (page, token, fields, signal) =>
      nothing(
        await ask({
          path: `${page}/subscribed_apps`,
          token,
          body: { subscribed_fields: fields.join(",") },
          signal,
        }),
      ),
    async createTemplate(page, token, body, signal) {
      const answer = await ask({ path: `${page}/message_templates`, token, body, signal })
      return answer.ok ? ok({ status: textOf(answer.value["status"], 40) ?? "PENDING" }) : answer
    },
    async listTemplates(page, token, signal) {
      const templates: GraphTemplate[] = []
      let after: string | undefined
      for (let calls = 0; calls < TEMPLATE_CALLS_MAX; calls += 1) {
        const answer = await ask({
          method: "GET",
          path: `${page}/message_templates`,
          query: {
            fields: "name,language,status",
            limit: String(TEMPLATES_PER_CALL),
            ...(after ? { after } : {}),
          },
          token,
          signal,
          bytesMax: LIST_BYTES_MAX,
        })
        if (!answer.ok) return answer
        templates.push(...objectsOf(answer.value["data"]).flatMap(readTemplate))
        const paging = objectOf(answer.value["paging"])
        after = textOf(objectOf(paging?.["cursors"])?.["after"], 500)
        // Following `next` itself would carry our token to whatever address it names.
        if (!after || typeof paging?.["next"] !== "string") break
      }
      return ok(templates)
    },
  }
}

async function askGraph(
  base: string,
  fetcher: typeof fetch,
  call: Call,
): Promise<Result<JsonObject, GraphRefusal>> {
  const query = call.query ? `?${new URLSearchParams(call.query).toString()}` : ""
  const deadline = AbortSignal.timeout(call.timeoutMs)
  let response: Response
  let bytes: Uint8Array | undefined
  try {
    response = await fetcher(`${base}${call.path}${query}`, {
      method: call.method,
      headers: {
        authorization: `Bearer ${call.token.reveal()}`,
        accept: "application/json",
        ...(call.body ? { "content-type": "application/json" } : {}),
      },
      ...(call.body ? { body: JSON.stringify(call.body) } : {}),
      redirect: "manual",
      signal: call.signal ? AbortSignal.any([call.signal, deadline]) : deadline,
    })
    bytes = await readAnswer(response, call.bytesMax)
  } catch {
    // Whatever it was, its text may quote the address with a linking token in it: nothing of it is kept.
    return err(judgeSilence(call.repeatable))
  }
  return judgeAnswer(response, bytes, call.repeatable)
}

/** Judge an answer whose body has been read; `bytes` is `undefined` where it was larger than we read. */
export function judgeAnswer(
  head: { readonly status: number; readonly headers: Headers },
  bytes: Uint8Array | undefined,
  repeatable: boolean,
): Result<JsonObject, GraphRefusal> {
  const json = bytes ? parseJson(bytes) : undefined
  const body = json?.ok ? objectOf(json.value) : undefined
  const error = errorOf(body)
  if (error) return err(judgeError(error, head, repeatable))
  if (body && head.status >= 200 && head.status < 300) return ok(body)
  return err(judgeStrangeAnswer(head, repeatable))
}

async function readAnswer(response: Response, bytesMax: number): Promise<Uint8Array | undefined> {
  if (!response.body) return new Uint8Array(0)
  const reader = response.body.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > bytesMax) {
      await reader.cancel()
      return undefined
    }
    chunks.push(value)
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

function nothing(answer: Result<unknown, GraphRefusal>): Result<void, GraphRefusal> {
  return answer.ok ? ok(undefined) : answer
}

function readTemplate(template: JsonObject): readonly GraphTemplate[] {
  const name = textOf(template["name"], 512)
  const language = textOf(template["language"], 20)
  const status = textOf(template["status"], 40)
  return name && language && status ? [{ name, language, status: status.toUpperCase() }] : []
}
