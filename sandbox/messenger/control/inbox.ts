// Staff at the Page's Inbox, and a stranger's app: what others than our app do in a person's thread. Answering from the
// Inbox takes the thread, as it does on the platform. Source: reference/messenger-platform.md 7.1.

import type { Emulator } from "../emulator.ts"
import { follow } from "../graph/accepting.ts"
import { INBOX_APP_ID } from "../graph/apps.ts"
import { changeControl, showHands } from "../graph/controlling.ts"
import { controlOf, keepControl } from "../graph/control-state.ts"
import type { ControlCall } from "../graph/thread-control.ts"
import { CONTROL_MS } from "../graph/thread-control.ts"
import type { JsonObject } from "../json.ts"
import { textOf } from "../json.ts"
import type { Person } from "../people/person-store.ts"
import { randomMid } from "../random.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"
import { announceControl } from "../webhooks/announce.ts"

/** Somebody at the Inbox moves a chat to where people answer, which takes it. */
export function takeForInbox(emulator: Emulator, person: Person): void {
  const at = emulator.clock.now()
  const { psid, pageId } = person
  const { owner } = controlOf(emulator, person)
  if (owner === INBOX_APP_ID) return
  emulator.threads.put(psid, INBOX_APP_ID, at + CONTROL_MS)
  showHands(emulator, person, owner, INBOX_APP_ID)
  const news = { kind: "take", owner: INBOX_APP_ID, previous: owner, metadata: undefined } as const
  if (owner !== undefined) announceControl(emulator, { psid, pageId, at }, news)
}

/** Somebody at the Inbox writes to a person. Our app hears the echo, as a bystander.
 * @returns the message id */
export function writeFromInbox(emulator: Emulator, person: Person, text: string): { readonly mid: string } {
  takeForInbox(emulator, person)
  const at = emulator.clock.now()
  const { psid } = person
  const said = emulator.thread.add({
    mid: randomMid(),
    psid,
    from: "page",
    at,
    body: { text },
    messagingType: "RESPONSE",
    appId: INBOX_APP_ID,
  })
  keepControl(emulator, psid)
  emulator.live.said(said)
  follow(emulator, person, said, true)
  return { mid: said.mid }
}

const KINDS = ["pass", "take", "request", "release"]

/** Another app acts on the control of a thread.
 * @param body `{action, app, target, metadata}`; the Inbox unless `app` names another */
export function actAsApp(
  emulator: Emulator,
  person: Person,
  body: JsonObject,
): Result<{ readonly success: true }, string> {
  const kind = textOf(body, "action")
  const app = textOf(body, "app") ?? INBOX_APP_ID
  if (kind === undefined || !KINDS.includes(kind)) return refuse(`"action" is one of ${KINDS.join(", ")}`)
  const call: ControlCall =
    kind === "pass"
      ? { kind, target: textOf(body, "target") ?? "" }
      : { kind: kind as "take" | "request" | "release" }
  const changed = changeControl(emulator, person, app, call, textOf(body, "metadata"))
  return changed.ok ? ok(changed.value) : refuse(changed.error.message)
}
