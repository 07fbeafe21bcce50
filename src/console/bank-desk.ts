// What operators do with banks beside reading: register one, change its record, make and revoke its keys and secrets, have it checked.
// A change of what would own a bank's customers waits for a second person (P14); the rest holds at once. Each act and its line of the
// audit trail are one batch. Composed by doors.ts; the routes are admin-routes.ts and bank-*-routes.ts.

import type { ApprovedAct, Approvals } from "../approvals/approvals.ts"
import type { Approval } from "../approvals/approval.ts"
import type { AuditBy } from "../audit/audit.ts"
import { auditStatement } from "../audit/audit-store.ts"
import { createApiKey } from "../banks/api-key.ts"
import { findApiKeyById, insertApiKey, listApiKeys, revokeApiKey } from "../banks/api-key-store.ts"
import type { BankAuth } from "../banks/authenticate-bank.ts"
import { listChanges, type MemberChange } from "../banks/bank-change.ts"
import type { Finding } from "../banks/bank-check.ts"
import type { BankRecord } from "../banks/bank.ts"
import { parseBankRecord, type BankRecordRefusal } from "../banks/bank-record.ts"
import { findBank, insertBank, listBanks, replaceBank } from "../banks/bank-store.ts"
import type { BankDirectory } from "../banks/directory.ts"
import { listRefusals } from "../banks/refusal-store.ts"
import { insertWebhookSecret, webhookSecretPlace } from "../banks/webhook-secret-store.ts"
import { createWebhookSecret, type WebhookSecrets } from "../banks/webhook-secrets.ts"
import { write, type Database } from "../db/database.ts"
import type { Now } from "../foundation/clock.ts"
import type { BankId, Random } from "../foundation/id.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { Vault } from "../vault/vault.ts"
import type { CheckBank } from "./bank-check.ts"
import type { BankWayRoutesGiven } from "./bank-way-routes.ts"

/** What came of putting a record. */
export type BankPut =
  | { readonly kind: "stored" }
  /** Nothing has changed yet: somebody else must approve. */
  | { readonly kind: "asked"; readonly approval: Approval }
  /** Somebody changed it at the same time; nothing was done. */
  | { readonly kind: "changed_meanwhile" }

/** Banks as operators handle them. Every function @throws DatabaseError. */
export interface BankDesk {
  readonly banks: {
    list(): Promise<readonly BankRecord[]>
    find(id: BankId): Promise<BankRecord | undefined>
    parse(body: unknown): Result<BankRecord, BankRecordRefusal>
    put(record: BankRecord, by: AuditBy): Promise<BankPut>
    check(record: BankRecord, by: AuditBy): Promise<readonly Finding[]>
  }
  readonly ways: BankWayRoutesGiven["ways"]
  /** Carries out an approved change of a record. */
  readonly change: ApprovedAct
}

/** @param given.ask asks for a second person */
export function createBankDesk(given: {
  readonly db: Database
  readonly development: boolean
  readonly directory: Pick<BankDirectory, "forget">
  readonly auth: Pick<BankAuth, "forget">
  readonly webhookSecrets: Pick<WebhookSecrets, "forget">
  readonly vault: Pick<Vault, "seal">
  readonly checkBank: CheckBank
  readonly ask: Approvals["ask"]
  readonly now: Now
  readonly random: Random
}): BankDesk {
  const { db, directory, auth, webhookSecrets, vault, now, random } = given
  const rules = { development: given.development }
  const find = (id: BankId) => findBank(db, id, rules)

  async function put(record: BankRecord, by: AuditBy): Promise<BankPut> {
    const stored = await find(record.id)
    const changes = stored ? listChanges(stored, record) : []
    if (isGuarded(changes)) {
      const asked = { record, changes, basis: stored }
      const { id } = record
      return {
        kind: "asked",
        approval: await given.ask({ kind: "bank.change", bank: id, object: id, asked }, by),
      }
    }
    const done = stored
      ? await replaceBank(db, record, (lying) => !isGuarded(listChanges(lying, record)), rules, by)
      : await insertBank(db, record, by)
    directory.forget(record.id)
    return { kind: done ? "stored" : "changed_meanwhile" }
  }

  return {
    banks: {
      list: () => listBanks(db, rules),
      find,
      parse: (body) => parseBankRecord(body, rules),
      put,
      async check(record, by) {
        const line = { ...by, bank: record.id, action: "bank.check", object: record.id }
        await write(db.batch([auditStatement(db, line)]))
        return given.checkBank(record)
      },
    },
    ways: {
      listKeys: (bank) => listApiKeys(db, bank),
      async createKey(about, by) {
        const made = await createApiKey({ ...about, createdAt: by.at }, random)
        const kept = await insertApiKey(db, made.kept, by)
        auth.forget(about.bank)
        return kept ? made : undefined
      },
      async revokeKey(bank, id, by) {
        const key = await findApiKeyById(db, id)
        if (key?.bank !== bank) return undefined
        await revokeApiKey(db, key, by)
        auth.forget(bank)
        return findApiKeyById(db, id)
      },
      async createWebhookSecret(bank, by) {
        const made = createWebhookSecret(random)
        const secretSealed = await vault.seal(made.secret.reveal(), webhookSecretPlace(bank, made.id))
        await insertWebhookSecret(db, bank, { id: made.id, secretSealed }, by)
        webhookSecrets.forget(bank)
        return made
      },
      listRefusals: (bank) => listRefusals(db, bank, now()),
    },
    async change({ asked }, by) {
      const [record, basis] = [
        parseBankRecord(asked["record"], rules),
        parseBankRecord(asked["basis"], rules),
      ]
      if (!record.ok || !basis.ok) return err({ reason: "bank_record" })
      const stored = await find(record.value.id)
      if (stored && listChanges(stored, record.value).length === 0) return ok(undefined)
      // What was looked at is what is done: where the record is another by now it is asked for anew.
      const isBasis = (lying: BankRecord) => listChanges(lying, basis.value).length === 0
      const done = await replaceBank(db, record.value, isBasis, rules, by)
      directory.forget(record.value.id)
      return done ? ok(undefined) : err({ reason: "bank_changed_since" })
    },
  }
}

function isGuarded(changes: readonly MemberChange[]): boolean {
  return changes.some(({ guarded }) => guarded)
}
