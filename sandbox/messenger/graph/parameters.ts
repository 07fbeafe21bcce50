// Reads what a Graph call says: query, JSON or form body, and the token wherever it stands. Judges nothing but form.

import type { JsonObject } from "../json.ts"
import { isObject, parseJson, textOf } from "../json.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"
import type { GraphError } from "./graph-error.ts"
import { invalidParameter } from "./graph-error.ts"

const BODY_MAX = 1_000_000

/** One call's parameters, query and body together, and the token they came with. */
export type Parameters = { readonly values: JsonObject; readonly token: string | undefined }

/** Read a call. Members that hold JSON as text, as forms do, come out parsed.
 * @param body the body as text, empty where there is none */
export function readParameters(url: URL, headers: Headers, body: string): Result<Parameters, GraphError> {
  if (body.length > BODY_MAX) return refuse(invalidParameter("The request is too large"))
  const query = Object.fromEntries(url.searchParams)
  const isForm = headers.get("content-type")?.startsWith("application/x-www-form-urlencoded") ?? false
  const given = isForm
    ? Object.fromEntries(new URLSearchParams(body))
    : body.trim() === ""
      ? {}
      : parseJson(body)
  if (!isObject(given)) return refuse(invalidParameter("The request body is not valid JSON"))
  const merged: JsonObject = { ...query, ...given }
  const values = Object.fromEntries(Object.entries(merged).map(([key, value]) => [key, unwrap(value)]))
  const bearer = /^(?:Bearer|OAuth) +(\S+)$/i.exec(headers.get("authorization") ?? "")?.[1]
  return ok({ values, token: bearer ?? textOf(merged, "access_token") })
}

function unwrap(value: unknown): unknown {
  if (typeof value !== "string" || !/^[[{]/.test(value)) return value
  return parseJson(value) ?? value
}

/** A comma separated list, or a JSON one. */
export function listOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.filter((item) => typeof item === "string")
  if (typeof value !== "string") return []
  return value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "")
}

/** The members that were asked for, in the order asked; `id` is always among them. */
export function pickFields(object: JsonObject, fields: readonly string[]): JsonObject {
  const picked = fields.filter((field) => object[field] !== undefined).map((field) => [field, object[field]])
  return {
    ...(Object.fromEntries(picked) as JsonObject),
    ...(object.id === undefined ? {} : { id: object.id }),
  }
}
