// The wrong answers a fault gives: late, not JSON, or none.

/** Wait in real time. */
export const wait = (ms: number): Promise<void> =>
  ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms))

/** An answer that no client of a JSON API expects, as load balancers give it. */
export function failingBody(status: number): Response {
  return new Response("<html><body>Sorry, something went wrong.</body></html>\n", {
    status,
    headers: { "content-type": "text/html; charset=utf-8" },
  })
}

/** An answer that begins and never ends: the reader sees a lost connection and cannot know what was done. */
export function breakConnection(): Response {
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      controller.enqueue(new TextEncoder().encode('{"recipient_id":"'))
      await wait(20)
      controller.error(new Error("Connection broken by a fault"))
    },
  })
  return new Response(body, { headers: { "content-type": "application/json" } })
}
