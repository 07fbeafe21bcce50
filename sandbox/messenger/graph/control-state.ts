// How a person's thread stands, from the store and the Page's knobs. The rules are thread-control.ts.

import type { Emulator } from "../emulator.ts"
import type { Person } from "../people/person-store.ts"
import type { Control } from "./thread-control.ts"
import { CONTROL_MS } from "./thread-control.ts"

/** How a person's thread stands now. */
export function controlOf(emulator: Emulator, person: Person): Control {
  const owner = emulator.threads.find(person.psid, emulator.clock.now())?.owner
  return { owner, defaultApp: emulator.standings.of(person.pageId).defaultApp }
}

/** Something was said: whoever holds the thread holds it for another day. */
export function keepControl(emulator: Emulator, psid: string): void {
  const now = emulator.clock.now()
  emulator.threads.touch(psid, now, now + CONTROL_MS)
}
