// Reading what an operator sends: capped, JSON, one object, with a reason. No value is looked at beyond that; parsers of the rooms
// do it. Used by admin-routes.ts only.

import * as z from "zod/mini"
import { readCapped } from "../http/body.ts"
import { fromUtf8 } from "../crypto/text.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { AdminRefusal, Fault } from "./admin-problems.ts"

/** A bank's record with every list full has some 8 kB. */
const BODY_BYTES_MAX = 64 * 1024
export const REASON_HEADER = "tellerline-reason"
const REASON_CHARS_MAX = 500
/** Control characters, and direction marks that could make a line of the trail read as another. */
const UNSEEN = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu
const DEVELOPMENT_REASON = "development"
const YEAR_MS = 366 * 24 * 3_600_000

/** An act as it was asked for. */
export interface ActInput {
  /** The body without its `reason`. */
  readonly body: Readonly<Record<string, unknown>>
  readonly reason: string
}

/** Read the body of an act: content type, cap, JSON object, reason.
 * The content type also keeps other sites out: a form cannot send it, and nothing here answers a preflight.
 * @param development there an act without a reason has the reason "development" */
export async function readAct(
  request: Request,
  development: boolean,
): Promise<Result<ActInput, AdminRefusal>> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase()
  if (type !== "application/json") return err("media_type")
  const bytes = await readCapped(request, BODY_BYTES_MAX)
  if (!bytes.ok) return err(bytes.error.reason)
  const parsed = parseObject(bytes.value)
  if (!parsed) return err("body_not_json")
  const { reason: given, ...body } = parsed
  const reason = reasonOf(
    given ?? request.headers.get(REASON_HEADER) ?? (development ? DEVELOPMENT_REASON : undefined),
  )
  return reason === undefined ? err("reason_missing") : ok({ body, reason })
}

/** `{advanceMs}`: how far the development clock moves, at most five years at once; 0 asks where it stands. */
export const clockInput = z.strictObject({
  advanceMs: z.int().check(z.minimum(0), z.maximum(5 * YEAR_MS)),
})

/** A body that has nothing but a reason. */
export const nothingInput = z.strictObject({})

/** Judge a body by a schema. Faults name members and rules; zod's own sentences could quote input and are not used. */
export function judge<T>(
  schema: z.ZodMiniType<T>,
  body: unknown,
  rules: Readonly<Record<string, string>>,
): Result<T, readonly Fault[]> {
  const parsed = z.safeParse(schema, body)
  if (parsed.success) return ok(parsed.data)
  return err(
    parsed.error.issues.map((issue) => {
      if (issue.code === "unrecognized_keys")
        return { field: "", fault: "has a member that is not known here" }
      const field = issue.path.map(String).join(".")
      return { field, fault: rules[field] ?? "cannot be taken" }
    }),
  )
}

function reasonOf(given: unknown): string | undefined {
  if (typeof given !== "string") return undefined
  const text = given.replaceAll(UNSEEN, " ").trim()
  return text.length > 0 && text.length <= REASON_CHARS_MAX ? text : undefined
}

function parseObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(fromUtf8(bytes))
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
