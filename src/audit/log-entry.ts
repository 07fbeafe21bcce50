// One entry of an audit log: a line of the trail with its number, in the one form that is hashed. Shared by whoever moves lines and whoever
// replays them; `tellerline audit verify` reads the same form and shares no code.

import { canonicalJson } from "../crypto/canonical.ts"
import type { AuditLine } from "./audit-store.ts"
import type { LogLine } from "./log-store.ts"

/** The line as an entry: RFC 8785 JSON with `v`, `id`, `bank`, `at`, `actor`, `action`, `object`, `reason` and perhaps `detail`. */
export function entryOf(line: AuditLine): LogLine {
  return { outbox: line.id, entry: canonicalJson({ v: 1, ...line }) }
}

/** An entry as a line again. @throws SyntaxError, TypeError for what was not written by a release we know */
export function readEntry(entry: string): AuditLine {
  const { v, ...line } = JSON.parse(entry) as AuditLine & { readonly v: number }
  if (v !== 1) throw new TypeError(`Cannot read an audit entry of version ${String(v)}`)
  return line
}
