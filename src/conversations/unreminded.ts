// A reminder that the consent ends, and that may not leave or was refused: the bank hears why, so that it reminds its customer itself.
// Told before the row settles, so that what could not be made durable is told when the row comes up again. Called by perform.ts.

import type { Reason } from "../banks/callback-reason.ts"
import { describeFault } from "../foundation/log.ts"
import type { TemplateMessage } from "../messenger/message.ts"
import { ENDING_TEMPLATE } from "./flows/renewal.ts"
import type { SettledState } from "./ledger.ts"
import type { PersonWorld, Whom } from "./person-world.ts"
import type { State } from "./state.ts"

/** Tell the bank, where the row is such a reminder and does not reach its person.
 * @returns `false` where it could not be made durable: settle nothing yet */
export async function reportUnreminded(
  {
    world,
    whom,
    state,
  }: {
    readonly world: Pick<PersonWorld, "callbacks" | "links" | "log">
    readonly whom: Whom
    readonly state: () => State | undefined
  },
  template: TemplateMessage | undefined,
  outcome: { readonly state: SettledState; readonly reason: Reason },
): Promise<boolean> {
  const { consent, reminded } = state() ?? {}
  const lost = outcome.state === "undeliverable" || outcome.state === "failed"
  if (!lost || template?.name !== ENDING_TEMPLATE || !consent || !reminded) return true
  try {
    if (await world.callbacks.terms(whom.bank))
      await world.links.unreminded(consent, reminded.days, outcome.reason)
    return true
  } catch (fault) {
    world.log.warn("reminder_not_reported", describeFault(fault))
    return false
  }
}
