// BankStore: the one object that remembers everything of the pretend bank. A thin shell: each method is one
// step on its tables, which the files beside it know. It calls nobody and decides nothing about HTTP.

import { DurableObject } from "cloudflare:workers"
import type { Env, Fault, Gate, Settings } from "../env.ts"
import { SETTINGS_DEFAULT } from "../env.ts"
import { findAccount } from "../seed/customers.ts"
import type { Transaction } from "../seed/transactions.ts"
import type { Dispute, StepUp } from "./act-rows.ts"
import { findStepUp, listDisputes, putDispute, putStepUp } from "./act-rows.ts"
import type { Balance, PaymentPage, PaymentPlace } from "./book-rows.ts"
import { listPayments, pay, readBalance, seedBooks } from "./book-rows.ts"
import type { Answer, AnswerOutcome, CardState, FraudCase } from "./case-rows.ts"
import { answerCase, cardStates, listCases, openCase, resolveCase, setCardState } from "./case-rows.ts"
import type { Consent, ConsentStatus } from "./consent-rows.ts"
import {
  consentOfGrant,
  countLook,
  endConsents,
  findConsent,
  listConsents,
  putConsent,
} from "./consent-rows.ts"
import { setFaults, useFault } from "./fault-rows.ts"
import type { Keys } from "./keys.ts"
import { createKeys, createOpenBankingKey, createTokenKey } from "./keys.ts"
import type { StandingGrant } from "./oidc-rows.ts"
import {
  ageRows,
  consumeRow,
  destroyRow,
  dropGrant,
  findRow,
  findRowByUid,
  grantStands,
  revokeCustomer,
  revokeGrant,
  standingGrants,
  sweepRows,
  upsertRow,
} from "./oidc-rows.ts"
import { EMPTIED, SCHEMA } from "./schema.ts"
import type { Activity, Callback } from "./told-rows.ts"
import { keepCallbacks, listActivities, listCallbacks, noteActivity } from "./told-rows.ts"

const SWEEP_MS = 10 * 60_000
const DAY_MS = 86_400_000

/** A stored answer to a request with an Idempotency-Key. */
export type Kept = { readonly fingerprint: string; readonly status: number; readonly body: string }

/** The bank was moved forward by `ms` at `at`: whatever was signed before then is older by as much. */
export type Advance = { readonly at: number; readonly ms: number }

export class BankStore extends DurableObject<Env> {
  readonly #sql: SqlStorage

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#sql = ctx.storage.sql
    this.#sql.exec(SCHEMA)
    if (this.#read("seeded_at") === null) this.#seed()
  }

  // --- authorization server

  async keys(): Promise<Keys> {
    const stored = this.#read("keys")
    if (stored !== null) return JSON.parse(stored) as Keys
    return this.ctx.blockConcurrencyWhile(async () => {
      const raced = this.#read("keys")
      if (raced !== null) return JSON.parse(raced) as Keys
      const made = await createKeys()
      this.#write("keys", JSON.stringify(made))
      return made
    })
  }

  /** The RSA key of UK Open Banking's tokens, as JSON. */
  async openBankingKey(): Promise<string> {
    const stored = this.#read("openBankingKey")
    if (stored !== null) return stored
    const made = JSON.stringify(await createOpenBankingKey())
    if (this.#read("openBankingKey") === null) this.#write("openBankingKey", made)
    return this.#read("openBankingKey") ?? made
  }

  /** What the gateway's operator gave the bank, as JSON. */
  credentials(): string | null {
    return this.#read("credentials")
  }

  keepCredentials(json: string): void {
    this.#write("credentials", json)
  }

  /** The bank signs tokens with a new key from now on; what the old one signed is no longer verifiable. */
  async rotateTokenKey(): Promise<string> {
    const keys = await this.keys()
    const tokens = await createTokenKey()
    this.#write("keys", JSON.stringify({ ...keys, tokens }))
    return tokens.kid
  }

  async oidcUpsert(model: string, id: string, payload: string, ttlSeconds: number | null): Promise<void> {
    upsertRow(this.#sql, model, id, payload, ttlSeconds, Date.now())
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now() + SWEEP_MS)
  }

  oidcFind(model: string, id: string): string | null {
    return findRow(this.#sql, model, id, Date.now())
  }

  oidcFindByUid(model: string, uid: string): string | null {
    return findRowByUid(this.#sql, model, uid, Date.now())
  }

  oidcConsume(model: string, id: string): void {
    consumeRow(this.#sql, model, id, Date.now())
  }

  oidcDestroy(model: string, id: string): void {
    destroyRow(this.#sql, model, id)
  }

  oidcRevokeGrant(model: string, grantId: string): void {
    revokeGrant(this.#sql, model, grantId)
  }

  grants(): readonly StandingGrant[] {
    return standingGrants(this.#sql, Date.now())
  }

  revokeCustomer(reference: string): number {
    endConsents(this.#sql, reference, "revoked")
    return revokeCustomer(this.#sql, reference)
  }

  // --- consent resources

  putConsent(consent: Consent): void {
    putConsent(this.#sql, consent)
  }

  consent(id: string): Consent | null {
    return findConsent(this.#sql, id, Date.now())
  }

  consentOfGrant(grantId: string): Consent | null {
    return consentOfGrant(this.#sql, grantId, Date.now())
  }

  consents(): readonly Consent[] {
    return listConsents(this.#sql, Date.now())
  }

  /** A customer's consents end, and nothing else: their tokens are refused for it. */
  endConsents(customer: string, status: ConsentStatus): void {
    endConsents(this.#sql, customer, status)
  }

  /** The client's own end of a consent: what was issued under it ends with it. */
  deleteConsent(consent: Consent): void {
    putConsent(this.#sql, { ...consent, status: "deleted" })
    if (consent.grantId !== null) dropGrant(this.#sql, consent.grantId)
  }

  countLook(what: string, most: number): boolean {
    return countLook(this.#sql, what, Math.floor(this.now() / DAY_MS), most)
  }

  /** Whether a token's grant stands, and by how many milliseconds the bank moved on since the token was made. */
  standing(grantId: string, issuedAt: number): { readonly stands: boolean; readonly agedMs: number } {
    const agedMs = this.#advances().reduce((sum, one) => (one.at >= issuedAt ? sum + one.ms : sum), 0)
    return { stands: grantStands(this.#sql, grantId, Date.now()), agedMs }
  }

  /** True the first time a proof's id is shown, within the life of a proof. */
  firstSeen(jti: string, ttlMs: number): boolean {
    const known = this.#sql
      .exec("SELECT 1 FROM seen WHERE jti = ? AND expires_at > ?", jti, Date.now())
      .toArray()
    if (known.length > 0) return false
    this.#sql.exec("INSERT OR REPLACE INTO seen (jti, expires_at) VALUES (?, ?)", jti, Date.now() + ttlMs)
    return true
  }

  override async alarm(): Promise<void> {
    sweepRows(this.#sql, Date.now())
    const { left } = this.#sql.exec<{ left: number }>("SELECT count(*) AS left FROM oidc").one()
    if (left > 0) await this.ctx.storage.setAlarm(Date.now() + SWEEP_MS)
  }

  // --- books, cards, cases

  balance(accountId: string): Balance {
    return readBalance(this.#sql, accountNamed(accountId))
  }

  payments(
    accountId: string,
    from: number,
    to: number,
    after: PaymentPlace | null,
    limit: number,
  ): PaymentPage {
    return listPayments(this.#sql, accountId, from, to, after, limit)
  }

  pay(payment: Transaction): Balance {
    return pay(this.#sql, accountNamed(payment.accountId), payment)
  }

  cardStates(): Readonly<Record<string, CardState>> {
    return cardStates(this.#sql)
  }

  setCardState(ref: string, state: CardState): void {
    setCardState(this.#sql, ref, state, this.now())
  }

  openCase(opened: Omit<FraudCase, "answer" | "answeredAt">): void {
    openCase(this.#sql, opened)
  }

  cases(): readonly FraudCase[] {
    return listCases(this.#sql)
  }

  answerCase(id: string, customer: string, answer: Answer, at: number): AnswerOutcome {
    return answerCase(this.#sql, id, customer, answer, at, this.now())
  }

  /** A case is over: it counts as the customer's own. @returns the card that was stopped for it */
  resolveCase(id: string, customer: string): string | null {
    return resolveCase(this.#sql, id, customer, this.now())
  }

  putStepUp(step: StepUp): void {
    putStepUp(this.#sql, step)
  }

  findStepUp(id: string): StepUp | null {
    return findStepUp(this.#sql, id)
  }

  putDispute(dispute: Dispute): void {
    putDispute(this.#sql, dispute)
  }

  disputes(): readonly Dispute[] {
    return listDisputes(this.#sql)
  }

  /** The answer given to this key before, if any. */
  kept(key: string): Kept | null {
    const rows = this.#sql
      .exec<Kept>("SELECT fingerprint, status, body FROM repeat_key WHERE key = ?", key)
      .toArray()
    return rows[0] ?? null
  }

  keep(key: string, answer: Kept): void {
    const { fingerprint, status, body } = answer
    this.#sql.exec(
      "INSERT OR IGNORE INTO repeat_key (key, fingerprint, status, body) VALUES (?, ?, ?, ?)",
      key,
      fingerprint,
      status,
      body,
    )
  }

  // --- what we were told, and switches

  keepCallbacks(rows: readonly Callback[]): void {
    keepCallbacks(this.#sql, rows)
  }

  callbacks(): readonly Callback[] {
    return listCallbacks(this.#sql)
  }

  noteActivity(activity: Activity): void {
    noteActivity(this.#sql, activity)
  }

  /** Newest first. */
  activities(): readonly Activity[] {
    return listActivities(this.#sql)
  }

  /** Asked once for every request: the switches, and the first fault whose path matches, used up by one. */
  gate(path: string): Gate {
    return { settings: this.settings(), fault: useFault(this.#sql, path) }
  }

  /** Replace all faults; an empty list heals everything. */
  setFaults(faults: readonly Fault[]): void {
    setFaults(this.#sql, faults)
  }

  settings(): Settings {
    return { ...SETTINGS_DEFAULT, ...(JSON.parse(this.#read("settings") ?? "{}") as Partial<Settings>) }
  }

  changeSettings(patch: Partial<Settings>): Settings {
    const changed = { ...this.settings(), ...patch }
    this.#write("settings", JSON.stringify(changed))
    return changed
  }

  /** The clock of the bank's business: payments, events, cases. It moves with the sandbox's; what is signed has the real one. */
  now(): number {
    return this.#advances().reduce((at, one) => at + one.ms, Date.now())
  }

  /** Let the bank's business go on by `ms`; its tokens, logins and grants, which know the real clock only, grow older instead. */
  advance(ms: number): void {
    ageRows(this.#sql, ms)
    this.#write("advances", JSON.stringify([...this.#advances(), { at: Date.now(), ms }]))
  }

  /** As new; the keys stay. */
  reset(): void {
    for (const table of EMPTIED) this.#sql.exec(`DELETE FROM ${table}`)
    this.#sql.exec("DELETE FROM meta WHERE key NOT IN ('keys', 'openBankingKey', 'credentials')")
    this.#seed()
  }

  #seed(): void {
    const now = Date.now()
    this.ctx.storage.transactionSync(() => {
      seedBooks(this.#sql, now)
      this.#write("seeded_at", String(now))
    })
  }

  #advances(): readonly Advance[] {
    return JSON.parse(this.#read("advances") ?? "[]") as readonly Advance[]
  }

  #read(key: string): string | null {
    const rows = this.#sql.exec<{ value: string }>("SELECT value FROM meta WHERE key = ?", key).toArray()
    return rows[0]?.value ?? null
  }

  #write(key: string, value: string): void {
    this.#sql.exec("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", key, value)
  }
}

function accountNamed(id: string) {
  const account = findAccount(id)
  if (!account) throw new RangeError(`Cannot read the books: no account "${id}"`)
  return account
}
