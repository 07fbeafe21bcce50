// What the ratios are ratios of: the least a Worker can do for the same outside effect. No pseudonym, no sealing, no consent, no
// order, no limits; one secret, one table, one fetch. Plain JavaScript, run as it stands.
//
//   POST /store   verify the HMAC, write one row in the person's object
//   POST /reply   verify, write inbox, claim and alarm, answer; then fetch once and write the outcome
//   POST /tell    for each of a list of objects: a claim, a fetch, an outcome; 50 at a time
//   POST /batch   the body as it is in pieces of 60 kB, posted by sendBatch
import { DurableObject } from "cloudflare:workers"

const AT_ONCE = 50
const PIECE_BYTES = 60_000
const PIECES_A_ROUND = 4
const LOOK_AGAIN_MS = 10_000
const text = new TextEncoder()
let key

export class Bare extends DurableObject {
  constructor(state, env) {
    super(state, env)
    this.sql = state.storage.sql
    this.sql.exec("CREATE TABLE IF NOT EXISTS rows (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
  }

  store(name, value) {
    this.sql.exec("INSERT INTO rows VALUES (?, ?) ON CONFLICT DO NOTHING", name, value)
  }

  async reply(name, psid, value) {
    this.store(`inbox ${name}`, value)
    this.store(`claim ${name}`, "sending")
    await this.ctx.storage.setAlarm(Date.now() + LOOK_AGAIN_MS)
    this.ctx.waitUntil(this.send(name, psid))
  }

  async tell(name, psid) {
    this.store(`claim ${name}`, "sending")
    await this.send(name, psid)
  }

  async send(name, psid) {
    const response = await fetch("https://graph.facebook.com/v26.0/1/messages", {
      method: "POST",
      headers: { authorization: "Bearer bench", "content-type": "application/json" },
      body: JSON.stringify({
        recipient: { id: psid },
        messaging_type: "RESPONSE",
        message: { text: "You paid 12.34 USD at COFFEE ROASTERS." },
      }),
    })
    const { message_id } = await response.json()
    this.sql.exec("UPDATE rows SET value = ? WHERE key = ?", message_id, `claim ${name}`)
  }

  alarm() {}
}

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url)
    const body = await request.arrayBuffer()
    const objectOf = (psid) => env.BARE.getByName(psid)
    if (pathname === "/store" || pathname === "/reply") {
      if (!(await isSigned(request, body))) return new Response(null, { status: 401 })
      const [entry] = JSON.parse(new TextDecoder().decode(body)).entry
      const [event] = entry.messaging ?? entry.standby
      const psid = event.sender.id
      const value = JSON.stringify(event)
      if (pathname === "/store") await objectOf(psid).store(event.message.mid, value)
      else await objectOf(psid).reply(event.message.mid, psid, value)
      return new Response("EVENT_RECEIVED")
    }
    if (pathname === "/tell") {
      const { psids, name } = JSON.parse(new TextDecoder().decode(body))
      const work = psids.values()
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (const psid of work) await objectOf(psid).tell(name, psid)
        }),
      )
      return new Response(null, { status: 204 })
    }
    const whole = new TextDecoder().decode(body)
    const pieces = []
    for (let at = 0; at < whole.length; at += PIECE_BYTES)
      pieces.push({ body: whole.slice(at, at + PIECE_BYTES), contentType: "text" })
    const rounds = []
    for (let at = 0; at < pieces.length; at += PIECES_A_ROUND)
      rounds.push(env.BARE_QUEUE.sendBatch(pieces.slice(at, at + PIECES_A_ROUND)))
    await Promise.all(rounds)
    return new Response(null, { status: 202 })
  },
}

async function isSigned(request, body) {
  const usages = ["verify"]
  key ??= await crypto.subtle.importKey(
    "raw",
    text.encode("bench-app-secret"),
    { name: "HMAC", hash: "SHA-256" },
    false,
    usages,
  )
  const mac = Uint8Array.fromHex((request.headers.get("x-hub-signature-256") ?? "").slice("sha256=".length))
  return crypto.subtle.verify("HMAC", key, mac, body)
}
