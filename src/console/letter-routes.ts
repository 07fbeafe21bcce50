// `/admin/v1/banks/{id}/...`: what is asked about a bank's customers for a letter, a leaving bank or a breach, and erasing one. All of it is
// by POST: a reference belongs in no URL, and each question has its reason. Thin, as admin-routes.ts, which mounts it.

import { Hono } from "hono"
import * as z from "zod/mini"
import type { AuditBy } from "../audit/audit.ts"
import { isBankId, type BankId } from "../foundation/id.ts"
import { byOf, no, permit, renderInstant, type AdminContext, type AdminVariables } from "./admin-context.ts"
import { judge, readAct } from "./admin-input.ts"
import type { Action } from "./operator.ts"

/** Part of an answer, and where the next begins. */
interface Part<T> {
  readonly rows: readonly T[]
  readonly next?: string
}

/** Answers, each audited before it is given. @see privacy/letters.ts */
interface Letters {
  exportCustomer(bank: BankId, reference: string, by: AuditBy): Promise<object>
  consentsAt(
    bank: BankId,
    at: number,
    after: string,
    by: AuditBy,
  ): Promise<Part<{ readonly givenAt: number; readonly until: number }>>
  /** @param between.to exclusive */
  disclosures(
    bank: BankId,
    between: { readonly from: number; readonly to: number },
    after: string,
    by: AuditBy,
  ): Promise<Part<{ readonly passed: readonly { readonly firstAt: number; readonly lastAt: number }[] }>>
}

/** What these routes are given. */
export interface LetterRoutesGiven {
  readonly development: boolean
  readonly now: () => number
  readonly isBank: (bank: BankId) => Promise<boolean>
  readonly letters: Letters
  /** @returns a code for each person who is being erased */
  readonly erase: (bank: BankId, reference: string, by: AuditBy) => Promise<readonly string[]>
}

const CUSTOMER = z.string().check(z.regex(/^[\x21-\x7e]{1,255}$/))
const CURSOR = z._default(z.string().check(z.regex(/^[A-Za-z0-9_-]{0,64}$/)), "")
const INSTANT = z.iso.datetime({ offset: true })

const customerInput = z.strictObject({ customer: CUSTOMER })
const dayInput = z.strictObject({ at: INSTANT, cursor: CURSOR })
const betweenInput = z.strictObject({ from: INSTANT, to: INSTANT, cursor: CURSOR })

const RULES = {
  customer: "must be the bank's reference of a customer: 1 to 255 visible ASCII characters",
  at: "must be an instant with its offset, RFC 3339",
  from: "must be an instant with its offset, RFC 3339",
  to: "must be an instant with its offset, RFC 3339",
  cursor: "must be `next` of the answer before",
}

/** Routes below `/banks`. */
export function letterRoutes(given: LetterRoutesGiven): Hono<{ Variables: AdminVariables }> {
  const app = new Hono<{ Variables: AdminVariables }>()
  const { letters } = given

  app.post("/:id/customer/export", (context) =>
    answer(context, "customer.export", customerInput, async ({ customer }, bank, by) =>
      context.json(await letters.exportCustomer(bank, customer, by)),
    ),
  )

  app.post("/:id/customer/erasure", (context) =>
    answer(context, "customer.erase", customerInput, async ({ customer }, bank, by) => {
      const codes = await given.erase(bank, customer, by)
      return context.json({ erased: codes.length, codes })
    }),
  )

  app.post("/:id/consents", (context) =>
    answer(context, "consent.read", dayInput, async ({ at, cursor }, bank, by) => {
      const { rows, next } = await letters.consentsAt(bank, Date.parse(at), cursor, by)
      const consents = rows.map(({ givenAt, until, ...row }) => ({
        ...row,
        givenAt: renderInstant(givenAt),
        until: renderInstant(until),
      }))
      return context.json({ consents, ...(next === undefined ? {} : { next }) })
    }),
  )

  app.post("/:id/disclosures", (context) =>
    answer(context, "disclosure.read", betweenInput, async ({ from, to, cursor }, bank, by) => {
      const between = { from: Date.parse(from), to: Date.parse(to) }
      const { rows, next } = await letters.disclosures(bank, between, cursor, by)
      const disclosures = rows.map(({ passed, ...row }) => ({
        ...row,
        passed: passed.map(({ firstAt, lastAt, ...kind }) => ({
          ...kind,
          firstAt: renderInstant(firstAt),
          lastAt: renderInstant(lastAt),
        })),
      }))
      return context.json({ disclosures, ...(next === undefined ? {} : { next }) })
    }),
  )

  return app

  async function answer<T>(
    context: AdminContext,
    action: Action,
    schema: z.ZodMiniType<T>,
    act: (input: T, bank: BankId, by: AuditBy) => Promise<Response>,
  ): Promise<Response> {
    const bank = context.req.param("id")
    if (!isBankId(bank)) return no(context, "not_found")
    const refused = permit(context, action, bank)
    if (refused) return refused
    if (!(await given.isBank(bank))) return no(context, "not_found")
    const asked = await readAct(context.req.raw, given.development)
    if (!asked.ok) return no(context, asked.error)
    const input = judge(schema, asked.value.body, RULES)
    if (!input.ok) return no(context, "invalid", input.error)
    return act(input.value, bank, byOf(context, asked.value, given.now()))
  }
}
