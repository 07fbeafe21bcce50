// The gateway's answer, in words for the person at the desk. Pure.

import type { PostAnswer } from "../events/post.ts"
import type { Activity } from "../store/told-rows.ts"

type Said = Pick<Activity, "tone" | "detail">

type Rejection = { readonly err?: string; readonly description?: string }

/** Say what became of events, after the status and body of the post.
 * @param gateway named when it does not answer */
export function sayAnswer({ status, body }: PostAnswer, count: number, gateway: string): Said {
  if (status === 0) return { tone: "bad", detail: `The gateway did not answer. Is it running at ${gateway}?` }
  if (status === 202) return sayBatch(body, count)
  const reason = reasonOf(body)
  if (status === 429 || status === 503)
    return { tone: "bad", detail: `The gateway is busy and asks to try again later (${status}).` }
  return { tone: "bad", detail: `The gateway refused it (${status})${reason === "" ? "" : `: ${reason}`}` }
}

function sayBatch(body: unknown, count: number): Said {
  const rejected = Object.values(membersOf(body)["rejected"] ?? {}) as readonly Rejection[]
  if (rejected.length === 0)
    return {
      tone: "good",
      detail: `The gateway took ${count === 1 ? "the event" : `all ${count} events`} (202) and tells whoever is linked and wants to know.`,
    }
  const reasons = [...new Set(rejected.map((one) => one.description ?? one.err ?? "no reason given"))].join(
    "; ",
  )
  const which = rejected.length === count ? "this" : `${rejected.length} of ${count}`
  return /unknown.*type/i.test(reasons)
    ? { tone: "plain", detail: `The gateway does not know ${which} yet, and says so by name: ${reasons}.` }
    : { tone: "bad", detail: `The gateway took the post but refused ${which}: ${reasons}.` }
}

function reasonOf(body: unknown): string {
  const { detail, title, description, error } = membersOf(body)
  const reason = [detail, title, description, error].find((one) => typeof one === "string")
  return typeof reason === "string" ? reason : ""
}

const membersOf = (body: unknown): Readonly<Record<string, unknown>> =>
  typeof body === "object" && body !== null ? (body as Readonly<Record<string, unknown>>) : {}
