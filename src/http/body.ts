// Reading a body with a cap, before anything is hashed or parsed: a stranger cannot make us hold more than the cap.

import { err, ok, type Result } from "../foundation/result.ts"

/** Why a body was not read. */
export type BodyRefusal = { readonly reason: "body_too_large" } | { readonly reason: "body_unreadable" }

/** A request or a response: what both say of their body. */
export interface WithBody {
  readonly headers: Headers
  readonly body: ReadableStream | null
}

/** The raw bytes of a body, at most `bytesMax`. A declared length above the cap is refused unread; a lying one is cut off at the cap. */
export async function readCapped(
  request: WithBody,
  bytesMax: number,
): Promise<Result<Uint8Array<ArrayBuffer>, BodyRefusal>> {
  const declared = Number(request.headers.get("content-length") ?? "0")
  if (declared > bytesMax) {
    await request.body?.cancel()
    return err({ reason: "body_too_large" })
  }
  if (!request.body) return ok(new Uint8Array(0))
  const reader = request.body.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      length += value.length
      if (length > bytesMax) {
        await reader.cancel()
        return err({ reason: "body_too_large" })
      }
      chunks.push(value)
    }
  } catch {
    return err({ reason: "body_unreadable" })
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return ok(bytes)
}
