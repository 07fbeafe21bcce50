// A bank's own questions about its customers, by its bearer key:
//
//   GET    /banks/{bankId}/link     with Tellerline-Subject: whether that customer is linked, with what, until when
//   DELETE /banks/{bankId}/link     with Tellerline-Subject: erase that customer, in every chat
//   GET    /banks/{bankId}/links    everybody linked, 50 at a time; `?cursor=` is `next` of the answer before
//
// The reference stands in a header, never in a URL. Key, header, act, answer; nothing more. Composed by doors.ts.

import { Hono, type Context } from "hono"
import type { AuditBy } from "../audit/audit.ts"
import { bankProblem, type BankAuth, type KnownBank } from "../banks/authenticate-bank.ts"
import type { Now } from "../foundation/clock.ts"
import type { BankId } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import type { RequestVariables } from "../http/headers.ts"
import { problemResponse, type Problem } from "../http/problem.ts"
import type { BankLink, BankLinks } from "./bank-links.ts"

/** The header that names the customer, by the bank's own reference. */
export const SUBJECT_HEADER = "tellerline-subject"
/** As much as an event's subject may have; visible ASCII, as a header holds it. */
const SUBJECT = /^[\x21-\x7e]{1,255}$/

const PROBLEMS = {
  subject: {
    status: 400,
    type: "subject",
    title: "The customer is not named",
    detail: "Send the bank's reference of the customer in the header Tellerline-Subject",
  },
  cursor: {
    status: 400,
    type: "cursor",
    title: "The cursor cannot be taken",
    detail: "Begin again without one: it is good for 14 days, for this bank",
  },
  unavailable: {
    status: 503,
    type: "unavailable",
    title: "This could not be done now; ask again",
    headers: { "retry-after": "10" },
  },
} as const satisfies Readonly<Record<string, Problem>>

type Variables = { Variables: RequestVariables }

/** The routes, to be mounted at the root. */
export function createBankLinkRoutes(given: {
  readonly auth: Pick<BankAuth, "authenticate">
  readonly links: BankLinks
  /** @returns a code for each person who is being erased */
  readonly erase: (bank: BankId, reference: string, by: AuditBy) => Promise<readonly string[]>
  readonly publicOrigin: string
  readonly now: Now
  readonly log: Log
}): Hono<Variables> {
  const app = new Hono<Variables>()
  const { links, publicOrigin, now, log } = given

  app.get("/banks/:bankId/link", (context) =>
    answer(context, ({ bank }) =>
      withSubject(context, async (subject) => {
        const found = await links.ofCustomer(bank.id, subject)
        return json(context, { linked: found.length > 0, links: found.map((link) => renderLink(link)) })
      }),
    ),
  )

  app.delete("/banks/:bankId/link", (context) =>
    answer(context, ({ bank, keyId }) =>
      withSubject(context, async (subject) => {
        const by = { actor: `bank:${bank.id}`, reason: `asked with ${keyId}`, at: now() }
        const codes = await given.erase(bank.id, subject, by)
        const erasures = codes.map((code) => ({ status: `${publicOrigin}/privacy/erasure/${code}` }))
        return json(context, { erased: codes.length, erasures }, codes.length > 0 ? 202 : 200)
      }),
    ),
  )

  app.get("/banks/:bankId/links", (context) =>
    answer(context, async ({ bank }) => {
      const page = await links.all(bank.id, context.req.query("cursor"))
      if (!page) return refuse(context, PROBLEMS.cursor)
      const { next } = page
      const all = page.links.map((link) => ({ customer: link.customer, ...renderLink(link) }))
      return json(context, { links: all, ...(next === undefined ? {} : { next }) })
    }),
  )

  return app

  async function answer(
    context: Context<Variables>,
    act: (known: KnownBank) => Promise<Response>,
  ): Promise<Response> {
    const known = await given.auth.authenticate(context.req.raw, context.req.param("bankId") ?? "")
    if (!known.ok) {
      log.warn("bank_request_refused", { reason: known.error.reason, requestId: context.get("requestId") })
      return refuse(context, bankProblem(known.error))
    }
    try {
      return await act(known.value)
    } catch (fault) {
      log.error("bank_request_fault", describeFault(fault))
      return refuse(context, PROBLEMS.unavailable)
    }
  }

  async function withSubject(
    context: Context<Variables>,
    act: (subject: string) => Promise<Response>,
  ): Promise<Response> {
    const subject = context.req.header(SUBJECT_HEADER)
    return subject !== undefined && SUBJECT.test(subject) ? act(subject) : refuse(context, PROBLEMS.subject)
  }
}

function renderLink({ purposes, accounts, since, until }: BankLink): object {
  const [sinceText, untilText] = [since, until].map((at) => new Date(at).toISOString())
  return { purposes, accounts, since: sinceText, until: untilText }
}

function json(context: Context<Variables>, body: object, status: 200 | 202 = 200): Response {
  return context.json(body, status, { "cache-control": "no-store" })
}

function refuse(context: Context<Variables>, problem: Problem): Response {
  return problemResponse(problem, context.get("requestId"))
}
