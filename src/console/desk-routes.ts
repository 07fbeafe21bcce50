// `/admin/v1/desk/{bank}`: the line of customers who wait for a person, and what an agent does with one thread of it. Thin, as
// admin-routes.ts, which mounts it. Who works at a desk is who holds a role for that bank; whose thread it is, is the line's word.

import { Hono } from "hono"
import * as z from "zod/mini"
import { isBankId, type BankId } from "../foundation/id.ts"
import type { Result } from "../foundation/result.ts"
import { no, permit, renderInstant, type AdminContext, type AdminVariables } from "./admin-context.ts"
import { judge, nothingInput, readAct } from "./admin-input.ts"
import type { AdminRefusal } from "./admin-problems.ts"
import type { Action } from "./operator.ts"
import type { Seen, SupportDesk, SupportRefusal } from "./support-desk.ts"

/** What these routes are given. */
export interface DeskRoutesGiven {
  readonly isBank: (bank: BankId) => Promise<boolean>
  readonly desk: Omit<SupportDesk, "lapse">
}

const THREAD = /^desk_[A-Za-z0-9_-]{1,64}$/
const TEXT_CHARS_MAX = 1_000
const ANSWERS_MAX = 100
const text = z.string().check(z.minLength(1), z.maxLength(TEXT_CHARS_MAX))
/** What customers read: a name, without digits or anything that could be a link. */
const name = z.string().check(z.regex(/^\p{L}[\p{L}\p{M} '’-]{0,39}$/u))

const presenceInput = z.strictObject({ name, status: z._default(z.enum(["here", "away"]), "here") })
const replyInput = z.strictObject({ id: z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}$/)), text })
const noteInput = z.strictObject({ text })
const draftInput = z.strictObject({ text: z.string().check(z.maxLength(TEXT_CHARS_MAX)) })
const transferInput = z.strictObject({ to: z.string().check(z.minLength(1), z.maxLength(200)) })
const answersInput = z.strictObject({
  answers: z
    .array(z.strictObject({ title: z.string().check(z.minLength(1), z.maxLength(60)), text }))
    .check(z.maxLength(ANSWERS_MAX)),
})
const RULES = {
  name: "must be a name of at most 40 letters",
  status: "must be here or away",
  id: "must be 1 to 64 of A-Z, a-z, 0-9, _ and -",
  text: `must be a text of at most ${TEXT_CHARS_MAX} characters`,
  to: "must be the id of an agent at the desk",
  answers: `must be at most ${ANSWERS_MAX} titles of 60 and texts of ${TEXT_CHARS_MAX} characters`,
}

const REFUSALS = {
  gone: "desk_gone",
  not_here: "desk_not_here",
  taken: "desk_taken",
  not_yours: "desk_not_yours",
  number: "desk_number",
  cannot_send: "desk_cannot_send",
  unavailable: "desk_unavailable",
} as const satisfies Readonly<Record<SupportRefusal["reason"], AdminRefusal>>

/** Routes below `/desk`. */
export function deskRoutes({ isBank, desk }: DeskRoutesGiven): Hono<{ Variables: AdminVariables }> {
  const app = new Hono<{ Variables: AdminVariables }>()

  app.get("/:bank", (context) =>
    at(context, "desk.read", async (bank) => {
      const { threads, agents, ratings } = await desk.view(bank)
      return context.json({
        threads: threads.map(({ thread, kind, agent, joinedAt, windowEndsAt }) => ({
          thread,
          kind,
          ...(agent === undefined ? {} : { agent }),
          joinedAt: renderInstant(joinedAt),
          windowEndsAt: renderInstant(windowEndsAt),
        })),
        agents,
        ratings,
      })
    }),
  )

  app.get("/:bank/live", (context) => {
    // A socket is no request another site needs leave for, and Access's cookie would come along.
    const site = context.req.header("sec-fetch-site")
    if (site !== undefined && site !== "same-origin") return no(context, "cross_site")
    return at(context, "desk.act", (bank) => desk.live(bank, context.req.raw))
  })

  app.get("/:bank/answers", (context) =>
    at(context, "desk.read", async (bank) => context.json({ answers: await desk.answers(bank) })),
  )

  app.put("/:bank/answers", (context) =>
    act(context, "desk.manage", answersInput, async ({ answers }, bank, agent) => {
      await desk.putAnswers(bank, answers, agent)
      return context.json({ answers })
    }),
  )

  app.post("/:bank/outage", (context) =>
    act(context, "desk.manage", nothingInput, async (_, bank, agent) =>
      context.json({ told: await desk.outage(bank, agent) }),
    ),
  )

  app.post("/:bank/presence", (context) =>
    act(context, "desk.act", presenceInput, async (input, bank, agent) => {
      await desk.present(bank, { id: agent, ...input })
      return context.json({ id: agent, ...input })
    }),
  )

  app.get("/:bank/threads/:thread", (context) =>
    at(context, "desk.act", async (bank, agent) => {
      const thread = threadOf(context)
      if (!thread) return no(context, "desk_gone")
      return seen(context, await desk.act(bank, thread, agent, { kind: "view" }))
    }),
  )

  onThread("claim", nothingInput, async (context, _, { bank, thread, agent }) =>
    seen(context, await desk.claim(bank, thread, agent)),
  )
  onThread("beat", nothingInput, async (context, _, { bank, thread, agent }) =>
    done(context, await desk.beat(bank, thread, agent)),
  )
  onThread("reply", replyInput, async (context, input, { bank, thread, agent }) =>
    seen(context, await desk.act(bank, thread, agent, { kind: "reply", ...input })),
  )
  onThread("draft", draftInput, async (context, input, { bank, thread, agent }) =>
    seen(context, await desk.act(bank, thread, agent, { kind: "drafted", ...input })),
  )
  onThread("note", noteInput, async (context, input, { bank, thread, agent }) =>
    seen(context, await desk.act(bank, thread, agent, { kind: "noted", ...input })),
  )
  onThread("transfer", transferInput, async (context, { to }, { bank, thread, agent }) =>
    done(context, await desk.transfer(bank, thread, agent, to)),
  )
  onThread("return", nothingInput, async (context, _, { bank, thread, agent }) =>
    done(context, await desk.giveBack(bank, thread, agent)),
  )
  onThread("close", nothingInput, async (context, _, { bank, thread, agent }) =>
    done(context, await desk.close(bank, thread, agent)),
  )

  return app

  async function at(
    context: AdminContext,
    action: Action,
    step: (bank: BankId, agent: string) => Promise<Response>,
  ): Promise<Response> {
    const bank = context.req.param("bank")
    if (!isBankId(bank)) return no(context, "not_found")
    const refused = permit(context, action, bank)
    if (refused) return refused
    return (await isBank(bank)) ? step(bank, context.var.operator.id) : no(context, "not_found")
  }

  function act<T>(
    context: AdminContext,
    action: Action,
    schema: z.ZodMiniType<T>,
    step: (input: T, bank: BankId, agent: string) => Promise<Response>,
  ): Promise<Response> {
    return at(context, action, async (bank, agent) => {
      // Who speaks with customers all day gives no reason for each sentence.
      const asked = await readAct(context.req.raw, true)
      if (!asked.ok) return no(context, asked.error)
      const input = judge(schema, asked.value.body, RULES)
      return input.ok ? step(input.value, bank, agent) : no(context, "invalid", input.error)
    })
  }

  function onThread<T>(
    verb: string,
    schema: z.ZodMiniType<T>,
    step: (
      context: AdminContext,
      input: T,
      at: { readonly bank: BankId; readonly thread: string; readonly agent: string },
    ) => Promise<Response>,
  ): void {
    app.post(`/:bank/threads/:thread/${verb}`, (context) =>
      act(context, "desk.act", schema, async (input, bank, agent) => {
        const thread = threadOf(context)
        return thread ? step(context, input, { bank, thread, agent }) : no(context, "desk_gone")
      }),
    )
  }
}

function threadOf(context: AdminContext): string | undefined {
  const thread = context.req.param("thread")
  return thread !== undefined && THREAD.test(thread) ? thread : undefined
}

function seen(context: AdminContext, result: Result<Seen, SupportRefusal>): Response {
  if (!result.ok) return refuse(context, result.error)
  const { view, sent } = result.value
  const { windowEndsAt, lines, facts, ...rest } = view
  return context.json({
    ...rest,
    windowEndsAt: renderInstant(windowEndsAt),
    lines: lines.map(({ at, ...line }) => ({ ...line, at: renderInstant(at) })),
    ...(facts
      ? { facts: { ...facts, events: facts.events.map(({ type, at }) => ({ type, at: renderInstant(at) })) } }
      : {}),
    ...(sent ? { sent } : {}),
  })
}

function done(context: AdminContext, result: Result<void, SupportRefusal>): Response {
  return result.ok ? context.json({ done: true }) : refuse(context, result.error)
}

/** A colleague is named: they work at the same desk. */
function refuse(context: AdminContext, refusal: SupportRefusal): Response {
  const faults =
    refusal.reason === "taken" ? [{ field: "thread", fault: `is with ${refusal.by}` }] : undefined
  return no(context, REFUSALS[refusal.reason], faults)
}
