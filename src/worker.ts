// The front door: fetch, queue and scheduled; exports the objects; the only file that ties rooms together.

import { DurableObject } from "cloudflare:workers"

export class Conversation extends DurableObject<Env> {}
export class Page extends DurableObject<Env> {}

export default {
  fetch: () => new Response("not yet", { status: 503 }),
} satisfies ExportedHandler<Env>
