// Readers for JSON that somebody else wrote. They narrow, they never convert and never throw.

/** A JSON object whose members nobody has checked yet. */
export type JsonObject = { readonly [key: string]: unknown }

/** True for a plain JSON object; arrays and null are not. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** The member as text, or undefined when it is absent or of another type. */
export function textOf(object: JsonObject, key: string): string | undefined {
  const value = object[key]
  return typeof value === "string" ? value : undefined
}

/** The member as a list of objects; whatever else it holds is left out. */
export function objectsOf(object: JsonObject, key: string): readonly JsonObject[] {
  const value = object[key]
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** The text as JSON, or undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
