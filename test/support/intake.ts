// What a bank's ways in are given, for tests: a bank `demo` with one key set, nothing stored, everything taken remembered. Not for src/.
import { Hono } from "hono"
import type { BankRecord } from "../../src/banks/bank.ts"
import { createBankKeys } from "../../src/banks/bank-keys.ts"
import type { BankEvent } from "../../src/banks/event.ts"
import { bankIntake } from "../../src/banks/intake.ts"
import type { BankIntake, RefusalNote } from "../../src/banks/intake-given.ts"
import { err, ok } from "../../src/foundation/result.ts"
import { requestIdentity, type RequestVariables } from "../../src/http/headers.ts"
import { bankRecord, recordingLog } from "./bank.ts"

export const ORIGIN = "https://gateway.example"
export const NOW = 1_795_337_640_000
export const BANK_KEY = `tlbank_${"k".repeat(43)}`

/** The ways in, standing: what they took, noted and logged.
 * @param jwks public keys of the bank */
export function standingIntake(
  jwks: readonly Readonly<Record<string, unknown>>[],
  changes: Partial<BankIntake> = {},
  record: Partial<BankRecord> = {},
) {
  const taken: { readonly bank: BankRecord; readonly events: readonly BankEvent[] }[] = []
  const notes: RefusalNote[] = []
  const { log, lines } = recordingLog()
  const bank = bankRecord(record)
  const given: BankIntake = {
    findBank: async (id) => ok(id === "demo" ? bank : undefined),
    keysOf: createBankKeys({ fetch: async () => Response.json({ keys: jwks }), realNow: () => NOW }),
    auth: {
      authenticate: async (request, id) => {
        if (request.headers.get("authorization") !== `Bearer ${BANK_KEY}`)
          return err({ reason: "bank_key_missing" })
        return id === "demo" ? ok({ bank, keyId: "bankkey_1" }) : err({ reason: "bank_key_refused" })
      },
    },
    webhookSecrets: async () => ok([]),
    accept: async (of, events) => {
      taken.push({ bank: of, events })
      return ok(undefined)
    },
    preview: () => ({ en: { text: "words" } }),
    countLinked: async () => ok(1),
    findConsentCustomer: async (bank, consent) =>
      bank === "demo" && consent === "aac-1" ? ok("Kx7Qm2vX9kLtB4wZ8pR5nYdA") : ok(undefined),
    findStatus: async () => ok({ state: "not_reached", rows: [] }),
    note: (note) => void notes.push(note),
    publicOrigin: ORIGIN,
    development: false,
    now: () => NOW,
    realNow: () => NOW,
    log,
    ...changes,
  }
  const app = new Hono<{ Variables: RequestVariables }>()
  app.use(requestIdentity)
  app.route("/", bankIntake(given))
  return { taken, notes, lines, fetch: (request: Request) => app.fetch(request) }
}
