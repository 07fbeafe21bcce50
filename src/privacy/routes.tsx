// Meta's privacy callbacks and the page a deletion's status is read on. Cap, type, form, signature, act, answer; nothing more.
//
//   POST /privacy/data-deletion          -> {"url","confirmation_code"}       GET /privacy/data-deletion/{code}   its status, for a person
//   POST /privacy/deauthorize            -> 200
//
// What a request does is staff-logins.ts. Composed by app.ts, below `requestIdentity`.

import { Hono, type Context } from "hono"
import { fromUtf8 } from "../crypto/text.ts"
import type { Now } from "../foundation/clock.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import { err, type Result } from "../foundation/result.ts"
import type { Secret } from "../foundation/secret.ts"
import { readCapped, type BodyRefusal } from "../http/body.ts"
import { pageHeaders, type RequestVariables } from "../http/headers.ts"
import { problemResponse, type Problem } from "../http/problem.ts"
import { renderDeletionPage, renderNoDeletionPage } from "./deletion-page.tsx"
import { verifySignedRequest, type SignedRequest, type SignedRequestRefusal } from "./signed-request.ts"
import type { StaffLogins } from "./staff-logins.ts"

/** What the routes are given. */
export interface PrivacyRoutesWorld {
  readonly logins: StaffLogins
  /** App secrets, newest first. */
  readonly appSecrets: readonly Secret[]
  readonly publicOrigin: string
  readonly realNow: Now
  readonly log: Log
}

/** A signed request has some 200 characters. */
export const BODY_BYTES_MAX = 8 * 1024
const FORM_TYPE = "application/x-www-form-urlencoded"
const FIELD = "signed_request"
/** Judged before D1 is asked: nobody else's text reaches it. */
const CODE = /^[A-Za-z0-9_-]{22}$/

type PrivacyRefusal =
  | BodyRefusal
  | SignedRequestRefusal
  | { readonly reason: "type_unsupported" }
  | { readonly reason: "not_done" }

type PrivacyContext = Context<{ Variables: RequestVariables }>

const UNSIGNED: Problem = {
  status: 401,
  type: "signature",
  title: "The signed request is missing or not right",
}

/** One row a reason. What a stranger could learn from is told alike: the log has the reason. */
const PROBLEMS: Readonly<Record<PrivacyRefusal["reason"], Problem>> = {
  body_too_large: { status: 413, type: "too-large", title: "The body is too large" },
  body_unreadable: { status: 400, type: "body", title: "The body could not be read" },
  type_unsupported: { status: 415, type: "media-type", title: "The body must be a form" },
  signed_request_malformed: UNSIGNED,
  signed_request_mismatch: UNSIGNED,
  signed_request_algorithm: UNSIGNED,
  signed_request_too_old: UNSIGNED,
  signed_request_from_the_future: UNSIGNED,
  not_done: {
    status: 503,
    type: "unavailable",
    title: "This could not be done now",
    detail: "Send it again",
    headers: { "retry-after": "30" },
  },
}

/** The routes, to be mounted at the root. */
export function createPrivacyRoutes(world: PrivacyRoutesWorld): Hono<{ Variables: RequestVariables }> {
  const { logins, publicOrigin, log } = world
  const app = new Hono<{ Variables: RequestVariables }>()

  app.post("/privacy/data-deletion", (context) =>
    answer(context, async (request) => {
      const code = await logins.delete(request)
      const body = { url: `${publicOrigin}/privacy/data-deletion/${code}`, confirmation_code: code }
      return context.json(body, 200, { "cache-control": "no-store" })
    }),
  )

  app.post("/privacy/deauthorize", (context) =>
    answer(context, async (request) => {
      await logins.deauthorize(request)
      return context.json({}, 200, { "cache-control": "no-store" })
    }),
  )

  app.get("/privacy/data-deletion/:code", pageHeaders(), async (context) => {
    const code = context.req.param("code")
    const deletion = CODE.test(code) ? await logins.findDeletion(code) : undefined
    const { nonce } = context.var
    return deletion
      ? context.html(renderDeletionPage(nonce, deletion))
      : context.html(renderNoDeletionPage(nonce), 404)
  })

  return app

  async function answer(
    context: PrivacyContext,
    act: (request: SignedRequest) => Promise<Response>,
  ): Promise<Response> {
    const request = await readSignedRequest(world, context.req.raw)
    if (!request.ok) return refuse(context, request.error)
    try {
      return await act(request.value)
    } catch (fault) {
      log.error("privacy_callback_fault", describeFault(fault))
      return refuse(context, { reason: "not_done" })
    }
  }

  function refuse(context: PrivacyContext, { reason }: PrivacyRefusal): Response {
    const requestId = context.get("requestId")
    log.warn("privacy_callback_refused", { reason, requestId })
    return problemResponse(PROBLEMS[reason], requestId)
  }
}

async function readSignedRequest(
  { appSecrets, realNow }: PrivacyRoutesWorld,
  request: Request,
): Promise<Result<SignedRequest, PrivacyRefusal>> {
  const bytes = await readCapped(request, BODY_BYTES_MAX)
  if (!bytes.ok) return bytes
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase()
  if (type !== FORM_TYPE) return err({ reason: "type_unsupported" })
  const form = formOf(bytes.value)
  const [text, ...more] = form?.getAll(FIELD) ?? []
  if (text === undefined || more.length > 0) return err({ reason: "signed_request_malformed" })
  return verifySignedRequest(text.trim(), appSecrets, realNow())
}

function formOf(bytes: Uint8Array): URLSearchParams | undefined {
  try {
    return new URLSearchParams(fromUtf8(bytes))
  } catch {
    return undefined
  }
}
