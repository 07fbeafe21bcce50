// `/admin/v1/meters`: what consumers did, a row a minute and queue. Counts of the whole deployment: only a role held for every bank counts.
// Thin, as admin-routes.ts, which mounts it.

import { Hono } from "hono"
import { MINUTE_MS } from "../foundation/clock.ts"
import { AGE_BOUNDS_MS, ageBelow, type MeterRow } from "../metering/meter.ts"
import { no, permit, renderInstant, type AdminVariables } from "./admin-context.ts"
import { EVERY_BANK } from "./operator.ts"

/** What routes of meters are given. */
export interface MeterRoutesGiven {
  readonly now: () => number
  /** Rows of minutes since the epoch, `until` exclusive. */
  readonly meters: (from: number, until: number) => Promise<readonly MeterRow[]>
}

const MINUTES = 60
const MINUTES_MAX = 24 * 60

/** Routes below `/meters`. */
export function meterRoutes(given: MeterRoutesGiven): Hono<{ Variables: AdminVariables }> {
  const app = new Hono<{ Variables: AdminVariables }>()
  app.get("/", async (context) => {
    const refused = permit(context, "meter.read", EVERY_BANK)
    if (refused) return refused
    const { minutes = String(MINUTES) } = context.req.query()
    const count = /^[0-9]{1,4}$/.test(minutes) ? Number(minutes) : 0
    if (count < 1 || count > MINUTES_MAX)
      return no(context, "invalid", [{ field: "minutes", fault: `must be 1 to ${MINUTES_MAX}` }])
    const until = Math.floor(given.now() / MINUTE_MS) + 1
    const rows = await given.meters(until - count, until)
    return context.json({ meters: rows.map(renderRow), ageBoundsMs: AGE_BOUNDS_MS })
  })
  return app
}

function renderRow({ minute, ...row }: MeterRow): object {
  const age = (share: number) => {
    const bound = ageBelow(row.ages, share)
    return bound === undefined || bound === Infinity ? null : bound
  }
  return { at: renderInstant(minute * MINUTE_MS), ...row, p50Ms: age(0.5), p99Ms: age(0.99) }
}
