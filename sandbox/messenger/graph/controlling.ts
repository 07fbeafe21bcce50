// Thread control carried out: the hold changes, the apps concerned hear of it, the phone shows who speaks. The rules
// are thread-control.ts; the edges that apps call are control-edges.ts; people at the Page's Inbox are control/inbox.ts.

import { APP_ID } from "../development.ts"
import type { Emulator } from "../emulator.ts"
import type { Person } from "../people/person-store.ts"
import { randomMid } from "../random.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"
import { announceControl } from "../webhooks/announce.ts"
import { INBOX_APP_ID } from "./apps.ts"
import type { GraphError } from "./graph-error.ts"
import { controlOf } from "./control-state.ts"
import type { ControlCall } from "./thread-control.ts"
import { CONTROL_MS, decideControl } from "./thread-control.ts"

/** Do what an app asks for, if it may. Our app hears of what others did to it, as the platform tells it.
 * @param app who asks */
export function changeControl(
  emulator: Emulator,
  person: Person,
  app: string,
  call: ControlCall,
  metadata?: string,
): Result<{ readonly success: true }, GraphError> {
  const before = controlOf(emulator, person)
  const decided = decideControl(before, app, call)
  if (!decided.ok) return refuse(decided.error)
  const at = emulator.clock.now()
  const between = { psid: person.psid, pageId: person.pageId, at }
  const told = { previous: before.owner, metadata }
  if (decided.value.kind === "ask") {
    if (decided.value.asked === APP_ID && app !== APP_ID)
      announceControl(emulator, between, { kind: "request", asking: app, ...told })
    return ok({ success: true })
  }
  const { owner, seconds } = decided.value
  emulator.threads.put(person.psid, owner, at + (seconds === undefined ? CONTROL_MS : seconds * 1000))
  if (call.kind === "pass" && owner === APP_ID && app !== APP_ID)
    announceControl(emulator, between, { kind: "pass", owner, ...told })
  if (call.kind === "take" && before.owner === APP_ID && app !== APP_ID)
    announceControl(emulator, between, { kind: "take", owner: app, ...told })
  showHands(emulator, person, before.owner, owner)
  return ok({ success: true })
}

/** The person sees when somebody at the Page takes over, and when they leave. */
export function showHands(
  emulator: Emulator,
  person: Person,
  before: string | undefined,
  after: string | undefined,
): void {
  const isAfter = after === INBOX_APP_ID
  if (isAfter === (before === INBOX_APP_ID)) return
  const line = isAfter ? "handed" : "returned"
  const { psid } = person
  const said = { mid: randomMid(), psid, from: "system", at: emulator.clock.now(), body: { line } } as const
  emulator.live.said(emulator.thread.add(said))
}
