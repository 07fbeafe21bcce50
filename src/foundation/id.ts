// Identifiers with a prefix and a type, so that a LinkId cannot be passed where a PersonId is meant.
// Random ids carry 128 bits; ids that arrive from outside (Page, bank) keep the form their owner gave them.

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

/** One person in one Page: `person_` and a keyed pseudonym of Page and PSID. Names the Conversation. */
export type PersonId = Branded<"PersonId">
/** A person tied to a bank customer: `link_` and 128 random bits. */
export type LinkId = Branded<"LinkId">
/** What was allowed, until when: `consent_` and 128 random bits. */
export type ConsentId = Branded<"ConsentId">
/** One message with many people's events: `pack_` and 128 random bits. */
export type PackId = Branded<"PackId">
/** A bank, named by its operator: 2 to 40 of `a-z 0-9 -`, so that it can stand in a path. */
export type BankId = Branded<"BankId">
/** A Facebook Page: decimal digits, kept as text because they may exceed 2^53. */
export type PageId = Branded<"PageId">

const RANDOM_ID_BYTES = 16
const BANK_ID = /^[a-z0-9][a-z0-9-]{1,39}$/
const LINK_ID = /^link_[A-Za-z0-9_-]{22}$/
const PAGE_ID = /^[0-9]{1,32}$/

/** Fills an array of that many bytes; `crypto.getRandomValues` outside tests. */
export type Random = (bytes: number) => Uint8Array<ArrayBuffer>

/** `true` for an id a bank may be registered under. */
export function isBankId(value: unknown): value is BankId {
  return typeof value === "string" && BANK_ID.test(value)
}

/** `true` for an id in the form Meta gives Pages. */
export function isPageId(value: unknown): value is PageId {
  return typeof value === "string" && PAGE_ID.test(value)
}

/** A person's id from its pseudonym (base64url text, see `crypto/pseudonym.ts`). */
export function personIdOf(pseudonym: string): PersonId {
  return `person_${pseudonym}` as PersonId
}

/** `true` for an id in the form of a link's. */
export function isLinkId(value: unknown): value is LinkId {
  return typeof value === "string" && LINK_ID.test(value)
}

/** A new link's id. */
export function createLinkId(random: Random): LinkId {
  return `link_${randomText(random)}` as LinkId
}

/** A new consent record's id. */
export function createConsentId(random: Random): ConsentId {
  return `consent_${randomText(random)}` as ConsentId
}

/** A new pack's id. */
export function createPackId(random: Random): PackId {
  return `pack_${randomText(random)}` as PackId
}

/** 128 random bits as 22 base64url characters. */
export function randomText(random: Random, bytes: number = RANDOM_ID_BYTES): string {
  return random(bytes).toBase64({ alphabet: "base64url", omitPadding: true })
}
