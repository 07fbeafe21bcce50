// The object: an append-only log of one bank and month, or the deployment's register. A thin shell over log-store.ts; what comes and goes is
// moving.ts, who may read it is the rooms above. Calls carry a version; a later release's are refused and tried again.

import { DurableObject } from "cloudflare:workers"
import { meterStorage } from "../foundation/world.ts"
import {
  appendLines,
  checkLog,
  findGeneration,
  headOf,
  listEntries,
  listLogs,
  listSince,
  newestOutbox,
  prepareLog,
  proveEntry,
  proveGrowth,
  putLog,
  raiseGeneration,
  type LogLine,
  type PlacedEntry,
  type TreeHead,
} from "./log-store.ts"

interface Versioned {
  readonly v: 1
}

/** One audit log. */
export class AuditLog extends DurableObject<Env> {
  readonly #sql = meterStorage(this.ctx.storage).sql

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    prepareLog(this.#sql)
  }

  /** Append lines; those that lie here already are left out. Durable when it returns. */
  append(request: Versioned & { readonly lines: readonly LogLine[] }): TreeHead {
    assertVersion(request)
    return appendLines(this.#sql, request.lines)
  }

  /** The tree now, or at an earlier size. @throws RangeError */
  head(request: Versioned & { readonly size?: number }): TreeHead {
    assertVersion(request)
    return headOf(this.#sql, request.size)
  }

  /** Entries from a leaf on, 500 at most. */
  entries(request: Versioned & { readonly from: number; readonly limit: number }): readonly string[] {
    assertVersion(request)
    return listEntries(this.#sql, request.from, request.limit)
  }

  /** Entries whose number in D1 is larger, from a leaf on, 500 at most. */
  since(request: Versioned & { readonly outbox: number; readonly from: number }): readonly PlacedEntry[] {
    assertVersion(request)
    return listSince(this.#sql, request.outbox, request.from)
  }

  /** The largest number in D1 of anything that lies here. */
  newest(request: Versioned): number {
    assertVersion(request)
    return newestOutbox(this.#sql)
  }

  /** The path from an entry to the root. @throws RangeError */
  inclusion(request: Versioned & { readonly index: number; readonly size: number }): readonly string[] {
    assertVersion(request)
    return proveEntry(this.#sql, request.index, request.size)
  }

  /** The path from an older root to a newer one. @throws RangeError */
  consistency(request: Versioned & { readonly first: number; readonly second: number }): readonly string[] {
    assertVersion(request)
    return proveGrowth(this.#sql, request.first, request.second)
  }

  /** Hold everything stored against itself: what differs first, if anything does. */
  check(request: Versioned): { readonly differs: string | null } {
    assertVersion(request)
    return { differs: checkLog(this.#sql) ?? null }
  }

  /** Of the register: remember a log. */
  register(request: Versioned & { readonly bank: string; readonly month: string }): void {
    assertVersion(request)
    putLog(this.#sql, request.bank, request.month)
  }

  /** Of the register: every log there is. */
  logs(request: Versioned): readonly { readonly bank: string; readonly month: string }[] {
    assertVersion(request)
    return listLogs(this.#sql)
  }

  /** Of the register: how far the directory had come. */
  generation(request: Versioned): number {
    assertVersion(request)
    return findGeneration(this.#sql)
  }

  /** Of the register: raise it; it never falls. */
  raise(request: Versioned & { readonly to: number }): void {
    assertVersion(request)
    raiseGeneration(this.#sql, request.to)
  }
}

function assertVersion(request: { readonly v: number }): void {
  if (request.v !== 1) throw new RangeError(`Cannot read a request of version ${request.v}`)
}
