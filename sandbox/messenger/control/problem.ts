// Refusals of the control API: RFC 9457, one plain sentence that says what to change.

/** A problem answer.
 * @param detail one sentence for the person who wrote the call */
export function problem(status: number, detail: string): Response {
  const title =
    { 400: "Bad request", 403: "Forbidden", 404: "Not found", 502: "Bad gateway" }[status] ?? "Error"
  return Response.json(
    { title, status, detail },
    { status, headers: { "content-type": "application/problem+json" } },
  )
}
