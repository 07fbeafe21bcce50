// The copy of everything that is kept of a person: what the Conversation, the directory and the vault hold, as one JSON document a program
// can read (portability), in the order of copy-page.tsx, which is the same for people. Pure.

import type { Everything } from "../../conversations/own-data.ts"
import type { Held } from "./held.ts"

/** The document. Member names are English words and stay; what is not held is absent. */
export interface OwnCopy {
  readonly v: 1
  readonly madeAt: string
  readonly bank: string
  readonly about: {
    readonly knownSince?: string
    readonly conversation: Readonly<Record<string, unknown>>
  }
  readonly connections: readonly object[]
  readonly consentRecords: readonly object[]
  readonly saidToYou: readonly object[]
  readonly heardFromYou: readonly object[]
  /** The oldest are missing. */
  readonly cut: boolean
  readonly notes: readonly string[]
}

const NOTES = [
  "Instants are UTC. Accounts in consent records stand as keyed digests.",
  "Access tokens of a connection are kept sealed and are not part of a copy; a connection says whether there are any.",
  "Messages in Messenger itself are kept by Meta; ask Meta for a copy of those.",
] as const

/** Put it together. */
export function createCopy(
  bank: string,
  everything: Everything | undefined,
  held: Held,
  now: number,
): OwnCopy {
  const { said = [], heard = [], cut = false, remembered = {} } = everything ?? {}
  return {
    v: 1,
    madeAt: instant(now),
    bank,
    about: {
      ...(held.since === undefined ? {} : { knownSince: instant(held.since) }),
      conversation: remembered,
    },
    connections: held.links.map(({ createdAt, endedAt, ...link }) => ({
      ...link,
      createdAt: instant(createdAt),
      ...(endedAt === undefined ? {} : { endedAt: instant(endedAt) }),
    })),
    consentRecords: held.receipts.flatMap(({ records }) => records),
    saidToYou: said.map(({ at, ...each }) => ({ at: instant(at), ...each })),
    heardFromYou: heard.map(({ at, ...each }) => ({ at: instant(at), ...each })),
    cut,
    notes: NOTES,
  }
}

function instant(at: number): string {
  return new Date(at).toISOString()
}
