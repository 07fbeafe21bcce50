// Faults somebody asked for: reading them and matching a path. Pure; rows are fault-store.ts, doing is faulting.ts.

import type { GraphError } from "../graph/graph-error.ts"
import { findGraphError, findNamedError } from "../graph/graph-error.ts"
import type { Usage } from "../graph/usage.ts"
import type { JsonObject } from "../json.ts"
import { isObject, textOf } from "../json.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"

/** One fault. With neither status nor error it only delays, or only sets the usage headers. */
export type Fault = {
  readonly path: string
  readonly times: number
  readonly status: number | undefined
  readonly error: GraphError | undefined
  readonly delayMs: number
  /** Acts first, then answers wrongly: with `error` or `status`, or else by breaking the connection */
  readonly afterAccept: boolean
  /** Printed in the usage headers */
  readonly usage: Usage | undefined
  /** Strikes only calls whose body names this person */
  readonly recipient: string | undefined
  /** Strikes with this probability; a call it spares does not use it up */
  readonly chance: number
}

/** Read one fault of the list.
 *
 * | member | meaning |
 * |---|---|
 * | `path` | which calls: see `matchesPath` |
 * | `times` | how often, 1 unless told |
 * | `error` | `"outsideWindow"` (a row of graph-error.ts), `551`, or `{code, error_subcode, message, is_transient}`, bare or under `error` |
 * | `status` | with `error` its status, alone a body that is not JSON |
 * | `delayMs`, `afterAccept`, `recipient`, `chance` | as in `Fault` |
 * | `usage` | `{percent, regainMinutes}` for the usage headers |
 *
 * @returns refusal: a sentence saying what is wrong */
export function parseFault(value: unknown): Result<Fault, string> {
  if (!isObject(value)) return refuse("A fault is an object with a path")
  const path = textOf(value, "path")
  const times = value.times ?? 1
  const delayMs = value.delayMs ?? 0
  const chance = value.chance ?? 1
  const { status } = value
  if (path === undefined || path === "") return refuse('A fault needs a "path"')
  if (typeof times !== "number" || !Number.isInteger(times) || times < 1)
    return refuse('"times" is a whole number from 1')
  if (typeof delayMs !== "number" || delayMs < 0) return refuse('"delayMs" is a number from 0')
  if (status !== undefined && (typeof status !== "number" || status < 200 || status > 599)) {
    return refuse('"status" is an HTTP status')
  }
  if (typeof chance !== "number" || chance <= 0 || chance > 1) return refuse('"chance" is above 0, up to 1')
  const usage = parseUsage(value.usage)
  if (!usage.ok) return usage
  const error = parseError(value.error, status)
  if (!error.ok) return error
  const afterAccept = value.afterAccept === true
  // A fault that names no way of failing fails all the same.
  const isBare = [status, error.value, value.delayMs, usage.value].every((one) => one === undefined)
  return ok({
    path,
    times,
    status: isBare && !afterAccept ? 500 : status,
    error: error.value,
    delayMs,
    afterAccept,
    usage: usage.value,
    recipient: textOf(value, "recipient"),
    chance,
  })
}

function parseUsage(value: unknown): Result<Usage | undefined, string> {
  if (value === undefined) return ok(undefined)
  const percent = isObject(value) ? value.percent : undefined
  const regainMinutes = isObject(value) ? (value.regainMinutes ?? 0) : undefined
  return typeof percent === "number" && typeof regainMinutes === "number"
    ? ok({ percent, regainMinutes })
    : refuse('"usage" is {"percent", "regainMinutes"}')
}

function parseError(value: unknown, status: number | undefined): Result<GraphError | undefined, string> {
  if (value === undefined || value === null) return ok(undefined)
  const inner = isObject(value) && isObject(value.error) ? value.error : value
  const name = isObject(inner) ? textOf(inner, "name") : typeof inner === "string" ? inner : undefined
  const given: JsonObject = isObject(inner) ? inner : { code: inner }
  const code = Number(given.code)
  const subcode = given.error_subcode ?? given.subcode
  const known =
    name === undefined
      ? findGraphError(code, typeof subcode === "number" ? subcode : undefined)
      : findNamedError(name)
  if (name === undefined ? !Number.isInteger(code) : known === undefined)
    return refuse(
      '"error" is a code, a name of the error table, or an object with "code" and "error_subcode"',
    )
  const transient = given.is_transient ?? known?.transient
  const text = textOf(given, "message")
  const made: GraphError = known ?? {
    status: 400,
    code,
    ...(typeof subcode === "number" ? { subcode } : {}),
    message: `(#${code}) Injected by POST /control/faults`,
  }
  return ok({
    ...made,
    status: status ?? made.status,
    ...(text === undefined ? {} : { message: text }),
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
