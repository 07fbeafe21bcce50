// The only place that names an audit log: by its bank and month, and the deployment's one register. Logs hold pseudonyms only and lie where
// the platform puts them.

import type { BankId } from "../foundation/id.ts"
import type { AuditLog } from "./audit-log.ts"

/** The audit logs of a deployment. */
export interface AuditLogs {
  /** @param month `YYYY-MM`, UTC */
  readonly of: (bank: BankId | "*", month: string) => DurableObjectStub<AuditLog>
  /** Which logs there are, and how far the directory had come. */
  readonly register: () => DurableObjectStub<AuditLog>
}

/** The logs behind a binding. A bank's id has no `|` in it. */
export function createAuditLogs(namespace: DurableObjectNamespace<AuditLog>): AuditLogs {
  return {
    of: (bank, month) => namespace.getByName(`${bank}|${month}`),
    register: () => namespace.getByName("*|register"),
  }
}
