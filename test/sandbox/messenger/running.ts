// The emulator running in this process, with a gateway that is a function: it keeps the webhooks it gets and answers as
// it is told. Speaks HTTP only, as any client would; asks nothing of the emulator's own code.
// Composed by emulator-rows.test.ts and outsider.test.ts.

import { createTestHarness } from "wrangler"

const GATEWAY = "http://gateway.test"
const ANSWER_MS = 10_000
const WEBHOOK_MS = 5_000

/** A JSON value as it came. */
export type Json = Readonly<Record<string, unknown>>

/** A request the gateway got. */
export type Got = {
  readonly path: string
  readonly headers: Headers
  readonly text: string
  readonly json: Json
}

/** An answer of the emulator. */
export type Answered = { readonly status: number; readonly body: Json; readonly headers: Headers }

/** The emulator, and the gateway beside it. */
export type Running = {
  readonly origin: string
  /** What the gateway got, oldest first: all but handshakes and its own clock's moves */
  readonly got: Got[]
  /** What the gateway answers from now on */
  answer: (got: Got) => Response | Promise<Response>
  readonly control: (path: string, body?: unknown) => Promise<Answered>
  readonly graph: (method: string, path: string, body?: unknown, token?: string | null) => Promise<Answered>
  /** Wait until an event of that kind has come since `from`. */
  readonly event: (kind: string, from?: number) => Promise<Json>
  readonly close: () => Promise<void>
}

/** Start it. About two seconds. */
export async function run(): Promise<Running> {
  const server = createTestHarness({
    workers: [
      { configPath: "sandbox/messenger/wrangler.toml", vars: { GATEWAY_ORIGIN: GATEWAY } },
      { configPath: "test/sandbox/messenger/quiet-bank/wrangler.toml" },
    ],
  })
  const { url } = await server.listen()
  const origin = url.origin
  const outside = globalThis.fetch
  const got: Got[] = []

  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    if (!request.url.startsWith(GATEWAY)) return outside(input, init)
    const { pathname, searchParams } = new URL(request.url)
    const challenge = searchParams.get("hub.challenge")
    if (challenge !== null) return new Response(challenge)
    if (pathname === "/admin/v1/clock") return Response.json({})
    const text = await request.text()
    const one = { path: pathname, headers: request.headers, text, json: readJson(text) }
    got.push(one)
    return running.answer(one)
  }

  const ask = async (path: string, init: RequestInit): Promise<Answered> => {
    const response = await outside(origin + path, {
      ...init,
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    return { status: response.status, body: readJson(await response.text()), headers: response.headers }
  }
  const json = (body: unknown): RequestInit =>
    body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }

  const running: Running = {
    origin,
    got,
    answer: () => new Response("EVENT_RECEIVED"),
    control: (path, body) =>
      ask(`/control${path}`, { method: body === undefined ? "GET" : "POST", ...json(body) }),
    graph: (method, path, body, token = "dev-page-token") => {
      const { headers, ...rest } = json(body)
      const auth = token === null ? {} : { authorization: `Bearer ${token}` }
      return ask(`/graph${path}`, { method, ...rest, headers: { ...headers, ...auth } as HeadersInit })
    },
    async event(kind, from = 0) {
      const until = Date.now() + WEBHOOK_MS
      while (Date.now() < until) {
        const found = got
          .slice(from)
          .flatMap(eventsOf)
          .find((event) => event[kind] !== undefined)
        if (found !== undefined) return found
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      throw new Error(
        `No "${kind}" came. Came: ${got
          .slice(from)
          .map(({ text }) => text)
          .join("\n")}`,
      )
    },
    async close() {
      globalThis.fetch = outside
      await server.close()
    },
  }
  return running
}

/** The events of one body, each with the array it stood in as `part`. */
export function eventsOf({ json }: Got): readonly Json[] {
  const entries = (json["entry"] ?? []) as readonly Json[]
  return entries.flatMap((entry) =>
    ["messaging", "standby", "changes"].flatMap((part) =>
      ((entry[part] ?? []) as readonly Json[]).map((event): Json => ({ ...event, part })),
    ),
  )
}

function readJson(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return { text }
  }
}
