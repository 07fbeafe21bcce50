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
  message: WithBody,
  bytesMax: number,
): Promise<Result<Uint8Array<ArrayBuffer>, BodyRefusal>> {
  try {
    const bytes = await readAtMost(message, bytesMax)
    return bytes ? ok(bytes) : err({ reason: "body_too_large" })
  } catch {
    return err({ reason: "body_unreadable" })
  }
}

/** The same for whoever must know why a body broke off.
 * @returns `undefined` where it is larger than the cap
 * @throws what the stream throws: an abort, a timeout, a broken connection */
export async function readAtMost(
  message: WithBody,
  bytesMax: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const declared = Number(message.headers.get("content-length") ?? "0")
  if (declared > bytesMax) {
    await message.body?.cancel()
    return undefined
  }
  if (!message.body) return new Uint8Array(0)
  const reader = message.body.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > bytesMax) {
      await reader.cancel()
      return undefined
    }
    chunks.push(value)
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
