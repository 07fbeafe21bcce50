// Asked before each answer of the bank's machine-facing addresses: are its switches on, is a fault due? Plays
// delays, wrong answers and broken connections, in the error shape of the dialect that was called.

import type { MiddlewareHandler } from "hono"
import type { BankContext, Fault } from "./env.ts"
import { storeOf } from "./env.ts"

/** How one dialect writes an error. */
export type ErrorShape = (status: number, text: string | null) => Response

/** Read the switches into `c.var.gate` and play the fault that is due for this path, if any. */
export const faultGate =
  (shape: ErrorShape): MiddlewareHandler<BankContext> =>
  async (c, next) => {
    const gate = await storeOf(c.env).gate(c.req.path)
    c.set("gate", gate)
    const { fault } = gate
    if (!fault) return next()
    if (fault.delayMs > 0) await scheduler.wait(fault.delayMs)
    if (fault.afterAccept) {
      await next()
      c.res = brokenOff(c.res)
      return
    }
    if (fault.status === null) return next()
    return wrongAnswer(fault, fault.status, shape)
  }

function wrongAnswer(fault: Fault, status: number, shape: ErrorShape): Response {
  if (fault.error?.startsWith("{")) return Response.json(JSON.parse(fault.error), { status })
  return shape(status, fault.error)
}

/** The head of the right answer, then nothing: what was asked has been done, but the caller cannot know. */
function brokenOff(response: Response): Response {
  const body = new ReadableStream({
    async pull(controller) {
      // The head must be on its way first, else the runtime answers a plain 500.
      await scheduler.wait(20)
      controller.error(new Error("connection broken on purpose"))
    },
  })
  const headers = new Headers(response.headers)
  headers.delete("content-length")
  return new Response(body, { status: response.status, headers })
}
