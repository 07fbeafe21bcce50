// The keys of banks, read from the JWK set each is registered with and kept for ten minutes. An unknown key makes us read the set
// again, at most once in 30 seconds and bank, however many strangers name however many keys (P15).
// Which keys are fit is event-key.ts. Composed by worker.ts, once an isolate.

import { readCapped } from "../http/body.ts"
import { fromUtf8 } from "../crypto/text.ts"
import type { Now } from "../foundation/clock.ts"
import type { Outage } from "../foundation/failure.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { BankRecord } from "./bank.ts"
import { parseEventKeys } from "./event-key.ts"
import type { EventKey } from "./event-signature.ts"

/** A set is read again after this, so that a key a bank takes back stops counting. */
export const KEYS_FRESH_MS = 600_000
/** Between two readings of one bank's set. */
export const KEYS_COOLDOWN_MS = 30_000
/** Where a bank's set cannot be read, the one before stays good this long; then nothing of that bank is accepted. */
export const KEYS_STALE_MS = 3_600_000
const FETCH_TIMEOUT_MS = 5_000
/** How long a request waits for a reading that another request began. */
const WAIT_MS = FETCH_TIMEOUT_MS + 500
const BODY_BYTES_MAX = 65_536
/** Banks remembered in one isolate. */
const BANKS_MAX = 1_000

/** Looks a bank's key up; `undefined` for one the bank does not have. */
export type KeysOf = (bank: BankRecord, kid: string) => Promise<Result<EventKey | undefined, Outage>>

type KeySet = ReadonlyMap<string, EventKey>
type Reading = Promise<Result<KeySet, Outage>>

/** What is known of one bank's set. */
interface Shelf {
  readonly jwksUri: string
  keys?: KeySet
  readAt: number
  askedAt: number
  lastFailed: boolean
  reading?: Reading
}

/** A reader of banks' keys.
 * @param realNow the real clock: a moved one must not make us call out */
export function createBankKeys(given: { readonly fetch: typeof fetch; readonly realNow: Now }): KeysOf {
  const shelves = new Map<string, Shelf>()

  return async (bank, kid) => {
    const shelf = shelfOf(shelves, bank)
    const now = given.realNow()
    const fresh = shelf.keys !== undefined && now - shelf.readAt < KEYS_FRESH_MS
    const known = shelf.keys?.get(kid)
    if (fresh && known) return ok(known)
    // A reading whose request was cut off never ends: it is not waited for again.
    const underWay = now - shelf.askedAt < WAIT_MS ? shelf.reading : undefined
    if (underWay || now - shelf.askedAt >= KEYS_COOLDOWN_MS) {
      const read = await waitFor(underWay ?? startReading(shelf, given))
      if (read.ok) return ok(read.value.get(kid))
    }
    const usable = shelf.keys !== undefined && now - shelf.readAt < KEYS_STALE_MS ? shelf.keys : undefined
    const key = usable?.get(kid)
    if (key) return ok(key)
    // A set that could not be read says nothing about a key it may hold by now: the bank tries again.
    return usable && !shelf.lastFailed ? ok(undefined) : err(unavailable(shelf, given.realNow()))
  }
}

function shelfOf(shelves: Map<string, Shelf>, bank: BankRecord): Shelf {
  const found = shelves.get(bank.id)
  if (found?.jwksUri === bank.jwksUri) return found
  if (shelves.size >= BANKS_MAX) shelves.clear()
  const shelf: Shelf = {
    jwksUri: bank.jwksUri,
    readAt: Number.NEGATIVE_INFINITY,
    askedAt: Number.NEGATIVE_INFINITY,
    lastFailed: false,
  }
  shelves.set(bank.id, shelf)
  return shelf
}

function startReading(
  shelf: Shelf,
  { fetch, realNow }: { readonly fetch: typeof globalThis.fetch; readonly realNow: Now },
): Reading {
  shelf.askedAt = realNow()
  shelf.lastFailed = true
  const reading = readKeySet(shelf.jwksUri, fetch).then((read) => {
    shelf.lastFailed = !read.ok
    if (read.ok) {
      shelf.keys = read.value
      shelf.readAt = realNow()
    }
    if (shelf.reading === reading) delete shelf.reading
    return read
  })
  shelf.reading = reading
  return reading
}

/** The reading belongs to the request that began it and dies with it: each request waits with a timer of its own. */
async function waitFor(reading: Reading): Reading {
  let timer: ReturnType<typeof setTimeout> | null = null
  const late = new Promise<Result<KeySet, Outage>>((resolve) => {
    timer = setTimeout(() => resolve(err({ reason: "timeout", retry: "later" })), WAIT_MS)
  })
  try {
    return await Promise.race([reading, late])
  } finally {
    if (timer !== null) clearTimeout(timer)
  }
}

async function readKeySet(jwksUri: string, fetch: typeof globalThis.fetch): Reading {
  let response: Response
  try {
    response = await fetch(jwksUri, {
      method: "GET",
      headers: { accept: "application/jwk-set+json, application/json" },
      redirect: "manual",
      signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
    })
  } catch (fault) {
    const timeout = fault instanceof Error && fault.name === "TimeoutError"
    return err({ reason: timeout ? "timeout" : "unreachable", retry: "later" })
  }
  if (response.status !== 200) {
    await response.body?.cancel()
    return err({ reason: "unavailable", retry: "later", code: String(response.status) })
  }
  const body = await readCapped(response, BODY_BYTES_MAX)
  if (!body.ok) return err({ reason: "malformed", retry: "later" })
  let set: unknown
  try {
    set = JSON.parse(fromUtf8(body.value))
  } catch {
    return err({ reason: "malformed", retry: "later" })
  }
  const keys = await parseEventKeys(set)
  return keys.ok ? keys : err({ reason: "malformed", retry: "later" })
}

function unavailable(shelf: Shelf, now: number): Outage {
  const waitMs = Math.max(1_000, shelf.askedAt + KEYS_COOLDOWN_MS - now)
  return { reason: "unavailable", retry: { afterMs: waitMs } }
}
