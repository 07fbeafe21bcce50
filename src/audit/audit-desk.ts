// Reading audit logs: heads, entries, proofs, a whole export. What is asked for beyond a log's end is a refusal, not a fault. Writes nothing.
// Composed by doors.ts; who may read what is the business of the routes.

import { canonicalJson } from "../crypto/canonical.ts"
import type { SigningKeys } from "../crypto/signing-keys.ts"
import { utf8 } from "../crypto/text.ts"
import type { BankId } from "../foundation/id.ts"
import type { Now } from "../foundation/clock.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { AuditLogs } from "./audit-log-of.ts"
import type { AuditLine } from "./audit-store.ts"
import { readEntry } from "./log-entry.ts"
import { signHead } from "./log-head.ts"
import { ENTRIES_A_READ_MAX, type TreeHead } from "./log-store.ts"

/** Whose log: a bank's, or the deployment's own. */
export type LogOwner = BankId | "*"

/** A head, signed. */
export interface SignedHead extends TreeHead {
  readonly bank: LogOwner
  readonly month: string
  /** Compact JWS (log-head.ts). */
  readonly head: string
  /** Proof that it goes on from the size that was asked for. */
  readonly consistency?: { readonly first: number; readonly path: readonly string[] }
}

/** There is no such log, or it is not that long. */
export type LogRefusal = { readonly reason: "not_found" }

/** What can be read of audit logs. */
export interface AuditDesk {
  /** Months a bank has a log of, oldest first. */
  months(bank: LogOwner): Promise<readonly string[]>
  /** @param since an earlier size to prove growth from */
  head(bank: LogOwner, month: string, since?: number): Promise<Result<SignedHead, LogRefusal>>
  /** @param from number of the first entry; at most 500 come */
  entries(
    bank: LogOwner,
    month: string,
    from: number,
  ): Promise<Result<{ readonly entries: readonly AuditLine[]; readonly next?: number }, LogRefusal>>
  /** Path from an entry to the root of the tree of that size, by default the present one. */
  inclusion(
    bank: LogOwner,
    month: string,
    index: number,
    size?: number,
  ): Promise<
    Result<{ readonly index: number; readonly size: number; readonly path: readonly string[] }, LogRefusal>
  >
  /** Hold the stored tree against its entries. */
  check(
    bank: LogOwner,
    month: string,
  ): Promise<Result<{ readonly intact: boolean; readonly differs?: string }, LogRefusal>>
  /** Everything of one log as JSON: `{v, bank, month, head, keys, entries}`; read while it is sent. */
  exported(bank: LogOwner, month: string): Promise<Result<ReadableStream<Uint8Array>, LogRefusal>>
}

/** A desk over the logs. @param given.realNow heads are signed by the real clock */
export function createAuditDesk(given: {
  readonly logs: AuditLogs
  readonly signing: SigningKeys
  readonly publicOrigin: string
  readonly realNow: Now
}): AuditDesk {
  const { logs, signing, publicOrigin, realNow } = given
  const NOT_FOUND = err<LogRefusal>({ reason: "not_found" })
  const months = async (bank: LogOwner) =>
    (await logs.register().logs({ v: 1 })).filter((log) => log.bank === bank).map((log) => log.month)
  /** An object comes to be by being asked: only logs on the register are. */
  const open = async (bank: LogOwner, month: string) => {
    if (!(await months(bank)).includes(month)) return undefined
    const log = logs.of(bank, month)
    return { log, tree: await log.head({ v: 1 }) }
  }
  const sign = (bank: LogOwner, month: string, tree: TreeHead) =>
    signHead(signing, { v: 1, iss: publicOrigin, bank, month, ...tree, iat: Math.floor(realNow() / 1000) })

  return {
    months,
    async head(bank, month, since) {
      const found = await open(bank, month)
      if (!found || (since !== undefined && since > found.tree.size)) return NOT_FOUND
      const { log, tree } = found
      const path =
        since === undefined ? undefined : await log.consistency({ v: 1, first: since, second: tree.size })
      return ok({
        bank,
        month,
        ...tree,
        head: await sign(bank, month, tree),
        ...(path && since !== undefined ? { consistency: { first: since, path } } : {}),
      })
    },
    async entries(bank, month, from) {
      const found = await open(bank, month)
      if (!found) return NOT_FOUND
      const entries = await found.log.entries({ v: 1, from, limit: ENTRIES_A_READ_MAX })
      const next = from + entries.length
      return ok({ entries: entries.map(readEntry), ...(next < found.tree.size ? { next } : {}) })
    },
    async inclusion(bank, month, index, asked) {
      const found = await open(bank, month)
      const size = asked ?? found?.tree.size ?? 0
      if (!found || size > found.tree.size || index >= size) return NOT_FOUND
      return ok({ index, size, path: await found.log.inclusion({ v: 1, index, size }) })
    },
    async check(bank, month) {
      const found = await open(bank, month)
      if (!found) return NOT_FOUND
      const { differs } = await found.log.check({ v: 1 })
      return ok(differs === null ? { intact: true } : { intact: false, differs })
    },
    async exported(bank, month) {
      const found = await open(bank, month)
      if (!found) return NOT_FOUND
      const { log, tree } = found
      const about = canonicalJson({
        v: 1,
        bank,
        month,
        head: await sign(bank, month, tree),
        keys: signing.publicJwks.keys,
      })
      let at = 0
      return ok(
        new ReadableStream<Uint8Array>({
          start: (stream) => stream.enqueue(utf8(`${about.slice(0, -1)},"entries":[`)),
          async pull(stream) {
            const limit = Math.min(ENTRIES_A_READ_MAX, tree.size - at)
            const entries = limit > 0 ? await log.entries({ v: 1, from: at, limit }) : []
            if (entries.length > 0) stream.enqueue(utf8(`${at > 0 ? ",\n" : "\n"}${entries.join(",\n")}`))
            at += entries.length
            if (entries.length > 0 && at < tree.size) return
            stream.enqueue(utf8("\n]}\n"))
            stream.close()
          },
        }),
      )
    },
  }
}
