// `/admin/v1/keys`: outer keys by their names: what still names each, reporting one as compromised, asking that one be let go, which
// another admin approves (P14). Thin, as admin-routes.ts, which mounts it. No key is ever shown or sent here.

import { Hono } from "hono"
import type { Approvals } from "../approvals/approvals.ts"
import type { OuterKeys, OuterKeyState } from "../vault/outer-keys.ts"
import { byOf, no, permit, renderInstant, type AdminContext, type AdminVariables } from "./admin-context.ts"
import { judge, nothingInput, readAct, type ActInput } from "./admin-input.ts"
import { renderApproval } from "./approval-routes.ts"
import { EVERY_BANK } from "./operator.ts"

/** What routes of outer keys are given. */
export interface KeyRoutesGiven {
  readonly development: boolean
  readonly now: () => number
  readonly keys: Pick<OuterKeys, "list" | "compromise" | "whyNotRemove">
  readonly approvals: Pick<Approvals, "ask">
}

/** Routes below `/keys`. They are the deployment's: only a role held for every bank counts. */
export function keyRoutes(given: KeyRoutesGiven): Hono<{ Variables: AdminVariables }> {
  const app = new Hono<{ Variables: AdminVariables }>()
  const { keys, approvals, development, now } = given

  app.get("/", async (context) => {
    const refused = permit(context, "key.read", EVERY_BANK)
    if (refused) return refused
    return context.json({ keys: (await keys.list()).map(renderKey) })
  })

  app.post("/:id/compromised", async (context) => {
    const act = await readKeyAct(context)
    if (act instanceof Response) return act
    const kid = context.req.param("id")
    const reported = await keys.compromise(kid, byOf(context, act, now()))
    if (!reported.ok)
      return reported.error.reason === "key_unknown"
        ? no(context, "not_found")
        : no(context, reported.error.reason)
    const found = (await keys.list()).find((key) => key.kid === kid)
    return found ? context.json(renderKey(found)) : no(context, "not_found")
  })

  app.post("/:id/removal", async (context) => {
    const act = await readKeyAct(context)
    if (act instanceof Response) return act
    const kid = context.req.param("id")
    const refusal = await keys.whyNotRemove(kid)
    if (refusal === "key_unknown") return no(context, "not_found")
    if (refusal) return no(context, "key_in_use", [{ field: "", fault: refusal }])
    const ask = { kind: "vault_key.remove", bank: EVERY_BANK, object: kid, asked: { kid } } as const
    return context.json(renderApproval(await approvals.ask(ask, byOf(context, act, now()))))
  })

  return app

  async function readKeyAct(context: AdminContext): Promise<ActInput | Response> {
    const refused = permit(context, "key.change", EVERY_BANK)
    if (refused) return refused
    const act = await readAct(context.req.raw, development)
    if (!act.ok) return no(context, act.error)
    const body = judge(nothingInput, act.value.body, {})
    return body.ok ? act.value : no(context, "invalid", body.error)
  }
}

function renderKey(key: OuterKeyState): object {
  const { firstSeenAt, countedAt, replacedAt, compromisedAt, renewedAt, removedAt, removableFrom, ...rest } =
    key
  const instants = { replacedAt, compromisedAt, renewedAt, removableFrom, removedAt }
  return {
    ...rest,
    firstSeenAt: renderInstant(firstSeenAt),
    ...(countedAt === 0 ? {} : { countedAt: renderInstant(countedAt) }),
    ...Object.fromEntries(
      Object.entries(instants).flatMap(([name, at]) =>
        at === undefined ? [] : [[name, renderInstant(at)] as const],
      ),
    ),
  }
}
