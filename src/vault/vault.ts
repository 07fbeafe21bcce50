// Keys at rest. Three layers, all in the one sealing format:
//
//   outer keys (VAULT_KEYS)  ->  inner keys (one a person, one a link, one a bank and month), wrapped, in D1 only  ->  values
//   newest outer key + label + day (HKDF)  ->  what must be sealed without D1, for at most 14 days
//
// A place is `bank|table|row|column`; a value opens only at its own. Nothing here names a table: stores keep the wrapped keys.
// Composed by worker.ts and the object shells; rooms of floor 3 are given `seal` and `open` as functions.

import { dayOf, type Now } from "../foundation/clock.ts"
import type { Random } from "../foundation/id.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import { deriveBytes } from "../crypto/hmac.ts"
import type { KeyRing, RingKey } from "../crypto/key-ring.ts"
import { importSealingKey, openBytes, parseSealed, sealBytes, type OpenRefusal } from "../crypto/seal.ts"
import { fromUtf8, utf8 } from "../crypto/text.ts"

/** What is sealed under a day key. */
export type DayLabel = "inbox" | "inbound" | "linking" | "metadata" | "form" | "cursor" | "me"

/** Labels of what lies with others and comes back from there: who holds the outer key can make one. */
const OUTSIDE: ReadonlySet<DayLabel> = new Set(["linking", "form", "cursor", "me"])
/** Nothing opens under a day key older than this. */
const DAY_KEY_DAYS_MAX = 14
/** A sealing machine's clock may be ahead of ours by less than a day's edge. */
const DAY_KEY_DAYS_AHEAD = 1
const INNER_KEY_BYTES = 32
const INNER_KID = "inner"

/** Texts sealed and opened under one inner key. */
export interface InnerKey {
  seal(text: string, place: string): Promise<string>
  open(sealed: string, place: string): Promise<Result<string, OpenRefusal>>
}

/** The vault of a deployment. */
export interface Vault {
  /** The outer key that seals. */
  readonly newestKid: string
  /** Make an inner key: its wrapped form for the row it lies in, and the key itself. */
  createKey(place: string): Promise<{ readonly wrapped: string; readonly key: InnerKey }>
  /** Unwrap an inner key that lies at `place`. */
  openKey(wrapped: string, place: string): Promise<Result<InnerKey, OpenRefusal>>
  /** Seal a text directly under the newest outer key: a Page's token, which has no inner key of its own. */
  seal(text: string, place: string): Promise<string>
  open(sealed: string, place: string): Promise<Result<string, OpenRefusal>>
  /** What lies at `place` under an outer key, an inner key or a text, under the newest one instead. */
  rewrap(sealed: string, place: string): Promise<Result<string, OpenRefusal>>
  /** Seal without D1, under today's key of `label`. Additional data: `label|owner|id`. */
  /** These outer keys are in wrong hands: what comes back from others under one of them may be forged and does not open. */
  distrust(kids: readonly string[]): void
  sealForDays(label: DayLabel, owner: string, id: string, text: string): Promise<string>
  openForDays(
    label: DayLabel,
    owner: string,
    id: string,
    sealed: string,
  ): Promise<Result<string, OpenRefusal>>
}

/** A vault over a ring of outer keys. Imported keys are kept for the isolate's life. */
export function createVault(ring: KeyRing, now: Now, random: Random): Vault {
  let distrusted: readonly string[] = []
  // Keys, not promises: a promise belongs to the request that made it.
  const imported = new Map<string, CryptoKey>()
  const once = async (name: string, make: () => Promise<CryptoKey>) => {
    const known = imported.get(name)
    if (known) return known
    const made = await make()
    imported.set(name, made)
    return made
  }
  const outer = (key: RingKey) => once(key.kid, () => importSealingKey(key.bytes))
  const day = (key: RingKey, label: DayLabel, at: number) =>
    once(`${key.kid}~${label}~${at}`, async () =>
      importSealingKey(await deriveBytes(key.bytes, `tellerline|day|${label}|${at}`)),
    )

  async function sealOuter(plain: Uint8Array<ArrayBuffer>, place: string): Promise<string> {
    return sealBytes(await outer(ring.newest), ring.newest.kid, place, plain, random)
  }

  async function openOuter(
    sealed: string,
    place: string,
  ): Promise<Result<Uint8Array<ArrayBuffer>, OpenRefusal>> {
    const parsed = parseSealed(sealed)
    if (!parsed.ok) return parsed
    const key = ring.find(parsed.value.kid)
    if (!key) return err({ reason: "seal_key_unknown", kid: parsed.value.kid })
    return openBytes(await outer(key), place, sealed)
  }

  return {
    newestKid: ring.newest.kid,
    async createKey(place) {
      const bytes = random(INNER_KEY_BYTES)
      return { wrapped: await sealOuter(bytes, place), key: innerKey(await importSealingKey(bytes), random) }
    },
    async openKey(wrapped, place) {
      const bytes = await openOuter(wrapped, place)
      return bytes.ok ? ok(innerKey(await importSealingKey(bytes.value), random)) : bytes
    },
    seal: (text, place) => sealOuter(utf8(text), place),
    async open(sealed, place) {
      const plain = await openOuter(sealed, place)
      return plain.ok ? ok(fromUtf8(plain.value)) : plain
    },
    async rewrap(sealed, place) {
      const plain = await openOuter(sealed, place)
      return plain.ok ? ok(await sealOuter(plain.value, place)) : plain
    },
    distrust(kids) {
      distrusted = kids
    },
    async sealForDays(label, owner, id, text) {
      const today = dayOf(now())
      const key = await day(ring.newest, label, today)
      return sealBytes(
        key,
        `${ring.newest.kid}~${label}~${today}`,
        `${label}|${owner}|${id}`,
        utf8(text),
        random,
      )
    },
    async openForDays(label, owner, id, sealed) {
      const parsed = parseSealed(sealed)
      if (!parsed.ok) return parsed
      const { kid } = parsed.value
      const [outerKid = "", sealedLabel, sealedDay] = kid.split("~")
      const key = ring.find(outerKid)
      const age = dayOf(now()) - Number(sealedDay)
      const inTime = Number.isInteger(age) && age <= DAY_KEY_DAYS_MAX && age >= -DAY_KEY_DAYS_AHEAD
      const forged = OUTSIDE.has(label) && distrusted.includes(outerKid)
      if (!key || sealedLabel !== label || !inTime || forged) return err({ reason: "seal_key_unknown", kid })
      const opened = await openBytes(
        await day(key, label, Number(sealedDay)),
        `${label}|${owner}|${id}`,
        sealed,
      )
      return opened.ok ? ok(fromUtf8(opened.value)) : opened
    },
  }
}

/** One key in the place of another: it alone seals, and what still lies under the former opens too. */
export function succeed(present: InnerKey, former: InnerKey): InnerKey {
  return {
    seal: (text, place) => present.seal(text, place),
    async open(sealed, place) {
      const opened = await present.open(sealed, place)
      return opened.ok ? opened : former.open(sealed, place)
    },
  }
}

function innerKey(key: CryptoKey, random: Random): InnerKey {
  return {
    seal: (text, place) => sealBytes(key, INNER_KID, place, utf8(text), random),
    async open(sealed, place) {
      const plain = await openBytes(key, place, sealed)
      return plain.ok ? ok(fromUtf8(plain.value)) : plain
    },
  }
}
