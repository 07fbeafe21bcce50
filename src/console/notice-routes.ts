// `/admin/v1/notices`: notices to everybody linked: how far each is, stopping and resuming one, asking that one to more than 1,000 people
// be sent, which another admin approves (P14). Thin, as admin-routes.ts, which mounts it. No words of a notice are shown here.

import { Hono } from "hono"
import type { Approvals } from "../approvals/approvals.ts"
import { isBankId } from "../foundation/id.ts"
import type { NoticeDesk } from "../notifications/notice-desk.ts"
import { isNoticeId, type NoticeProgress } from "../notifications/notice-run.ts"
import { byOf, no, permit, renderInstant, type AdminContext, type AdminVariables } from "./admin-context.ts"
import { judge, nothingInput, readAct, type ActInput } from "./admin-input.ts"
import { renderApproval } from "./approval-routes.ts"
import { banksFor, type Action } from "./operator.ts"

/** What routes of notices are given. */
export interface NoticeRoutesGiven {
  readonly development: boolean
  readonly now: () => number
  readonly notices: Pick<NoticeDesk, "list" | "find" | "stop" | "resume">
  readonly approvals: Pick<Approvals, "ask">
}

/** Routes below `/notices`. */
export function noticeRoutes(given: NoticeRoutesGiven): Hono<{ Variables: AdminVariables }> {
  const app = new Hono<{ Variables: AdminVariables }>()
  const { notices, approvals, development, now } = given

  app.get("/", async (context) => {
    const { bank } = context.req.query()
    if (bank !== undefined && !isBankId(bank)) return no(context, "not_found")
    const refused = bank === undefined ? undefined : permit(context, "notice.read", bank)
    if (refused) return refused
    const scope = bank === undefined ? banksFor(context.var.operator, "notice.read") : [bank]
    if (scope.length === 0) return no(context, "forbidden")
    return context.json({ notices: (await notices.list(scope)).map(renderNotice) })
  })

  app.get("/:id", async (context) => {
    const notice = await find(context, "notice.read")
    return notice instanceof Response ? notice : context.json(renderNotice(notice))
  })

  app.post("/:id/start", async (context) => {
    const asked = await readNoticeAct(context)
    if (asked instanceof Response) return asked
    const { notice, act } = asked
    if (notice.state !== "waiting") return no(context, "notice_state")
    const ask = {
      kind: "notice.start",
      bank: notice.bank,
      object: notice.id,
      asked: { people: notice.people },
    } as const
    return context.json(renderApproval(await approvals.ask(ask, byOf(context, act, now()))))
  })

  app.post("/:id/stop", (context) => move(context, "stop"))
  app.post("/:id/resume", (context) => move(context, "resume"))

  return app

  async function move(context: AdminContext, how: "stop" | "resume"): Promise<Response> {
    const asked = await readNoticeAct(context)
    if (asked instanceof Response) return asked
    const { notice, act } = asked
    const moved = await notices[how](notice.id, byOf(context, act, now()))
    if (!moved.ok)
      return no(context, moved.error.reason === "notice_not_found" ? "not_found" : "notice_state")
    return context.json(renderNotice((await notices.find(notice.id)) ?? notice))
  }

  async function readNoticeAct(
    context: AdminContext,
  ): Promise<Response | { readonly notice: NoticeProgress; readonly act: ActInput }> {
    const notice = await find(context, "notice.change")
    if (notice instanceof Response) return notice
    const act = await readAct(context.req.raw, development)
    if (!act.ok) return no(context, act.error)
    const body = judge(nothingInput, act.value.body, {})
    return body.ok ? { notice, act: act.value } : no(context, "invalid", body.error)
  }

  async function find(context: AdminContext, action: Action): Promise<NoticeProgress | Response> {
    const id = context.req.param("id")
    const notice = isNoticeId(id) ? await notices.find(id) : undefined
    if (!notice) return no(context, "not_found")
    return permit(context, action, notice.bank) ?? notice
  }
}

function renderNotice({ receivedAt, staleAt, startedAt, endedAt, ...rest }: NoticeProgress): object {
  return {
    ...rest,
    receivedAt: renderInstant(receivedAt),
    staleAt: renderInstant(staleAt),
    ...(startedAt === null ? {} : { startedAt: renderInstant(startedAt) }),
    ...(endedAt === null ? {} : { endedAt: renderInstant(endedAt) }),
  }
}
