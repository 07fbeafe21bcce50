// Bodies of the control API: a JSON object, or the sentence that says it is none.

import type { JsonObject } from "../json.ts"
import { isObject, parseJson } from "../json.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"

/** The body as a JSON object; an empty one is an object without members. */
export async function readObject(request: Request): Promise<Result<JsonObject, string>> {
  const text = await request.text()
  const body = text.trim() === "" ? {} : parseJson(text)
  return isObject(body) ? ok(body) : refuse("The body must be a JSON object")
}
