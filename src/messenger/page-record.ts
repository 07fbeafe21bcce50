// A Facebook Page as its operator registered it: shape, defaults, reading. Its token lies sealed beside it (page-store.ts) and is no
// part of it. Who may register a Page is the console's.

import * as z from "zod/mini"
import { isBankId, isPageId, type BankId, type PageId } from "../foundation/id.ts"
import { err, ok, type Result } from "../foundation/result.ts"

/** Where the objects of a Page's people must stay; fixed for the Page's life, because they cannot move. */
export type Jurisdiction = "none" | "eu" | "us"

/** Where a utility template stands in a send: `message.template`, as most report, or an attachment of type `utility_messages`. */
export type UtilityShape = "message_template" | "attachment"

/** Which app answers while nobody holds a thread. Chosen in the Page's own settings only, so that an operator has to tell us: with
 * `none` every app may speak to everybody. */
export type DefaultApp = "ours" | "other" | "none"

/** What sources do not agree on about utility templates; settled for each Page by trying. */
export interface UtilitySettings {
  /** The permission as the login dialog knows it. */
  readonly scopeName: "pages_utility_messaging" | "page_utility_messaging"
  readonly sendShape: UtilityShape
  /** Countries (ISO 3166 alpha-2) whose Pages may use them; none named means all. */
  readonly regions: readonly string[]
}

/** A Page without its token. It belongs to one bank for life. */
export interface PageRecord {
  readonly v: 1
  readonly id: PageId
  readonly bank: BankId
  /** As operators see it. */
  readonly name: string
  readonly jurisdiction: Jurisdiction
  /** Where the platform may best place objects first asked for from elsewhere. */
  readonly locationHint?: DurableObjectLocationHint
  /** Calls a second Meta allows: 300, or 40 where the bank answers in the Page Inbox, which stops showing messages above that. */
  readonly ceilingPerSecond: number
  /** Whether [Log In] is offered: not where Meta's region rules switch account linking off. */
  readonly logInAllowed: boolean
  /** Whether Meta takes utility templates from this Page. */
  readonly utilityAllowed: boolean
  readonly utility: UtilitySettings
  /** Where the Page and those who write to it are, ISO 3166 alpha-2. */
  readonly country?: string
  /** Whether Meta granted the app the feature Human Agent for this Page: people may answer for seven days. */
  readonly humanAgent: boolean
  /** Picture beside what people at the bank write, https: where it is given each speaks under their own name (personas). */
  readonly agentPicture?: string
  readonly defaultApp: DefaultApp
  /** People who wrote in the last 24 hours, as the operator expects: Meta allows 200 calls for each. Unknown: nothing is counted. */
  readonly engagedPeople?: number
}

/** Why something is no Page's record: fields and rules, never what stood there. */
export interface PageRecordRefusal {
  readonly reason: "page_record"
  readonly faults: readonly { readonly field: string; readonly fault: string }[]
}

export const CEILING_PER_SECOND_DEFAULT = 300
/** Meta's own limit for a Page. */
const CEILING_PER_SECOND_MAX = 300
const NAME_CHARS_MAX = 60
const ENGAGED_PEOPLE_MAX = 1_000_000_000
const LOCATION_HINTS = ["wnam", "enam", "sam", "weur", "eeur", "apac", "oc", "afr", "me"] as const

const COUNTRY = z.string().check(z.regex(/^[A-Z]{2}$/))
const COUNTRIES_MAX = 250
const PICTURE_URL_CHARS_MAX = 500

const UTILITY = z.object({
  scopeName: z._default(
    z.enum(["pages_utility_messaging", "page_utility_messaging"]),
    "pages_utility_messaging",
  ),
  sendShape: z._default(z.enum(["message_template", "attachment"]), "message_template"),
  regions: z._default(z.array(COUNTRY).check(z.maxLength(COUNTRIES_MAX)), []),
})

const RECORD = z.object({
  v: z.literal(1),
  id: z.custom<PageId>(isPageId, { error: "must be decimal digits" }),
  bank: z.custom<BankId>(isBankId, { error: "must be 2 to 40 of a-z, 0-9 and -" }),
  name: z.string().check(
    z.minLength(1),
    z.maxLength(NAME_CHARS_MAX),
    z.refine((name) => name.isWellFormed() && name.trim() === name && !/[\p{Cc}\p{Cf}]/u.test(name), {
      error: "holds characters that do not show",
    }),
  ),
  jurisdiction: z._default(z.enum(["none", "eu", "us"]), "none"),
  locationHint: z.optional(z.enum(LOCATION_HINTS)),
  ceilingPerSecond: z._default(
    z.int().check(z.minimum(1), z.maximum(CEILING_PER_SECOND_MAX)),
    CEILING_PER_SECOND_DEFAULT,
  ),
  logInAllowed: z._default(z.boolean(), true),
  utilityAllowed: z._default(z.boolean(), true),
  utility: z._default(UTILITY, {
    scopeName: "pages_utility_messaging",
    sendShape: "message_template",
    regions: [],
  }),
  country: z.optional(COUNTRY),
  humanAgent: z._default(z.boolean(), false),
  agentPicture: z.optional(
    z.string().check(
      z.maxLength(PICTURE_URL_CHARS_MAX),
      z.refine((url) => URL.parse(url)?.protocol === "https:", { error: "must be an https address" }),
    ),
  ),
  defaultApp: z._default(z.enum(["ours", "other", "none"]), "none"),
  engagedPeople: z.optional(z.int().check(z.minimum(1), z.maximum(ENGAGED_PEOPLE_MAX))),
})

const FAULT_WORDS: Readonly<Partial<Record<z.core.$ZodIssue["code"], string>>> = {
  invalid_type: "is missing or of another type",
  too_big: "is too long or too large",
  too_small: "is too short or too small",
  invalid_value: "is not one of the allowed values",
}

/** Read a record, as stored or as an operator gives it: there its bank may be called `bankId`. Unknown members are dropped, missing
 * ones have their defaults. */
export function parsePageRecord(value: unknown): Result<PageRecord, PageRecordRefusal> {
  const given =
    typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  const read = z.safeParse(RECORD, { ...given, bank: given["bank"] ?? given["bankId"] })
  if (!read.success)
    return err({
      reason: "page_record",
      faults: read.error.issues.map((issue) => ({
        field: issue.path.map(String).join(".") || "record",
        fault: issue.code === "custom" ? issue.message : (FAULT_WORDS[issue.code] ?? "cannot be read"),
      })),
    })
  const { locationHint, country, engagedPeople, agentPicture, ...record } = read.data
  return ok({
    ...record,
    ...(locationHint ? { locationHint } : {}),
    ...(country ? { country } : {}),
    ...(agentPicture === undefined ? {} : { agentPicture }),
    ...(engagedPeople === undefined ? {} : { engagedPeople }),
  })
}

/** Whether utility templates may leave this Page: as its operator says, and where its country is among those that may. */
export function takesUtility(record: Pick<PageRecord, "utilityAllowed" | "utility" | "country">): boolean {
  const { regions } = record.utility
  const inRegion = regions.length === 0 || (record.country !== undefined && regions.includes(record.country))
  return record.utilityAllowed && inRegion
}
