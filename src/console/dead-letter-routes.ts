// `/admin/v1/dead-letters`: what could not be handled, listed, looked at without its content, replayed: one, some by their ids, or all a
// filter means, which one person asks for and another approves (P14). Thin, as admin-routes.ts, which mounts it.

import { Hono } from "hono"
import * as z from "zod/mini"
import type { Approvals } from "../approvals/approvals.ts"
import { isDeadLetterId, type DeadLetterAbout } from "../notifications/dead-letter.ts"
import { FILTER_RULES, parseLetterFilter } from "../notifications/dead-letter-filter.ts"
import type { DeadLetterDesk } from "../notifications/dead-letters.ts"
import { REPLAYED_BY_ID_MAX } from "../notifications/replaying.ts"
import { byOf, no, permit, renderInstant, type AdminContext, type AdminVariables } from "./admin-context.ts"
import { judge, nothingInput, readAct } from "./admin-input.ts"
import type { Fault } from "./admin-problems.ts"
import { renderApproval } from "./approval-routes.ts"
import { banksFor, EVERY_BANK, type Action } from "./operator.ts"

/** What routes of dead letters are given. */
export interface DeadLetterRoutesGiven {
  readonly development: boolean
  readonly now: () => number
  readonly deadLetters: DeadLetterDesk
  readonly approvals: Pick<Approvals, "ask">
}

const idsInput = z.strictObject({
  ids: z
    .array(z.string().check(z.refine(isDeadLetterId)))
    .check(z.minLength(1), z.maxLength(REPLAYED_BY_ID_MAX)),
})
const IDS_RULES = { ids: `must be 1 to ${REPLAYED_BY_ID_MAX} ids of letters` }
const filterInput = z.strictObject({ filter: z.record(z.string(), z.string()) })
const FILTER_MISSING = { filter: "must be an object of texts" }

/** Routes below `/dead-letters`. */
export function deadLetterRoutes(given: DeadLetterRoutesGiven): Hono<{ Variables: AdminVariables }> {
  const app = new Hono<{ Variables: AdminVariables }>()
  const { deadLetters, approvals, development, now } = given

  app.get("/", async (context) => {
    const { cursor, ...query } = context.req.query()
    const filter = parseLetterFilter(query)
    // A bank nobody may name is no different from one there is not.
    if (!filter.ok && filter.error.includes("bank")) return no(context, "not_found")
    if (!filter.ok) return no(context, "invalid", faultsOf(filter.error, ""))
    const { bank, ...rest } = filter.value
    const refused = bank === undefined ? undefined : permit(context, "dead_letter.read", bank)
    if (refused) return refused
    const scope = bank === undefined ? banksFor(context.var.operator, "dead_letter.read") : [bank]
    if (scope.length === 0) return no(context, "forbidden")
    const page = await deadLetters.list(scope, cursor, rest)
    return context.json({
      deadLetters: page.letters.map(renderLetter),
      ...(page.next ? { next: page.next } : {}),
    })
  })

  app.post("/replay", async (context) => {
    const act = await readAct(context.req.raw, development)
    if (!act.ok) return no(context, act.error)
    const input = judge(idsInput, act.value.body, IDS_RULES)
    if (!input.ok) return no(context, "invalid", input.error)
    const found = await deadLetters.findAll(input.value.ids)
    const mine: DeadLetterAbout[] = []
    for (const letter of found) {
      const refused = permitLetter(context, "dead_letter.replay", letter)
      if (refused?.status === 403) return refused
      if (!refused) mine.push(letter)
    }
    if (mine.length === 0) return no(context, "not_found")
    const ids = mine.map(({ id }) => id)
    const replayed = await deadLetters.replayAll(ids, byOf(context, act.value, now()))
    if (!replayed.ok) return no(context, "queue_unavailable")
    const gone = replayed.value.map(({ id }) => id)
    return context.json({
      replayed: replayed.value.map(renderLetter),
      // Their queue took nothing, or they are not there, or not yours.
      notReplayed: [...new Set(input.value.ids)].filter((id) => !gone.includes(id)),
    })
  })

  app.post("/replay-by-filter", async (context) => {
    const act = await readAct(context.req.raw, development)
    if (!act.ok) return no(context, act.error)
    const input = judge(filterInput, act.value.body, FILTER_MISSING)
    if (!input.ok) return no(context, "invalid", input.error)
    const filter = parseLetterFilter(input.value.filter)
    if (!filter.ok) return no(context, "invalid", faultsOf(filter.error, "filter."))
    const { bank } = filter.value
    // Roles are held for named banks, and so is what two people agree on.
    if (bank === undefined) return no(context, "invalid", faultsOf(["bank"], "filter."))
    const refused = permit(context, "dead_letter.replay", bank)
    if (refused) return refused
    const asked = await deadLetters.describeReplay({ ...filter.value, bank })
    const ask = { kind: "dead_letters.replay", bank, object: bank, asked } as const
    return context.json(renderApproval(await approvals.ask(ask, byOf(context, act.value, now()))))
  })

  app.get("/:id", async (context) => {
    const letter = await find(context.req.param("id"))
    if (!letter) return no(context, "not_found")
    return permitLetter(context, "dead_letter.read", letter) ?? context.json(renderLetter(letter))
  })

  app.post("/:id/replay", async (context) => {
    const act = await readAct(context.req.raw, development)
    if (!act.ok) return no(context, act.error)
    const body = judge(nothingInput, act.value.body, {})
    if (!body.ok) return no(context, "invalid", body.error)
    const letter = await find(context.req.param("id"))
    if (!letter) return no(context, "not_found")
    const refused = permitLetter(context, "dead_letter.replay", letter)
    if (refused) return refused
    const replayed = await deadLetters.replay(letter.id, byOf(context, act.value, now()))
    if (replayed.ok) return context.json({ replayed: renderLetter(replayed.value) })
    return no(context, replayed.error.reason === "outage" ? "queue_unavailable" : "not_found")
  })

  return app

  async function find(id: string): Promise<DeadLetterAbout | undefined> {
    return isDeadLetterId(id) ? deadLetters.find(id) : undefined
  }
}

/** A letter no bank can be named for is hidden from whoever does not hold every bank. */
function permitLetter(context: AdminContext, action: Action, letter: DeadLetterAbout): Response | undefined {
  const refused = permit(context, action, letter.bank)
  const hidden = letter.bank === EVERY_BANK && banksFor(context.var.operator, action) !== EVERY_BANK
  return refused && hidden ? no(context, "hidden") : refused
}

function faultsOf(members: readonly string[], before: string): readonly Fault[] {
  const rules: Readonly<Record<string, string>> = FILTER_RULES
  return members.map((member) =>
    member === ""
      ? { field: before.slice(0, -1), fault: "has a member that is not known here" }
      : { field: before + member, fault: rules[member] ?? "cannot be taken" },
  )
}

function renderLetter(letter: DeadLetterAbout): object {
  const { at, until, postedAt, ...rest } = letter
  const posted = postedAt === undefined ? {} : { postedAt: renderInstant(postedAt) }
  return { ...rest, at: renderInstant(at), until: renderInstant(until), ...posted }
}
