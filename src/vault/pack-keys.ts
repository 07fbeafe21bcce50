// The key of a bank's packs and dead letters, one a month: made when it is first needed, kept in the isolate once opened.
// Keys are kept, never promises of keys: a promise belongs to the request that made it, and where that request is cut off it never
// ends, for nobody. Requests that come at once on a cold isolate each ask the shelf; the first key to lie there is everybody's.

import type { BankId } from "../foundation/id.ts"
import type { InnerKey, Vault } from "./vault.ts"

/** Finds and makes pack keys. */
export interface PackKeys {
  /** The key to seal under in that month (`YYYY-MM`); made where there is none. @throws DatabaseError */
  readonly forSealing: (bank: BankId, month: string) => Promise<InnerKey>
  /** The key something was sealed under. @throws Error where there is none any more */
  readonly forOpening: (bank: BankId, month: string) => Promise<InnerKey>
}

/** Pack keys over a shelf of wrapped ones. */
export function createPackKeys(given: {
  readonly vault: Pick<Vault, "createKey" | "openKey">
  readonly find: (bank: BankId, month: string) => Promise<string | undefined>
  /** @returns the wrapped key that lies there now */
  readonly insertIfAbsent: (bank: BankId, month: string, wrapped: string) => Promise<string>
}): PackKeys {
  const opened = new Map<string, InnerKey>()
  const once = async (bank: BankId, month: string, wrapped: () => Promise<string>) => {
    const name = `${bank}|${month}`
    const known = opened.get(name)
    if (known) return known
    const key = await open(bank, month, await wrapped())
    opened.set(name, key)
    return key
  }
  const open = async (bank: BankId, month: string, wrapped: string) => {
    const key = await given.vault.openKey(wrapped, placeOf(bank, month))
    if (!key.ok) throw new Error(`Cannot open a pack key: ${key.error.reason}`)
    return key.value
  }
  return {
    forSealing: (bank, month) =>
      once(bank, month, async () => {
        const known = await given.find(bank, month)
        if (known !== undefined) return known
        const { wrapped } = await given.vault.createKey(placeOf(bank, month))
        return given.insertIfAbsent(bank, month, wrapped)
      }),
    forOpening: (bank, month) =>
      once(bank, month, async () => {
        const known = await given.find(bank, month)
        if (known === undefined) throw new Error(`Cannot find the pack key of ${month}`)
        return known
      }),
  }
}

function placeOf(bank: BankId, month: string): string {
  return `${bank}|bank_keys|${month}|key`
}
