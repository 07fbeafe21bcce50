// The storage oidc-provider asks for, on the bank's object. Payloads travel as JSON text; the object keeps
// and expires them. A fresh stub for each call, since a stub belongs to the request that made it.

import type { Adapter, AdapterPayload } from "oidc-provider"
import type { BankStore } from "../store/store.ts"

export function createAdapter(model: string, store: () => DurableObjectStub<BankStore>): Adapter {
  const parsed = (text: string | null) => (text === null ? undefined : (JSON.parse(text) as AdapterPayload))
  return {
    async upsert(id, payload, ttlSeconds) {
      await store().oidcUpsert(model, id, JSON.stringify(payload), ttlSeconds ?? null)
    },
    find: async (id) => parsed(await store().oidcFind(model, id)),
    findByUid: async (uid) => parsed(await store().oidcFindByUid(model, uid)),
    // Device codes are switched off, so nobody asks by user code.
    findByUserCode: async () => undefined,
    async consume(id) {
      await store().oidcConsume(model, id)
    },
    async destroy(id) {
      await store().oidcDestroy(model, id)
    },
    async revokeByGrantId(grantId) {
      await store().oidcRevokeGrant(model, grantId)
    },
  }
}
