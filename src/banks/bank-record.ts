// A bank's record as an operator or D1 gives it, read and checked: every fault is named at once, by field. Unknown members are dropped.
// Who may register a bank, and that two people must, is the console's; the record's home is bank-store.ts.

import { parseMoney } from "../foundation/money.ts"
import * as z from "zod/mini"
import { isBankId } from "../foundation/id.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import { findColourFault, type GROUNDS, isLogo, LOGO_CHARS_MAX } from "./brand.ts"
import { findSafeUrl } from "./safe-url.ts"
import {
  EVENT_WAYS,
  LOOKS_A_DAY,
  type BankRecord,
  type Dialect,
  type EventWay,
  type Profile,
} from "./bank.ts"

/** What is wrong with one field; never what stood there. */
export interface RecordFault {
  readonly field: string
  readonly fault: string
}

/** Why something is no bank's record. */
export interface BankRecordRefusal {
  readonly reason: "bank_record"
  readonly faults: readonly RecordFault[]
}

const URL_CHARS_MAX = 500
const NAME_CHARS_MAX = 60
const LIST_MAX = 50
/** One in use, one coming. */
const WEBHOOK_KEYS_MAX = 4
const LANGUAGES_MAX = 30
/** An authorised third party asks anew after a year at the latest; a bank itself has no reason for longer. @see 12 CFR 1033.421 */
const CONSENT_DAYS_MAX = 365
/** Where nobody says otherwise: half a year. @see RTS 2018/389, Article 10, as amended by 2022/2360 */
const CONSENT_DAYS = 180
/** A delivery takes some seconds on a good phone: sooner would call every alert undelivered. */
const FALLBACK_SECONDS_MIN = 5
const FALLBACK_SECONDS_MAX = 3_600
const FALLBACK_SECONDS = 30
/** Somebody's own phone and another's in the family. */
const LINKS_MAX = 2
const LINKS_MAX_MAX = 20
/** Long enough for a letter by e-mail to be read. */
const NEW_LINK_HOURS = 24
const NEW_LINK_HOURS_MAX = 168
/** Messages a day beyond which nobody needs a limit. */
const ALERTS_A_DAY_MAX = 50

/** Loopback, as a URL's host: with a port or without. */
const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?$/
/** A name others can resolve: two labels at least, the last no number; so no address, no `localhost`. */
const PUBLIC_HOST =
  /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9](:[0-9]{1,5})?$/
/** Names that are never public. @see RFC 6761, RFC 8375, RFC 9476 */
const PRIVATE_HOST = /\.(local|localhost|internal|intranet|home\.arpa|test|invalid|alt|onion)(:[0-9]{1,5})?$/
/** Second segments of linking's own addresses: a bank of such a name could never be linked. @see links/routes.tsx */
const TAKEN_IDS: readonly unknown[] = ["callback", "consent", "code"]
/** Which ways to log in lead to which account data; the first is meant where none is named. */
const PROFILES: Readonly<Record<Dialect, readonly [Profile, ...Profile[]]>> = {
  "fdx-6": ["fapi2", "fdx-green"],
  "open-banking-4.0": ["uk-open-banking"],
  "open-banking-3.1": ["uk-open-banking"],
  "berlin-1.3": ["berlin"],
}
/** What a login with two factors is called where the record does not say. Berlin's consent says it by its status. */
const ACR_VALUES: Readonly<Record<Profile, readonly string[]>> = {
  fapi2: ["urn:bank:2fa"],
  "fdx-green": ["urn:bank:2fa"],
  "uk-open-banking": ["urn:openbanking:psd2:sca"],
  berlin: [],
}
const ACR_VALUES_MAX = 10
const LOOKS_A_DAY_MAX = 10_000
/** design.md 7: chat text. */
const CHAT_TEXT_DAYS = 30
const CHAT_TEXT_DAYS_MAX = 365
const E164 = /^\+[1-9][0-9]{6,14}$/
const CLOCK = /^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/
const TIME = /^([01][0-9]|2[0-3]):[0-5][0-9]$/
/** Two spans a day. */
const HOURS_MAX = 14
const CLAIM = /^[A-Za-z_][A-Za-z0-9_:./-]{0,99}$/

/** Read a record. Where they are not given: `v` is 1, `profile` is the dialect's first, `acrValues` are the profile's, `idTokenAlg` is
 * ES256, `unsignedPayments` is off, `looksADay` is 4 with Berlin Group and uncounted elsewhere, `subjectClaim` is `sub`, `timeZone` is
 * UTC, `consentDays` is 180, `chatTextDays` is 30,
 * `fallbackAfterSeconds` is 30, `reportDelivery` is off, `login` is `browser`, `linkConfirmation` is `none`, `linksMax` is 2,
 * `newLinkHours` is 24.
 * @param development plain http and loopback hosts are allowed there, and only there */
export function parseBankRecord(
  value: unknown,
  { development }: { readonly development: boolean },
): Result<BankRecord, BankRecordRefusal> {
  const read = (development ? DEVELOPMENT_RECORD : RECORD).safeParse(value)
  if (!read.success) {
    const faults = read.error.issues.map((issue) => ({
      field: issue.path.map(String).join(".") || "record",
      fault: issue.code === "custom" ? issue.message : (FAULT_WORDS[issue.code] ?? "cannot be read"),
    }))
    return err({ reason: "bank_record", faults })
  }
  const {
    looksADay: given,
    actionsBase,
    callbackUrl,
    eventIssuers,
    webhookKeys,
    desk,
    hours,
    defaults,
    appLink,
    helpUrl,
    complaintsUrl,
    colours,
    logo,
    ...record
  } = read.data
  const profile = record.profile ?? PROFILES[record.dialect][0]
  const acrValues = record.acrValues ?? ACR_VALUES[profile]
  // Berlin banks count; what others count they say.
  const looksADay = given ?? (record.dialect === "berlin-1.3" ? LOOKS_A_DAY : undefined)
  const pages = Object.entries({ appLink, helpUrl, complaintsUrl }).flatMap(([field, url]) =>
    url ? [{ field, url, safe: findSafeUrl(url, record.linkHosts) }] : [],
  )
  const faults: readonly RecordFault[] = [
    ...pages.flatMap(({ field, safe }) =>
      safe === undefined ? [{ field, fault: "must be an https URL on a host of linkHosts" }] : [],
    ),
    ...(PROFILES[record.dialect].includes(profile)
      ? []
      : [{ field: "profile", fault: "does not go with this dialect" }]),
    ...(acrValues.length > 0 || profile === "berlin"
      ? []
      : [{ field: "acrValues", fault: "must name one value at least" }]),
    ...(record.linkConfirmation === "required" && !callbackUrl
      ? [{ field: "linkConfirmation", fault: "needs a callbackUrl to be asked at" }]
      : []),
  ]
  if (faults.length > 0) return err({ reason: "bank_record", faults })
  return ok({
    ...record,
    profile,
    acrValues,
    ...(looksADay === undefined ? {} : { looksADay }),
    ...(actionsBase ? { actionsBase } : {}),
    ...(callbackUrl ? { callbackUrl } : {}),
    ...(webhookKeys ? { webhookKeys } : {}),
    ...(desk ? { desk } : {}),
    ...(hours ? { hours } : {}),
    ...(defaults ? { defaults } : {}),
    ...Object.fromEntries(pages.map(({ field, safe }) => [field, safe])),
    ...(colours ? { colours } : {}),
    ...(logo ? { logo } : {}),
    ...(eventIssuers
      ? {
          eventIssuers: eventIssuers.map(({ audience, ...issuer }) => ({
            ...issuer,
            ...(audience ? { audience } : {}),
          })),
        }
      : {}),
  })
}

const RECORD = schemaOf(false)
const DEVELOPMENT_RECORD = schemaOf(true)

const FAULT_WORDS: Readonly<Partial<Record<z.core.$ZodIssue["code"], string>>> = {
  invalid_type: "is missing or of another type",
  too_big: "is too long or too large",
  too_small: "is too short or too small",
  invalid_value: "is not one of the allowed values",
}

function schemaOf(development: boolean) {
  const url = text(URL_CHARS_MAX).check(
    z.refine((value) => isServiceUrl(value, development), {
      error: development
        ? "must be an https URL, or http on loopback, without query, fragment or credentials"
        : "must be an https URL of a public host, without query, fragment or credentials",
    }),
  )
  const base = url.check(z.refine((value) => !value.endsWith("/"), { error: "must not end in a slash" }))
  return z.object({
    v: z._default(z.literal(1), 1),
    id: z.custom<BankRecord["id"]>((id) => isBankId(id) && !TAKEN_IDS.includes(id), {
      error: "must be 2 to 40 of a-z, 0-9 and -, and no address of ours",
    }),
    name: text(NAME_CHARS_MAX),
    role: z.enum(["bank_processor", "third_party"]),
    jurisdiction: z.enum(["EU", "UK", "US", "other"]),
    dialect: z.enum(["fdx-6", "open-banking-4.0", "open-banking-3.1", "berlin-1.3"]),
    profile: z.optional(z.enum(["fapi2", "fdx-green", "uk-open-banking", "berlin"])),
    acrValues: z.optional(z.array(text(200)).check(z.maxLength(ACR_VALUES_MAX))),
    unsignedPayments: z._default(z.boolean(), false),
    idTokenAlg: z._default(z.enum(["ES256", "PS256"]), "ES256"),
    issuer: url,
    clientId: text(200),
    apiBase: base,
    actionsBase: z.nullish(base),
    callbackUrl: z.nullish(url),
    eventSource: text(URL_CHARS_MAX),
    eventIssuers: z.nullish(
      z
        .array(
          z.object({
            issuer: text(URL_CHARS_MAX),
            ways: z.array(z.enum(EVENT_WAYS)).check(z.minLength(1), z.maxLength(EVENT_WAYS.length)),
            audience: z.nullish(text(URL_CHARS_MAX)),
          }),
        )
        .check(
          z.maxLength(EVENT_WAYS.length),
          z.refine(isOneIssuerAWay, { error: "must name each way once" }),
        ),
    ),
    webhookKeys: z.nullish(
      z
        .array(
          z
            .string()
            .check(z.regex(/^whpk_[A-Za-z0-9+/]{43}=$/, { error: "must be whpk_ and 32 bytes of base64" })),
        )
        .check(z.maxLength(WEBHOOK_KEYS_MAX)),
    ),
    jwksUri: url,
    subjectClaim: z._default(
      z.string().check(z.refine((value) => CLAIM.test(value), { error: "must be a claim's name" })),
      "sub",
    ),
    timeZone: z._default(
      z.string().check(z.refine(isTimeZone, { error: "must be an IANA time zone's name" })),
      "UTC",
    ),
    languages: z
      .array(z.string().check(z.refine(isLanguage, { error: "must be a BCP 47 tag in its normal form" })))
      .check(z.minLength(1), z.maxLength(LANGUAGES_MAX)),
    emergencyPhone: z
      .string()
      .check(z.refine((value) => E164.test(value), { error: "must be a number as E.164 writes it" })),
    linkHosts: z
      .array(
        z.string().check(
          z.refine((value) => isHost(value, development), {
            error: "must be a public host name in lower case",
          }),
        ),
      )
      .check(z.maxLength(LIST_MAX)),
    looksADay: z.nullish(z.int().check(z.minimum(1), z.maximum(LOOKS_A_DAY_MAX))),
    consentDays: z._default(z.int().check(z.minimum(1), z.maximum(CONSENT_DAYS_MAX)), CONSENT_DAYS),
    chatTextDays: z._default(z.int().check(z.minimum(1), z.maximum(CHAT_TEXT_DAYS_MAX)), CHAT_TEXT_DAYS),
    fallbackAfterSeconds: z._default(
      z.int().check(z.minimum(FALLBACK_SECONDS_MIN), z.maximum(FALLBACK_SECONDS_MAX)),
      FALLBACK_SECONDS,
    ),
    reportDelivery: z._default(z.boolean(), false),
    login: z._default(z.enum(["browser", "app"]), "browser"),
    linkConfirmation: z._default(z.enum(["none", "required"]), "none"),
    linksMax: z._default(z.int().check(z.minimum(1), z.maximum(LINKS_MAX_MAX)), LINKS_MAX),
    desk: z.nullish(z.enum(["inbox", "own"])),
    hours: z.nullish(
      z
        .array(
          z
            .object({
              days: z.array(z.int().check(z.minimum(1), z.maximum(7))).check(z.minLength(1), z.maxLength(7)),
              from: z.string().check(z.regex(CLOCK, { error: "must be HH:MM" })),
              to: z.string().check(z.regex(CLOCK, { error: "must be HH:MM" })),
            })
            .check(z.refine(({ from, to }) => from < to, { error: "must end after it begins" })),
        )
        .check(z.maxLength(HOURS_MAX)),
    ),
    defaults: z.nullish(
      z
        .object({
          quietFrom: z.optional(z.string().check(z.regex(TIME, { error: "must be HH:MM" }))),
          quietTo: z.optional(z.string().check(z.regex(TIME, { error: "must be HH:MM" }))),
          digestAt: z.optional(z.string().check(z.regex(TIME, { error: "must be HH:MM" }))),
          maxADay: z.optional(z.int().check(z.minimum(1), z.maximum(ALERTS_A_DAY_MAX))),
          paymentsFrom: z.optional(
            z.object({ value: z.string(), currency: z.string() }).check(
              z.refine(({ value, currency }) => !value.startsWith("-") && parseMoney(value, currency).ok, {
                error: "must be an amount",
              }),
            ),
          ),
        })
        .check(
          z.refine(
            ({ quietFrom, quietTo }) =>
              (quietFrom === undefined) === (quietTo === undefined) &&
              (quietFrom === undefined || quietFrom !== quietTo),
            { error: "must have two different quiet hours, or none" },
          ),
        ),
    ),
    appLink: z.nullish(text(URL_CHARS_MAX)),
    helpUrl: z.nullish(text(URL_CHARS_MAX)),
    complaintsUrl: z.nullish(text(URL_CHARS_MAX)),
    colours: z.nullish(z.object({ light: colour("light"), dark: z.optional(colour("dark")) })),
    logo: z.nullish(
      z
        .string()
        .check(
          z.maxLength(LOGO_CHARS_MAX),
          z.refine(isLogo, { error: "must be a data: URL in base64 of a PNG, WebP or SVG picture" }),
        ),
    ),
    newLinkHours: z._default(z.int().check(z.minimum(0), z.maximum(NEW_LINK_HOURS_MAX)), NEW_LINK_HOURS),
  })
}

function colour(mode: keyof typeof GROUNDS) {
  return z.string().check(
    z.refine((value) => findColourFault(value, mode) === undefined, {
      error: ({ input }) => findColourFault(String(input), mode),
    }),
  )
}

function isOneIssuerAWay(issuers: readonly { readonly ways: readonly EventWay[] }[]): boolean {
  const ways = issuers.flatMap((issuer) => issuer.ways)
  return new Set(ways).size === ways.length
}

function text(charsMax: number) {
  return z.string().check(
    z.minLength(1),
    z.maxLength(charsMax),
    z.refine((value) => value.isWellFormed() && value.trim() === value && !/[\p{Cc}\p{Cf}]/u.test(value), {
      error: "holds characters that do not show",
    }),
  )
}

/** Whether we may call an address of a bank: https at a public host; on loopback too in development, and only there. */
export function isServiceUrl(value: string, development: boolean): boolean {
  const url = URL.parse(value)
  if (!url || url.username || url.password || value.includes("?") || value.includes("#")) return false
  if (development && LOOPBACK_HOST.test(url.host))
    return url.protocol === "http:" || url.protocol === "https:"
  return url.protocol === "https:" && isHost(url.host, development)
}

function isHost(host: string, development: boolean): boolean {
  if (development && LOOPBACK_HOST.test(host)) return true
  return PUBLIC_HOST.test(host) && !PRIVATE_HOST.test(host)
}

function isTimeZone(name: string): boolean {
  // An offset is none: it has no summer time and no city to show.
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== ""
  } catch {
    return false
  }
}

function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag)[0] === tag
  } catch {
    return false
  }
}
