// Outer keys as an operator and the clock see them: the start held against the register, the register kept in step with the ring, a key
// reported as compromised, a key let go. What a compromise means for links, people and banks is notifications/key-renewal.ts.
// Composed by house.ts; letting go is asked and approved by two people (approvals.ts).

import type { AuditBy } from "../audit/audit.ts"
import type { KeyRing } from "../crypto/key-ring.ts"
import type { Database } from "../db/database.ts"
import type { Now } from "../foundation/clock.ts"
import type { Log } from "../foundation/log.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import {
  judgeRing,
  removableFrom,
  whyNotRemove,
  type OuterKey,
  type RemovalRefusal,
  type RingRefusal,
  type Tally,
} from "./outer-key.ts"
import { isPassDue, runPass } from "./outer-key-pass.ts"
import { changeOuterKey, enterOuterKey, listOuterKeys, markNewest } from "./outer-key-store.ts"
import type { Vault } from "./vault.ts"

/** An outer key as shown. */
export interface OuterKeyState extends Omit<OuterKey, "progress"> {
  readonly onRing: boolean
  readonly newest: boolean
  /** Of a compromised key: what is not renewed yet. */
  readonly renewalLeft?: Tally
  readonly removableFrom?: number
}

/** Why a key was not reported as compromised. */
export type CompromiseRefusal = "key_unknown" | "key_newest" | "key_removed"

/** Outer keys of a deployment. Every function @throws DatabaseError. */
export interface OuterKeys {
  list(): Promise<readonly OuterKeyState[]>
  /** It fell into wrong hands: from now on everything that was ever under it is renewed. Harmless to repeat. */
  compromise(kid: string, by: AuditBy): Promise<Result<void, { readonly reason: CompromiseRefusal }>>
  /** Why it cannot be let go now, if so. */
  whyNotRemove(kid: string): Promise<RemovalRefusal | undefined>
  /** Let it go: the ring may lack it from now on. */
  remove(kid: string, by: AuditBy): Promise<Result<void, { readonly reason: RemovalRefusal }>>
  /** Scheduled: the register kept in step with the ring, and the pass that re-wraps.
   * @returns the register as it then is */
  keep(): Promise<readonly OuterKey[]>
}

/** Hold a ring against the register at the start: one query, and one write where a key is new.
 * @returns the compromised kids; refusal where something may never open again, or would be sealed under a key it must not */
export async function checkRing(
  db: Database,
  ring: KeyRing,
  now: number,
): Promise<Result<readonly string[], RingRefusal>> {
  const register = await listOuterKeys(db)
  const judged = judgeRing(register, ring)
  if (!judged.ok) return judged
  // Entered before it seals anything: from now on no ring without it starts.
  if (!register.some(({ kid }) => kid === ring.newest.kid)) await enterOuterKey(db, ring.newest.kid, now)
  return ok(compromisedOf(register))
}

/** The compromised kids of a register. */
export function compromisedOf(register: readonly OuterKey[]): readonly string[] {
  return register.filter(({ compromisedAt }) => compromisedAt !== undefined).map(({ kid }) => kid)
}

/** Outer keys over a database. `realNow` bounds a run of the pass. */
export function createOuterKeys(given: {
  readonly db: Database
  readonly ring: KeyRing
  readonly vault: Pick<Vault, "rewrap">
  readonly now: Now
  readonly realNow: Now
  readonly log: Log
}): OuterKeys {
  const { db, ring, vault, now, realNow, log } = given
  const newest = ring.newest.kid
  const find = async (kid: string) => (await listOuterKeys(db)).find((key) => key.kid === kid)

  return {
    async list() {
      return (await listOuterKeys(db)).map(({ progress, ...key }) => {
        const from = removableFrom(key as OuterKey)
        return {
          ...key,
          onRing: ring.find(key.kid) !== undefined,
          newest: key.kid === newest,
          ...(progress.renewal && key.renewedAt === undefined ? { renewalLeft: progress.renewal.left } : {}),
          ...(from === undefined || key.removedAt !== undefined ? {} : { removableFrom: from }),
        }
      })
    },
    async compromise(kid, by) {
      const key = await find(kid)
      if (!key) return err({ reason: "key_unknown" })
      if (key.removedAt !== undefined) return err({ reason: "key_removed" })
      // Nothing can be renewed under the key that is in wrong hands: another must seal first.
      if (kid === newest) return err({ reason: "key_newest" })
      if (key.compromisedAt === undefined) await changeOuterKey(db, kid, "compromisedAt", by)
      return ok(undefined)
    },
    whyNotRemove: async (kid) => whyNotRemove(await find(kid), now()),
    async remove(kid, by) {
      const refused = whyNotRemove(await find(kid), now())
      if (refused) return err({ reason: refused })
      await changeOuterKey(db, kid, "removedAt", by)
      return ok(undefined)
    },
    async keep() {
      let register = await listOuterKeys(db)
      if (!register.some(({ kid }) => kid === newest)) {
        await enterOuterKey(db, newest, now())
        register = await listOuterKeys(db)
      }
      const inStep = register.every(({ kid, replacedAt }) => (replacedAt === undefined) === (kid === newest))
      if (!inStep) {
        await markNewest(db, newest, now())
        register = await listOuterKeys(db)
      }
      const own = register.find(({ kid }) => kid === newest)
      if (!own || !isPassDue(register, newest, now())) return register
      await runPass({ db, vault, newest, now, realNow, log }, own)
      return listOuterKeys(db)
    },
  }
}
