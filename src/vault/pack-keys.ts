// The key of a bank's packs and dead letters, one a month: made when it is first needed, kept in the isolate once opened.
// Keys are kept, never promises of keys: a promise belongs to the request that made it, and where that request is cut off it never
// ends, for nobody. Requests that come at once on a cold isolate each ask the shelf; the first key to lie there is everybody's.
// A month's key may be put in the place of another: the new one seals within a minute everywhere, both open while the former lies there.

import { MINUTE_MS, type Now } from "../foundation/clock.ts"
import type { BankId } from "../foundation/id.ts"
import { succeed, type InnerKey, type Vault } from "./vault.ts"

/** Finds and makes pack keys. */
export interface PackKeys {
  /** The key to seal under in that month (`YYYY-MM`); made where there is none. @throws DatabaseError */
  readonly forSealing: (bank: BankId, month: string) => Promise<InnerKey>
  /** The key something was sealed under. @throws Error where there is none any more */
  readonly forOpening: (bank: BankId, month: string) => Promise<InnerKey>
}

/** A month's key as it lies on the shelf, wrapped, and the one before while something may lie under that. */
export interface ShelvedPackKey {
  readonly wrappedKey: string
  readonly formerWrappedKey: string | null
}

/** Whether another key took a key's place is looked up this often. Where the shelf does not answer, the known one goes on sealing: it
 * stays beside its successor for days. */
const KNOWN_MS = MINUTE_MS

interface Known {
  readonly key: InnerKey
  readonly at: number
}

/** Pack keys over a shelf of wrapped ones. `now` counts how old what is known is. */
export function createPackKeys(given: {
  readonly vault: Pick<Vault, "createKey" | "openKey">
  readonly find: (bank: BankId, month: string) => Promise<ShelvedPackKey | undefined>
  /** @returns what lies there now */
  readonly insertIfAbsent: (bank: BankId, month: string, wrapped: string) => Promise<ShelvedPackKey>
  readonly now: Now
}): PackKeys {
  const opened = new Map<string, Known>()
  const openOne = async (bank: BankId, month: string, wrapped: string) => {
    const key = await given.vault.openKey(wrapped, placeOf(bank, month))
    if (!key.ok) throw new Error(`Cannot open a pack key: ${key.error.reason}`)
    return key.value
  }
  const keep = async (bank: BankId, month: string, shelved: ShelvedPackKey) => {
    const present = await openOne(bank, month, shelved.wrappedKey)
    const { formerWrappedKey } = shelved
    const key =
      formerWrappedKey === null ? present : succeed(present, await openOne(bank, month, formerWrappedKey))
    opened.set(nameOf(bank, month), { key, at: given.now() })
    return key
  }
  const load = async (bank: BankId, month: string) => {
    const shelved = await given.find(bank, month)
    if (shelved === undefined) throw new Error(`Cannot find the pack key of ${month}`)
    return keep(bank, month, shelved)
  }
  return {
    async forSealing(bank, month) {
      const known = opened.get(nameOf(bank, month))
      if (known && given.now() - known.at < KNOWN_MS) return known.key
      try {
        const shelved = await given.find(bank, month)
        if (shelved) return await keep(bank, month, shelved)
      } catch (fault) {
        if (known) return known.key
        throw fault
      }
      const { wrapped } = await given.vault.createKey(placeOf(bank, month))
      return keep(bank, month, await given.insertIfAbsent(bank, month, wrapped))
    },
    async forOpening(bank, month) {
      const known = opened.get(nameOf(bank, month))
      if (!known) return load(bank, month)
      return {
        seal: (text, place) => known.key.seal(text, place),
        async open(sealed, place) {
          const text = await known.key.open(sealed, place)
          if (text.ok || text.error.reason !== "seal_broken") return text
          // Perhaps it was sealed under a key that took this one's place.
          return (await load(bank, month)).open(sealed, place)
        },
      }
    },
  }
}

function nameOf(bank: BankId, month: string): string {
  return `${bank}|${month}`
}

function placeOf(bank: BankId, month: string): string {
  return `${bank}|bank_keys|${month}|key`
}
