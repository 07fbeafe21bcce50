// What a caller is told when we say no: RFC 9457 problem documents, bland on purpose.
// Strangers get a status, one sentence and a request id; the log gets the true reason. No input is ever echoed.

/** A refusal as it leaves: `type` is stable, `detail` is a sentence that says what to do. */
export interface Problem {
  readonly status: number
  /** Stable last segment of the problem's type, e.g. `signature`. */
  readonly type: string
  readonly title: string
  readonly detail?: string
  /** Further members, e.g. the refused events of a batch. */
  readonly members?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

const TYPE_BASE = "urn:tellerline:problem:"

/** A problem as a response. Never cached. */
export function problemResponse(problem: Problem, requestId?: string): Response {
  const body = {
    type: TYPE_BASE + problem.type,
    title: problem.title,
    status: problem.status,
    ...(problem.detail ? { detail: problem.detail } : {}),
    ...(requestId ? { request_id: requestId } : {}),
    ...problem.members,
  }
  return new Response(JSON.stringify(body), {
    status: problem.status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", ...problem.headers },
  })
}
