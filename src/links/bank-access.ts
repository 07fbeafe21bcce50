// The only code that asks the vault to open a link's tokens, and the only way from a link to its bank. Reading needs a `Grant`;
// an act of the bank's needs any live link and reads nothing back but its result; revoking needs only what is still sealed.
// A token is refreshed once at a time, stored before it is used, and gone from memory with the question.
// Composed by worker.ts and the Conversation's shell, which pass the adapters.

import type {
  AccountAdapter,
  Balance,
  BankCall,
  BankRecord,
  BankRefusal,
  TransactionPage,
} from "../banks/bank.ts"
import { DatabaseError, type Database } from "../db/database.ts"
import { SECOND_MS } from "../foundation/clock.ts"
import type { Outage } from "../foundation/failure.ts"
import type { LinkId } from "../foundation/id.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { InnerKey, Vault } from "../vault/vault.ts"
import { createBankCall, createBreaker, type TokenSource } from "./bank-call.ts"
import type { BankLogin } from "./bank-login.ts"
import { Grant, type ReadingPurpose } from "./grant.ts"
import { rekeyLink } from "./link-key-store.ts"
import { findLink, storeTokens, type StoredLink } from "./link-store.ts"
import { parseTokens, placeOf, type LinkTokens } from "./link-tokens.ts"

/** Questions to a bank as one customer. `signal` ends the waiting; a token refresh under way is finished and stored. */
export interface BankAccess {
  /** Balances of the accounts the grant names. */
  balances(
    bank: BankRecord,
    grant: Grant<ReadingPurpose>,
    signal: AbortSignal,
  ): Promise<Result<readonly Balance[], BankRefusal>>
  /** Movements of one account, newest first. Refusal `forbidden` for an account the grant does not name. */
  transactions(
    bank: BankRecord,
    grant: Grant<ReadingPurpose>,
    account: string,
    range: { readonly limit: number; readonly cursor?: string },
    signal: AbortSignal,
  ): Promise<Result<TransactionPage, BankRefusal>>
  /** Do one of the bank's acts as this customer (banks/actions.ts). Any live link: what comes back is the act's own result. */
  act<T, E>(
    bank: BankRecord,
    link: LinkId,
    run: (call: BankCall) => Promise<Result<T, E>>,
  ): Promise<Result<T, E | BankRefusal>>
  /** Everything that was ever under this link's key is in wrong hands: its tokens are renewed and the old ones ended at the bank, then it
   * and all it seals are given another key. Harmless to repeat.
   * @returns whether it has one now; an outage of the bank: try again. A bank that refuses the tokens has ended the link. */
  renew(bank: BankRecord, link: LinkId, at: number): Promise<Result<boolean, Outage>>
  /** End the grant at the bank, whatever state the link is in; a link without tokens is ended already. Destroys nothing: `endLink`. */
  revoke(bank: BankRecord, link: LinkId): Promise<Result<undefined, Outage>>
}

const STORE_TRIES_MAX = 2
/** Longer than a refresh takes, its nonce and both writes included. One that flies longer belonged to an object that is gone: it never
 * lands, and is not waited for again. */
const FLIGHT_MS_MAX = 30 * SECOND_MS

interface Flight {
  readonly since: number
  readonly landing: Promise<Result<Opened, BankRefusal>>
}

interface Opened {
  readonly row: StoredLink
  readonly key: InnerKey
  readonly tokens: LinkTokens
}

/** @param given.development plain http is allowed, to a bank on loopback only */
export function createBankAccess(given: {
  readonly db: Database
  readonly vault: Vault
  readonly login: BankLogin
  readonly adapters: Readonly<Record<BankRecord["dialect"], AccountAdapter>>
  readonly fetch: typeof fetch
  readonly development: boolean
}): BankAccess {
  const { db, vault, login, adapters } = given
  const flights = new Map<LinkId, Flight>()
  const calling = { fetch: given.fetch, development: given.development, breaker: createBreaker() }

  async function openRow(row: StoredLink): Promise<Opened | undefined> {
    if (row.wrappedKey === null || row.tokensSealed === null) return undefined
    const key = await vault.openKey(row.wrappedKey, placeOf(row.bank, row.id, "key"))
    if (!key.ok) throw new Error(`Cannot open the key of a link: ${key.error.reason}`)
    const tokens = await key.value.open(row.tokensSealed, placeOf(row.bank, row.id, "tokens"))
    if (!tokens.ok) throw new Error(`Cannot open the tokens of a link: ${tokens.error.reason}`)
    return { row, key: key.value, tokens: parseTokens(tokens.value) }
  }

  async function openLive(bank: BankRecord, link: LinkId): Promise<Result<Opened, BankRefusal>> {
    const row = await findLink(db, link)
    if (!row || row.state !== "live" || row.bank !== bank.id) return err({ reason: "link_ended" })
    const opened = await openRow(row)
    return opened ? ok(opened) : err({ reason: "link_ended" })
  }

  /** One refresh at a time in this isolate; the row's version decides between isolates. */
  function refreshOnce(
    bank: BankRecord,
    from: Opened,
    how: "refresh" | "renew" = "refresh",
  ): Promise<Result<Opened, BankRefusal>> {
    const { id } = from.row
    const flying = flights.get(id)
    if (flying && Date.now() - flying.since < FLIGHT_MS_MAX) {
      if (how === "refresh") return flying.landing
      // A refresh under way does not renew: after it.
      return flying.landing.then(async () => {
        const now = await openLive(bank, id)
        return now.ok ? refreshOnce(bank, now.value, how) : now
      })
    }
    const landing = refresh(bank, from, how).finally(() => {
      if (flights.get(id)?.landing === landing) flights.delete(id)
    })
    flights.set(id, { since: Date.now(), landing })
    return landing
  }

  async function refresh(
    bank: BankRecord,
    from: Opened,
    how: "refresh" | "renew",
  ): Promise<Result<Opened, BankRefusal>> {
    const current = await openLive(bank, from.row.id)
    if (!current.ok || isNewer(current.value, from)) return current
    const fresh = await login[how](bank, current.value.tokens)
    if (fresh.ok) return keep(bank, current.value, fresh.value)
    if (fresh.error.reason === "outage") return fresh
    // Where the bank rotates, another isolate may have used this token just before us: then its successor lies in the row.
    const again = await openLive(bank, from.row.id)
    return again.ok && isNewer(again.value, from) ? again : err({ reason: "link_ended" })
  }

  /** Store fresh tokens over the version they came from. Where the link was given another key meanwhile, under that one. */
  async function keep(
    bank: BankRecord,
    over: Opened,
    tokens: LinkTokens,
  ): Promise<Result<Opened, BankRefusal>> {
    const { row, key } = over
    const sealed = await key.seal(JSON.stringify(tokens), placeOf(row.bank, row.id, "tokens"))
    if (await store(row, sealed))
      return ok({ row: { ...row, tokensSealed: sealed, tokensVersion: row.tokensVersion + 1 }, key, tokens })
    const now = await openLive(bank, row.id)
    const rekeyed = now.ok && !isNewer(now.value, over) && now.value.row.wrappedKey !== row.wrappedKey
    if (rekeyed) return keep(bank, now.value, tokens)
    // The link ended while the bank was asked, and what was revoked there were the tokens before these.
    if (!now.ok && now.error.reason === "link_ended") await login.revoke(bank, tokens)
    return now
  }

  /** Where D1 did not say whether it stored them, ask again: a second write over the same version is refused, not doubled. */
  async function store(row: StoredLink, sealed: string): Promise<boolean> {
    for (let tries = 1; ; tries++)
      try {
        return await storeTokens(db, row.id, row.tokensVersion, sealed, row.wrappedKey ?? "")
      } catch (fault) {
        if (!(fault instanceof DatabaseError) || tries >= STORE_TRIES_MAX) throw fault
      }
  }

  /** Another key for a link, and all it seals under that. */
  async function rekey(id: LinkId, at: number): Promise<boolean> {
    const row = await findLink(db, id)
    if (!row || row.wrappedKey === null) return true
    const place = (part: Parameters<typeof placeOf>[2]) => placeOf(row.bank, row.id, part)
    const old = await vault.openKey(row.wrappedKey, place("key"))
    if (!old.ok) throw new Error(`Cannot open the key of a link: ${old.error.reason}`)
    const { wrapped, key } = await vault.createKey(place("key"))
    const anew = async (sealed: string | null, part: "tokens" | "customer" | "offer") => {
      if (sealed === null) return null
      const text = await old.value.open(sealed, place(part))
      if (!text.ok) throw new Error(`Cannot open the ${part} of a link: ${text.error.reason}`)
      return key.seal(text.value, place(part))
    }
    const [tokensSealed, customerSealed, offerSealed] = await Promise.all([
      anew(row.tokensSealed, "tokens"),
      anew(row.customerSealed, "customer"),
      anew(row.offerSealed, "offer"),
    ])
    return rekeyLink(db, row, { wrappedKey: wrapped, tokensSealed, customerSealed, offerSealed }, at)
  }

  function sourceOf(bank: BankRecord, opened: Opened): TokenSource {
    return {
      tokens: opened.tokens,
      refresh: async () => {
        const fresh = await refreshOnce(bank, opened)
        return fresh.ok ? ok(sourceOf(bank, fresh.value)) : fresh
      },
    }
  }

  async function callAs(bank: BankRecord, link: LinkId): Promise<Result<BankCall, BankRefusal>> {
    const opened = await openLive(bank, link)
    return opened.ok ? ok(await createBankCall(calling, bank, sourceOf(bank, opened.value))) : opened
  }

  return {
    async balances(bank, grant, signal) {
      assertGrant(grant)
      const call = await callAs(bank, grant.link)
      return call.ok ? adapters[bank.dialect].getBalances(bank, call.value, grant.accounts, signal) : call
    },
    async transactions(bank, grant, account, range, signal) {
      assertGrant(grant)
      const covered = grant.accounts.find((each) => each.id === account)
      if (!covered) return err({ reason: "forbidden" })
      const call = await callAs(bank, grant.link)
      return call.ok
        ? adapters[bank.dialect].listTransactions(bank, call.value, covered, range, signal)
        : call
    },
    async act(bank, link, run) {
      const call = await callAs(bank, link)
      return call.ok ? run(call.value) : call
    },
    async renew(bank, link, at) {
      const row = await findLink(db, link)
      if (row && row.bank !== bank.id) return ok(true)
      const opened = row && (await openRow(row))
      if (opened?.row.state === "live") {
        const fresh = await refreshOnce(bank, opened, "renew")
        if (!fresh.ok && fresh.error.reason === "outage") return err(fresh.error.outage)
        // Should the bank not hear it, the old one has minutes to live all the same.
        if (fresh.ok) await login.retire(bank, opened.tokens)
      }
      return ok(await rekey(link, at))
    },
    async revoke(bank, link) {
      const row = await findLink(db, link)
      const opened = row && row.bank === bank.id ? await openRow(row) : undefined
      return opened ? login.revoke(bank, opened.tokens) : ok(undefined)
    },
  }
}

function isNewer(found: Opened, than: Opened): boolean {
  return found.row.tokensVersion !== than.row.tokensVersion
}

/** The type says it; this says it of what came by RPC or a cast. */
function assertGrant(grant: unknown): void {
  if (!Grant.isGrant(grant)) throw new TypeError("Cannot read bank data without a grant")
}
