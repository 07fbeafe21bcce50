// The Graph API as calls: what is said to people and looked up of them here, the Page's own affairs in graph-pages.ts, templates in
// graph-templates.ts, who holds a thread in graph-threads.ts. No limits, window or pacing: what to send and when is decided before.
// Composed by worker.ts and the object shells, which give `fetch`.

import { SECOND_MS } from "../foundation/clock.ts"
import type { PageId } from "../foundation/id.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { Secret } from "../foundation/secret.ts"
import { createCaller, nothing, type Caller, type GraphOptions } from "./graph-call.ts"
import { pageCalls, type PageCalls } from "./graph-pages.ts"
import { templateCalls, type TemplateCalls } from "./graph-templates.ts"
import { threadCalls, type ThreadCalls } from "./graph-threads.ts"
import { idOf, objectsOf, textOf, type JsonObject } from "./json.ts"
import { judgeSilence, type GraphRefusal, type SendRefusal } from "./refusal.ts"

export type { GraphTemplate } from "./graph-templates.ts"

/** A linking token that is unknown, used up or older than five minutes: only tapping Log In again helps. */
export interface LinkingTokenRefusal {
  readonly reason: "linking_token_refused"
  readonly retry: "never"
}

/** Somebody of the bank as the chat shows them. */
export interface Persona {
  readonly id: string
  readonly name: string
}

/** Calls about people. A `signal` cuts a call short of its own deadline; what a cut-off send came to is unknown. */
export interface PeopleCalls {
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
  /** Make a face and a name for somebody who answers. Automated messages never bear one.
   * @param persona.name at most 50 characters; `pictureUrl`: https, at most 8 MB */
  createPersona(
    page: PageId,
    token: Secret,
    persona: { readonly name: string; readonly pictureUrl: string },
    signal?: AbortSignal,
  ): Promise<Result<{ readonly id: string }, GraphRefusal>>
  /** Personas of a Page, at most 100. */
  listPersonas(
    page: PageId,
    token: Secret,
    signal?: AbortSignal,
  ): Promise<Result<readonly Persona[], GraphRefusal>>
  /** No message can bear it any more; those that did keep it. */
  deletePersona(
    page: PageId,
    token: Secret,
    persona: string,
    signal?: AbortSignal,
  ): Promise<Result<void, GraphRefusal>>
  /** Let the next call with this token start in the instant it is made: what it carries is worked out now. */
  prepare(token: Secret): Promise<void>
}

/** Every call we make. */
export type Graph = PeopleCalls & PageCalls & TemplateCalls & ThreadCalls

/** A send is answered in 300 ms as a rule; whoever waits behind it is the same person's next message. */
const SEND_TIMEOUT_MS = 10 * SECOND_MS
/** The person sits before an empty page meanwhile, and their token dies after five minutes. */
const FIND_PERSON_TIMEOUT_MS = 4 * SECOND_MS
const LINKING_TOKEN_INVALID = 10303
const PERSONAS_MAX = 100
const PERSONA_NAME_CHARS_MAX = 50

/** A client. */
export function createGraph(options: GraphOptions): Graph {
  const ask = createCaller(options)
  return { ...peopleCalls(ask), ...pageCalls(ask), ...templateCalls(ask), ...threadCalls(ask) }
}

function peopleCalls(ask: Caller): PeopleCalls {
  return {
    async send(page, token, body, signal) {
      const path = `${page}/messages`
      const answer = await ask({
        path,
        page,
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
      nothing(await ask({ path: `${page}/messages`, page, token, body, signal })),
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
    async createPersona(page, token, { name, pictureUrl }, signal) {
      if (name.trim() === "" || name.length > PERSONA_NAME_CHARS_MAX)
        throw new RangeError(`Cannot name a persona with ${name.length} characters`)
      const body = { name, profile_picture_url: pictureUrl }
      const answer = await ask({ path: `${page}/personas`, page, token, body, signal, repeatable: false })
      if (!answer.ok) return answer
      const id = idOf(answer.value["id"])
      return id ? ok({ id }) : err(judgeSilence(false))
    },
    async listPersonas(page, token, signal) {
      const query = { fields: "id,name", limit: String(PERSONAS_MAX) }
      const answer = await ask({ method: "GET", path: `${page}/personas`, page, query, token, signal })
      if (!answer.ok) return answer
      const personas = objectsOf(answer.value["data"]).flatMap((each): Persona[] => {
        const id = idOf(each["id"])
        return id ? [{ id, name: textOf(each["name"], PERSONA_NAME_CHARS_MAX) ?? "" }] : []
      })
      return ok(personas)
    },
    deletePersona: async (page, token, persona, signal) =>
      nothing(await ask({ method: "DELETE", path: persona, page, token, signal })),
    prepare: ask.prepare,
  }
}
