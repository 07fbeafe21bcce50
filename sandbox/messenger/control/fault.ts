// Faults somebody asked for: reading them and matching a path. Pure; rows are fault-store.ts, doing is faulting.ts.

import type { GraphError } from "../graph/graph-error.ts"
import { findGraphError } from "../graph/graph-error.ts"
import type { JsonObject } from "../json.ts"
import { isObject, textOf } from "../json.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"

/** One fault. With neither status nor error it only delays. */
export type Fault = {
  readonly path: string
  readonly times: number
  readonly status: number | undefined
  readonly error: GraphError | undefined
  readonly delayMs: number
  readonly afterAccept: boolean
}

/** Read one fault of the list.
 * @returns refusal: a sentence saying what is wrong */
export function parseFault(value: unknown): Result<Fault, string> {
  if (!isObject(value)) return refuse("A fault is an object with a path")
  const path = textOf(value, "path")
  const times = value.times ?? 1
  const delayMs = value.delayMs ?? 0
  const { status } = value
  if (path === undefined || path === "") return refuse('A fault needs a "path"')
  if (typeof times !== "number" || !Number.isInteger(times) || times < 1)
    return refuse('"times" is a whole number from 1')
  if (typeof delayMs !== "number" || delayMs < 0) return refuse('"delayMs" is a number from 0')
  if (status !== undefined && (typeof status !== "number" || status < 200 || status > 599)) {
    return refuse('"status" is an HTTP status')
  }
  const error = parseError(value.error, status)
  if (!error.ok) return error
  const afterAccept = value.afterAccept === true
  // A fault that names no way of failing fails all the same.
  const isBare =
    status === undefined && error.value === undefined && value.delayMs === undefined && !afterAccept
  return ok({ path, times, status: isBare ? 500 : status, error: error.value, delayMs, afterAccept })
}

function parseError(value: unknown, status: number | undefined): Result<GraphError | undefined, string> {
  if (value === undefined || value === null) return ok(undefined)
  const given: JsonObject = isObject(value) ? (isObject(value.error) ? value.error : value) : { code: value }
  const code = Number(given.code)
  if (!Number.isInteger(code))
    return refuse('"error" is a code, or an object with "code" and maybe "error_subcode"')
  const subcode = given.error_subcode ?? given.subcode
  const known = findGraphError(code, typeof subcode === "number" ? subcode : undefined)
  const { transient } = { transient: given.is_transient ?? known?.transient }
  return ok({
    status: status ?? known?.status ?? 400,
    code,
    ...(typeof subcode === "number"
      ? { subcode }
      : known?.subcode === undefined
        ? {}
        : { subcode: known.subcode }),
    message: textOf(given, "message") ?? known?.message ?? `(#${code}) Injected by POST /control/faults`,
    ...(typeof transient === "boolean" ? { transient } : {}),
  })
}

/** True for a path of the bank's Worker: it keeps those faults itself. */
export const isBankPath = (path: string): boolean => /^\/?bank(\/|$|\*)/.test(path)

/** True when a fault's path means this request path. `*` stands for anything; without one it is a prefix. A path may
 * leave out `/graph/v26.0`, and a single word means the last segment. */
export function matchesPath(pattern: string, path: string): boolean {
  const bare = path.replace(/^\/graph\/v\d+\.\d+/, "")
  if (!pattern.includes("/") && !pattern.includes("*")) return path.endsWith(`/${pattern}`)
  if (!pattern.includes("*")) return path.startsWith(pattern) || bare.startsWith(pattern)
  const source = pattern
    .split("*")
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*")
  const expression = new RegExp(`^${source}$`)
  return expression.test(path) || expression.test(bare)
}
