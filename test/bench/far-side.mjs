// Everything the gateway calls, on loopback: the Send API, the bank's keys, its callbacks and its acts on cards. It answers at once and counts.
// It judges nothing: the sandbox and its tests do that. Composed by bench.mjs; the gateway reaches it through relay-worker.mjs.
import { createServer } from "node:http"
import { performance } from "node:perf_hooks"

/** Start it.
 * @param {object} jwk the bank's public key
 * @returns what arrived: `sent` the number of sends, `onSend` a listener for each, `onFreeze` one for each card to freeze, `callbacks` the number of posts to the bank */
export async function startFarSide(jwk) {
  const far = { sent: 0, callbacks: 0, onSend: undefined, onFreeze: undefined, port: 0, close: undefined }
  const server = createServer((request, response) => {
    const at = performance.now()
    const chunks = []
    request.on("data", (chunk) => chunks.push(chunk))
    request.on("end", () => {
      const url = request.url ?? "/"
      const answer = (value) => {
        const text = JSON.stringify(value)
        response.writeHead(200, { "content-type": "application/json", "content-length": text.length })
        response.end(text)
      }
      if (url.endsWith("/messages")) {
        far.sent += 1
        const body = far.onSend ? JSON.parse(Buffer.concat(chunks).toString()) : undefined
        if (body) far.onSend(body, at, url)
        return answer({ recipient_id: "1", message_id: `m_${far.sent}` })
      }
      if (url.endsWith("/jwks.json")) return answer({ keys: [jwk] })
      const [, card] = /\/cards\/([^/]+)\/freeze$/.exec(url) ?? []
      if (card !== undefined) {
        far.onFreeze?.(card, at)
        return answer({ ref: card, state: "frozen" })
      }
      if (url.endsWith("/callbacks")) far.callbacks += 1
      return answer({})
    })
  })
  server.keepAliveTimeout = 60_000
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))
  far.port = server.address().port
  far.close = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  return far
}
