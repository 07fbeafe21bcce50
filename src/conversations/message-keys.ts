// The rows one message stands for, as its signed metadata names them: the platform takes 1,000 characters, so that the keys of many are cut
// to what tells them apart. Its echo names them back, and settles each (alert-reports.ts).

import type { Sql } from "../foundation/world.ts"
import { findKey } from "./ledger-index.ts"

/** Whole keys that fit, sealed. */
const WHOLE_MAX = 10
/** `e_` and 72 bits: no two of one person's rows share them. */
const CUT_CHARS = 14

/** Name the rows of a message. */
export function nameRows(keys: readonly string[]): string {
  return keys.map((key) => (keys.length > WHOLE_MAX ? key.slice(0, CUT_CHARS) : key)).join(" ")
}

/** The keys of the rows a message named; those that have gone are left out. */
export function rowsNamed(sql: Sql, names: string): readonly string[] {
  return names.split(" ").flatMap((name) => findKey(sql, name) ?? [])
}
