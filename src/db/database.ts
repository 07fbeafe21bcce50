// The one way to D1: drizzle's builder over the binding, a deadline round each call, errors without their parameters.
// drizzle's own messages contain every bound parameter, so the wrapper is dropped and only the driver's cause goes on.

import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1"

/** Queries are built on it; `batch` is the only transaction. */
export type Database = DrizzleD1Database

/** On a live path a read that takes longer is given up. */
export const READ_DEADLINE_MS = 1_000
/** On a live path a write that takes longer is given up: its outcome is then unknown and the step must be repeatable. */
export const WRITE_DEADLINE_MS = 3_000

/** D1 did not do what was asked. The message names the driver's complaint, never a parameter. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError"
  constructor(
    readonly reason: "deadline" | "failed",
    message: string,
  ) {
    super(message)
  }
}

/** A database over a D1 binding. */
export function createDatabase(binding: D1Database): Database {
  return drizzle(binding)
}

/** Wait for a read at most `READ_DEADLINE_MS`. @throws DatabaseError */
export function read<T>(query: PromiseLike<T>): Promise<T> {
  return within(query, READ_DEADLINE_MS)
}

/** Wait for a write at most `WRITE_DEADLINE_MS`. @throws DatabaseError */
export function write<T>(query: PromiseLike<T>): Promise<T> {
  return within(query, WRITE_DEADLINE_MS)
}

async function within<T>(query: PromiseLike<T>, deadlineMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | null = null
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new DatabaseError("deadline", `Database did not answer within ${deadlineMs} ms`)),
      deadlineMs,
    )
  })
  try {
    return await Promise.race([Promise.resolve(query), late])
  } catch (fault) {
    if (fault instanceof DatabaseError) throw fault
    const cause =
      fault instanceof Error && fault.cause instanceof Error ? fault.cause.message : "unknown cause"
    throw new DatabaseError("failed", `Database refused a statement: ${cause}`)
  } finally {
    clearTimeout(timer)
  }
}
