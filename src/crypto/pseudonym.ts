// Keyed pseudonyms: what D1 and object names hold instead of a PSID or a bank's customer reference.
// One key for each use, derived from `PSEUDONYM_KEY`, so that two columns cannot be joined by their values.
// The key is set once for a deployment's life: with another one, nobody would be found again.

import type { BankId, PageId, PersonId } from "../foundation/id.ts"
import { personIdOf } from "../foundation/id.ts"
import { deriveBytes, hmac, importHmacKey } from "./hmac.ts"
import { base64url, utf8 } from "./text.ts"

/** 22 characters of base64url: 128 bits and a little. */
const DELETION_CODE_CHARS = 22

/** Turns identities of others into ids of ours. */
export interface Pseudonyms {
  /** Who a PSID of a Page is, to us; also the name of their Conversation. */
  personOf(page: PageId, psid: string): Promise<PersonId>
  /** The look-up value of a bank's customer reference (`links.customer`). */
  customerOf(bank: BankId, reference: string): Promise<string>
  /** The look-up value of a bank's consent resource (`links.bank_consent`). */
  consentOf(bank: BankId, consent: string): Promise<string>
  /** What a consent record keeps of whose it was once the link is gone, made from `customerOf`'s value: no join with `links`. */
  recordSubjectOf(customer: string): Promise<string>
  /** The look-up value of a Facebook login of bank staff (`page_connections.login`). */
  loginOf(login: string): Promise<string>
  /** The code of a login's deletion request: 128 bits nobody can guess, the same each time it is asked for. */
  deletionCodeOf(login: string): Promise<string>
  /** A value that shows whether the key is the one this database was made with; tells nothing about it. */
  checkValue(): Promise<string>
}

/** Pseudonyms under one key of 32 bytes. */
export async function createPseudonyms(key: Uint8Array<ArrayBuffer>): Promise<Pseudonyms> {
  const [person, customer, check, login, deletion, subject, consent] = await Promise.all(
    [
      "object-name",
      "links.customer",
      "check",
      "page_connections.login",
      "login_deletions.code",
      "consents.customer",
      "links.bank_consent",
    ].map(async (label) => importHmacKey(await deriveBytes(key, `tellerline|pseudonym|${label}`))),
  )
  const of = async (hmacKey: CryptoKey | undefined, text: string) => {
    if (!hmacKey) throw new Error("Cannot make a pseudonym without its key")
    return base64url(await hmac(hmacKey, utf8(text)))
  }
  return {
    personOf: async (page, psid) => personIdOf(await of(person, `${page}|${psid}`)),
    customerOf: (bank, reference) => of(customer, `${bank}|${reference}`),
    consentOf: (bank, id) => of(consent, `${bank}|${id}`),
    recordSubjectOf: (text) => of(subject, text),
    loginOf: (text) => of(login, text),
    deletionCodeOf: async (text) => (await of(deletion, text)).slice(0, DELETION_CODE_CHARS),
    checkValue: () => of(check, "tellerline"),
  }
}
