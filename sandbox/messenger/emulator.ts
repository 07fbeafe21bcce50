// All parts of the pretend Messenger, tied together once by the object. The rooms take what they need from here;
// nothing in it decides anything.

import type { FaultStore } from "./control/fault-store.ts"
import type { SentStore } from "./control/sent-store.ts"
import type { AttachmentStore } from "./graph/attachment-store.ts"
import type { CallStore } from "./graph/call-store.ts"
import type { PageStore } from "./graph/page-store.ts"
import type { PersonaStore } from "./graph/persona-store.ts"
import type { RateMeter } from "./graph/rate.ts"
import type { StandingStore } from "./graph/standing-store.ts"
import type { TemplateStore } from "./graph/template-store.ts"
import type { ThreadControlStore } from "./graph/thread-control-store.ts"
import type { LinkingStore } from "./linking/linking-store.ts"
import type { PersonStore } from "./people/person-store.ts"
import type { ThreadStore } from "./people/thread-store.ts"
import type { Live } from "./phone/live.ts"
import type { Clock } from "./store/clock.ts"
import type { MetaStore } from "./store/meta-store.ts"
import type { Courier } from "./webhooks/courier.ts"
import type { OutboxStore } from "./webhooks/outbox-store.ts"
import type { WebhookSettings } from "./webhooks/settings.ts"

/** What the Workers of the sandbox are bound to. */
export type SandboxEnv = {
  readonly ORIGIN: string
  readonly GATEWAY_ORIGIN: string
  readonly BANK: Fetcher
}

/** The parts. */
export type Emulator = {
  readonly env: SandboxEnv
  readonly meta: MetaStore
  readonly clock: Clock
  readonly pages: PageStore
  readonly standings: StandingStore
  readonly people: PersonStore
  readonly thread: ThreadStore
  readonly threads: ThreadControlStore
  readonly templates: TemplateStore
  readonly personas: PersonaStore
  readonly attachments: AttachmentStore
  readonly linking: LinkingStore
  readonly outbox: OutboxStore
  readonly faults: FaultStore
  readonly sent: SentStore
  readonly rate: RateMeter
  readonly calls: CallStore
  readonly courier: Courier
  readonly live: Live
  readonly settings: () => WebhookSettings
  /** Do what is due by the clock, and arrange to be woken for what is not */
  readonly tick: () => void
  /** Begin anew, with the Page's registration kept */
  readonly reset: () => void
}
