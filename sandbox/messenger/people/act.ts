// What a person can do, read from JSON. Pure; doing it is acting.ts.

import type { JsonObject } from "../json.ts"
import { isObject, textOf } from "../json.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"

/** One act of a person. */
export type Act =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "postback" | "quick_reply"; readonly title: string; readonly payload: string }
  | { readonly kind: "referral"; readonly ref: string }
  | { readonly kind: "attachment"; readonly attachment: JsonObject }
  | { readonly kind: "reaction"; readonly mid: string; readonly reaction: string | undefined }
  | { readonly kind: "unlink" }
  | { readonly kind: "block"; readonly blocked: boolean }

/** Longest text the app lets a person send. */
const TEXT_MAX = 20_000

/** Read the body of POST /control/people/{psid}/send.
 * @returns refusal: a sentence saying what is wrong */
export function parseAct(body: unknown): Result<Act, string> {
  if (!isObject(body)) return refuse("The body must be a JSON object")
  const text = textOf(body, "text")
  const payload = textOf(body, "payload")
  const ref = textOf(body, "referral")
  if (payload !== undefined) return parseTap(body, payload)
  if (text !== undefined) {
    if (text.trim() === "") return refuse('"text" is empty')
    return text.length > TEXT_MAX
      ? refuse(`"text" holds more than ${TEXT_MAX} characters`)
      : ok({ kind: "text", text })
  }
  if (ref !== undefined) {
    return /^[\w\-=]{1,2083}$/.test(ref)
      ? ok({ kind: "referral", ref })
      : refuse('"referral" may hold A-Z a-z 0-9 _ - =')
  }
  if (isObject(body.attachment)) return ok({ kind: "attachment", attachment: body.attachment })
  if (isObject(body.reaction)) {
    const mid = textOf(body.reaction, "mid")
    if (mid === undefined) return refuse('"reaction" needs the "mid" of a message')
    return ok({ kind: "reaction", mid, reaction: textOf(body.reaction, "reaction") })
  }
  if (body.unlink === true) return ok({ kind: "unlink" })
  if (typeof body.block === "boolean") return ok({ kind: "block", blocked: body.block })
  return refuse('One of "text", "payload", "referral", "attachment", "reaction", "unlink", "block" is needed')
}

function parseTap(body: JsonObject, payload: string): Result<Act, string> {
  const kind = body.kind ?? "postback"
  if (kind !== "postback" && kind !== "quick_reply") return refuse('"kind" is postback or quick_reply')
  return ok({ kind, payload, title: textOf(body, "title") ?? payload })
}
