// Secrets of banks' webhooks in D1, sealed. Only this file names the table. A new one ends the one before after a day, so that a bank can
// change over; what it opens to is the vault's business. A change and its line of the audit trail are one batch.

import { and, desc, eq, gt, isNull, lt, lte, or } from "drizzle-orm"
import type { AuditBy } from "../audit/audit.ts"
import { auditStatement } from "../audit/audit-store.ts"
import { read, write, type Database } from "../db/database.ts"
import { webhookSecrets } from "../db/bank-schema.ts"
import { DAY_MS } from "../foundation/clock.ts"
import type { BankId } from "../foundation/id.ts"

/** How long the one before still counts. */
export const WEBHOOK_OVERLAP_MS = DAY_MS
const CURRENT_MAX = 4

/** A secret on the shelf. */
export interface ShelvedWebhookSecret {
  readonly id: string
  readonly secretSealed: string
}

/** Additional data of a secret's seal. */
export function webhookSecretPlace(bank: BankId, id: string): string {
  return `${bank}|webhook_secrets|${id}|secret`
}

/** The secrets of a bank that count now, newest first. @throws DatabaseError */
export async function listWebhookSecrets(
  db: Database,
  bank: BankId,
  now: number,
): Promise<readonly ShelvedWebhookSecret[]> {
  return read(
    db
      .select({ id: webhookSecrets.id, secretSealed: webhookSecrets.secretSealed })
      .from(webhookSecrets)
      .where(
        and(
          eq(webhookSecrets.bankId, bank),
          or(isNull(webhookSecrets.endsAt), gt(webhookSecrets.endsAt, now)),
        ),
      )
      .orderBy(desc(webhookSecrets.createdAt))
      .limit(CURRENT_MAX),
  )
}

/** Put a new secret in the place of the newest, which counts for a day more; those that ended go. @throws DatabaseError */
export async function insertWebhookSecret(
  db: Database,
  bank: BankId,
  secret: ShelvedWebhookSecret,
  by: AuditBy,
): Promise<void> {
  await write(
    db.batch([
      db
        .delete(webhookSecrets)
        .where(and(eq(webhookSecrets.bankId, bank), lte(webhookSecrets.endsAt, by.at))),
      db
        .update(webhookSecrets)
        .set({ endsAt: by.at + WEBHOOK_OVERLAP_MS })
        .where(and(eq(webhookSecrets.bankId, bank), isNull(webhookSecrets.endsAt))),
      db.insert(webhookSecrets).values({ ...secret, bankId: bank, createdAt: by.at }),
      auditStatement(db, { ...by, bank, action: "webhook_secret.create", object: secret.id }),
    ]),
  )
}

/** Banks with a secret from before an instant that still counts. @throws DatabaseError */
export async function listBanksWithSecretsBefore(
  db: Database,
  before: number,
  now: number,
): Promise<readonly BankId[]> {
  const rows = await read(
    db
      .selectDistinct({ bank: webhookSecrets.bankId })
      .from(webhookSecrets)
      .where(
        and(
          lt(webhookSecrets.createdAt, before),
          or(isNull(webhookSecrets.endsAt), gt(webhookSecrets.endsAt, now)),
        ),
      ),
  )
  return rows.map(({ bank }) => bank as BankId)
}
