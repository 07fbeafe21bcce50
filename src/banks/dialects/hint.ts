// A hint as an event of ours: something changed, come and look. Pure; what follows of it is conversations/hints.ts.

import { err, ok, type Result } from "../../foundation/result.ts"
import type { DataHint } from "../event.ts"
import { AHEAD_MS_MAX, type EventRefusal } from "../event-parse.ts"
import { EVENT_TYPES } from "../event-types.ts"
import { isUsableId } from "../event-wire.ts"
import { CUSTOMER_CHARS_MAX } from "../wire-values.ts"

/** Make a hint.
 * @param said as the dialect has it; ids of the bank's are refused, never shortened */
export function makeHint(
  said: Pick<DataHint, "id" | "source" | "customer" | "at" | "about"> & { readonly account?: string },
  now: number,
): Result<DataHint, EventRefusal> {
  const { account, ...rest } = said
  if (!isUsableId(said.id)) return invalid("The id is missing, too long or holds characters that do not show")
  if (!isUsableId(said.customer) || said.customer.length > CUSTOMER_CHARS_MAX)
    return invalid("The customer is missing, too long or holds characters that do not show")
  if (account !== undefined && !isUsableId(account)) return invalid("The account's id cannot be read")
  if (said.at > now + AHEAD_MS_MAX) return invalid("The time lies more than 10 minutes ahead")
  return ok({
    v: 1,
    type: "bank.data.hint.v1",
    ...rest,
    staleAt: said.at + EVENT_TYPES["bank.data.hint.v1"].staleAfterMs,
    ...(account === undefined ? {} : { account }),
  })
}

function invalid(description: string): Result<never, EventRefusal> {
  return err({ err: "invalid_request", description })
}
