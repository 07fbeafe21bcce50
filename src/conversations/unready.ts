// What cannot be done now and can be done later: a directory that does not answer, a state written by a newer release.
// It costs no attempt and nothing is dropped for it. Thrown by conversation.ts and state.ts, heard by person.ts.

import { DatabaseError } from "../db/database.ts"

/** Try again later. The message names what is missing, never whose. */
export class Unready extends Error {
  override readonly name = "Unready"
}

/** Whether a fault is an outage round us rather than a mistake of ours. */
export function isOutage(fault: unknown): boolean {
  return fault instanceof Unready || fault instanceof DatabaseError
}
