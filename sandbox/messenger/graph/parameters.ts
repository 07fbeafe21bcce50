// Reads what a Graph call says: query, JSON, form or multipart body, and the token wherever it stands. Judges nothing
// but form.

import type { JsonObject } from "../json.ts"
import { isObject, parseJson, textOf } from "../json.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"
import type { GraphError } from "./graph-error.ts"
import { invalidParameter } from "./graph-error.ts"

const BODY_MAX = 1_000_000

/** A file that came with a call. */
export type FilePart = { readonly bytes: ArrayBuffer; readonly contentType: string }

/** One call's parameters, query and body together, the token they came with, and a file if one did. */
export type Parameters = {
  readonly values: JsonObject
  readonly token: string | undefined
  readonly file: FilePart | undefined
}

/** Read a call. Members that hold JSON as text, as forms do, come out parsed. */
export async function readParameters(request: Request, url: URL): Promise<Result<Parameters, GraphError>> {
  const body = await readBody(request)
  if (!body.ok) return body
  const merged: JsonObject = { ...Object.fromEntries(url.searchParams), ...body.value.given }
  const values = Object.fromEntries(Object.entries(merged).map(([key, value]) => [key, unwrap(value)]))
  const bearer = /^(?:Bearer|OAuth) +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1]
  return ok({ values, token: bearer ?? textOf(merged, "access_token"), file: body.value.file })
}

type Body = { readonly given: JsonObject; readonly file: FilePart | undefined }

async function readBody(request: Request): Promise<Result<Body, GraphError>> {
  const type = request.headers.get("content-type") ?? ""
  if (type.startsWith("multipart/form-data")) return readMultipart(request)
  const text = await request.text()
  if (text.length > BODY_MAX) return refuse(invalidParameter("The request is too large"))
  if (text.trim() === "") return ok({ given: {}, file: undefined })
  const given = type.startsWith("application/x-www-form-urlencoded")
    ? Object.fromEntries(new URLSearchParams(text))
    : parseJson(text)
  return isObject(given)
    ? ok({ given, file: undefined })
    : refuse(invalidParameter("The request body is not valid JSON"))
}

async function readMultipart(request: Request): Promise<Result<Body, GraphError>> {
  const given: Record<string, unknown> = {}
  let file: FilePart | undefined
  try {
    for (const [name, part] of await request.formData()) {
      if (typeof part === "string") given[name] = part
      else file = { bytes: await part.arrayBuffer(), contentType: part.type }
    }
  } catch {
    return refuse(invalidParameter("The request body is not valid multipart"))
  }
  return ok({ given, file })
}

function unwrap(value: unknown): unknown {
  if (typeof value !== "string" || !/^[[{]/.test(value)) return value
  return parseJson(value) ?? value
}

/** A comma separated list, or a JSON one. Commas inside braces, as in `messages{id,text}`, do not separate. */
export function listOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.filter((item) => typeof item === "string")
  if (typeof value !== "string") return []
  return value
    .split(/,(?![^{]*\})/)
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
