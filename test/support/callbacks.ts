// Callbacks to tell, a bank that takes them, and keys for their seals: for tests of what we tell banks. Not for src/.
import type { EventCallback, LinkCallback } from "../../src/banks/callback.ts"
import type { BankId, LinkId, PersonId, Random } from "../../src/foundation/id.ts"
import { createVault } from "../../src/vault/vault.ts"
import { parseKeyRing } from "../../src/crypto/key-ring.ts"
import { createPackKeys, type PackKeys, type ShelvedPackKey } from "../../src/vault/pack-keys.ts"
import type { Received } from "./bank-signer.ts"
import { TEST_KEYS } from "./keys.ts"

export const NOW = 1_793_880_000_000
export const CUSTOMER = "Kx7Qm2vX9kLtB4wZ8pR5nYdA"
export const PERSON = "person_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG" as PersonId

/** An update that was told. */
export function eventCallback(change: Partial<EventCallback> = {}): EventCallback {
  return {
    kind: "event",
    event: { id: "evt_1", source: "http://localhost:8788/bank", type: "bank.transaction.posted.v1" },
    customer: CUSTOMER,
    person: PERSON,
    status: "accepted",
    reason: "sent",
    at: NOW,
    ...change,
  }
}

/** An alert that was told. */
export function alertCallback(change: Partial<EventCallback> = {}): EventCallback {
  return eventCallback({
    event: { id: "alert_1", source: "http://localhost:8788/bank", type: "bank.fraud.suspected.v1" },
    ...change,
  })
}

/** A link that went live. */
export function linkCallback(change: Partial<LinkCallback> = {}): LinkCallback {
  return {
    kind: "link",
    link: "link_0123456789abcdefghijkl" as LinkId,
    epoch: 1,
    customer: CUSTOMER,
    status: "activated",
    reason: "code_confirmed",
    purposes: ["fraud_alerts"],
    accounts: [{ id: "acc_1", last4: "4821" }],
    until: NOW + 180 * 86_400_000,
    at: NOW,
    ...change,
  }
}

/** Random bytes that differ each time and not between runs. */
export function countingRandom(): Random {
  let count = 0
  return (bytes) => {
    count += 1
    return new Uint8Array(bytes).map((_, at) => (count >> (8 * (at % 4))) & 255)
  }
}

/** Real keys of months, kept in memory. */
export function testPackKeys(now: () => number): PackKeys {
  const ring = parseKeyRing(TEST_KEYS.VAULT_KEYS)
  if (!ring.ok) throw new Error(ring.error.detail)
  const shelf = new Map<string, ShelvedPackKey>()
  return createPackKeys({
    vault: createVault(ring.value, now, (bytes) => crypto.getRandomValues(new Uint8Array(bytes))),
    find: async (bank, month) => shelf.get(`${bank}|${month}`),
    async insertIfAbsent(bank: BankId, month, wrapped) {
      const known = shelf.get(`${bank}|${month}`) ?? { wrappedKey: wrapped, formerWrappedKey: null }
      shelf.set(`${bank}|${month}`, known)
      return known
    },
    now: Date.now,
  })
}

/** A bank's own end: keeps what it got, answers as it is told. */
export function receivingBank() {
  const received: Received[] = []
  const bank = {
    received,
    answer: (_got: Received): Response | Promise<Response> => new Response(null, { status: 204 }),
    /** Ids of all it got, post by post. */
    ids: (): readonly (readonly string[])[] =>
      received.map(({ body }) =>
        [JSON.parse(new TextDecoder().decode(body))].flat().map(({ id }) => id as string),
      ),
    fetch: (async (input, init) => {
      const request = new Request(input, init)
      const got: Received = {
        url: request.url,
        method: request.method,
        headers: request.headers,
        body: new Uint8Array(await request.arrayBuffer()),
      }
      received.push(got)
      return bank.answer(got)
    }) as typeof fetch,
  }
  return bank
}
