// The only place that names a bank's line. One a bank, so that no bank's line holds another's people (P13).

import type { BankId } from "../foundation/id.ts"
import type { Line } from "./line.ts"

/** A bank's line. */
export function lineOf(namespace: DurableObjectNamespace<Line>, bank: BankId): DurableObjectStub<Line> {
  return namespace.getByName(bank)
}
