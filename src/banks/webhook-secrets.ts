// Secrets of banks' webhooks, open: made and shown once, and remembered for a minute in an isolate, so that a stranger who posts to a bank's
// address makes us ask the directory at most once a minute and bank (P15). Sealing is given. Composed by doors.ts.

import { MINUTE_MS, type Now } from "../foundation/clock.ts"
import type { Outage } from "../foundation/failure.ts"
import { randomText, type BankId, type Random } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import { Secret } from "../foundation/secret.ts"
import { parseWebhookSecret } from "./dialects/standard-webhooks.ts"
import type { ShelvedWebhookSecret } from "./webhook-secret-store.ts"

/** A secret that was made elsewhere counts here after this. */
export const WEBHOOK_SECRETS_FRESH_MS = MINUTE_MS
const BANKS_MAX = 1_000
/** As long as the digest it keys. */
const SECRET_BYTES = 32

/** Looks a bank's secrets up. */
export interface WebhookSecrets {
  readonly find: (bank: BankId) => Promise<Result<readonly Uint8Array<ArrayBuffer>[], Outage>>
  readonly forget: (bank: BankId) => void
}

/** @param given.list those that count now, sealed. May throw
 * @param given.realNow the real clock, for how old what is remembered is */
export function createWebhookSecrets(given: {
  readonly list: (bank: BankId) => Promise<readonly ShelvedWebhookSecret[]>
  readonly open: (
    bank: BankId,
    secret: ShelvedWebhookSecret,
  ) => Promise<Result<string, { readonly reason: string }>>
  readonly realNow: Now
  readonly log: Log
}): WebhookSecrets {
  const remembered = new Map<
    BankId,
    { readonly secrets: readonly Uint8Array<ArrayBuffer>[]; readonly at: number }
  >()
  return {
    async find(bank) {
      const entry = remembered.get(bank)
      if (entry && given.realNow() - entry.at < WEBHOOK_SECRETS_FRESH_MS) return ok(entry.secrets)
      try {
        const secrets: Uint8Array<ArrayBuffer>[] = []
        for (const shelved of await given.list(bank)) {
          const text = await given.open(bank, shelved)
          const bytes = text.ok ? parseWebhookSecret(text.value) : undefined
          if (bytes) secrets.push(bytes)
          else given.log.error("webhook_secret_unreadable", { bank, secret: shelved.id })
        }
        if (remembered.size >= BANKS_MAX) remembered.clear()
        remembered.set(bank, { secrets, at: given.realNow() })
        return ok(secrets)
      } catch (fault) {
        given.log.warn("webhook_secrets_unavailable", describeFault(fault))
        return err({ reason: "unavailable", retry: "later" })
      }
    },
    forget: (bank) => void remembered.delete(bank),
  }
}

/** A new secret: `whsec_` and 32 random bytes. */
export function createWebhookSecret(random: Random): { readonly id: string; readonly secret: Secret } {
  return {
    id: `whs_${randomText(random)}`,
    secret: new Secret(`whsec_${random(SECRET_BYTES).toBase64()}`),
  }
}
