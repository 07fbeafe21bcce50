// A bank, its events and a log that remembers, for tests of what banks send. Values are those of the sandbox's demo bank where one is
// needed, and long enough to be searched for. Not for src/.
import type { BankRecord } from "../../src/banks/bank.ts"
import type { BankId } from "../../src/foundation/id.ts"
import type { Log } from "../../src/foundation/log.ts"

/** A development bank, as `parseBankRecord` gives it. */
export function bankRecord(changes: Partial<BankRecord> = {}): BankRecord {
  return {
    v: 1,
    id: "demo" as BankId,
    name: "Harbourline Bank",
    role: "bank_processor",
    jurisdiction: "EU",
    dialect: "fdx-6",
    profile: "fapi2",
    acrValues: ["urn:bank:2fa"],
    idTokenAlg: "ES256",
    unsignedPayments: false,
    issuer: "http://localhost:8788/bank/oidc",
    clientId: "tellerline",
    apiBase: "http://localhost:8788/bank/fdx/v6",
    actionsBase: "http://localhost:8788/bank/actions",
    callbackUrl: "http://localhost:8788/bank/callbacks",
    eventSource: "http://localhost:8788/bank",
    jwksUri: "http://localhost:8788/bank/jwks.json",
    subjectClaim: "sub",
    timeZone: "Europe/Berlin",
    languages: ["en", "ar"],
    emergencyPhone: "+49301234567",
    linkHosts: ["localhost:8788"],
    consentDays: 180,
    chatTextDays: 30,
    fallbackAfterSeconds: 30,
    reportDelivery: false,
    login: "browser",
    linkConfirmation: "none",
    linksMax: 2,
    // Tests of what a new link may not yet set their own.
    newLinkHours: 0,
    ...changes,
  }
}

type Json = Readonly<Record<string, unknown>>

/** CloudEvents' head round some data. */
export function cloudEvent(
  type: string,
  data: unknown,
  given: { readonly id?: string; readonly at: number },
) {
  return {
    specversion: "1.0",
    id: given.id ?? "evt_1",
    source: "http://localhost:8788/bank",
    type,
    subject: "Kx7Qm2vX9kLtB4wZ8pR5nYdA",
    time: new Date(given.at).toISOString(),
    datacontenttype: "application/json",
    data,
  }
}

/** A posted payment of 249.99 USD at ELECTRO MART. */
export function transactionPosted(given: {
  readonly id?: string
  readonly at: number
  readonly transaction?: Json
}) {
  return cloudEvent(
    "bank.transaction.posted.v1",
    { account: "acc_1", transaction: { ...payment(given.at), ...given.transaction } },
    given,
  )
}

/** A payment as an event carries it. */
export function payment(at: number): Json {
  return {
    id: "txn_1",
    amount: { value: "249.99", currency: "USD" },
    direction: "out",
    status: "posted",
    occurred_at: new Date(at).toISOString(),
    merchant: { name: "ELECTRO MART", mcc: "5732", country: "US", city: "Springfield" },
    card: { last4: "4821" },
    channel: "card_not_present",
    foreign: false,
  }
}

/** JSON as bytes. */
export function eventBody(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value)) as Uint8Array<ArrayBuffer>
}

/** A log whose lines can be read. */
export function recordingLog(): { readonly log: Log; readonly lines: readonly string[] } {
  const lines: string[] = []
  const keep =
    (level: string) =>
    (event: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      lines.push(JSON.stringify({ level, event, ...fields }))
    }
  return { log: { info: keep("info"), warn: keep("warn"), error: keep("error") }, lines }
}

/** A payment the bank asks about: 249.99 USD at ELECTRO MART, to be answered within an hour. */
export function fraudSuspected({ id, at }: { readonly id: string; readonly at: number }) {
  return cloudEvent(
    "bank.fraud.suspected.v1",
    {
      case_id: "fc_81c",
      card: { ref: "crd_19", last4: "4821", brand: "visa" },
      transaction: {
        id: "tx_1",
        amount: { value: "249.99", currency: "USD" },
        direction: "out",
        status: "declined",
        occurred_at: new Date(at).toISOString(),
        merchant: { name: "ELECTRO MART", mcc: "5732", country: "US" },
        channel: "card_not_present",
      },
      reply: { allowed: ["confirm", "deny"], expires_at: new Date(at + 3_600_000).toISOString() },
      action_taken: "card_frozen",
    },
    { id, at },
  )
}
