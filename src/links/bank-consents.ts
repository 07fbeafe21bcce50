// A bank's consent resource (UK Open Banking, Berlin Group): prepared by us as a client before the customer's login, looked at after it,
// deleted when the link ends. Which banks have one is bank-profile.ts's to say; what it looks like is the dialect's (banks/adapters).
// Composed by bank-login.ts.

import * as oauth from "oauth4webapi"
import type { BankCall, BankRecord, BankRefusal, ConsentAdapter, Dialect } from "../banks/bank.ts"
import { DAY_MS } from "../foundation/clock.ts"
import { err, type Result } from "../foundation/result.ts"
import { createBankCall } from "./bank-call.ts"
import type { BankClient } from "./bank-client.ts"
import { BANK_TIMEOUT_MS, outageOf } from "./bank-http.ts"
import { bindsTokens } from "./bank-profile.ts"
import { createDpop, exportDpop } from "./dpop.ts"
import { renewalOf } from "./renewal.ts"

/** What a client asks for to keep consents. @see UK Read/Write API 4.0, security; Berlin names no scope, so that it is ours to register */
const CLIENT_SCOPE = "accounts"

/** The dialects that have such a resource. */
export type ConsentAdapters = Readonly<Partial<Record<Dialect, ConsentAdapter>>>

/** @param given.timeoutMs of all calls of one errand */
export function createBankConsents(given: {
  readonly consents: ConsentAdapters
  readonly fetch: typeof fetch
  readonly development: boolean
  readonly timeoutMs?: number
}) {
  const { consents, timeoutMs = BANK_TIMEOUT_MS } = given

  /** Speak to the bank as ourselves. A fault of the token request is the caller's to read, as at the login. */
  async function callAsClient({ bank, server, client, http, ask }: BankClient): Promise<BankCall> {
    const pair = bindsTokens(bank, server) ? await createDpop() : undefined
    const bound = pair ? { DPoP: oauth.DPoP(client, pair) } : {}
    const token = await ask(
      (auth) =>
        oauth.clientCredentialsGrantRequest(
          server,
          client,
          auth,
          { scope: CLIENT_SCOPE },
          { ...http, ...bound },
        ),
      (response) => oauth.processClientCredentialsResponse(server, client, response),
    )
    const tokens = {
      v: 1 as const,
      accessToken: token.access_token,
      // It is a moment old and serves one errand.
      accessExpiresAt: Number.MAX_SAFE_INTEGER,
      refreshToken: "",
      ...(pair ? { dpop: await exportDpop(pair) } : {}),
    }
    const refused = err<BankRefusal>({
      reason: "outage",
      outage: { reason: "refused", retry: "later", code: "invalid_token" },
    })
    return createBankCall(
      { fetch: given.fetch, development: given.development, breaker: (_, call) => call() },
      bank,
      { tokens, refresh: async () => refused },
    )
  }

  async function through<T>(
    of: BankClient,
    errand: (adapter: ConsentAdapter, call: BankCall, signal: AbortSignal) => Promise<Result<T, BankRefusal>>,
  ): Promise<Result<T, BankRefusal>> {
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      return await errand(adapterOf(of.bank), await callAsClient(of), signal)
    } catch (fault) {
      const outage = outageOf(fault)
      if (!outage) throw fault
      return err({ reason: "outage", outage })
    }
  }

  function adapterOf(bank: BankRecord): ConsentAdapter {
    const adapter = consents[bank.dialect]
    if (!adapter) throw new Error(`Cannot keep consents at bank "${bank.id}": its dialect has none`)
    return adapter
  }

  return {
    /** @returns the bank's id of a consent that waits for its customer */
    prepare: (of: BankClient) => {
      const until = Date.now() + renewalOf(of.bank).days * DAY_MS
      return through(of, (adapter, call, signal) => adapter.create(of.bank, call, until, signal))
    },
    stands: (of: BankClient, id: string) =>
      through(of, (adapter, call, signal) => adapter.stands(of.bank, call, id, signal)),
    remove: (of: BankClient, id: string) =>
      through(of, (adapter, call, signal) => adapter.remove(of.bank, call, id, signal)),
  }
}
