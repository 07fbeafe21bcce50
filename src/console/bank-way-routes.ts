// `/admin/v1/banks/{id}/…`: what a bank's ways in need of an operator: its bearer keys, the secret of its webhooks, and why requests of it were
// refused. Thin, as admin-routes.ts, which mounts it. A key and a secret leave once, in the answer to the act that made them.

import { Hono } from "hono"
import * as z from "zod/mini"
import type { AuditBy } from "../audit/audit.ts"
import { API_KEY_MS_MAX, API_KEY_NAME_CHARS_MAX, isApiKeyId, type BankApiKey } from "../banks/api-key.ts"
import type { KeptRefusal } from "../banks/refusal-store.ts"
import { DAY_MS } from "../foundation/clock.ts"
import { isBankId, type BankId } from "../foundation/id.ts"
import type { Secret } from "../foundation/secret.ts"
import { byOf, no, permit, renderInstant, type AdminContext, type AdminVariables } from "./admin-context.ts"
import { judge, nothingInput, readAct } from "./admin-input.ts"
import type { Action } from "./operator.ts"

/** What these routes are given. */
export interface BankWayRoutesGiven {
  readonly development: boolean
  readonly now: () => number
  readonly isBank: (bank: BankId) => Promise<boolean>
  readonly ways: {
    listKeys(bank: BankId): Promise<readonly BankApiKey[]>
    /** `undefined` where the bank has as many as it may. */
    createKey(
      about: Pick<BankApiKey, "bank" | "name" | "expiresAt">,
      by: AuditBy,
    ): Promise<{ readonly key: Secret; readonly kept: BankApiKey } | undefined>
    /** `undefined` for no key of this bank. */
    revokeKey(bank: BankId, id: string, by: AuditBy): Promise<BankApiKey | undefined>
    createWebhookSecret(bank: BankId, by: AuditBy): Promise<{ readonly id: string; readonly secret: Secret }>
    listRefusals(bank: BankId): Promise<readonly KeptRefusal[]>
  }
}

const DAYS_MAX = API_KEY_MS_MAX / DAY_MS
const keyInput = z.strictObject({
  name: z.string().check(z.maxLength(API_KEY_NAME_CHARS_MAX), z.regex(/^[^\p{Cc}\p{Cf}]+$/u)),
  days: z._default(z.int().check(z.minimum(1), z.maximum(DAYS_MAX)), DAYS_MAX),
})
const KEY_RULES = {
  name: `must be a text of 1 to ${API_KEY_NAME_CHARS_MAX} characters`,
  days: `must be a whole number from 1 to ${DAYS_MAX}`,
}

/** Routes below `/banks`. */
export function bankWayRoutes(given: BankWayRoutesGiven): Hono<{ Variables: AdminVariables }> {
  const app = new Hono<{ Variables: AdminVariables }>()
  const { ways, development, now } = given

  app.get("/:id/api-keys", async (context) => {
    const bank = await find(context, "bank_key.read")
    if (bank instanceof Response) return bank
    return context.json({ apiKeys: (await ways.listKeys(bank)).map(renderKey) })
  })

  app.post("/:id/api-keys", async (context) => {
    const bank = await find(context, "bank_key.change")
    if (bank instanceof Response) return bank
    const act = await readAct(context.req.raw, development)
    if (!act.ok) return no(context, act.error)
    const input = judge(keyInput, act.value.body, KEY_RULES)
    if (!input.ok) return no(context, "invalid", input.error)
    const { name, days } = input.value
    const by = byOf(context, act.value, now())
    const made = await ways.createKey({ bank, name, expiresAt: by.at + days * DAY_MS }, by)
    return made
      ? context.json({ ...renderKey(made.kept), key: made.key.reveal() })
      : no(context, "api_keys_full")
  })

  app.post("/:id/api-keys/:key/revocation", async (context) => {
    const bank = await find(context, "bank_key.change")
    if (bank instanceof Response) return bank
    const act = await readAct(context.req.raw, development)
    if (!act.ok) return no(context, act.error)
    const input = judge(nothingInput, act.value.body, {})
    if (!input.ok) return no(context, "invalid", input.error)
    const id = context.req.param("key")
    const revoked = isApiKeyId(id)
      ? await ways.revokeKey(bank, id, byOf(context, act.value, now()))
      : undefined
    return revoked ? context.json(renderKey(revoked)) : no(context, "not_found")
  })

  app.post("/:id/webhook-secrets", async (context) => {
    const bank = await find(context, "bank_key.change")
    if (bank instanceof Response) return bank
    const act = await readAct(context.req.raw, development)
    if (!act.ok) return no(context, act.error)
    const input = judge(nothingInput, act.value.body, {})
    if (!input.ok) return no(context, "invalid", input.error)
    const made = await ways.createWebhookSecret(bank, byOf(context, act.value, now()))
    return context.json({ id: made.id, secret: made.secret.reveal() })
  })

  app.get("/:id/refusals", async (context) => {
    const bank = await find(context, "refusal.read")
    if (bank instanceof Response) return bank
    const refusals = await ways.listRefusals(bank)
    return context.json({
      refusals: refusals.map(({ at, bank: _bank, ...refusal }) => ({ at: renderInstant(at), ...refusal })),
    })
  })

  return app

  async function find(context: AdminContext, action: Action): Promise<BankId | Response> {
    const id = context.req.param("id")
    if (!isBankId(id)) return no(context, "not_found")
    const refused = permit(context, action, id)
    if (refused) return refused
    return (await given.isBank(id)) ? id : no(context, "not_found")
  }
}

function renderKey({ id, name, createdAt, expiresAt, revokedAt }: BankApiKey): object {
  return {
    id,
    name,
    createdAt: renderInstant(createdAt),
    expiresAt: renderInstant(expiresAt),
    ...(revokedAt === undefined ? {} : { revokedAt: renderInstant(revokedAt) }),
  }
}
