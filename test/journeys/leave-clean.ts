// After each journey the demo bank's customers are as they were: nobody linked to them, their cards usable, nothing answering wrongly,
// and no grant left at the bank. A customer may be linked to two chats at one time, so that what a journey left would be refused to
// the next. Set up for the project `journeys` by vitest.config.ts; what was said and stored stays, for the scan of raw storage.
import { afterAll, expect, vi } from "vitest"
import { control } from "./control.ts"
import { readDirectory } from "./gateway-state.ts"
import { here } from "./house.ts"

const WAIT = { timeout: 30_000, interval: 50 }

interface Customers {
  readonly customers: readonly {
    readonly reference: string
    readonly accounts: readonly { readonly card?: { readonly ref: string; readonly state: string } }[]
  }[]
}

afterAll(async () => {
  const sandbox = here("sandbox")
  const liveOf = () =>
    readDirectory(here("stateDir"), "SELECT id FROM links WHERE state = 'live' AND bank_id = ?", "demo")
      .length
  await control(sandbox, "/control/faults", [])
  const { customers } = await control<Customers>(sandbox, "/control/bank/customers")
  for (const { accounts } of customers)
    for (const { card } of accounts)
      if (card && card.state !== "active")
        await control(sandbox, "/control/bank/cards", { ref: card.ref, state: "active" })
  for (const { reference } of liveOf() > 0 ? customers : [])
    await control(sandbox, "/control/bank/events", { type: "bank.consent.revoked.v1", customer: reference })
  await vi.waitFor(() => expect(liveOf()).toBe(0), WAIT)
  for (const { reference } of customers)
    await control(sandbox, `/control/bank/grants/${reference}`, undefined, "DELETE")
})
